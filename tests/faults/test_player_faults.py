"""The real DJ process with real mpv, and what can befall them in a night."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from builders import a_card, a_sound
from fake_decks import a_wav
from stornello.domain.errors import PlayerLost
from stornello.providers.player.mpv import MpvPlayer
from stornello.riproduzione import control, sockets
from stornello.spool import atomic, now_playing, reasons
from stornello.spool.journal import Journal
from stornello.spool.journal_rows import PlayRow
from stornello.spool.now_playing import NowPlaying
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist


def until(true: Callable[[], object], within_s: float = 8.0) -> float:
    """Wait until something is true; return how long it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within_s, true
        time.sleep(0.02)
    return time.monotonic() - began


def stopped(pid: int) -> bool:
    """Whether every thread of a process has stopped: the signal reaches them some time after it was sent."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return all((thread / "stat").read_text().rpartition(")")[2].split()[0] == "T" for thread in threads)


@dataclass
class Night:
    """A venue with the real service over it."""

    venue: Venue
    process: subprocess.Popen[bytes] | None = None

    def put(self, song: str, seconds: float = 20, file_s: float | None = None, cue_in_s: float = 0) -> None:
        card = a_card(song, sound=a_sound(seconds, cue_in_s))
        audio = self.venue.songs / card.audio
        if file_s == 0:
            audio.write_bytes(b"this is no sound")
        else:
            a_wav(audio, file_s or seconds)
        atomic.write_json(self.venue.card(card.id), card.to_json())
        Playlist(self.venue.playlist).put(card)

    def begin(self) -> None:
        command = [sys.executable, "-m", "stornello", "riproduzione", "--folder", str(self.venue.root)]
        settings = {"STORNELLO_SOUND_OUTPUT": "null", "STORNELLO_CROSSFADE_SECONDS": "2"}
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(command, env=os.environ | settings, stdin=quiet, stdout=quiet, stderr=quiet)

    def end(self, how: signal.Signals) -> float:
        """Send the signal and return how long the process took to end."""
        assert self.process
        began = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(10)
        return time.monotonic() - began

    def said(self) -> NowPlaying:
        return now_playing.read(self.venue) or NowPlaying(0.0)

    def hears(self, song: str, beyond_s: float = 0.0) -> bool:
        said = self.said()
        return said.song == song and said.position(time.time()) > beyond_s

    def songs(self) -> list[PlayRow]:
        """Return the guests' songs that the room has heard, or begun to."""
        return [play for play in Journal(self.venue.journal).plays() if play.kind == "song"]

    def heard_again(self, since: float) -> bool:
        """Return whether the DJ has said after ``since`` (monotonic) what the room hears."""
        said = self.said()
        return bool(said.song) and said.monotonic_s > since

    def player(self, slot: str = "a") -> int:
        """Return the process id of a deck's player, 0 for none."""
        return next((pid for pid in self.mpvs() if f"deck-{slot}.sock".encode() in told(Path(f"/proc/{pid}"))), 0)

    def end_players(self) -> None:
        """Kill every player of this venue."""
        for pid in self.mpvs():
            os.kill(pid, signal.SIGKILL)
        until(lambda: not self.mpvs())

    def mpvs(self) -> list[int]:
        """Return the process ids of this venue's players."""
        here = f"--input-ipc-server={sockets.folder(self.venue.run)}".encode()
        return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and here in told(entry)]


def told(entry: Path) -> bytes:
    """Return a process's command line, empty for one that has ended."""
    with contextlib.suppress(OSError):
        return (entry / "cmdline").read_bytes()
    return b""


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    venue = Venue(tmp_path / "venue")
    venue.open()
    night = Night(venue)
    yield night
    if night.process and night.process.poll() is None:
        night.process.kill()
        night.process.wait()
    night.end_players()  # which outlive a DJ that was killed


def test_songs_pass_into_one_another_in_order_and_each_is_taken_once(night: Night) -> None:
    for song in ("one", "two", "three"):
        night.put(song, 6)
    night.begin()
    until(lambda: night.hears("one"))
    until(lambda: night.hears("two") and night.said().crossfading)
    assert len(night.mpvs()) == 2
    until(lambda: night.hears("three") and night.said().crossfading)
    until(lambda: night.said().songs_played == 3)
    plays = night.songs()
    assert [play.song for play in plays] == ["one", "two", "three"]
    assert [play.heard_s for play in plays] == pytest.approx([6, 6, 6], abs=0.4)
    assert night.venue.playlist.with_name("playlist.taken").read_text().split() == ["one", "two", "three"]


