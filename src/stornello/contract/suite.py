"""The whole contract, seam by seam, and how it is run."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from stornello.contract import lyricist, transcriber
from stornello.contract.check import Bench, Broken, Check, NotAsked, Subject, require
from stornello.contract.elsewhere import order_and_die
from stornello.contract.lyricist import LYRICIST
from stornello.contract.network import NETWORK
from stornello.contract.studio import STUDIO
from stornello.contract.transcriber import TRANSCRIBER
from stornello.domain.errors import StornelloError
from stornello.domain.plain import Plain
from stornello.domain.seam import Seam
from stornello.seams import RequestId, SongOrder

_METHODS: Mapping[Seam, tuple[str, ...]] = {
    "studios": ("request", "collect"),
    "lyricists": ("summarise", "write"),
    "transcribers": ("hear",),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a check ended; ``why`` where it failed."""

    check: Check
    state: Literal["kept", "broken", "not asked"]
    why: Plain | None = None


def _attributes(bench: Bench) -> None:
    engine, seam = bench.engine, bench.subject.seam
    name = getattr(engine, "name", None)
    require(isinstance(name, str) and name, "Manca name.", "There is no name.")
    require(isinstance(getattr(engine, "is_paid", None), bool), "Manca is_paid.", "There is no is_paid.")
    for method in _METHODS[seam]:
        require(callable(getattr(engine, method, None)), f"Manca {method}().", f"There is no {method}().")
    if seam == "transcribers":
        longest_s = getattr(engine, "longest_s", ())
        fits = longest_s is None or (isinstance(longest_s, int | float) and longest_s > 0)
        require(fits, "longest_s non è None né un numero.", "longest_s is neither None nor a number.")


ATTRIBUTES = Check(
    "attributes",
    Plain("Ha nome, is_paid e i metodi del suo posto", "It has a name, is_paid and its seam's methods"),
    Plain("Guarda stornello/seams.py.", "See stornello/seams.py."),
    _attributes,
)

CHECKS: Mapping[Seam, tuple[Check, ...]] = MappingProxyType(
    {
        "studios": (ATTRIBUTES, *STUDIO, *NETWORK),
        "lyricists": (ATTRIBUTES, *LYRICIST, *NETWORK),
        "transcribers": (ATTRIBUTES, *TRANSCRIBER, *NETWORK),
    }
)


def units(seam: Seam) -> float:
    """Return what all checks ask for at most: songs, calls or minutes, as the seam's price counts."""
    return {"studios": 1.0, "lyricists": float(lyricist.CALLS), "transcribers": transcriber.MINUTES}[seam]


def run(
    subject: Subject, orderer: Callable[[Callable[[], Any], SongOrder], RequestId] = order_and_die
) -> Iterator[Outcome]:
    """Yield how each check ends, in order. The engine may cost what :func:`units` says."""
    with tempfile.TemporaryDirectory(prefix="stornello-contract-") as folder:
        bench = Bench(subject, Path(folder), orderer)
        for check in CHECKS[subject.seam]:
            yield _outcome(check, bench)


def _outcome(check: Check, bench: Bench) -> Outcome:
    try:
        check.run(bench)
    except Broken as broken:
        return Outcome(check, "broken", broken.why)
    except NotAsked:
        return Outcome(check, "not asked")
    except StornelloError as error:
        return Outcome(check, "broken", error.what)
    except Exception as error:  # noqa: BLE001 - an engine is a stranger's code
        kind = type(error).__name__
        return Outcome(check, "broken", Plain(f"Ne esce {kind}.", f"A {kind} comes out."))
    return Outcome(check, "kept")
