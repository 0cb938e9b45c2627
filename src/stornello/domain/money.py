"""Money as an operator writes it: euro, or a music service's credits."""

import re
from dataclasses import dataclass
from typing import Literal, Self

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

    def __str__(self) -> str:
        return f"{self.value:g} {'€' if self.unit == 'euro' else 'credits'}"


@dataclass(frozen=True, slots=True)
class Caps:
    """What may be spent, in euro; None: no cap."""

    night: float | None = None
    song: float | None = None
    table: float | None = None
