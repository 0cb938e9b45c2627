"""The room's volume: what hands ask for, mute, the highest volume and the curfew. It glides and never jumps."""

from contextlib import suppress
from typing import Final

from stornello.domain.errors import PlayerLost
from stornello.riproduzione.booth import Booth

HANDS_PER_S: Final = 60.0
"""The volume moves this many percent a second when somebody asks for another one."""

MUTE_PER_S: Final = 250.0
"""The same for mute, whoever mutes wants it now."""

CURFEW_S: Final = 20.0
"""So long the curfew takes to make the room quieter."""

DB_A_DECADE: Final = 60.0
"""The player's volume is cubic: a tenth of it is this much quieter, in dB."""


class Faders:
    """Moves the volume of every deck. ``volume`` is what was asked for, in percent."""

    def __init__(self, booth: Booth) -> None:
        settings = booth.settings
        self.booth = booth
        self.volume = min(settings.volume, settings.max_volume)
        self.muted = False
        self._per_s = HANDS_PER_S
        self.quieter_db = settings.curfew_db if self._is_late() else 0.0
        self._hands = float(self.volume)
        self._at = booth.clock.monotonic()
        booth.level = self._level()

    def set_volume(self, percent: int) -> None:
        """Glide to this volume, as far as the settings let it."""
        self._per_s = HANDS_PER_S
        self.volume = max(0, min(self.booth.settings.max_volume, percent))

    def mute(self, *, on: bool) -> None:
        """Silence the room, or let it be heard again."""
        self.muted, self._per_s = on, MUTE_PER_S

    def begin_at(self, percent: int) -> None:
        """Be at this volume, without a glide: the room was at it before."""
        self.set_volume(percent)
        self._hands = 0.0 if self.muted else float(self.volume)
        self.booth.level = self._level()

    @property
    def is_gliding(self) -> bool:
        """Whether hands have moved a fader that is not there yet: to be followed in small steps."""
        return self._hands != self._wanted()

    def glide(self) -> None:
        """Move every deck a step towards what is wanted."""
        clock, before = self.booth.clock, self.booth.level
        passed_s, self._at = clock.monotonic() - self._at, clock.monotonic()
        self._hands = _towards(self._wanted(), self._hands, self._per_s * passed_s)
        late_db = self.booth.settings.curfew_db if self._is_late() else 0.0
        self.quieter_db = _towards(late_db, self.quieter_db, self.booth.settings.curfew_db / CURFEW_S * passed_s)
        self.booth.level = self._level()
        if self.booth.level != before:
            for turn in self.booth.turns():
                with suppress(PlayerLost):  # the next tick finds it; the others are to move
                    turn.deck.set_volume(self.booth.level)

    def _wanted(self) -> float:
        return 0.0 if self.muted else float(self.volume)

    def _level(self) -> float:
        return self._hands * 10 ** (-self.quieter_db / DB_A_DECADE)

    def _is_late(self) -> bool:
        """Return whether it is after the curfew and before the next night begins."""
        since = self.booth.settings.curfew_from
        if since is None:
            return False
        now, hours = self.booth.clock.now().astimezone(), since.split(":")
        minute, late = now.hour * 60 + now.minute, int(hours[0]) * 60 + int(hours[1])
        early = self.booth.settings.night_begins * 60
        return late <= minute < early if late <= early else minute >= late or minute < early


def _towards(wanted: float, level: float, most: float) -> float:
    return level + max(-most, min(most, wanted - level))
