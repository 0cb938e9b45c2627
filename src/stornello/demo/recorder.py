"""Voice notes that arrive in FROM_TABLES as a recorder writes them: growing files, never copied in one piece."""

import struct
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stornello import processes

_RATE = 16_000
_HEADER_BYTES = 44
_CHUNK_S = 0.05
_CHUNKS = 12
_SLOW_CHUNK_S = 0.5
_BETWEEN_S = 1.5
_NOT_AUDIO = b"This is a shopping list: olives, bread, two bottles of red.\n"


@dataclass(frozen=True, slots=True)
class Note:
    """What one guest will drop: ``name`` in FROM_TABLES, and where the sound comes from (None: no sound at all)."""

    name: str
    voice: Path | None
    slow: bool = False


def evening(voices: Sequence[Path], too_short: Path) -> list[Note]:
    """Return the demo's notes in order of arrival: a slow one, a short one and one that is no audio among them."""
    notes = [Note(f"{voice.stem}.wav", voice) for voice in voices]
    notes[2:3] = [Note(note.name, note.voice, slow=True) for note in notes[2:3]]
    notes.insert(3, Note(f"{too_short.stem}.wav", too_short))
    notes.insert(5, Note("4-luca.wav", None))
    return notes


def from_folder(folder: Path) -> list[Note]:
    """Return every file of ``folder`` as a note under its own name."""
    files = (path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith("."))
    return [Note(path.name, path) for path in files]


class Recorder:
    """Writes ``notes`` into ``door`` one after another, in a thread of its own."""

    def __init__(self, notes: Sequence[Note], door: Path) -> None:
        self.notes = notes
        self.door = door
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write_all, name="recorder", daemon=True)

    def start(self) -> None:
        """Begin to record."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the chunk that is being written."""
        self._stop.set()
        self._thread.join()

    def is_done(self) -> bool:
        """Return whether the last note is written."""
        return not self._thread.is_alive()

    def _write_all(self) -> None:
        for note in self.notes:
            if self._stop.is_set():
                return
            self._write(note)
            self._stop.wait(_BETWEEN_S)

    def _write(self, note: Note) -> None:
        if note.voice is None:
            (self.door / note.name).write_bytes(_NOT_AUDIO)
        elif sound := _pcm(note.voice):
            self._record(self.door / note.name, sound, _SLOW_CHUNK_S if note.slow else _CHUNK_S)
        else:
            (self.door / note.name).write_bytes(note.voice.read_bytes())

    def _record(self, target: Path, sound: bytes, pause_s: float) -> None:
        """Write as recorders do: a header that does not know the length, the samples as they come, the header again."""
        with target.open("wb", buffering=0) as file:
            file.write(_header(0))
            for chunk in _chunks(sound):
                file.write(chunk)
                self._stop.wait(pause_s)
            file.seek(0)
            file.write(_header(len(sound)))


def _chunks(sound: bytes) -> Iterator[bytes]:
    size = len(sound) // _CHUNKS // 2 * 2 + 2
    for start in range(0, len(sound), size):
        yield sound[start : start + size]


def _pcm(voice: Path) -> bytes:
    """Return the voice as 16 kHz mono 16-bit samples; nothing when it cannot be decoded: it is dropped as it is."""
    with tempfile.NamedTemporaryFile(suffix=".raw") as raw:
        decode = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", f"file:{voice}", "-ac", "1", "-ar", str(_RATE)]
        done = processes.run([*decode, "-f", "s16le", f"file:{raw.name}"], 120)
        return Path(raw.name).read_bytes() if done.returncode == 0 else b""


def _header(data_bytes: int) -> bytes:
    """Return the 44 bytes of a WAV header. Source: RIFF, WAVE_FORMAT_PCM."""
    riff = _HEADER_BYTES - 8 + data_bytes if data_bytes else 0
    parts = (b"RIFF", riff, b"WAVE", b"fmt ", 16, 1, 1, _RATE, _RATE * 2, 2, 16, b"data", data_bytes)
    return struct.pack("<4sI4s4sIHHIIHH4sI", *parts)
