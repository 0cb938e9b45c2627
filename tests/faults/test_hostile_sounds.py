"""Sound files that lie, or ask for more than a recording may: bounded in time, memory and disk, and told plainly."""

import os
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile import BOUNDED, Siege, a_sound, sha, wav
from stornello import media, processes
from stornello.domain.errors import ProviderUnreachable, RecordingError
from stornello.media import ffmpeg
from stornello.spool.snapshot import look
from venues import a_tone

MB = 1_000_000
ENDS = {"song", "no-speech", "not-audio", "too-heavy", "empty"}


@pytest.fixture
def siege(tmp_path: Path) -> Siege:
    return Siege(tmp_path / "place", most_s=2.0)


FIELDS = {
    "riff length": (4, "<I"),
    "fmt length": (16, "<I"),
    "format": (20, "<H"),
    "channels": (22, "<H"),
    "rate": (24, "<I"),
    "bytes a second": (28, "<I"),
    "block": (32, "<H"),
    "bits": (34, "<H"),
    "data length": (40, "<I"),
}
LIES = (0, 1, 2, 7, 255, 0x7FFF, 0xFFFE, 0xFFFF, 48_000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF)


def lying(field: str, lie: int) -> bytes:
    """Return a sound whose header lies in one field."""
    at, kind = FIELDS[field]
    data = bytearray(a_sound(zlib.crc32(f"{field} {lie}".encode())))
    struct.pack_into(kind, data, at, lie & (0xFFFF if kind == "<H" else 0xFFFFFFFF))
    return bytes(data)


def test_a_header_that_lies_in_any_field_has_one_end(siege: Siege) -> None:
    sounds = {lying(field, lie) for field in FIELDS for lie in (0, 0xFFFFFFFF, 7)}
    for number, sound in enumerate(sounds):
        siege.drop(f"{number + 1}-anna.wav", sound)
    siege.settle()
    assert siege.archived() == {sha(sound): 1 for sound in sounds}
    assert siege.ends().total() == len(sounds)
    assert set(siege.ends()) <= ENDS
    siege.hears_the_next()


@BOUNDED
@given(
    st.sampled_from(sorted(FIELDS)),
    st.sampled_from(LIES) | st.integers(0, 0xFFFFFFFF),
    st.integers(0, 200),
    st.sampled_from([".wav", ".mp3", ".flac", ".m4a", ".ogg", ".opus", ".webm"]),
)
def test_any_lie_in_a_file_of_any_length_under_any_ending(field: str, lie: int, length: int, ending: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        siege = Siege(Path(folder) / "place", most_s=2.0)
        sound = lying(field, lie)[: 1_000 - length * 5]
        siege.drop(f"5-anna{ending}", sound)
        siege.settle()
        assert siege.ends().total() == 1
        assert siege.archived() == {sha(sound): 1}
        assert siege.is_intact()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF",
        b"RIFF\xff\xff\xff\xffWAVE",
        b"RF64\xff\xff\xff\xffWAVEds64" + b"\xff" * 28,
        b"riff\x2e\x91\xcf\x11" + b"\xff" * 100,
        b"fLaC\x00\x00\x00\x22" + b"\xff" * 34 + b"\xff\xf8" * 50,
        b"OggS" + b"\xff" * 300,
        b"\x1a\x45\xdf\xa3" + b"\xff" * 300,
        b"\0\0\0\x20ftypM4A " + b"\xff" * 300,
        b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"\xff\xfb\x90\0" * 100,
        b"<script>$(touch canary)</script>",
        b"\x7fELF" + b"\0" * 300,
        b"PK\x03\x04" + b"\0" * 300,
    ],
)
def test_what_begins_like_a_sound_and_is_none_is_refused_in_plain_words(siege: Siege, content: bytes) -> None:
    siege.drop("5-anna.wav", content)
    siege.settle()
    assert set(siege.ends()) <= ENDS - {"song"}
    assert siege.ends().total() == siege.archived().total() == 1
    siege.hears_the_next()


def test_a_lie_that_makes_hours_of_nothing_is_cut_at_the_limit(siege: Siege, caplog: pytest.LogCaptureFixture) -> None:
    siege.drop("5-anna.wav", wav(a_tone(0.5), rate=100))
    siege.settle()
    assert siege.ends() == {"song": 1}
    assert [vars(record)["recording"] for record in caplog.records if "only its beginning" in record.message] == [
        "5-anna.wav"
    ]
    (told,) = look(siege.venue).in_part
    assert (told.about, told.what.en) == ("5-anna.wav", "Only its first 2 seconds were heard: it is longer.")


def test_an_hour_of_silence_is_decoded_as_far_as_the_limit_goes(tmp_path: Path, siege: Siege) -> None:
    path = tmp_path / "hour.wav"
    path.write_bytes(wav(b"", rate=48_000)[:-4] + struct.pack("<I", 3600 * 96_000))
    os.truncate(path, 44 + 3600 * 96_000)  # sparse: it takes no room
    media.to_speech(path, tmp_path / "speech.wav", 2.0)
    assert media.length_s(tmp_path / "speech.wav") == pytest.approx(2.0, abs=0.01)
    assert media.is_cut(tmp_path / "speech.wav", 2.0)
    assert not media.is_cut(tmp_path / "speech.wav", 60.0)
    assert siege.is_intact()


