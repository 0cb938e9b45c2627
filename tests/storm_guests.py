"""The guests of a storm: recordings of every kind, and how they come through the door."""

import hashlib
import io
import time
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from doubles.stornello_doubles import FRAMES, KINDS, STEP

TABLES = 12

HALF_S = 2.0
"""So long a recorder pauses in the middle: ten times longer than what must be still to be taken for finished."""

BAD = "bad"
STRAY = "stray"
DUPLICATE = "duplicate"

EVENING = (
    *("sung",) * 9,
    *("free",) * 3,
    *("flaky", "refused", "deaf", "short", "sung", BAD, STRAY, DUPLICATE),
)
"""Of twenty recordings so many are of each kind."""


@dataclass(frozen=True, slots=True)
class Guest:
    """One recording. ``kind`` is one of the ear's KINDS, or bad: no sound; stray: no table; duplicate: another's."""

    name: str
    kind: str
    content: bytes

    @property
    def sha(self) -> str:
        """The first 16 digits of the content's sha256, by which the venue's own names tell it."""
        return hashlib.sha256(self.content).hexdigest()[:16]

    @property
    def may_be_twice(self) -> bool:
        """Whether another guest may bring the same: what is refused is heard anew when it comes again."""
        return self.kind in {"sung", "free", "short"}


def evening(chance: Random, count: int, of: Sequence[str] = EVENING) -> list[Guest]:
    """Return ``count`` guests in the order of their arrival, each kind as often as in ``of``."""
    guests: list[Guest] = []
    for number in range(count):
        if number % len(of) == 0:
            kinds = chance.sample(of, len(of))
        guests.append(_guest(chance, number, kinds[number % len(of)], guests))
    return guests


def _guest(chance: Random, number: int, kind: str, before: Sequence[Guest]) -> Guest:
    name = f"{number % TABLES + 1}-g{number}.wav"
    brought = {guest.sha for guest in before if guest.kind == DUPLICATE}
    others = [guest for guest in before if guest.may_be_twice and guest.sha not in brought]
    if kind == DUPLICATE and others:
        return Guest(name, DUPLICATE, chance.choice(others).content)
    if kind == STRAY:
        return Guest(f"nobody-g{number}.wav", STRAY, _sound(chance, "sung"))
    if kind == BAD:
        return Guest(name, BAD, chance.randbytes(900))
    kind = "sung" if kind == DUPLICATE else kind
    return Guest(name, kind, _sound(chance, kind))


def _sound(chance: Random, kind: str) -> bytes:
    file = io.BytesIO()
    rate = chance.choice((8_000, 16_000))  # every second one has to be decoded
    frames = (FRAMES + KINDS.index(kind) * STEP) * rate // 16_000
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, rate, 0, "NONE", ""))
        sound.writeframes(chance.randbytes(frames * 2))
    return file.getvalue()


class Door:
    """Lets guests in: by rename, in one go, or half now and half after a moment, as recorders do."""

    def __init__(self, folder: Path, guests: Sequence[Guest], chance: Random) -> None:
        self._folder = folder
        self._guests = list(guests)
        self._count = len(guests)
        self._chance = chance
        self._half: Guest | None = None
        self._half_at = 0.0

    @property
    def is_closed(self) -> bool:
        """Whether everybody is in."""
        return not (self._guests or self._half)

    def open(self, share: float) -> None:
        """Have all come in who come before this share of the storm, from 0 to 1."""
        left = round(self._count * (1 - share))
        while len(self._guests) > left:
            self._let_in(self._guests.pop(0))

    def look(self) -> None:
        """Let whoever stopped half way go on, after a moment: after a long pause a recorder is taken to be dead."""
        if time.monotonic() >= self._half_at + HALF_S:
            self._finish()

    def _let_in(self, guest: Guest) -> None:
        path = self._folder / guest.name
        how = self._chance.random()
        if how < 0.5:
            hidden = path.with_name(f".{guest.name}.tmp")
            hidden.write_bytes(guest.content)
            hidden.rename(path)
        elif how < 0.8 or guest.kind == BAD:  # who sends no sound has no length to keep
            path.write_bytes(guest.content)
        else:
            self._finish()
            self._half, self._half_at = guest, time.monotonic()
            path.write_bytes(guest.content[: len(guest.content) // 2])

    def _finish(self) -> None:
        """Write the second half of the recording that was begun."""
        if guest := self._half:
            self._half = None
            with (self._folder / guest.name).open("ab") as file:
                file.write(guest.content[len(guest.content) // 2 :])
