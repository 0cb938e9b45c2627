"""Makes the sample voice notes from ``stories.toml``: ``python -m stornello.samples.make_voices FOLDER_FOR_KOKORO``.

Needs ``stornello[embedded]``, npm (the first time, 300 MB) and ffmpeg.
On one machine the same files come out every time.
"""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from stornello.samples.kokoro import RATE, Reader, Samples
from stornello.samples.pub import over, pub

HERE = Path(__file__).parent
PUB_SNR_DB = 11.0
ROOM_SNR_DB = 45.0  # even a quiet corner is not digital silence
PEAK = 0.5
BITRATE = "40k"
LEAD_S = 0.35  # between pressing the button and speaking


def make(kokoro: Path, into: Path) -> None:
    """Write one Ogg Opus file per story into the folder ``into``."""
    reader = Reader(kokoro)
    notes = tomllib.loads((HERE / "stories.toml").read_text(encoding="utf-8"))
    neighbours = [_spoken(reader, neighbour) for neighbour in notes["neighbour"]]
    into.mkdir(parents=True, exist_ok=True)
    for number, story in enumerate(notes["story"]):
        chance = np.random.default_rng(number)
        pause = np.zeros(int(LEAD_S * RATE), np.float32)
        voice = np.concatenate([pause, _spoken(reader, story), pause])
        _save(_in_its_room(voice, story, neighbours, chance), into / f"{story['name']}.opus")


def _spoken(reader: Reader, note: dict[str, Any]) -> Samples:
    return reader.read(note["text"], note["voice"], note["language"], note.get("speed", 1.0))


def _in_its_room(
    voice: Samples, story: dict[str, Any], neighbours: list[Samples], chance: np.random.Generator
) -> Samples:
    snr_db = PUB_SNR_DB if story.get("pub") else ROOM_SNR_DB
    return over(voice, pub(neighbours, len(voice), chance), snr_db)


def _save(sound: Samples, path: Path) -> None:
    sound = sound * np.float32(PEAK / np.abs(sound).max())
    raw = ["-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "-"]
    opus = ["-c:a", "libopus", "-b:a", BITRATE, "-fflags", "+bitexact", "-flags:a", "+bitexact", str(path)]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *raw, *opus], input=sound.tobytes(), check=True)


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else HERE / "voices")  # noqa: PLR2004 - two arguments
