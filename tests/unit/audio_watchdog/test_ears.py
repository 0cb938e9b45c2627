"""One recording's way: staged, short or quarantined; heard once, archived always."""

import errno
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stornello.domain.errors import ProviderRefused, RecordingError
from stornello.domain.names import TableId
from stornello.domain.plain import Plain
from stornello.spool import reasons, recordings
from stornello.spool.paths import Venue
from stornello.spool.recordings import Claims, Recording
from venues import (
    EIGHT,
    STORY,
    ScriptedTranscriber,
    a_claimed_note,
    a_venue,
    a_voice_note,
    files_below,
    some_ears,
    unreachable,
)

FIVE = TableId(5)
NOBODY = 65534


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    return a_venue(tmp_path)


def staged(venue: Venue) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in files_below(venue.work_in_progress)]


def archived(venue: Venue) -> list[Path]:
    return files_below(venue.root / "archive")


def codes(folder: Path) -> list[str]:
    return [reason.code for reason in reasons.read_all(folder)]


def claim_bytes(venue: Venue, name: str, content: bytes) -> Recording:
    path = venue.from_tables / name
    path.write_bytes(content)
    return Claims(venue).claim(path, name, EIGHT)


def test_what_was_said_is_staged_at_its_table_and_the_sound_archived_as_it_came(venue: Venue) -> None:
    recording = a_claimed_note(venue)
    sound = recording.audio
    assert sound
    content = sound.read_bytes()
    assert some_ears(venue).attend(recording) == 0
    (text,) = files_below(venue.staged(FIVE))
    assert text.read_text(encoding="utf-8") == STORY
    assert text.name.endswith("_Anna.txt")
    assert [path.read_bytes() for path in archived(venue)] == [content]
    assert archived(venue)[0].name.endswith("_5-anna.wav")
    assert list(venue.hearing.iterdir()) == []


@pytest.mark.parametrize(
    ("said", "code"), [("", "no-speech"), ("  \n ", "no-speech"), ("Ciao a tutti, sì.", "too-short")]
)
def test_too_little_goes_aside_with_its_reason_and_nothing_goes_on(venue: Venue, said: str, code: str) -> None:
    some_ears(venue, ScriptedTranscriber([said])).attend(a_claimed_note(venue))
    assert codes(venue.short_transcriptions) == [code]
    assert staged(venue) == []
    assert len(archived(venue)) == 1


def test_exactly_enough_characters_make_a_song(venue: Venue) -> None:
    some_ears(venue, ScriptedTranscriber(["x" * 20])).attend(a_claimed_note(venue))
    assert staged(venue) == ["x" * 20]


@pytest.mark.parametrize("restart", [False, True])
def test_the_same_content_twice_is_heard_once(venue: Venue, *, restart: bool) -> None:
    transcriber = ScriptedTranscriber()
    ears = some_ears(venue, transcriber)
    ears.attend(a_claimed_note(venue, "5-anna.wav"))
    again = a_claimed_note(venue, "7-bruno.wav", minute=1)
    (some_ears(venue, transcriber) if restart else ears).attend(again)
    assert (transcriber.calls, len(staged(venue)), len(archived(venue))) == (1, 1, 1)
    assert list(venue.hearing.iterdir()) == []


@pytest.mark.parametrize("restart", [False, True])
def test_the_same_content_is_heard_once_while_the_first_is_still_in_hand(venue: Venue, *, restart: bool) -> None:
    transcriber = ScriptedTranscriber([unreachable()])
    first, second = a_claimed_note(venue, "5-anna.wav"), a_claimed_note(venue, "5-anna.wav")
    ears = some_ears(venue, transcriber)
    assert ears.attend(first) == 1
    ears = some_ears(venue, transcriber) if restart else ears
    assert ears.attend(second) == 0
    assert not second.folder.exists()
    assert ears.attend(first) == 0
    assert (transcriber.calls, len(staged(venue)), len(archived(venue))) == (2, 1, 1)


def test_two_different_recordings_with_one_name_are_both_kept(venue: Venue) -> None:
    ears = some_ears(venue)
    for hertz in (300, 500):
        ears.attend(a_claimed_note(venue, "5-anna.wav", hertz))
    assert len(staged(venue)) == len(archived(venue)) == 2


def test_a_passing_error_is_tried_again_and_then_quarantined_in_both_languages(venue: Venue) -> None:
    recording = a_claimed_note(venue)
    ears = some_ears(venue, ScriptedTranscriber([unreachable()] * 9), retry=2)
    assert [ears.attend(recording) for _ in range(3)] == [1, 2, 0]
    (reason,) = reasons.read_all(venue.transcription_errors)
    assert (reason.code, reason.what, reason.todo, reason.retryable) == (
        "away",
        Plain("Via.", "Away."),
        Plain("Aspetta.", "Wait."),
        True,
    )
    assert len(archived(venue)) == 1
    assert (venue.transcription_errors / reason.name / "audio.wav").exists()


