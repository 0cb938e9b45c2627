"""What the room hears, recorded: one short night of the real service and real mpv.

One test, because one recording shows it all and takes half a minute. bench/crossfade.py measures more.
"""

import os
import signal
import sys
from itertools import pairwise

import pytest

import heard
from recorded_night import RecordedNight, recorded_night
from recorded_room import RATE, Sound
from stornello.spool.journal import Journal

FADE_S = 2.0
"""Shorter than a venue's, for the tests' time."""

SONG_S = 11.0


@pytest.mark.timeout(180)
@pytest.mark.skipif(sys.platform != "linux", reason="the room that is recorded is PulseAudio's")
def test_the_room_hears_one_song_pass_into_the_next_without_a_flaw() -> None:
    with recorded_night(STORNELLO_CROSSFADE_SECONDS=str(FADE_S)) as stage:
        stage.house_music("house", 120, 1)
        stage.night.start("riproduzione")
        stage.waits_for("house", beyond_s=FADE_S + 1.5)
        stage.put("first", SONG_S, 2)  # comes in over that at once, and passes by itself
        stage.put("second", 40, 3)  # is skipped
        stage.put("third", 60, 4)  # is held for a moment, and loses its player
        stage.waits_for("second", beyond_s=FADE_S + 1.5)
        stage.ask("next")
        stage.waits_for("third", beyond_s=FADE_S + 1.5)
        held = _held_for_a_moment(stage)
        killed_at_s = stage.room.seconds()
        for player in _players(stage):
            os.kill(player, signal.SIGKILL)
        stage.room.waits(4)
        recording = stage.room.heard()
        played = [play.song for play in Journal(stage.night.venue.journal).plays() if play.kind != "bed"]
    assert played == ["house/house.wav", "first", "second", "third"]
    _is_seamless(stage, recording)
    assert heard.click_dbfs(held, 0.2, len(held) / RATE - 0.2) <= -60  # dBFS
    assert heard.longest_silence_s(held) == pytest.approx(1.5, abs=0.6)
    begun_s = stage.find(recording, "house", FADE_S).at_s + FADE_S
    before = recording[round(begun_s * RATE) : round((killed_at_s - 0.2) * RATE) - len(held)]
    assert heard.longest_silence_s(before) == 0
    assert heard.longest_silence_s(recording[round((killed_at_s - 0.3) * RATE) :]) < 3  # every mpv killed
    assert heard.longest_silence_s(recording[-RATE // 2 :]) == 0  # and the song goes on
    assert heard.peak_dbfs(recording) < -1


def _held_for_a_moment(stage: RecordedNight) -> Sound:
    """Pause for a moment; return what was recorded meanwhile."""
    began_s = stage.room.seconds() - 0.2
    stage.ask("pause", on=True)
    stage.room.waits(2)
    stage.ask("pause", on=False)
    stage.room.waits(1.5)
    return stage.room.heard(began_s)


def _players(stage: RecordedNight) -> list[int]:
    return [pid for pid, line in stage.night.left().items() if line.startswith("mpv ")]


def _is_seamless(stage: RecordedNight, recording: Sound) -> None:
    songs = {name: stage.find(recording, name, FADE_S) for name in ("house", "first", "second", "third")}
    for (leaving, before), (coming, after) in pairwise(songs.items()):
        found = stage.passage(recording, before, after, FADE_S)
        flaws = (found.dip_db < -0.2, found.bump_db > 0.2, found.gap_ms > 0, found.zipper_dbc > -100)
        assert not any(flaws), (leaving, coming, found)
        assert found.click_dbfs <= -60, (leaving, coming, found)
        assert abs(found.start_error_ms) <= 40, (leaving, coming, found)
        assert abs(found.length_error_ms) <= 20, (leaving, coming, found)
