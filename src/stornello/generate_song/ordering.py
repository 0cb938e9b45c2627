"""A song from a chain of studios: what :func:`decide` says is done here, every request on disk before it is made."""

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from stornello.chains import Chain, Link, guarded
from stornello.domain.backoff import backoff
from stornello.domain.errors import (
    ContentRefused,
    GenerationFailed,
    OutcomeUnknown,
    ProviderError,
    StudioAway,
)
from stornello.generate_song.book import Book, as_error, same_id
from stornello.generate_song.cooking import Cooking, never_ready, slow
from stornello.generate_song.decision import Move, decide
from stornello.generate_song.delivery import Delivered, StillThere
from stornello.generate_song.patience import Patience, Polls
from stornello.seams import HasCredits, MusicStudio, RequestId, SongOrder, Take
from stornello.spool import orders
from stornello.spool.charges import ChargeId
from stornello.spool.ledger import Purpose
from stornello.spool.orders import Request

log = logging.getLogger(__name__)

_BASE_S, _CAP_S = 1.0, 8.0
_AWAY_S, _SLOW_S = 30.0, 240.0
"""A studio that has given no answer for so long is away, and a song is slow that takes longer than the services' one to
three minutes: others may have the worker. At the next look one glance must do."""

_PLAIN_ID = re.compile(r"[\w-]{1,80}")
"""What may be told in a log: a studio's id might be anything, even the order itself."""