def test_while_a_passing_error_is_waited_out_its_reason_is_there_to_be_seen(venue: Venue) -> None:
    recording = a_claimed_note(venue)
    ears = some_ears(venue, ScriptedTranscriber([unreachable(), STORY]), retry=2)
    assert ears.attend(recording) == 1
    assert [reason.code for reason in reasons.read_all(venue.hearing)] == ["away"]
    assert ears.attend(recording) == 0
    assert reasons.read_all(venue.hearing) == []
    assert staged(venue) == [STORY]


def test_attempts_are_counted_across_restarts(venue: Venue) -> None:
    recording = a_claimed_note(venue)
    transcriber = ScriptedTranscriber([unreachable()] * 9)
    assert [some_ears(venue, transcriber, retry=2).attend(recording) for _ in range(3)] == [1, 2, 0]
    assert codes(venue.transcription_errors) == ["away"]


def test_a_passing_error_that_passes_costs_nothing(venue: Venue) -> None:
    recording = a_claimed_note(venue)
    ears = some_ears(venue, ScriptedTranscriber([unreachable(), unreachable()]), retry=2)
    assert [ears.attend(recording) for _ in range(3)] == [1, 2, 0]
    assert staged(venue) == [STORY]


@pytest.mark.parametrize("kind", [ProviderRefused, RecordingError])
def test_a_lasting_error_is_quarantined_at_once(venue: Venue, kind: type[ProviderRefused]) -> None:
    no = kind("no", Plain("No.", "No."), Plain("Poi.", "Later."))
    assert some_ears(venue, ScriptedTranscriber([no])).attend(a_claimed_note(venue)) == 0
    assert codes(venue.transcription_errors) == ["no"]


def test_being_stopped_in_the_middle_is_no_attempt(venue: Venue) -> None:
    recording = a_claimed_note(venue)
    for _ in range(5):
        ears = some_ears(venue, ScriptedTranscriber([KeyboardInterrupt()]), retry=0)
        with pytest.raises(KeyboardInterrupt):
            ears.attend(recording)
        ears.excuse(recording)
    some_ears(venue, retry=0).attend(recording)
    assert staged(venue) == [STORY]
    ears.excuse(recording)
    assert list(venue.hearing.iterdir()) == []


def test_a_disk_that_stays_full_for_long_loses_no_recording(venue: Venue) -> None:
    recording = a_claimed_note(venue)
    ears = some_ears(venue, ScriptedTranscriber([OSError(errno.ENOSPC, "full") for _ in range(20)]), retry=2)
    for _ in range(20):
        with pytest.raises(OSError, match="full"):
            ears.attend(recording)
        assert not recording.speech.exists(), "what is decoded takes no room meanwhile"
    ears.attend(recording)
    assert staged(venue) == [STORY]


def test_a_recording_whose_facts_cannot_be_written_is_not_its_own_double(venue: Venue) -> None:
    recording = a_claimed_note(venue)
    ears = some_ears(venue)
    facts = recording.folder / "recording.json"
    content = facts.read_bytes()
    facts.unlink()
    (facts / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match="recording"):
        ears.attend(recording)
    (facts / "in the way").rmdir()
    facts.rmdir()
    facts.write_bytes(content)
    ears.attend(recording)
    assert staged(venue) == [STORY]


@pytest.mark.parametrize("name", ["anna.wav", "zia pina.wav", "0-anna.wav"])
def test_a_stray_is_quarantined_and_told_how_to_be_called(venue: Venue, name: str) -> None:
    transcriber = ScriptedTranscriber()
    some_ears(venue, transcriber).attend(a_claimed_note(venue, name))
    (reason,) = reasons.read_all(venue.transcription_errors)
    assert (reason.code, transcriber.calls) == ("no-table", 0)
    assert "5-anna.wav" in reason.within("it")
    assert "5-anna.wav" in reason.within("en")


def test_a_stray_that_comes_again_under_a_tables_name_is_heard(venue: Venue) -> None:
    ears = some_ears(venue)
    ears.attend(a_claimed_note(venue, "anna.wav"))
    ears.attend(a_claimed_note(venue, "5-anna.wav"))
    assert staged(venue) == [STORY]


def test_a_giant_is_quarantined_unheard_and_archived(venue: Venue) -> None:
    transcriber = ScriptedTranscriber()
    some_ears(venue, transcriber, most_mb=0.001).attend(a_claimed_note(venue))
    assert "_0000000000000000_" in archived(venue)[0].name, "not even read"
    assert (codes(venue.transcription_errors), transcriber.calls, len(archived(venue))) == (["too-large"], 0, 1)


@contextmanager
def as_an_ordinary_user() -> Iterator[Path]:
    """Be one, with a folder of one's own: root may read everything."""
    me = os.geteuid()
    os.seteuid(me or NOBODY)
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
    finally:
        os.seteuid(me)


