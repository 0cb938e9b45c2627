"""A file that any player can play."""

import io
import wave
from pathlib import Path

from stornello.spool import atomic

PROOF_S = 0.2
_RATE = 48_000


def write_proof(path: Path) -> None:
    """Write a moment of silence as 16-bit WAV, whole or not at all. Raises OSError."""
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(bytes(int(PROOF_S * _RATE) * 4))
    atomic.write(path, data.getvalue(), durable=False)