def test_a_bomb_that_unpacks_to_gigabytes_is_bounded(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.flac"
    make = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anullsrc=r=192000:cl=7.1", "-t", "60"]
    subprocess.run([*make, "-compression_level", "0", str(bomb)], check=True, stdin=subprocess.DEVNULL)
    assert bomb.stat().st_size < 0.2 * MB  # of 184 MB of samples
    media.to_speech(bomb, tmp_path / "speech.wav", 5.0)
    assert (tmp_path / "speech.wav").stat().st_size < 0.2 * MB


def test_a_film_or_a_cover_is_not_opened_to_hear_the_sound(tmp_path: Path) -> None:
    film = tmp_path / "5-anna.webm"
    picture = ["-f", "lavfi", "-i", "color=size=64x64:duration=0.5:rate=5", "-f", "lavfi", "-i", "sine=duration=0.5"]
    subprocess.run(["ffmpeg", "-v", "error", *picture, "-c:v", "libvpx", str(film)], check=True)
    media.to_speech(film, tmp_path / "speech.wav", 60)
    assert media.length_s(tmp_path / "speech.wav") == pytest.approx(0.5, abs=0.05)
    assert "libvpx" not in ffmpeg._DECODERS
    assert "vp8" not in ffmpeg._DECODERS


LITTLE = processes.Limits(cpu_s=1, memory_bytes=400 * MB, file_bytes=MB)
GREEDY = {
    "processor": "while True: pass",
    "memory": "bytearray(10**9)",
    "disk": "open('much', 'wb').write(bytes(10**7))",
}


@pytest.mark.skipif(not LITTLE.prefix(), reason="only Linux has prlimit")
@pytest.mark.parametrize("program", GREEDY.values(), ids=GREEDY)
def test_a_child_gets_no_more_than_its_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.chdir(tmp_path)
    done = processes.run([sys.executable, "-S", "-c", program], 60, LITTLE)
    assert done.returncode
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= MB


def test_a_child_that_talks_without_end_is_ended_in_bounded_memory() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        processes.run(["yes", "word of nothing"], 0.2)
    done = processes.run([sys.executable, "-S", "-c", "print('x' * 3_000_000 + 'end')"], 60)
    assert len(done.stdout) == 1 << 20
    assert done.stdout.endswith("end\n")


@pytest.mark.skipif(not LITTLE.prefix(), reason="only Linux has prlimit")
def test_what_would_fill_the_disk_is_too_heavy_in_plain_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        ffmpeg, "_limits", lambda _: processes.Limits(cpu_s=600, memory_bytes=1 << 30, file_bytes=10_000)
    )
    (tmp_path / "a.wav").write_bytes(wav(a_tone(2.0, rate=8_000), rate=8_000))
    with pytest.raises(RecordingError) as refusal:
        media.to_speech(tmp_path / "a.wav", tmp_path / "speech.wav", 60)
    assert refusal.value.code == "too-heavy"
    assert "memory" in refusal.value.what.en


@pytest.mark.parametrize("last", ["echo Cannot allocate memory >&2; exit 1", "kill -XCPU $$", "kill -XFSZ $$"])
def test_an_ffmpeg_that_a_limit_has_ended_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str) -> None:
    (tmp_path / "ffmpeg").write_text(f"#!/bin/sh\n{last}\n")
    (tmp_path / "ffmpeg").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(RecordingError) as refusal:
        media.listen(tmp_path / "a.wav")
    assert refusal.value.code == "too-heavy"


@pytest.mark.parametrize("last", ["kill -KILL $$", "kill -TERM $$", "exit 255"])
def test_an_ffmpeg_that_somebody_ended_says_nothing_against_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    (tmp_path / "ffmpeg").write_text(f"#!/bin/sh\n{last}\n")
    (tmp_path / "ffmpeg").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(ProviderUnreachable, match="killed"):
        media.listen(tmp_path / "a.wav")


@pytest.mark.skipif(not LITTLE.prefix(), reason="only Linux has prlimit")
def test_where_we_are_bounded_ourselves_a_child_asks_for_no_more() -> None:
    ask = "from stornello.processes import Limits; print(*Limits(90, 1 << 30, 10**9).prefix())"
    ours = ["prlimit", "--cpu=50", "--fsize=5000000", sys.executable, "-c", ask]
    said = subprocess.run(ours, capture_output=True, text=True, check=True).stdout
    assert said == "prlimit --cpu=50:50 --as=1073741824 --fsize=5000000 --core=0 --\n"


def test_the_limits_grow_with_what_an_operator_allows_and_no_further_than_a_day() -> None:
    usual, hour, silly = (ffmpeg._limits(seconds) for seconds in (600.0, 3600.0, 1e12))
    assert (usual.cpu_s, hour.cpu_s) == (90, 390)
    assert usual.file_bytes > 600 * 32_000
    assert silly == ffmpeg._limits(24 * 3600.0)
