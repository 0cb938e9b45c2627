"""Money as an operator writes it: euro, or a music service's credits."""

import re
from dataclasses import dataclass
from typing import Literal, Self

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
    by itself. ``low_credits``: with fewer on an account people are warned.
    """

    cap: float | None = None
    dearest: float = 0.0
    low_credits: float = 0.0

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
        if share >= 1 or spent + self.dearest > self.cap + ROUNDING:
            return "spent"
        return "warning" if share >= WARN_AT else "well"


WARN_AT = 0.8
"""Share of a budget from which people are warned."""

ROUNDING = 1e-9
"""So far beyond a cap a sum of prices may be by its binary digits alone."""

NO_BUDGET = Budget()
"""Nothing is capped, and nobody warned."""
