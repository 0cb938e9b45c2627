"""espeak-ng through ctypes: which sounds a text has, and the same sounds spoken with their times.

Source: espeak-ng 1.52, ``speak_lib.h`` (event structure, ``espeak_Synth``, ``espeak_TextToPhonemes``).
"""

import _ctypes
import ctypes
import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import espeakng_loader
import numpy as np
from numpy.typing import NDArray

SPEAKING_RATE: Final = 130
"""Words a minute: slow enough that every consonant is whole, which singing needs."""

_SYNCHRONOUS: Final = 2
_PHONEME_EVENTS_AS_IPA: Final = 1 | 2
_UTF8: Final = 1
_IPA_WITH_BARS: Final = 2 | ord("|") << 8
_RATE, _PITCH_RANGE = 1, 4
_LIST_END, _PHONEME = 0, 7
_NOISE_SEED: Final = 1


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class Phone:
    """One spoken sound: its IPA name with stress mark, and where it lies in the audio, in seconds."""

    name: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """A spoken text: mono samples in [-1, 1] at ``rate`` Hz, and its sounds in order."""

    samples: NDArray[np.float64]
    rate: int
    phones: tuple[Phone, ...]


class Espeak:
    """The one espeak-ng of this process. Its C state is global, so every call holds the lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._audio: list[NDArray[np.int16]] = []
        self._marks: list[tuple[int, str]] = []
        self._callback = _Callback(self._receive)  # kept alive: C holds the bare pointer
        self._open()

    def _open(self) -> None:
        self._c = ctypes.CDLL(espeakng_loader.get_library_path())
        self._c.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._c.espeak_Synth.argtypes = [
            *(ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int),
            *(ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p),
        ]
        data = espeakng_loader.get_data_path().encode()
        self._rate: int = self._c.espeak_Initialize(_SYNCHRONOUS, 0, data, _PHONEME_EVENTS_AS_IPA)
        self._c.espeak_ng_SetRandSeed(_NOISE_SEED)
        self._c.espeak_SetSynthCallback(self._callback)

    def _reopen(self) -> None:
        """Forget what was spoken before.

        The wave generator carries its phase and noise from text to text, and only unloading the library resets them
        (8 ms): without this a song would depend on the songs before it.
        """
        self._c.espeak_Terminate()
        _ctypes.dlclose(self._c._handle)  # noqa: SLF001 - ctypes has no public way to unload
        self._open()

    def names(self, text: str, voice: str) -> tuple[str, ...]:
        """Return the IPA names of the text's sounds, stress marks included, without speaking."""
        with self._lock:
            self._c.espeak_SetVoiceByName(voice.encode())
            rest = ctypes.c_char_p(text.encode())
            spoken = []
            while rest.value:
                spoken.append(self._c.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _IPA_WITH_BARS) or b"")
        return tuple(b" ".join(spoken).decode("utf-8", "ignore").replace(" ", "|").split("|"))

    def speak(self, text: str, voice: str) -> Speech:
        """Speak ``text`` on one pitch: a flat voice is what WORLD analyses best. Equal texts give equal samples."""
        said = text.encode()
        with self._lock:
            self._reopen()
            self._audio, self._marks = [], []
            self._c.espeak_SetVoiceByName(voice.encode())
            self._c.espeak_SetParameter(_RATE, SPEAKING_RATE, 0)
            self._c.espeak_SetParameter(_PITCH_RANGE, 0, 0)
            self._c.espeak_Synth(said, len(said) + 1, 0, 0, 0, _UTF8, None, None)
            return self._speech()

    def _speech(self) -> Speech:
        samples = np.concatenate([*self._audio, np.zeros(1, np.int16)]).astype(np.float64) / 32768
        ends = [*(start for start, _ in self._marks[1:]), len(samples)]
        phones = (
            Phone(name, start / self._rate, end / self._rate)
            for (start, name), end in zip(self._marks, ends, strict=False)
        )
        return Speech(samples, self._rate, tuple(phones))

    def _receive(self, audio: Any, count: int, events: Any) -> int:  # noqa: ANN401 - ctypes pointers have no type to name
        if count > 0 and audio:
            self._audio.append(np.ctypeslib.as_array(audio, (count,)).copy())
        for event in events:
            if event.type == _LIST_END:
                break
            if event.type == _PHONEME:
                self._marks.append((max(0, event.sample), event.id.string.decode("utf-8", "ignore")))
        return 0


@cache
def espeak() -> Espeak:
    """Return this process's espeak-ng, started at the first call (30 ms)."""
    return Espeak()


@lru_cache(maxsize=4096)
def names(text: str, voice: str) -> tuple[str, ...]:
    """Return the IPA names of the text's sounds, remembered from one call to the next."""
    return espeak().names(text, voice)
