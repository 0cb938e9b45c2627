"""The DJ: plays the playlist in order and passes from one song to the next on two decks.

One :meth:`Dj.tick` holds all the logic, in the order in which its helpers are called. A song leaves the playlist when
the room hears it, not before.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from stornello.domain.clock import Clock
from stornello.domain.errors import PlayerLost
from stornello.domain.names import SongId
from stornello.riproduzione.booth import Booth
from stornello.riproduzione.cueing import Cueing
from stornello.riproduzione.decks import SLOTS, Decks
from stornello.riproduzione.judge import Judge
from stornello.riproduzione.passages import Passages
from stornello.riproduzione.rescue import Rescue
from stornello.riproduzione.turn import Turn
from stornello.seams import Player
from stornello.settings import Settings
from stornello.spool.journal import Journal
from stornello.spool.now_playing import NowPlaying
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from stornello.spool.snapshot import seen_card

log = logging.getLogger(__name__)

GLIDE_PER_S = 60.0
"""The volume moves this many percent a second, so that it never jumps."""

SEEK_GUARD_S = 1.0
"""Seeking stops this long before a passage, so that the passage stays whole."""

RESUME_WITHIN_S = 60.0
"""After a crash of the DJ the song goes on if that is no longer ago."""

GOODBYE_S = 0.3
"""The fade when the service ends, in this many steps of volume: the two decks of a passage keep their slopes."""

GOODBYE_STEPS = 30

GOODBYE_WITHIN_S = 1.0
"""A player that hangs takes longer than this to say so: the fade is over then."""

BUFFERED_S = 0.4
"""What mpv has filtered already sounds on for this long."""


COMPLAIN_EVERY_S = 10.0
"""How often the log hears of an error that nobody foresaw and that comes back."""


class Dj:
    """Plays ``venue``'s playlist on ``player``. Ticks and commands come from one thread."""

    def __init__(self, venue: Venue, settings: Settings, player: Player, clock: Clock, journal: Journal) -> None:
        playlist = Playlist(venue.playlist)
        decks = Decks(player, venue.run, clock)
        self.booth = Booth(venue, settings, clock, journal, playlist, decks, level=settings.volume)
        self.clock = clock
        self.volume = settings.volume
        self._judge = Judge(self.booth)
        self._cueing = Cueing(self.booth, self._judge)
        self._rescue = Rescue(self.booth, self._judge)
        self._passages = Passages(self.booth)
        self._ticked_at = clock.monotonic()
        self._complain_at = 0.0
        self._refused_at = 0.0
        self._output = ""

    def tick(self) -> None:
        """Hear how the decks are and do what is due. What fails is told and tried again, and stops nothing else."""
        for step in (
            *(self._rescue.listen, self._judge.look, self.booth.let_go, self.booth.note_start),
            *(self._cueing.look, self._passages.look, self._glide, self.booth.settle),
        ):
            self._try(step)

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except PlayerLost as error:
            log.warning("a deck did not obey; the next tick finds which", extra={"code": error.code})
        except OSError as error:
            if self.clock.monotonic() >= self._refused_at:  # not at every try
                log.error("the venue's disk refuses; the music goes on", extra={"error": type(error).__name__})  # noqa: TRY400 - expected, a traceback says no more
            self._refused_at = self.clock.monotonic() + COMPLAIN_EVERY_S
        except Exception:
            if self.clock.monotonic() >= self._complain_at:  # not twenty times a second
                self._complain_at = self.clock.monotonic() + COMPLAIN_EVERY_S
                log.exception("unexpected; the music goes on")

    # What people ask for

    def pause(self, on: bool | None = None) -> None:  # noqa: FBT001 - what the key means
        """Hold the room, or let it go on; None: the other of the two."""
        self.booth.paused = not self.booth.paused if on is None else on
        for turn in self._heard():
            turn.moved_at = self.clock.monotonic()
            with suppress(PlayerLost):  # the next tick finds it
                turn.hold(on=self.booth.paused)

    def next(self) -> None:
        """Pass to the next song as soon as that can be shaped; fade out when there is none."""
        self._passages.skip_asked = self.booth.current is not None

    def seek(self, by_s: float) -> None:
        """Move within the song, but not over a passage that is planned or under way."""
        turn, now = self.booth.current, self.clock.monotonic()
        if turn is None or self.booth.leaving or not turn.ready:
            return
        last = (turn.handover.at_s if turn.handover else turn.part.end_s) - SEEK_GUARD_S
        to_s = max(turn.part.begin_s, min(turn.ear_s(now) + by_s, last))
        if (to_s - turn.ear_s(now)) * by_s > 0:
            turn.seek(to_s, now)

    def set_volume(self, percent: int) -> None:
        """Glide to this volume."""
        self.volume = max(0, min(100, percent))

    def take_up(self, said: NowPlaying | None) -> None:
        """Go on with the song that was playing when the DJ before us crashed, as loud and as held as it was."""
        self._try(lambda: self._take_up(said))

    def _take_up(self, said: NowPlaying | None) -> None:
        if said is None or not said.song or said.age_s(self.clock) > RESUME_WITHIN_S:
            return
        self.set_volume(said.volume)
        self.booth.level, self.booth.paused = self.volume, said.paused
        card = seen_card(self.booth.venue, SongId(said.song))
        deck = self.booth.decks.open(SLOTS[0]) if card else None
        if card and deck:
            turn = self.booth.current = self._cueing.turn(card, SLOTS[0], deck)
            turn.position_s = min(said.position_s, turn.part.end_s)
            turn.running = not said.paused
            turn.resume_on(deck, self.booth.level)

    def _glide(self) -> None:
        now = self.clock.monotonic()
        most, self._ticked_at = GLIDE_PER_S * (now - self._ticked_at), now
        if self.booth.level != self.volume:
            self.booth.level += max(-most, min(most, self.volume - self.booth.level))
            for turn in self.booth.turns():
                turn.deck.set_volume(self.booth.level)

    # What the room hears

    def now_playing(self) -> NowPlaying:
        """Tell what the room hears."""
        turn, trouble = self.booth.current, self.booth.decks.trouble
        self._output = (turn.state.output if turn else "") or self._output
        said = NowPlaying(
            at=self.clock.now().timestamp(),
            monotonic_s=self.clock.monotonic(),
            paused=self.booth.paused,
            volume=self.volume,
            output=self._output,
            songs_played=self.booth.songs_played,
            trouble=trouble.code if trouble else "",
        )
        if turn is None:
            return said
        return replace(
            said,
            song=turn.card.id,
            title=turn.card.title,
            table=turn.card.table,
            position_s=round(turn.ear_s(self.clock.monotonic()), 2),
            duration_s=turn.part.end_s,
            crossfading=self.booth.leaving is not None,
        )

    def close(self) -> None:
        """Fade out shortly and end every player, also those that hang."""
        self._fade_out([turn for turn in self._heard() if turn.running and turn.ready])
        for turn in self.booth.turns():
            self.booth.retire(turn)
        with suppress(OSError):  # told already
            self.booth.settle()
        self.booth.current = self.booth.cued = self.booth.leaving = None

    def _fade_out(self, heard: list[Turn]) -> None:
        give_up = self.clock.monotonic() + GOODBYE_WITHIN_S
        for step in range(GOODBYE_STEPS):
            level = self.booth.level * (1 - (step + 1) / GOODBYE_STEPS)
            heard = [turn for turn in heard if self.clock.monotonic() < give_up and _lowers(turn, level)]
            if not heard:
                return
            self.clock.sleep(GOODBYE_S / GOODBYE_STEPS)
        self.clock.sleep(BUFFERED_S)

    def _heard(self) -> list[Turn]:
        return [turn for turn in (self.booth.leaving, self.booth.current) if turn]


def _lowers(turn: Turn, level: float) -> bool:
    """Set a deck's volume; False when it is lost: asked once more it would take its time-out once more."""
    try:
        turn.deck.set_volume(level)
    except PlayerLost:
        return False
    return True