def take_away(path: Path) -> None:
    """Make ``path`` a private file of root's, as far as we can."""
    me = os.geteuid()
    path.chmod(0)
    if os.getuid() == 0:
        os.seteuid(0)
        os.chown(path, 0, 0)
        os.seteuid(me)


def test_a_recording_that_may_not_be_read_is_quarantined_in_plain_words() -> None:
    with as_an_ordinary_user() as folder:
        venue = a_venue(folder)
        recording = a_claimed_note(venue)
        assert recording.audio
        take_away(recording.audio)
        assert some_ears(venue).attend(recording) == 0
        (reason,) = reasons.read_all(venue.transcription_errors)
        assert (reason.code, list(venue.hearing.iterdir())) == ("unreadable", [])
        assert "chmod" in reason.within("it")
        assert str(venue.transcription_errors) in reason.within("en")
        assert (venue.transcription_errors / reason.name / "audio.wav").exists()


@pytest.mark.parametrize("name", ["5-anna.txt", "5-anna", "5-film.mkv", "5-anna.wav.longsuffix"])
def test_what_is_no_recording_by_its_name_is_not_even_opened(venue: Venue, tmp_path: Path, name: str) -> None:
    sound = a_voice_note(tmp_path / "sound.wav").read_bytes()
    transcriber = ScriptedTranscriber()
    some_ears(venue, transcriber).attend(claim_bytes(venue, name, sound))
    (reason,) = reasons.read_all(venue.transcription_errors)
    assert (reason.code, transcriber.calls, len(archived(venue))) == ("not-a-recording", 0, 1)
    assert all("flac, m4a, mp3, ogg, opus, wav, webm" in sentence for sentence in (reason.what.it, reason.what.en))


@pytest.mark.parametrize("content", [b"this is no sound", b"RIFF\xff\xff\xff\xffWAVE", b"\0" * 5000])
def test_what_is_no_sound_is_quarantined_and_kept(venue: Venue, content: bytes) -> None:
    some_ears(venue).attend(claim_bytes(venue, "5-anna.wav", content))
    assert codes(venue.transcription_errors) == ["not-audio"]
    assert [path.read_bytes() for path in archived(venue)] == [content]


def test_a_playlist_in_disguise_does_not_open_the_file_it_points_at(venue: Venue, tmp_path: Path) -> None:
    secret = a_claimed_note(venue, "9-secret.wav").audio
    assert secret
    ears = some_ears(venue)
    disguises = (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://{secret}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile '{secret}'\n",
        f"[playlist]\nFile1={secret}\n",
        f"<smil><body><audio src='{secret}'/></body></smil>",
    )
    for number, text in enumerate(disguises, start=1):
        ears.attend(claim_bytes(venue, f"{number}-anna.wav", text.encode()))
    assert codes(venue.transcription_errors) == ["not-audio"] * len(disguises)
    assert staged(venue) == []
    assert tmp_path


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        *((".wav", "pcm_s24le"), (".flac", "flac"), (".mp3", "libmp3lame"), (".m4a", "aac")),
        *((".ogg", "libvorbis"), (".opus", "libopus"), (".webm", "libopus")),
    ],
)
def test_every_kind_of_recording_is_heard(venue: Venue, tmp_path: Path, suffix: str, codec: str) -> None:
    source = tmp_path / f"5-anna{suffix}"
    tone = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:duration=0.5:sample_rate=48000"]
    subprocess.run([*tone, "-ac", "2", "-c:a", codec, str(source)], check=True, stdin=subprocess.DEVNULL)
    some_ears(venue).attend(claim_bytes(venue, source.name, source.read_bytes()))
    assert staged(venue) == [STORY]
    assert archived(venue)[0].suffix == suffix
    assert archived(venue)[0].read_bytes() == source.read_bytes()


def test_arrivals_never_run_backwards_and_are_never_the_same(venue: Venue) -> None:
    claims = Claims(venue)
    arrivals = []
    for number, hour in enumerate((20, 20, 19, 21)):
        path = venue.from_tables / f"{number}.wav"
        path.write_bytes(b"sound")
        arrivals.append(claims.claim(path, path.name, EIGHT.replace(hour=hour)).arrival)
    assert arrivals == sorted(set(arrivals))
    assert [recording.arrival for recording in recordings.recordings(venue)] == arrivals


@pytest.mark.parametrize("name", ["5-" + "lunghissimo" * 20 + ".wav", "5-perché no?.wav", "5/anna.wav", "5-.wav"])
def test_any_name_can_be_archived_and_set_aside(venue: Venue, name: str) -> None:
    path = venue.from_tables / "file.wav"
    path.write_bytes(b"no sound")
    some_ears(venue).attend(Claims(venue).claim(path, name, EIGHT))
    assert codes(venue.transcription_errors) == ["not-audio"]
    assert len(archived(venue)) == 1
