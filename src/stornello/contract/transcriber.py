"""What a transcriber must do."""

import re
import wave
from collections.abc import Callable
from pathlib import Path

from stornello import media, samples
from stornello.contract.check import Bench, Broken, Check, NotAsked, discreet, raw, require
from stornello.domain.errors import ProviderError, RecordingError
from stornello.domain.plain import Plain
from stornello.seams import Hearing

BOTH = ("it", "en")
MINUTES = 0.3
"""Sound that all checks hand over together, at most."""

_FEWEST_WORDS, _MOST_FROM_SILENCE = 5, 3
_RATE = 16_000


def voice(folder: Path) -> Path:
    """Return a sample voice of 12 seconds as 16 kHz mono WAV."""
    speech = folder / "voice.wav"
    if not speech.exists():
        media.to_speech(samples.voices()[0], speech, 60.0)
    return speech


def _hears(bench: Bench) -> None:
    heard = bench.engine.hear(voice(bench.folder), BOTH)
    _hearing(heard)
    words = re.findall(r"\w+", heard.text)
    require(len(words) >= _FEWEST_WORDS, f"Ha sentito {len(words)} parole.", f"It heard {len(words)} words.")


def _hearing(heard: object) -> None:
    if not isinstance(heard, Hearing):
        kind = type(heard).__name__
        raise Broken(f"hear() dà {kind}.", f"hear() returns {kind}.")
    right = isinstance(heard.text, str) and isinstance(heard.speech_s, int | float) and heard.speech_s >= 0
    require(right, "Hearing ha tipi sbagliati.", "Hearing has wrong types.")
    code = f"{heard.language}"
    require(re.fullmatch("[a-z]{2}", code), f"La lingua è «{code}».", f"The language is '{code}'.")


def _silence(bench: Bench) -> None:
    if bench.engine.is_paid:
        raise NotAsked  # the house hands no silence to a paid engine
    heard = bench.engine.hear(_wav(bench.folder / "silence.wav", b"\0\0" * 3 * _RATE), BOTH)
    _hearing(heard)
    words = re.findall(r"\w+", heard.text)
    require(len(words) <= _MOST_FROM_SILENCE, f"{len(words)} parole dal silenzio.", f"{len(words)} words from silence.")


def _odd(bench: Bench) -> None:
    odd: dict[str, Callable[[], Path]] = {
        "0 s": lambda: _wav(bench.folder / "nothing.wav", b""),
        "0.05 s": lambda: _wav(bench.folder / "click.wav", b"\x10\x20" * 800),
        "no sound": lambda: _bytes(bench.folder / "text.wav"),
    }
    for name, make in odd.items():
        try:
            heard = bench.engine.hear(make(), BOTH)
        except (ProviderError, RecordingError) as error:
            discreet(error, bench.subject.secrets)
        except Exception as error:  # noqa: BLE001 - that is the question
            raise raw(error, f"«{name}»") from None
        else:
            _hearing(heard)


def _wav(path: Path, frames: bytes) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, _RATE, 0, "NONE", ""))
        file.writeframes(frames)
    return path


def _bytes(path: Path) -> Path:
    path.write_bytes(b"This is no sound. " * 100)
    return path


TRANSCRIBER = (
    Check(
        "hears",
        Plain("Sente le parole di una voce", "It hears the words of a voice"),
        Plain(
            "Fa' che hear() dia un Hearing con testo e lingua.", "Have hear() return a Hearing with text and language."
        ),
        _hears,
    ),
    Check(
        "silence",
        Plain("Dal silenzio non sente quasi niente", "From silence it hears next to nothing"),
        Plain("Cerca prima se qualcuno parla.", "Look first whether anybody speaks."),
        _silence,
    ),
    Check(
        "odd sounds",
        Plain(
            "Un suono vuoto, brevissimo o falso dà un Hearing o un errore nostro",
            "Empty, tiny or false sound gives a Hearing or an error of ours",
        ),
        Plain("Solleva RecordingError o ProviderRefused.", "Raise RecordingError or ProviderRefused."),
        _odd,
    ),
)
