"""Long recordings in parts, silence told from sound, and a smaller file of the same sound."""

import wave
from pathlib import Path

import pytest

from stornello import media
from stornello.domain.errors import RecordingError
from venues import a_tone, write_wav

RATE = 16_000


def a_speech(path: Path, *parts: tuple[float, float]) -> Path:
    """Write (seconds, amplitude) parts of a sine as a WAV such as media.to_speech makes."""
    return write_wav(path, b"".join(a_tone(seconds, level, rate=RATE) for seconds, level in parts), RATE)


def samples(path: Path) -> bytes:
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return file.readframes(file.getnframes())


def test_a_short_recording_is_its_own_only_part(tmp_path: Path) -> None:
    speech = a_speech(tmp_path / "speech.wav", (2.0, 0.3))
    assert media.parts(speech, 2.0) == [speech]


def test_a_long_one_is_cut_in_its_pauses_and_nothing_is_lost(tmp_path: Path) -> None:
    speech = a_speech(tmp_path / "speech.wav", (1.7, 0.3), (0.2, 0.0), (1.6, 0.3), (0.2, 0.0), (0.8, 0.3))
    cut = media.parts(speech, 2.0)
    assert [media.length_s(part) for part in cut] == pytest.approx([1.8, 1.8, 0.9], abs=0.11)
    assert b"".join(map(samples, cut)) == samples(speech)
    assert all(part.parent == speech.parent for part in cut)


@pytest.mark.parametrize("seconds", [2.01, 3.99, 4.0, 4.01, 7.3])
def test_no_part_is_longer_than_allowed_whatever_the_length(tmp_path: Path, seconds: float) -> None:
    speech = a_speech(tmp_path / "speech.wav", (seconds, 0.3))
    cut = media.parts(speech, 2.0)
    assert max(map(media.length_s, cut)) <= 2.0
    assert min(map(media.length_s, cut)) > 0
    assert b"".join(map(samples, cut)) == samples(speech)


def test_even_parts_too_short_for_a_pause_are_cut(tmp_path: Path) -> None:
    speech = a_speech(tmp_path / "speech.wav", (1.0, 0.3))
    assert b"".join(map(samples, media.parts(speech, 0.2))) == samples(speech)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([(1.0, 0.0)], "silence"),
        ([(1.0, 0.003)], "silence"),
        ([(1.0, 0.004)], "sound"),
        ([(3.0, 0.0), (0.01, 0.3), (3.0, 0.0)], "sound"),
        ([], "silence"),
    ],
)
def test_silence_is_what_lies_below_50_db_all_along(
    tmp_path: Path, parts: list[tuple[float, float]], told: str
) -> None:
    assert media.is_silent(a_speech(tmp_path / "speech.wav", *parts)) is (told == "silence")


def test_a_negative_click_is_no_silence(tmp_path: Path) -> None:
    speech = write_wav(tmp_path / "speech.wav", bytes(1000) + (-3000).to_bytes(2, "little", signed=True), RATE)
    assert not media.is_silent(speech)


def test_flac_holds_the_same_sound_in_fewer_bytes(tmp_path: Path) -> None:
    speech = a_speech(tmp_path / "speech.wav", (3.0, 0.3))
    media.to_flac(speech, tmp_path / "speech.flac")
    media.to_speech(tmp_path / "speech.flac", tmp_path / "back.wav", 60)
    assert samples(tmp_path / "back.wav") == samples(speech)
    assert (tmp_path / "speech.flac").stat().st_size < speech.stat().st_size / 2


def test_what_is_no_wav_has_no_length_and_no_flac(tmp_path: Path) -> None:
    for content in (b"", b"no sound at all", b"RIFF\0\0\0\0WAVE"):
        (tmp_path / "a.wav").write_bytes(content)
        with pytest.raises(RecordingError):
            media.length_s(tmp_path / "a.wav")
        with pytest.raises(RecordingError):
            media.to_flac(tmp_path / "a.wav", tmp_path / "a.flac")


def test_a_full_disk_is_no_fault_of_the_recording_s_flac(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        media.to_flac(a_speech(tmp_path / "a.wav", (1.0, 0.3)), Path("/dev/full"))
