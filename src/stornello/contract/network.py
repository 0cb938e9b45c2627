"""What an engine must do when the network fails. One that needs no network passes by doing its work."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from stornello.contract import stories
from stornello.contract.check import Bench, Check, NotAsked, discreet, raw, require
from stornello.contract.transcriber import BOTH, voice
from stornello.contract.wire import AFTER_SENDING, Cut, Wire, cut
from stornello.domain.errors import OutcomeUnknown, ProviderError, ProviderUnreachable
from stornello.domain.plain import Plain
from stornello.seams import Checkable, HasCredits


def _calls(bench: Bench) -> Iterator[tuple[str, Callable[[Any], object]]]:
    """Yield each method of the engine and how to call it."""
    if isinstance(bench.engine, Checkable):
        yield "check()", lambda engine: engine.check()
    if isinstance(bench.engine, HasCredits):
        yield "credits()", lambda engine: engine.credits()
    match bench.subject.seam:
        case "studios":
            yield "request()", lambda engine: engine.request(stories.ORDER)
            known = bench.ordered
            yield "collect()", lambda engine: engine.collect(known, bench.folder)
        case "lyricists":
            yield "summarise()", lambda engine: engine.summarise(stories.ITALIAN)
            yield "write()", lambda engine: engine.write(stories.ITALIAN, stories.SUMMARY)
        case "transcribers":
            yield "hear()", lambda engine: engine.hear(voice(bench.folder), BOTH)


def _cut(bench: Bench, how: Cut) -> None:
    if bench.is_local:
        raise NotAsked
    seen = []
    for name, call in _calls(bench):
        with cut(how) as wire:
            error = _error_of(bench, call)
        seen.append((name, error, wire))
    bench.is_local = not any(wire.attempts for _, _, wire in seen)
    for name, error, wire in seen:
        _judge(bench, name, error, wire)


def _error_of(bench: Bench, call: Callable[[Any], object]) -> BaseException | None:
    """Return what a fresh engine raises: one that has been at work may hold a connection from before."""
    try:
        call(bench.subject.build())
    except Exception as error:  # noqa: BLE001 - that is the question
        return error
    return None


def _judge(bench: Bench, name: str, error: BaseException | None, wire: Wire) -> None:
    if error is not None:
        discreet(error, bench.subject.secrets)
        if not isinstance(error, ProviderError):
            raise raw(error, name)
    if not wire.attempts:
        return  # it needed no network
    kind = type(error).__name__
    require(
        isinstance(error, ProviderUnreachable),
        f"{name} dà {kind} invece di ProviderUnreachable.",
        f"{name} gives {kind} for ProviderUnreachable.",
    )
    require(wire.attempts == 1, f"{name} ritenta da sé.", f"{name} tries again by itself.")
    if name == "request()":
        _require_outcome(error, wire)
    if wire.how not in AFTER_SENDING:
        sure = not isinstance(error, OutcomeUnknown)
        require(sure, f"{name}: niente era partito.", f"{name}: nothing had been sent.")


def _require_outcome(error: BaseException | None, wire: Wire) -> None:
    if wire.was_asked:
        require(
            isinstance(error, OutcomeUnknown),
            "request() era partita: ci vuole OutcomeUnknown, o si paga due volte.",
            "request() had been sent: that is OutcomeUnknown, or somebody pays twice.",
        )


_UNREACHABLE = Plain("Traduci ogni errore di rete in ProviderUnreachable.", "Make network errors ProviderUnreachable.")
_OUTCOME = Plain(
    "Dopo l'invio solleva OutcomeUnknown; ritentare è compito di chains/.",
    "After sending raise OutcomeUnknown; trying again is for chains/.",
)
_WAYS: tuple[tuple[Cut, Plain, Plain], ...] = (
    ("refused", Plain("Server spento: lo dice, una volta sola", "Server down: it says so, once"), _UNREACHABLE),
    ("nameless", Plain("Nome che non si trova: lo dice", "Name not found: it says so"), _UNREACHABLE),
    ("late", Plain("Connessione fuori tempo: lo dice", "Connection out of time: it says so"), _UNREACHABLE),
    (
        "reset",
        Plain("Linea caduta dopo la domanda: l'esito è ignoto", "Reset after the question: the outcome is unknown"),
        _OUTCOME,
    ),
    ("silence", Plain("Nessuna risposta: l'esito è ignoto", "No answer: the outcome is unknown"), _OUTCOME),
    ("half", Plain("Mezza risposta: l'esito è ignoto", "Half an answer: the outcome is unknown"), _OUTCOME),
)

NETWORK = tuple(Check(f"network {how}", said, todo, partial(_cut, how=how)) for how, said, todo in _WAYS)
