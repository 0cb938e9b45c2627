"""The watchdog dies, or the power goes, at any operation: the next start brings each recording to its one end."""

import hashlib
import multiprocessing
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from crashes import HOWS, Crash, How, deaths, dying_at, rooms
from stornello.domain.errors import RecordingError
from stornello.domain.names import TableId
from stornello.domain.plain import Plain
from stornello.spool import reasons
from stornello.spool.paths import Venue
from stornello.spool.recordings import Claims, recordings
from venues import EIGHT, STORY, ScriptedTranscriber, a_claimed_note, a_venue, a_voice_note, files_below, some_ears

REFUSED = RecordingError("not-audio", Plain("No.", "No."), Plain("Poi.", "Later."))


def a_life(venue: Venue, said: str | BaseException) -> None:
    """Live as the watchdog does, once: claim what is at the door, attend what is in hand, oldest first."""
    claims, ears = Claims(venue), some_ears(venue, ScriptedTranscriber([said] * 9))
    for path in sorted(venue.from_tables.iterdir()):
        claims.claim(path, path.name, EIGHT)
    for recording in list(recordings(venue)):
        assert ears.attend(recording) == 0


def set_aside(venue: Venue) -> tuple[Path, Path]:
    return venue.short_transcriptions, venue.transcription_errors


def ends(venue: Venue) -> tuple[int, int, int]:
    """Return how often a recording ended staged, short and refused."""
    short, errors = (len(list(folder.iterdir())) for folder in set_aside(venue))
    return len(files_below(venue.work_in_progress)), short, errors


def archived(venue: Venue) -> list[str]:
    return sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in files_below(venue.root / "archive"))


@pytest.mark.usefixtures("ram", "each_sound_once")
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize(
    ("name", "said", "end", "codes", "twice"),
    [
        ("5-anna.wav", STORY, (1, 0, 0), [], False),
        ("5-anna.wav", STORY, (1, 0, 0), [], True),
        ("5-anna.wav", "", (0, 1, 0), ["no-speech"], False),
        ("5-anna.wav", REFUSED, (0, 0, 1), ["not-audio"], False),
        ("zia pina.wav", STORY, (0, 0, 1), ["no-table"], False),
    ],
)
def test_a_recording_ends_once_and_is_archived_once(
    name: str, said: str | BaseException, end: tuple[int, int, int], codes: list[str], how: How, *, twice: bool
) -> None:
    fresh = map(a_venue, rooms())

    def a_fresh_venue() -> tuple[Venue, str]:
        venue = next(fresh)
        note = a_voice_note(venue.from_tables / name)
        return venue, hashlib.sha256(note.read_bytes()).hexdigest()

    rehearsal = a_fresh_venue()[0]
    sweep = deaths(lambda: a_life(rehearsal, said), how)
    assert len(sweep) > (20 if how in {"before", "after"} else 2)
    for death in sweep:
        venue, content = a_fresh_venue()
        with pytest.raises(Crash), dying_at(death, how):
            a_life(venue, said)
        if twice:
            with suppress(Crash), dying_at(death % 5 + 1, how):
                a_life(venue, said)
        a_life(venue, said)
        assert ends(venue) == end, f"{how} {death}"
        assert archived(venue) == [content], f"{how} {death}"
        assert [reason.code for folder in set_aside(venue) for reason in reasons.read_all(folder)] == codes
        assert not list(venue.hearing.iterdir())
        assert not list(venue.from_tables.iterdir())


@pytest.mark.usefixtures("ram", "each_sound_once")
@pytest.mark.parametrize("how", HOWS)
def test_the_same_content_twice_is_heard_once_whenever_the_watchdog_dies(how: How) -> None:
    fresh = map(a_venue, rooms())

    def a_fresh_venue() -> Venue:
        venue = next(fresh)
        for name in ("5-anna.wav", "5-bruno.wav"):
            a_voice_note(venue.from_tables / name)
        return venue

    rehearsal = a_fresh_venue()
    for death in deaths(lambda: a_life(rehearsal, STORY), how):
        venue = a_fresh_venue()
        with pytest.raises(Crash), dying_at(death, how):
            a_life(venue, STORY)
        a_life(venue, STORY)
        assert ends(venue) == (1, 0, 0), f"{how} {death}"
        assert len(archived(venue)) == 1


def hear_and_be_killed(root: Path) -> None:
    venue = Venue(root)
    transcriber = ScriptedTranscriber(before=lambda: os.kill(os.getpid(), signal.SIGKILL))
    for recording in recordings(venue):
        some_ears(venue, transcriber, retry=2).attend(recording)


def test_an_engine_that_kills_the_process_stops_after_its_attempts(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    a_claimed_note(venue)
    spawn = multiprocessing.get_context("spawn")
    codes: list[int | None] = []
    while any(recordings(venue)) and len(codes) < 9:
        life = spawn.Process(target=hear_and_be_killed, args=(venue.root,))
        life.start()
        life.join(60)
        codes.append(life.exitcode)
    assert codes == [-signal.SIGKILL] * 3 + [0]
    assert [reason.code for reason in reasons.read_all(venue.transcription_errors)] == ["engine-died"]
    assert len(archived(venue)) == 1
    assert not venue.staged(TableId(5)).exists()
