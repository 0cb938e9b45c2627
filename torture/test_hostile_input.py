"""Hostile input that takes long: whole hours of sound, bombs, giants, twenty thousand files."""

import os
import subprocess
from pathlib import Path

import pytest

from hostile import Siege, a_sound, wav
from stornello import media
from stornello.domain.errors import RecordingError
from stornello.media import ffmpeg

pytestmark = pytest.mark.timeout(3600)
HOUR_S = 3600
CODECS = {"wav": "pcm_s24le", "mp3": "libmp3lame", "flac": "flac", "m4a": "aac", "ogg": "libvorbis", "webm": "libopus"}


@pytest.mark.parametrize("suffix", CODECS)
def test_an_hour_of_legal_sound_passes_in_every_format(tmp_path: Path, suffix: str) -> None:
    hour = tmp_path / f"hour.{suffix}"
    make = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={HOUR_S}"]
    subprocess.run([*make, "-ac", "2", "-c:a", CODECS[suffix], str(hour)], check=True)
    for most_s in (600.0, float(HOUR_S)):
        media.to_speech(hour, tmp_path / "speech.wav", most_s)
        assert media.length_s(tmp_path / "speech.wav") == pytest.approx(most_s, abs=0.1)
    assert media.listen(hour).duration_s == pytest.approx(HOUR_S, abs=1)


def test_a_bomb_that_eats_the_processor_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = tmp_path / "bomb.flac"
    make = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anullsrc=r=192000:cl=7.1", "-t", "3600"]
    subprocess.run([*make, "-compression_level", "0", str(bomb)], check=True)
    assert bomb.stat().st_size < 10_000_000  # of eleven gigabytes of samples
    monkeypatch.setattr(ffmpeg, "_LEAST_CPU_S", 1)
    monkeypatch.setattr(ffmpeg, "_SLOWEST_CPU", 0.0)
    with pytest.raises(RecordingError) as refusal:
        media.to_speech(bomb, tmp_path / "speech.wav", float(HOUR_S))
    assert refusal.value.code == "too-heavy"


def test_a_sparse_giant_within_the_limit_costs_a_bounded_time(tmp_path: Path) -> None:
    siege = Siege(tmp_path / "place", most_mb=5_000, most_s=2.0)
    path = siege.drop("5-anna.wav", wav(a_sound(1)[44:]))
    os.truncate(path, (4 << 30) - 100)
    for _ in range(6):
        siege.pass_by()
    assert siege.ends() == {"too-heavy": 1}, "ffmpeg walks through all of it, eight bytes at a time"
    siege.hears_the_next()


def test_twenty_thousand_empty_files_end_one_by_one_and_an_older_good_one_is_heard_first(tmp_path: Path) -> None:
    siege = Siege(tmp_path / "place", workers=64)
    for number in range(20_000):
        siege.drop(f"{number}.wav", b"")
    os.utime(siege.drop("7-first.wav", a_sound(1)), (0, 0))
    for _ in range(3):
        siege.pass_by()
    assert siege.transcriber.calls == 1
    siege.settle(passes=20_000)
    assert siege.ends() == {"empty": 20_000, "song": 1}