@dataclass
class Ordering:
    """The way to the song of the job in ``folder``.

    ``taken`` remembers whose the requests are that paid studios have taken. ``former`` returns a studio that the
    settings no longer name; ``words`` the order, with gentle lyrics or the first ones; ``inspect`` what of a take may
    be played. A slow song makes room for others, and is asked for again, until it ``is_overdue``, one of a
    studio that is away until it ``is_hopeless``.
    """

    folder: Path
    taken: Path
    purpose: Purpose
    studios: Chain[MusicStudio]
    former: Callable[[str], Link[MusicStudio]]
    words: Callable[[bool], SongOrder]
    inspect: Callable[[Take], Delivered]
    polls: Polls
    patience: Patience
    is_overdue: bool
    is_hopeless: bool

    def __post_init__(self) -> None:
        self.book = Book(self.folder)
        self.rounds = 0

    def deliver(self) -> tuple[Delivered, bool]:
        """Return the song, and whether its lyrics are the gentle ones.

        Raises:
            JobHeldError: only a person can tell whether a request was taken.
            StillThere: a studio has the song in hand, and the time is over.
            GenerationFailed, ProviderRefused: every studio of the chain has failed or refused.
            ProviderUnreachable: no studio could be asked until the deadline.
        """
        self._finish_the_ledger()
        names = [link.name for link in self.studios.links]
        while True:
            away = [name for name in names if self.studios.breaker.is_open(name)]
            move = decide(self.book.requests, names, away)
            if move.do == "collect":
                if delivered := self._collect(self.book.last):
                    return delivered, move.gently
            elif move.do == "ask":
                self._ask(move)
            elif move.do == "wait":
                self._wait()
            elif move.do == "hold":
                raise orders.held(move.studio)
            else:
                raise self.book.reason(self.studios.all_away())

    def _finish_the_ledger(self) -> None:
        """Write down how charges ended that a crash cut off: the book knows of every request that was made."""
        for one in self.book.requests:
            if one.charge_state != "begun":
                self.studios.end_charge(one.charge, one.charge_state)
        known = {one.charge for one in self.book.requests}
        for charge in self.studios.ledger.lately():
            is_ours = (charge.seam, charge.about) == (self.purpose.seam, self.purpose.about)
            if is_ours and charge.state == "begun" and charge.id not in known:  # the crash came before the request
                self.studios.end_charge(charge.id, "free")

    def _ask(self, move: Move) -> None:
        """Make one request. Whatever comes of it is in the book."""
        link = self._link(move.studio)
        order = self.words(move.gently)
        self._breathe(move.studio)
        before = self.book.requests

        def request(engine: MusicStudio, charge: ChargeId | None) -> None:
            self._request(engine, order, Request(link.name, is_paid=engine.is_paid, charge=charge, gently=move.gently))

        try:
            self.studios.attempt(link, self.purpose, request)
        except ProviderError as error:
            if self.book.requests is before:  # not even called: no budget, or no key
                self.book.add(Request(link.name, is_paid=False, gently=move.gently))
                self.book.end(error)
            if isinstance(error, OutcomeUnknown) and self.book.last.state == "asking":
                raise orders.held(link.name) from error
        else:
            self.patience.milestone("REQUESTED")
            self._look_at_credits(link)

    def _request(self, engine: MusicStudio, order: SongOrder, intent: Request) -> None:
        self.book.add(intent)
        self.patience.milestone(f"ASKING {intent.studio}")
        try:
            id_ = guarded(intent.studio, lambda: engine.request(order), OutcomeUnknown)
            self._refuse_another_jobs(intent, id_)
        except ProviderError as error:
            self.book.end(error)
            raise
        if engine.is_paid and _PLAIN_ID.fullmatch(id_):  # for a person, should the disk not take it
            log.info("song requested", extra={"engine": intent.studio, "task": id_})
        self.book.change(state="cooking", charge_state="paid", id=RequestId(id_))
        if engine.is_paid:
            orders.own(self.taken, intent.studio, id_, self.purpose.about)

    def _refuse_another_jobs(self, intent: Request, id_: RequestId) -> None:
        """Raise OutcomeUnknown for an id that another job has: what became of our own request nobody can tell."""
        if intent.is_paid and orders.owner(self.taken, intent.studio, id_) not in {"", self.purpose.about}:
            raise same_id(intent.studio)

    def _collect(self, last: Request) -> Delivered | None:
        """Wait for the song of ``last``; None when it failed for good, which the book then says."""
        assert last.id is not None  # noqa: S101 - what cooks has one
        link = self._link(last.studio)
        self.patience.milestone("COOKING")
        try:
            delivered = self._cooking(link, last, last.id).collect()
        except StillThere:
            raise
        except StudioAway as error:
            if self.is_hopeless:
                raise StillThere(error.code, error.what, orders.KEPT) from None
            self.book.change(parked=True)
            raise
        except (GenerationFailed, ContentRefused) as error:
            self.studios.end_charge(last.charge, self.book.end(error))
            return None
        self.studios.end_charge(last.charge, "paid", delivered.credits)
        self.studios.breaker.worked(link.name)
        return delivered

    def _cooking(self, link: Link[MusicStudio], last: Request, id_: RequestId) -> Cooking:
        """Return the wait for the song of ``last``."""
        breaker = self.studios.breaker
        return Cooking(
            link,
            id_,
            self.folder,
            self.polls,
            self.patience,
            self.inspect,
            on_trouble=lambda error: breaker.failed(link.name, error),
            away_s=0.0 if last.parked or breaker.is_open(link.name) else _AWAY_S,
            slow_s=0.0 if last.parked else _SLOW_S,
            when_slow=never_ready() if self.is_overdue else slow(),
        )

    def _breathe(self, studio: str) -> None:
        """Leave a studio that has just not taken the request alone for a moment."""
        if not_taken := self.book.not_taken(studio):
            wait_s = not_taken[-1].retry_after_s or backoff(len(not_taken), _BASE_S, _CAP_S)
            self.patience.sleep(wait_s, as_error(not_taken[-1]))

    def _wait(self) -> None:
        """Wait for studios that are all away, then give each another chance."""
        not_taken = self.book.not_taken()
        self.rounds += 1
        error = as_error(not_taken[-1]) if not_taken else self.studios.all_away()
        self.patience.wait_for(error, self.rounds)
        self.book.forget_not_taken()

    def _look_at_credits(self, link: Link[MusicStudio]) -> None:
        """Ask what is left, while the song cooks anyway; nothing depends on the answer."""
        if isinstance(link.engine, HasCredits):
            with suppress(ProviderError):
                self.studios.breaker.tell_credits(link.name, link.engine.credits())

    def _link(self, studio: str) -> Link[MusicStudio]:
        return self.studios.named(studio) or self.former(studio)
