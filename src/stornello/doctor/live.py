"""The remote engines asked, all at once and for nothing: do they answer, does the key open, is there credit?"""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx2

from stornello.doctor.finding import Finding
from stornello.doctor.places import OPENAI_URL, Place, places
from stornello.domain.clock import SystemClock
from stornello.domain.errors import AccountRefused, ProviderUnreachable, StornelloError
from stornello.domain.plain import Plain
from stornello.seams import Checkable, HasCredits
from stornello.settings import Settings
from stornello.wiring.engines import chosen, installed

ANSWER_S = 5.0
"""How long one call may take."""

ALL_S = 8.0
"""How long all of them may take together: a host may need several attempts to connect."""

_OK, _SERVER_ERRORS = 200, 500
_REFUSED = (401, 403)
_BUSY = 429


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
            what = Plain(f"il motore è caduto ({fell}).", f"the engine fell ({fell}).")
            return [self.bad(what, Plain("Chiedi a chi lo ha scritto.", "Ask whoever wrote it."))]


def examine(settings: Settings) -> list[Finding]:
    """Ask every remote engine of the chains once."""
    quick = settings.model_copy(
        update={"request_timeout_seconds": ANSWER_S, "openai_timeout_seconds": ANSWER_S, "download_seconds": ANSWER_S}
    )
    return together(list(_looks(quick)), ALL_S)


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
    """Yield a look for each engine, or each address of ``openai``: several uses of one are asked once."""
    seen: set[tuple[object, ...]] = set()
    all_places = places(settings)
    for place in all_places:
        if place.engine == "openai" and place.url:
            who: tuple[object, ...] = (place.url, place.key)
            same = [one for one in all_places if (one.url, one.key) == who]
            look = Look(f"openai ({place.address})", _is_last(same, settings), partial(_openai, same))
        else:
            who = (place.kind, place.engine)
            look = Look(place.engine, _is_last([place], settings), partial(_engine, place, settings))
        if who not in seen:
            seen.add(who)
            yield look


def _is_last(same: Iterable[Place], settings: Settings) -> bool:
    return any(chosen(place.kind, settings)[-1] == place.engine for place in same)


def _engine(place: Place, settings: Settings) -> list[Finding]:
    engine: Any = installed(place.kind, place.engine)(settings)
    if isinstance(engine, HasCredits):
        return [_credits(place.engine, engine.credits(), settings.low_credits)]
    if not isinstance(engine, Checkable):
        return []
    engine.check()
    return [_answers(place.engine)]


def _answers(name: str) -> Finding:
    return Finding("well", Plain(f"{name}: risponde.", f"{name}: answers."))


def _credits(name: str, left: float, low: float) -> Finding:
    what = Plain(f"{name}: risponde, {left:g} crediti.", f"{name}: answers, {left:g} credits.")
    if left >= low and left > 0:
        return Finding("well", what)
    return Finding("warning", what, Plain("Ricaricali prima della serata.", "Top up before the night."))


def _openai(same: list[Place]) -> list[Finding]:
    """Ask an address that speaks OpenAI's language for its models: that costs nothing, and not all have such a list."""
    place = same[0]
    name = f"openai ({place.address})"
    if place.url == OPENAI_URL and not place.key:
        raise _no_key()
    headers = {"Authorization": f"Bearer {place.key.get_secret_value()}"} if place.key else {}
    try:
        answer = httpx2.get(f"{(place.url or '').rstrip('/')}/models", headers=headers, timeout=ANSWER_S)
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError):
        raise _unreachable() from None
    if answer.status_code in _REFUSED:
        raise _key_refused()
    if answer.status_code == _BUSY or answer.status_code >= _SERVER_ERRORS:
        raise _in_trouble(answer.status_code)
    return [_answers(name), *_missing_models(name, same, _models(answer))]


def _models(answer: httpx2.Response) -> set[str]:
    try:
        return {str(model["id"]) for model in answer.json()["data"]} if answer.status_code == _OK else set()
    except (ValueError, KeyError, TypeError):
        return set()


def _missing_models(name: str, same: list[Place], listed: set[str]) -> Iterator[Finding]:
    for model in dict.fromkeys(place.model for place in same):
        if listed and model not in listed and f"{model}:latest" not in listed:
            yield Finding(
                "warning",
                Plain(f"{name}: non elenca il modello {model}.", f"{name}: does not list the model {model}."),
                Plain("Controlla il nome, o installalo su quel server.", "Check its name, or install it there."),
            )


_SILENT = (
    Plain(f"nessuna risposta in {ALL_S:g} s.", f"no answer within {ALL_S:g} s."),
    Plain("Controlla l'indirizzo e la rete.", "Check the address and the network."),
)


def _no_key() -> AccountRefused:
    return AccountRefused(
        "no-key",
        Plain("manca la chiave.", "the key is missing."),
        Plain("Mettila in .env: OPENAI_API_KEY=...", "Put it into .env: OPENAI_API_KEY=..."),
    )


def _key_refused() -> AccountRefused:
    return AccountRefused(
        "key-refused",
        Plain("la chiave non apre.", "the key is refused."),
        Plain("Controllala nel conto del servizio.", "Check it in the service's account."),
    )


def _unreachable() -> ProviderUnreachable:
    return ProviderUnreachable("unreachable", Plain("non si raggiunge.", "cannot be reached."), _SILENT[1])


def _in_trouble(status: int) -> ProviderUnreachable:
    return ProviderUnreachable(
        "in-trouble",
        Plain(f"risponde con l'errore {status}.", f"answers with error {status}."),
        Plain("Riprova tra poco.", "Try again in a while."),
    )
