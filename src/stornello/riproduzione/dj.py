"""The DJ: plays the playlist in order and passes from one piece to the next.

One :meth:`Dj.tick` holds all the logic, in the order in which its helpers are called. A song leaves the playlist when
the room hears it, not before.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from stornello.domain.clock import Clock
from stornello.domain.errors import PlayerLost
from stornello.riproduzione import refusals
from stornello.riproduzione.booth import Booth, Programme
from stornello.riproduzione.cueing import Cueing
from stornello.riproduzione.decks import Decks
from stornello.riproduzione.faders import Faders
from stornello.riproduzione.holding import Holding
from stornello.riproduzione.judge import Judge
from stornello.riproduzione.keeper import Keeper
from stornello.riproduzione.panic import Panic
from stornello.riproduzione.passages import Passages
from stornello.riproduzione.rescue import Rescue
from stornello.riproduzione.silence import Listener
from stornello.riproduzione.soundcard import SoundCard
from stornello.riproduzione.takeover import Takeover
from stornello.seams import Player
from stornello.settings import Settings
from stornello.spool import sound
from stornello.spool.journal import Journal
from stornello.spool.now_playing import NowPlaying
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist

log = logging.getLogger(__name__)

QUEUE_WITHIN_S = 0.1
"""So long the DJ waits for whoever changes the queue, and tries again later: one that is stopped stops no passage."""

COMPLAIN_EVERY_S = 10.0
"""How often the log hears of an error that nobody foresaw and that comes back."""


class Dj:
    """Plays ``venue``'s playlist on ``player``. Ticks and commands come from one thread."""

    def __init__(
        self, venue: Venue, settings: Settings, player: Player, clock: Clock, journal: Journal, programme: Programme
    ) -> None:
        playlist = Playlist(venue.playlist, QUEUE_WITHIN_S)
        decks = Decks(player, venue.run, clock)
        self.booth = Booth(venue, settings, clock, journal, playlist, decks, programme, level=settings.volume)
        self.clock = clock
        self.faders = Faders(self.booth)
        self._judge = Judge(self.booth)
        self._cueing = Cueing(self.booth, self._judge)
        self._rescue = Rescue(self.booth, self._judge)
        self._passages = Passages(self.booth, self._cueing)
        self._holding = Holding(self.booth)
        self._panic = Panic(self.booth, self._cueing, self._passages)
        self._listener = Listener(self.booth)
        self._card = SoundCard(self.booth)
        self._keeper = Keeper(self.booth, self._listener.silence, self.faders)
        self.booth.save = self._keeper.save
        self._complain_at = 0.0
        self._refused_at = 0.0
        self._output = ""
        self._device = sound.chosen(venue, settings.sound_device)
        self._began_at = clock.now().timestamp()

    def tick(self) -> None:
        """Hear how the decks are and do what is due. What fails is told and tried again, and stops nothing else."""
        for step in (
            *(self._rescue.listen, self._judge.look, self.booth.let_go, self.booth.note_start),
            *(self._holding.look, self._cueing.look, self._passages.look),
            *(self.faders.glide, self.booth.settle),
            *(self._card.look, self._listener.look, self._keeper.look),
        ):
            self._try(step)

    def glide(self) -> None:
        """Move the faders a small step, between two ticks."""
        self._try(self.faders.glide)

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

    def play(self) -> None:
        """Let the room go on."""
        self.pause(on=False)

    def pause(self, on: bool | None = None) -> None:  # noqa: FBT001 - what the key means
        """Hold the room, or let it go on; None: the other of the two."""
        wanted = not self.booth.paused if on is None else on
        if wanted != self.booth.paused:
            self._holding.hold() if wanted else self._holding.go_on()

    def mute(self, on: bool | None = None) -> None:  # noqa: FBT001 - what the key means
        """Silence the room while the music goes on, or let it be heard again; None: the other of the two."""
        self.faders.mute(on=not self.faders.muted if on is None else on)

    def panic(self) -> None:
        """Cut to house music, or the bed, and hold the queue until :meth:`resume`."""
        self._panic.begin()

    def resume(self) -> None:
        """End the panic: the song that it cut goes on, then the queue. Raises StornelloError when there is none."""
        if not self.booth.panic:
            raise refusals.NO_PANIC
        self._panic.end()

    def next(self) -> None:
        """Pass to what is next as soon as that can be shaped; fade out when there is nothing.

        Raises:
            StornelloError: nothing plays.
        """
        if self.booth.current is None:
            raise refusals.NOTHING_PLAYS
        self._passages.skip_asked = True

    def seek(self, by_s: float) -> None:
        """Move within the piece, but not over a passage. Raises StornelloError where that cannot be."""
        self._holding.seek(by_s)

    def use_device(self, name: str) -> None:
        """Play to the sound device that the player calls ``name`` from now on."""
        self.booth.decks.player.use(name)
        self._device = name

    def set_volume(self, percent: int) -> None:
        """Glide to this volume, as far as the settings let it."""
        self.faders.set_volume(percent)

    @property
    def volume(self) -> int:
        """What was asked for, in percent."""
        return self.faders.volume

    def take_up(self) -> None:
        """Go on with what the DJ before us had in hand when it was killed, as loud and as held as it was."""
        self._try(self._take_up)

    def _take_up(self) -> None:
        known = Takeover(self.booth, self._cueing, self._listener.silence, self._keeper).take_up()
        if known and not known.is_over:
            self.faders.muted = known.muted
            self.faders.begin_at(known.volume)

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
            panic=self.booth.panic,
            muted=self.faders.muted,
            quieter_db=round(self.faders.quieter_db, 1),
            device=self._device,
            began_at=self._began_at,
            longest_silence_s=self._listener.silence.quiet.longest_s,
            silent_until=self._listener.silence.quiet.until,
        )
        if turn is None:
            return said
        return replace(
            said,
            song=turn.piece.key,
            kind=turn.piece.kind,
            title=turn.piece.title,
            table=turn.piece.table,
            position_s=round(turn.ear_s(self.clock.monotonic()), 2),
            duration_s=turn.part.end_s,
            crossfading=self.booth.leaving is not None,
            guests=turn.piece.guests,
            peak_dbfs=self._listener.peak_dbfs,
        )

    def close(self) -> None:
        """Fade out shortly and end every player, also those that hang."""
        self._holding.fall_for_good()
        for turn in self.booth.turns():
            self.booth.retire(turn)
        with suppress(OSError):  # told already
            self.booth.settle()
        self.booth.current = self.booth.cued = self.booth.leaving = None
        self._keeper.end()
