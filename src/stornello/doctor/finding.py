"""What doctor says of one thing that it has looked at."""

from dataclasses import dataclass
from typing import Literal

from stornello.domain.plain import Plain


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``ill`` stops a night, a ``warning`` does not; ``mend`` says what to do."""

    state: Literal["well", "warning", "ill"]
    what: Plain
    mend: Plain | None = None
