"""A file that any player can play."""

import wave
from pathlib import Path

PROOF_S = 0.2
_RATE = 48_000


def write_proof(path: Path) -> None:
    """Write a moment of silence as 16-bit WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(bytes(int(PROOF_S * _RATE) * 4))