@pytest.mark.parametrize(("how", "within_s"), [(signal.SIGKILL, 1.5), (signal.SIGSTOP, 3.0)])
def test_a_player_that_is_killed_or_stopped_is_replaced_and_the_song_goes_on(
    night: Night, how: signal.Signals, within_s: float
) -> None:
    night.put("one", 30)
    night.begin()
    until(lambda: night.hears("one", beyond_s=2))
    before, at = night.player(), night.said().position(time.time())
    os.kill(before, how)
    assert until(lambda: night.player() not in {before, 0}) < within_s
    until(lambda: night.hears("one", beyond_s=at + 0.5))
    assert night.said().position(time.time()) < at + 4.0
    assert Playlist(night.venue.playlist).waiting() == []


def test_a_cued_player_that_is_killed_costs_nothing_that_is_heard(night: Night) -> None:
    for song in ("one", "two"):
        night.put(song)
    night.begin()
    until(lambda: night.hears("one", beyond_s=1) and night.player("b"))
    playing, cued = night.player(), night.player("b")
    os.kill(cued, signal.SIGKILL)
    until(lambda: night.player("b") not in {cued, 0})
    assert night.player() == playing
    control.ask(night.venue.run, "next")
    until(lambda: night.hears("two"))


def test_sockets_that_are_deleted_come_back_and_the_song_goes_on(night: Night) -> None:
    night.put("one", 30)
    night.begin()
    until(lambda: night.hears("one", beyond_s=1))
    playing = night.player()
    for socket_ in night.venue.run.glob("*.sock"):
        socket_.unlink()
    until(lambda: control.path(night.venue.run).exists())
    control.ask(night.venue.run, "seek", seconds=10)
    until(lambda: night.hears("one", beyond_s=11))
    assert night.player() == playing


def test_a_song_that_is_no_sound_is_set_aside_and_the_next_plays(night: Night) -> None:
    night.put("one", file_s=0)
    night.put("two")
    night.begin()
    until(lambda: night.hears("two"))
    assert [reason.code for reason in reasons.read_all(night.venue.failed_processing)] == ["song-unplayable"]


def test_a_song_shorter_than_its_own_beginning_is_set_aside_and_the_next_plays(night: Night) -> None:
    night.put("stub", file_s=1, cue_in_s=5)
    night.put("two")
    night.begin()
    until(lambda: night.hears("two"))
    assert [reason.code for reason in reasons.read_all(night.venue.failed_processing)] == ["song-unplayable"]


def test_a_file_cut_off_half_way_makes_no_hole(night: Night) -> None:
    night.put("one", 20, file_s=4)
    night.put("two")
    night.begin()
    until(lambda: night.hears("one", beyond_s=3))
    assert until(lambda: night.hears("two")) < 2.0


def test_sigterm_ends_the_dj_and_its_players_within_two_seconds(night: Night) -> None:
    night.put("one")
    night.put("two")
    night.begin()
    until(lambda: night.hears("one", beyond_s=1))
    assert len(night.mpvs()) == 2
    assert night.end(signal.SIGTERM) < 2.0
    assert night.mpvs() == []
    assert night.said().song == ""
    assert [play.song for play in night.songs()] == ["one"]


def test_sigterm_ends_the_dj_within_three_seconds_though_its_player_hangs(night: Night) -> None:
    night.put("one")
    night.begin()
    until(lambda: night.hears("one", beyond_s=1))
    os.kill(night.player(), signal.SIGSTOP)
    assert night.end(signal.SIGTERM) < 3.0
    assert night.mpvs() == []


def test_a_player_outlives_a_killed_dj_and_the_next_adopts_it_with_its_plan(night: Night) -> None:
    night.put("one", 9)
    night.put("two")
    night.begin()
    until(lambda: night.hears("one", beyond_s=1.5) and night.player("b"))
    playing, cued, at = night.player(), night.player("b"), night.said().position(time.time())
    began = time.monotonic()
    night.end(signal.SIGKILL)
    assert (night.player(), night.player("b")) == (playing, cued)
    night.begin()
    until(lambda: night.heard_again(began))
    assert night.said().position(time.time()) == pytest.approx(at + time.monotonic() - began, abs=0.3)
    assert (night.player(), night.player("b")) == (playing, cued)
    until(lambda: night.hears("two"))
    assert night.player("b") == cued
    until(lambda: night.songs()[0].heard_s == pytest.approx(9, abs=0.4))
    assert [play.song for play in night.songs()] == ["one", "two"]


