"""What the owner wants to know: money, engines that are away, credit, decisions that wait."""

from dataclasses import dataclass
from datetime import datetime

from stornello.domain.money import Budget
from stornello.domain.plain import Language, Plain
from stornello.spool.engines import EngineState
from stornello.spool.falls import Fall
from stornello.spool.reasons import Reason
from stornello.spool.snapshot import Snapshot
from stornello.wording import money, progress
from stornello.wording.text import safe

AGAIN_AT = Plain("riprovo alle {at}", "trying again at {at}")
CREDITS = Plain("{engine}: {left} crediti", "{engine}: {left} credits")
LOW = Plain("{engine}: solo {left} crediti, ricaricali", "{engine}: only {left} credits left, top up")
HELD = Plain("{name}: decidi tu, stornello resolve. {why}", "{name}: yours to decide, stornello resolve. {why}")

FELL = Plain(
    "Servizio «{what}»: cadute {times}, ultima uscita {exit}. Guarda .tmp_player/logs/{service}.log e {service}.out",
    "Service '{what}': falls {times}, last exit {exit}. See .tmp_player/logs/{service}.log and {service}.out",
)
"""A negative exit is the signal that ended the service."""

STRAYS = Plain(
    "Mai prese: {door} cose in FROM_TABLES, {texts} in WORK_IN_PROGRESS ({some}). Si prendono file audio, in una "
    "cartella al più, e file .txt non vuoti in WORK_IN_PROGRESS/TAVOLO",
    "Never taken: {door} things in FROM_TABLES, {texts} in WORK_IN_PROGRESS ({some}). What is taken: sound files, one "
    "folder deep at most, and .txt files that are not empty in WORK_IN_PROGRESS/TABLE",
)

UNPLAYABLE = Plain("{name} non si suona: {why}{more}", "{name} is not played: {why}{more}")
AND_OTHERS = Plain(" (e altri {n} così)", " (and {n} more like it)")

KEPT = Plain("{name}: un file rovinato, tenuto da parte", "{name}: a damaged file, kept aside")
DAMAGED = {
    "playlist.bad": Plain(
        "{name}: righe della coda illeggibili; si va avanti senza. La canzone è in songs/: per sentirla, a servizi "
        "fermi, aggiungi il suo songs/NOME.json, su una riga sola, a playlist.queue. Poi cancella il file",
        "{name}: lines of the queue that could not be read; it goes on without them. The song is in songs/: to hear it,"
        " with all services stopped, add its songs/NAME.json, as one line, to playlist.queue. Then delete the file",
    ),
    "producer_state.json.bad": Plain(
        "{name}: i conteggi dei tavoli, rovinati o cambiati a produzione in funzione; valgono quelli buoni, o i suoi. "
        "Guardalo e cancellalo",
        "{name}: the tables' counts, damaged or changed while the producer ran; the good ones count, or its own. "
        "Look at it and delete it",
    ),
    "journal.db.bad": Plain(
        "{name}: il vecchio diario, già ricostruito. Se non ti serve, cancellalo",
        "{name}: the old journal, built anew already. Delete it if you do not need it",
    ),
}
"""What to do with the files that :data:`stornello.spool.snapshot.DAMAGED` names."""


@dataclass(frozen=True, slots=True)
class Worry:
    """A sentence that somebody should read; ``grave``: now."""

    text: str
    grave: bool = False


def worries(seen: Snapshot, budget: Budget, now: datetime, language: Language) -> list[Worry]:
    """Return what the owner should know, what matters most first."""
    found = [Worry(safe(one.within(language)), grave=one.stops) for one in seen.conditions]
    found += [Worry(fell(fall, language), grave=True) for fall in seen.fallen]
    found += [Worry(held(reason, language), grave=True) for reason in seen.held]
    found += [Worry(text, is_grave) for text, is_grave in money.worries(seen.spent, budget, language)]
    found += [Worry(away(engine, language), grave=True) for engine in seen.engines if is_away(engine, now)]
    low = [engine for engine in seen.engines if is_low(engine, budget) and not is_away(engine, now)]
    found += [Worry(credits_left(engine, budget, language)) for engine in low]
    found += [Worry(_damaged(name, language)) for name in seen.damaged]
    found += [Worry(strays(seen, language))] if seen.strays.all else []
    found += [Worry(unplayable(seen, language))] if seen.unplayable else []
    return sorted(found, key=lambda worry: not worry.grave)


def strays(seen: Snapshot, language: Language) -> str:
    """Return how many things were dropped that are never taken, some of their names, and what is."""
    found = seen.strays
    some = ", ".join(map(safe, found.some)) + (", …" if found.all > len(found.some) else "")
    return STRAYS.within(language).format(door=found.from_tables, texts=found.work_in_progress, some=some)


def unplayable(seen: Snapshot, language: Language) -> str:
    """Return a file of the house's own music that is not played, why, and how many more there are."""
    (name, why), *others = sorted(seen.unplayable.items())
    more = AND_OTHERS.within(language).format(n=len(others)) if others else ""
    return UNPLAYABLE.within(language).format(name=safe(name), more=more, why=safe(why.within(language)).rstrip("."))


def _damaged(name: str, language: Language) -> str:
    kind = next((known for known in DAMAGED if name.startswith(known)), "")
    return DAMAGED.get(kind, KEPT).within(language).format(name=safe(name))


def fell(fall: Fall, language: Language) -> str:
    """Return which service falls, how often it did, and where to look for the cause."""
    what = progress.SERVICES[fall.service].within(language)
    return FELL.within(language).format(what=what, times=fall.times, exit=fall.exit, service=fall.service)


def is_away(engine: EngineState, now: datetime) -> bool:
    """Return whether the engine is left alone now."""
    return bool(engine.away_until) and now < datetime.fromisoformat(engine.away_until)


def away(engine: EngineState, language: Language) -> str:
    """Return why the engine is away and until when: ``kie (music): no credit; trying again at 22:40``."""
    why = _lowered(engine.why.within(language).rstrip("."), engine.engine) if engine.why else engine.code
    at = datetime.fromisoformat(engine.away_until).astimezone()
    return f"{named(engine, language)}: {safe(why)}; {AGAIN_AT.within(language).format(at=f'{at:%H:%M}')}"


def named(engine: EngineState, language: Language) -> str:
    """Return the engine's name and what it does, for it may do more than one thing: ``openai (words)``."""
    return f"{safe(engine.engine)} ({progress.seam(engine.seam, language)})"


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
