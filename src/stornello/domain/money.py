"""Money as an operator writes it: euro, or a music service's credits."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

from stornello.domain.names import TableId
from stornello.domain.plain import Language, Plain

_WRITTEN = re.compile(r"^\s*(\d+(?:[.,]\d+)?)\s*(|€|eur|euro|credits?|crediti|credito)\s*$", re.IGNORECASE)
_EURO = frozenset({"", "€", "eur", "euro"})


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum, never negative."""

    value: float
    unit: Literal["euro", "credits"]

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read ``5``, ``4,50 €``, ``10 EUR`` or ``200 credits``. Raises ValueError when it is none of these."""
        match = _WRITTEN.match(written)
        if not match:
            raise ValueError("no amount")
        return cls(float(match[1].replace(",", ".")), "euro" if match[2].lower() in _EURO else "credits")

    def euro(self, credit_price: float) -> float:
        """Return it in euro, a credit costing ``credit_price``."""
        return self.value if self.unit == "euro" else self.value * credit_price

    def within(self, language: Language) -> str:
        """Return it as :meth:`parse` reads it: ``4.5 €``, ``500 crediti``."""
        credits_ = Plain("crediti", "credits").within(language)
        return f"{self.value:g} {'€' if self.unit == 'euro' else credits_}"


@dataclass(frozen=True, slots=True)
class Caps:
    """What may be spent, in euro; None: no cap."""

    night: float | None = None
    song: float | None = None
    table: float | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """What the screens hold the night's spending against, in euro. ``cap`` None: there is none.

    ``dearest`` is the price of the dearest call that may come: where the rest does not take it, the house already works
    by itself. ``low_credits``: with fewer on an account people are warned. ``song`` and ``table`` are the other caps;
    ``words`` is what a song's words cost, ``studios`` the price of its music at each studio that is paid.
    """

    cap: float | None = None
    dearest: float = 0.0
    low_credits: float = 0.0
    song: float | None = None
    table: float | None = None
    words: float = 0.0
    studios: tuple[tuple[str, float], ...] = ()

    @property
    def is_capped(self) -> bool:
        """Return whether any cap is set."""
        return (self.cap, self.song, self.table) != (None, None, None)

    def too_dear(self, cap: float | None) -> tuple[str, ...]:
        """Return the studios that are never asked: one song of theirs goes beyond ``cap``."""
        return tuple(name for name, price in self.studios if not _fits(self.words + price, cap))

    def full(self, by_table: Mapping[TableId, float]) -> tuple[TableId, ...]:
        """Return the tables whose next song goes beyond their cap, of what each has cost so far."""
        never = {*self.too_dear(self.song), *self.too_dear(self.table)}
        prices = [price for name, price in self.studios if name not in never]
        next_song = self.words + min(prices, default=0.0)
        if not next_song or (self.studios and not prices):
            return ()
        return tuple(sorted(table for table, spent in by_table.items() if not _fits(spent + next_song, self.table)))

    def share(self, spent: float) -> float | None:
        """Return which part of the cap ``spent`` is, 1 for all of it; None without a cap."""
        if self.cap is None:
            return None
        return spent / self.cap if self.cap else 1.0

    def level(self, spent: float) -> Literal["free", "well", "warning", "spent"]:
        """Return how it stands: ``free`` without a cap, ``spent`` when the next dearest call is refused."""
        share = self.share(spent)
        if self.cap is None or share is None:
            return "free"
        if share >= 1 or not _fits(spent + self.dearest, self.cap):
            return "spent"
        return "warning" if share >= WARN_AT else "well"


def _fits(sum_: float, cap: float | None) -> bool:
    return cap is None or sum_ <= cap + ROUNDING


WARN_AT = 0.8
"""Share of a budget from which people are warned."""

ROUNDING = 1e-9
"""So far beyond a cap a sum of prices may be by its binary digits alone."""

NO_BUDGET = Budget()
"""Nothing is capped, and nobody warned."""
