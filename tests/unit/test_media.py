"""Sound through ffmpeg: measured, decoded, and bounded whatever comes in."""

import math
import subprocess
import wave
from pathlib import Path

import pytest

from stornello import media, processes
from stornello.domain.errors import ProviderUnreachable, RecordingError
from venues import a_tone, write_wav

RATE = 48_000


def a_file(path: Path, *parts: tuple[float, float], hertz: float = 1000.0) -> Path:
    """Write a WAV of (seconds, amplitude) parts of a sine."""
    return write_wav(path, b"".join(a_tone(seconds, level, hertz, RATE) for seconds, level in parts), RATE)


def encoded(source: Path, target: Path, codec: str) -> Path:
    command = ["ffmpeg", "-v", "error", "-i", str(source), "-c:a", codec, str(target)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return target


def shape(wav: Path) -> tuple[int, int, int, float]:
    with wave.open(str(wav), "rb") as file:
        return file.getframerate(), file.getnchannels(), file.getsampwidth(), file.getnframes() / file.getframerate()


def test_a_sine_of_known_level_measures_as_ebu_r128_says(tmp_path: Path) -> None:
    """A 1 kHz sine at -20 dBFS peak in one channel is -23.0 LUFS (-3.01 dB RMS, K-weighting +0.7 - 0.691)."""
    sound = media.listen(a_file(tmp_path / "a.wav", (4.0, 10 ** (-20 / 20))))
    assert sound.loudness_lufs == pytest.approx(-23.0, abs=0.2)
    assert sound.true_peak_dbtp == pytest.approx(-20.0, abs=0.2)
    assert sound.duration_s == pytest.approx(4.0, abs=0.01)
    assert (sound.cue_in_s, sound.cue_out_s) == (0.0, sound.duration_s)


def test_twice_the_amplitude_is_six_decibels_more(tmp_path: Path) -> None:
    quiet, loud = (media.listen(a_file(tmp_path / f"{level}.wav", (3.0, level))).loudness_lufs for level in (0.1, 0.2))
    assert quiet is not None
    assert loud is not None
    assert loud - quiet == pytest.approx(20 * math.log10(2), abs=0.11)


@pytest.mark.parametrize(
    ("parts", "cue_in_s", "cue_out_s"),
    [
        ([(1.0, 0), (2.0, 0.3), (1.5, 0)], 1.0, 3.0),
        ([(1.0, 0), (2.0, 0.3)], 1.0, 3.0),
        ([(2.0, 0.3), (1.0, 0)], 0.0, 2.0),
        ([(1.0, 0.3), (1.0, 0), (1.0, 0.3)], 0.0, 3.0),
        ([(0.5, 0), (1.0, 0.3), (1.0, 0), (1.0, 0.3), (0.5, 0)], 0.5, 3.5),
        ([(0.2, 0), (2.0, 0.3), (0.2, 0)], 0.0, 2.4),
        ([(2.0, 0)], 0.0, 2.0),
    ],
    ids=["both", "leading", "trailing", "a pause within", "pauses everywhere", "too short to count", "only silence"],
)
def test_cue_points_bound_what_can_be_heard(
    tmp_path: Path, parts: list[tuple[float, float]], cue_in_s: float, cue_out_s: float
) -> None:
    sound = media.listen(a_file(tmp_path / "a.wav", *parts))
    assert sound.cue_in_s == pytest.approx(cue_in_s, abs=0.02)
    assert sound.cue_out_s == pytest.approx(cue_out_s, abs=0.02)


@pytest.mark.parametrize(
    ("ending", "cue_out_s"),
    [([(4.0, 0.004)], 12.0), ([(2.0, 0.1), (2.0, 0.03)], 14.0), ([(8.0, 0.03)], 20.0), ([(0.3, 0.004)], 12.3)],
    ids=["hiss", "a fade", "a quiet part of the song", "too short to count"],
)
def test_a_song_ends_where_the_room_no_longer_hears_it(
    tmp_path: Path, ending: list[tuple[float, float]], cue_out_s: float
) -> None:
    sound = media.listen(a_file(tmp_path / "a.wav", (12.0, 0.3), *ending))
    assert sound.cue_out_s == pytest.approx(cue_out_s, abs=0.15)


@pytest.mark.parametrize(
    ("noise", "soft", "loud", "cue_in_s", "cue_out_s"),
    [(0.0, 0.0016, 0.0056, 2.0, 17.0), (0.0056, 0.1, 0.5, 2.0, 17.0), (0.0, 0.00016, 0.0056, 5.0, 17.0)],
    ids=["all of it below -45 dBFS", "noise at -45 dBFS before and after", "a beginning that nobody hears"],
)
def test_what_counts_as_silence_is_told_by_the_loudness_of_the_piece(
    tmp_path: Path, noise: float, soft: float, loud: float, cue_in_s: float, cue_out_s: float
) -> None:
    parts = (2.0, noise), (3.0, soft), (12.0, loud), (3.0, noise)
    sound = media.listen(a_file(tmp_path / "a.wav", *parts))
    assert sound.cue_in_s == pytest.approx(cue_in_s, abs=0.15)
    assert sound.cue_out_s == pytest.approx(cue_out_s, abs=0.15)


def test_silence_has_no_loudness_and_no_peak(tmp_path: Path) -> None:
    sound = media.listen(a_file(tmp_path / "a.wav", (2.0, 0)))
    assert (sound.loudness_lufs, sound.true_peak_dbtp) == (None, None)


def test_a_truncated_mp3_is_as_long_as_what_is_left(tmp_path: Path) -> None:
    mp3 = encoded(a_file(tmp_path / "a.wav", (4.0, 0.3)), tmp_path / "a.mp3", "libmp3lame")
    mp3.write_bytes(mp3.read_bytes()[: mp3.stat().st_size // 2])
    sound = media.listen(mp3)
    assert sound.duration_s == pytest.approx(2.0, abs=0.2)
    assert sound.cue_out_s <= sound.duration_s


@pytest.mark.parametrize("content", [b"", b"no sound at all", b"#EXTM3U\nhttp://example.invalid/a.mp3\n"])
def test_what_is_no_sound_cannot_be_listened_to(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mp3").write_bytes(content)
    with pytest.raises(RecordingError) as refusal:
        media.listen(tmp_path / "a.mp3")
    assert refusal.value.code == "not-audio"


def test_speech_is_decoded_to_16_khz_mono_16_bit_of_the_first_seconds(tmp_path: Path) -> None:
    source = encoded(a_file(tmp_path / "a.wav", (3.0, 0.3)), tmp_path / "a.flac", "flac")
    media.to_speech(source, tmp_path / "speech.wav", most_s=2.0)
    rate, channels, width, seconds = shape(tmp_path / "speech.wav")
    assert (rate, channels, width) == (16_000, 1, 2)
    assert seconds == pytest.approx(2.0, abs=0.01)


def test_a_file_with_a_header_and_no_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError):
        media.to_speech(write_wav(tmp_path / "a.wav", b""), tmp_path / "speech.wav", 60)


@pytest.mark.parametrize("told", [0, 0xFFFFFFFF, 10])
def test_a_header_that_lies_about_the_length_costs_nothing(tmp_path: Path, told: int) -> None:
    path = a_file(tmp_path / "a.wav", (1.0, 0.3))
    data = bytearray(path.read_bytes())
    data[4:8] = told.to_bytes(4, "little")
    data[40:44] = (0xFFFFFFFF if told else 0).to_bytes(4, "little")
    path.write_bytes(data)
    media.to_speech(path, tmp_path / "speech.wav", 60)
    assert shape(tmp_path / "speech.wav")[3] == pytest.approx(1.0, abs=0.01)


def test_what_is_speech_already_is_taken_as_ffmpeg_would_but_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_wav(tmp_path / "a.wav", a_tone(1.0, rate=16_000), 16_000)
    with monkeypatch.context() as without:
        without.setenv("PATH", "")
        media.to_speech(source, tmp_path / "ours.wav", 0.5)
    longer = tmp_path / "b.wav"
    longer.write_bytes(source.read_bytes() + b"\0\0")  # its header is not true: this one ffmpeg must judge
    media.to_speech(longer, tmp_path / "theirs.wav", 0.5)
    assert (tmp_path / "ours.wav").read_bytes() == (tmp_path / "theirs.wav").read_bytes()
    assert media.is_cut(tmp_path / "ours.wav", 0.5)
    assert not media.is_cut(tmp_path / "ours.wav", 1.0)


def test_a_truncated_wav_is_decoded_as_far_as_it_goes(tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.wav", (2.0, 0.3))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    media.to_speech(path, tmp_path / "speech.wav", 60)
    assert shape(tmp_path / "speech.wav")[3] == pytest.approx(1.0, abs=0.01)


def test_a_name_that_looks_like_an_option_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-y.wav", "concat:a.wav", "http:x.wav", "100%d.wav"):
        a_file(Path(name), (0.5, 0.3))
        media.to_speech(Path(name), Path("speech.wav"), 60)
        assert shape(Path("speech.wav"))[3] == pytest.approx(0.5, abs=0.01)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_no_fault_of_the_recording(tmp_path: Path) -> None:
    source = a_file(tmp_path / "a.wav", (2.0, 0.3))
    with pytest.raises(OSError, match="No space left"):
        media.to_speech(source, Path("/dev/full"), 60)


def test_a_machine_without_ffmpeg_says_how_to_mend_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProviderUnreachable, match="apt install ffmpeg"):
        media.listen(a_file(tmp_path / "a.wav", (0.1, 0.3)))


def test_a_child_that_outstays_its_time_is_ended() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        processes.run(["sh", "-c", "sleep 60 & sleep 60"], timeout_s=0.2)


def test_a_child_says_what_it_said_whatever_the_bytes() -> None:
    done = processes.run(["sh", "-c", r"printf 'perch\351'; echo no >&2; exit 3"], timeout_s=30)
    assert (done.returncode, done.stdout, done.stderr) == (3, "perch\ufffd", "no\n")