def test_when_dj_and_players_are_killed_the_song_goes_on_where_it_was(night: Night) -> None:
    night.put("one", 30)
    night.put("two")
    night.begin()
    until(lambda: night.hears("one", beyond_s=4))
    at = night.said().position(time.time())
    night.end(signal.SIGKILL)
    night.end_players()
    began = time.monotonic()
    night.begin()
    until(lambda: night.heard_again(began))
    assert at - 1.5 < night.said().position(time.time()) < at + 1.5
    assert [card.id for card in Playlist(night.venue.playlist).waiting()] == ["two"]
    assert len(night.songs()) == 1


def test_players_that_nobody_takes_up_end_with_the_dj(night: Night) -> None:
    night.put("one")
    night.put("two")
    night.begin()
    until(lambda: night.hears("one", beyond_s=1) and night.player("b"))
    night.end(signal.SIGKILL)
    for state in (night.venue.playing, night.venue.playing_now):
        state.unlink(missing_ok=True)
    left = set(night.mpvs())
    night.begin()
    until(lambda: not left.intersection(night.mpvs()))
    night.end(signal.SIGTERM)
    assert night.mpvs() == []


def test_commands_from_another_process_reach_the_room(night: Night) -> None:
    night.put("one")
    night.put("two")
    night.begin()
    until(lambda: night.hears("one", beyond_s=0.5))
    control.ask(night.venue.run, "seek", seconds=10)
    until(lambda: night.hears("one", beyond_s=10))
    control.ask(night.venue.run, "volume", to=30)
    control.ask(night.venue.run, "pause")
    until(lambda: night.said().paused and night.said().volume == 30)
    control.ask(night.venue.run, "pause")
    control.ask(night.venue.run, "next")
    until(lambda: night.hears("two"))
    control.ask(night.venue.run, "quit")
    assert night.process
    assert night.process.wait(5) == 0


def test_a_player_without_its_socket_is_given_up_and_leaves_no_process(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 30)
    with pytest.raises(PlayerLost):
        MpvPlayer(deep, "null").open("a")


def test_a_player_whose_disk_takes_no_socket_plays_from_another_folder(tmp_path: Path) -> None:
    player = MpvPlayer(tmp_path / "gone", "null", lambda: sockets.private(tmp_path))
    with contextlib.closing(player.open("a")) as deck:
        assert deck.state().phase == "empty"
    sockets.private(tmp_path).rmdir()


def test_players_that_outlived_their_dj_end_when_the_next_opens_its_first_deck(tmp_path: Path) -> None:
    folder = sockets.folder(tmp_path)
    before, mine = MpvPlayer(folder, "null"), MpvPlayer(folder, "null")
    orphans = [before.open("a"), before.open("b")]
    with contextlib.closing(mine.open("b")) as one, contextlib.closing(mine.open("a")) as other:
        assert [orphan.process.wait(1) for orphan in orphans if orphan.process] == [0, 0]  # of themselves, not killed
        assert [deck.state().phase for deck in (one, other)] == ["empty", "empty"]
    for orphan in orphans:
        orphan.close()


def test_an_mpv_that_never_answers_is_lost_after_the_time_out(tmp_path: Path) -> None:
    folder = sockets.folder(tmp_path)
    deck = MpvPlayer(folder, "null").open("a")
    assert deck.process
    pid = deck.process.pid
    os.kill(pid, signal.SIGSTOP)
    until(lambda: stopped(pid))
    began = time.monotonic()
    with pytest.raises(PlayerLost):
        deck.state()
    assert 0.9 < time.monotonic() - began < 2.0
    deck.close()
    assert deck.process.poll() is not None


def test_a_client_that_sends_half_a_line_and_leaves_disturbs_nobody(night: Night) -> None:
    night.put("one")
    night.begin()
    until(lambda: night.hears("one"))
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(control.path(night.venue.run)))
        client.sendall(json.dumps({"command": "next"}).encode()[:9])
    control.ask(night.venue.run, "pause")
    until(lambda: night.said().paused)
