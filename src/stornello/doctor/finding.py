"""What doctor says of one thing that it has looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from stornello.domain.plain import Plain


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``ill`` stops a night, a ``warning`` does not; ``mend`` says what to do."""

    state: Literal["well", "warning", "ill"]
    what: Plain
    mend: Plain | None = None


_WORST = ("ill", "warning", "well")


def once(findings: Iterable[Finding]) -> list[Finding]:
    """Return ``findings`` with nothing said twice: of those that say the same, the worst, in the place of the first."""
    told: dict[Plain, Finding] = {}
    for one in findings:
        told[one.what] = min(told.get(one.what, one), one, key=lambda finding: _WORST.index(finding.state))
    return list(told.values())
