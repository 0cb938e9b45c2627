"""The remote engines asked, all at once and for nothing: do they answer, does the key open, is there credit?"""

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from stornello.doctor.finding import Finding, once
from stornello.doctor.places import places
from stornello.domain.clock import SystemClock
from stornello.domain.errors import SettingsError, StornelloError
from stornello.domain.plain import Plain
from stornello.domain.seam import Seam
from stornello.seams import Checkable, HasCredits
from stornello.settings import Settings
from stornello.wiring.engines import builder, chosen, require_engines

ANSWER_S = 5.0
"""How long one call may take."""

ALL_S = 12.0
"""How long all of them may take together: a host may need several attempts, and the SDK takes seconds to import."""


@dataclass(frozen=True, slots=True)
class Look:
    """One engine asked. ``name`` tells people which; ``is_last``: nobody would step in for it."""

    name: str
    is_last: bool
    ask: Callable[[], list[Finding]]

    def bad(self, what: Plain, mend: Plain) -> Finding:
        """Return the finding for an engine that cannot be used now."""
        named = Plain(f"{self.name}: {what.it}", f"{self.name}: {what.en}")
        return Finding("ill" if self.is_last else "warning", named, mend)

    def findings(self) -> list[Finding]:
        """Ask, whatever the engine does."""
        try:
            return self.ask()
        except StornelloError as error:
            return [self.bad(error.what, error.todo)]
        except Exception as error:  # noqa: BLE001 - an engine is anybody's code, and doctor looks at all of them
            fell = type(error).__name__
            what = Plain(f"il motore si è interrotto per un errore ({fell}).", f"the engine fell ({fell}).")
            return [self.bad(what, Plain("Chiedi a chi lo ha scritto.", "Ask whoever wrote it."))]


def examine(settings: Settings) -> list[Finding]:
    """Ask every remote engine of the chains once."""
    quick = settings.model_copy(
        update={"request_timeout_seconds": ANSWER_S, "openai_timeout_seconds": ANSWER_S, "download_seconds": ANSWER_S}
    )
    return once(together(list(_looks(quick)), ALL_S))


def together(looks: list[Look], seconds: float) -> list[Finding]:
    """Return what all looks find, in their order; one that takes longer than ``seconds`` has not answered."""
    done: queue.SimpleQueue[tuple[int, list[Finding]]] = queue.SimpleQueue()
    for n, look in enumerate(looks):
        threading.Thread(target=partial(_report, n, look, done), daemon=True).start()
    found: dict[int, list[Finding]] = {}
    clock = SystemClock()
    until = clock.monotonic() + seconds
    while len(found) < len(looks):
        try:
            n, findings = done.get(timeout=max(0.0, until - clock.monotonic()))
        except queue.Empty:
            break
        found[n] = findings
    return [finding for n, look in enumerate(looks) for finding in found.get(n, [look.bad(*_SILENT)])]


def _report(n: int, look: Look, done: "queue.SimpleQueue[tuple[int, list[Finding]]]") -> None:
    done.put((n, look.findings()))


def _looks(settings: Settings) -> Iterator[Look]:
    """Yield a look for each engine of each seam; what leads to the same finding is told once."""
    told = _told(settings)
    for (seam, engine), group in groupby(places(settings), key=lambda place: (place.seam, place.engine)):
        addresses = ", ".join(dict.fromkeys(place.address for place in group if place.address))
        name = f"{engine} ({addresses})" if addresses else engine
        ask = partial(_engine, seam, engine, name, settings, told)
        yield Look(name, chosen(seam, settings)[-1] == engine, ask)


def _told(settings: Settings) -> Plain | None:
    """Return what is wrong with the choice of engines, as ``engines.examine`` tells it."""
    try:
        require_engines(settings)
    except StornelloError as error:
        return error.what
    return None


def _engine(seam: Seam, engine: str, name: str, settings: Settings, told: Plain | None) -> list[Finding]:
    try:
        built: Any = builder(seam, engine, settings)()
    except SettingsError as error:
        if error.what == told:
            return []
        raise
    if isinstance(built, HasCredits):
        return [_credits(name, built.credits(), settings.low_credits)]
    if not isinstance(built, Checkable):
        return []
    built.check()
    return [Finding("well", Plain(f"{name}: risponde.", f"{name}: answers."))]


def _credits(name: str, left: float, low: float) -> Finding:
    what = Plain(f"{name}: risponde, {left:.0f} crediti.", f"{name}: answers, {left:.0f} credits.")
    if left >= low and left > 0:
        return Finding("well", what)
    return Finding("warning", what, Plain("Ricaricali prima della serata.", "Top up before the night."))


_SILENT = (
    Plain(f"nessuna risposta in {ALL_S:g} s.", f"no answer within {ALL_S:g} s."),
    Plain("Controlla l'indirizzo e la rete.", "Check the address and the network."),
)
