"""What the owner wants to know: money against its cap, engines that are away, credit, decisions that wait."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from stornello.domain.money import Budget
from stornello.domain.plain import Language, Plain
from stornello.spool.engines import EngineState
from stornello.spool.reasons import Reason
from stornello.spool.snapshot import Snapshot, Spent
from stornello.wording.text import safe

NO_CAP = Plain("{spent}, nessun tetto", "{spent}, no cap")
OF_CAP = Plain("{spent} su {cap} ({share} %)", "{spent} of {cap} ({share}%)")
OPEN = Plain("di cui {open} in corso o incerti", "{open} of it under way or uncertain")
NEAR = Plain(
    "Il tetto di spesa si avvicina: raggiunto quello, la casa lavora da sé.",
    "The spending cap is near: once it is reached, the house works by itself.",
)
REACHED = Plain(
    "Il tetto di spesa della serata è raggiunto: la casa lavora da sé.",
    "The night's spending cap is reached: the house works by itself.",
)
AGAIN_AT = Plain("riprovo alle {at}", "trying again at {at}")
CREDITS = Plain("{engine}: {left} crediti", "{engine}: {left} credits")
LOW = Plain("{engine}: solo {left} crediti, ricaricali", "{engine}: only {left} credits left, top up")
HELD = Plain("{name}: decidi tu, stornello resolve. {why}", "{name}: yours to decide, stornello resolve. {why}")
DAMAGED = Plain(
    "Nel registro delle spese ci sono righe illeggibili ({lines}): stornello report",
    "The ledger has lines that cannot be read ({lines}): stornello report",
)


@dataclass(frozen=True, slots=True)
class Worry:
    """A sentence that somebody should read; ``grave``: now."""

    text: str
    grave: bool = False


def worries(seen: Snapshot, budget: Budget, now: datetime, language: Language) -> list[Worry]:
    """Return what the owner should know, what matters most first."""
    found: list[Worry] = [Worry(held(reason, language), grave=True) for reason in seen.held]
    found += _money(seen.spent, budget, language)
    found += [Worry(away(engine, language), grave=True) for engine in seen.engines if is_away(engine, now)]
    low = [engine for engine in seen.engines if is_low(engine, budget) and not is_away(engine, now)]
    return found + [Worry(credits_left(engine, budget, language)) for engine in low]


def _money(spent: Spent, budget: Budget, language: Language) -> Iterator[Worry]:
    level = budget.level(spent.euro)
    if level == "spent":
        yield Worry(REACHED.within(language), grave=True)
    if level == "warning":
        yield Worry(NEAR.within(language))
    if spent.damaged:
        yield Worry(DAMAGED.within(language).format(lines=spent.damaged))


def spending(spent: Spent, budget: Budget, language: Language) -> str:
    """Return what was spent, of what, and how much of it is not certain yet."""
    told = euro(spent.euro, language)
    share = budget.share(spent.euro)
    line = NO_CAP.within(language).format(spent=told)
    if share is not None and budget.cap is not None:
        cap = euro(budget.cap, language)
        line = OF_CAP.within(language).format(spent=told, cap=cap, share=percent(share))
    open_ = spent.by_state.get("begun", 0.0) + spent.by_state.get("unknown", 0.0)
    return line + (f", {OPEN.within(language).format(open=euro(open_, language))}" if open_ else "")


def percent(share: float) -> int:
    """Return ``share`` in whole percent, never rounded up: 100 means all of it."""
    return int(share * 100 + 1e-6)


def euro(sum_: float, language: Language) -> str:
    """Return a sum as people write it: ``8,20 €``, ``€8.20``."""
    return f"{sum_:.2f} €".replace(".", ",") if language == "it" else f"€{sum_:.2f}"


def is_away(engine: EngineState, now: datetime) -> bool:
    """Return whether the engine is left alone now."""
    return bool(engine.away_until) and now < datetime.fromisoformat(engine.away_until)


def away(engine: EngineState, language: Language) -> str:
    """Return why the engine is away and until when: ``kie: no credit; trying again at 22:40``."""
    why = _lowered(engine.why.within(language).rstrip("."), engine.engine) if engine.why else engine.code
    at = datetime.fromisoformat(engine.away_until).astimezone()
    return f"{safe(engine.engine)}: {safe(why)}; {AGAIN_AT.within(language).format(at=f'{at:%H:%M}')}"


def _lowered(sentence: str, engine: str) -> str:
    """Return the sentence as it goes on after a colon; names and initials keep their capitals."""
    first = sentence.split(" ", 1)[0]
    is_name = first.casefold().startswith(engine.casefold()) or not first[1:].islower()
    return sentence if is_name else sentence[:1].lower() + sentence[1:]


def is_low(engine: EngineState, budget: Budget) -> bool:
    """Return whether the engine's account holds less than people want to hear of."""
    return engine.credits is not None and engine.credits < budget.low_credits


def credits_left(engine: EngineState, budget: Budget, language: Language) -> str:
    """Return what the engine's account holds."""
    phrase = LOW if is_low(engine, budget) else CREDITS
    return phrase.within(language).format(engine=safe(engine.engine), left=f"{engine.credits or 0:.0f}")


def held(reason: Reason, language: Language) -> str:
    """Return why a job waits for a person, and the command that decides."""
    return HELD.within(language).format(name=safe(reason.name), why=why_held(reason, language))


def why_held(reason: Reason, language: Language) -> str:
    """Return the reason of a held job with the job's own name in its command."""
    why = reason.within(language)
    for placeholder in ("LAVORO", "JOB"):
        why = why.replace(f"resolve {placeholder}", f"resolve {reason.name}")
    return safe(why)
