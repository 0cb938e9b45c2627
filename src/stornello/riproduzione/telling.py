"""The dashboard for what is no terminal: one plain line for every change."""

from collections.abc import Iterator

from stornello.domain.money import Budget
from stornello.domain.plain import Language, Plain
from stornello.riproduzione import phrases
from stornello.spool.engines import EngineState
from stornello.spool.now_playing import NowPlaying
from stornello.spool.reasons import Reason
from stornello.spool.snapshot import Snapshot, Spent
from stornello.wording import money, owner, progress, room
from stornello.wording.text import clock, safe

STARTED = Plain("suona, tavolo {table}: «{title}» ({length})", "plays, table {table}: “{title}” ({length})")
REPEATED = Plain("di nuovo, tavolo {table}: «{title}» ({length})", "once more, table {table}: “{title}” ({length})")
HOUSE = Plain("musica della casa: «{title}» ({length})", "house music: “{title}” ({length})")
BED = Plain("tappeto musicale, finché c'è una canzone", "a soft bed, until there is a song")
SILENCE = Plain("la coda è vuota: silenzio", "the queue is empty: silence")
ARRIVED = Plain("una registrazione è arrivata", "a recording has arrived")
MAKING = Plain("tavolo {table}: {milestone}", "table {table}: {milestone}")
QUEUED = Plain("tavolo {table}: «{title}» è in coda", "table {table}: “{title}” is in the queue")
TOO_SHORT = Plain("una registrazione era troppo corta per una canzone", "a recording was too short for a song")
IN_PART = Plain("sentito in parte: {name}. {why}", "heard in part: {name}. {why}")
ASIDE = Plain("messo da parte: {name}. {why}", "set aside: {name}. {why}")
WAITS = Plain("aspetta: {name}. {why}", "waits: {name}. {why}")
RUNS = Plain("{service}: in funzione", "{service}: running")
STOPPED = Plain("{service}: fermo", "{service}: stopped")


def changes(before: Snapshot | None, after: Snapshot, language: Language, budget: Budget | None = None) -> list[str]:
    """Return a line for each thing that has happened between two looks, ``before`` None for the first."""
    lines = [line for told in _TOLD for line in told(before, after, language)]
    lines += _owners(before, after, language, budget or Budget())
    return [line.replace("\n", " ") for line in lines]


def _owners(before: Snapshot | None, after: Snapshot, language: Language, budget: Budget) -> Iterator[str]:
    yield from _money(before.spent if before else None, after.spent, budget, language)
    known = {(engine.seam, engine.engine): engine for engine in before.engines} if before else {}
    for engine in after.engines:
        yield from _engine(known.get((engine.seam, engine.engine)), engine, language, budget)
    for reason in after.held:
        if not before or reason not in before.held:
            yield owner.held(reason, language)


def _money(before: Spent | None, after: Spent, budget: Budget, language: Language) -> Iterator[str]:
    told = money.tonight(after, budget)
    if told and not (before and told == money.tonight(before, budget)):
        yield f"{told.within(language)} {money.spending(after, budget, language)}"
    if before is None:
        yield from (dear.within(language) for dear in money.too_dear(budget))
    known = budget.full(before.by_table) if before else ()
    for table in budget.full(after.by_table):
        if table not in known:
            yield money.full_tables((table,), language)


def _engine(before: EngineState | None, after: EngineState, language: Language, budget: Budget) -> Iterator[str]:
    was_away = bool(before and before.away_until)
    if after.away_until and not (before and was_away and before.code == after.code):
        yield owner.away(after, language)
    elif was_away and not after.away_until:
        yield phrases.BACK.within(language).format(engine=owner.named(after, language))
    if owner.is_low(after, budget) and not (before and owner.is_low(before, budget)):
        yield owner.credits_left(after, budget, language)


def _services(before: Snapshot | None, after: Snapshot, language: Language) -> Iterator[str]:
    for service, runs in after.running.items():
        if runs != (before.running.get(service, False) if before else False):
            name = progress.SERVICES[service].within(language)
            yield (RUNS if runs else STOPPED).within(language).format(service=name)


def _conditions(before: Snapshot | None, after: Snapshot, language: Language) -> Iterator[str]:
    known = {one.code for one in before.conditions} if before else set()
    yield from (safe(one.within(language)) for one in after.conditions if one.code not in known)
    if known and not after.conditions:
        yield phrases.DISK_WELL.within(language)


def _strays(before: Snapshot | None, after: Snapshot, language: Language) -> Iterator[str]:
    if after.strays.all > (before.strays.all if before else 0):
        yield owner.strays(after, language)


def _unplayable(before: Snapshot | None, after: Snapshot, language: Language) -> Iterator[str]:
    if after.unplayable and after.unplayable != (before.unplayable if before else {}):
        yield owner.unplayable(after, language)


def _arrivals(before: Snapshot | None, after: Snapshot, language: Language) -> Iterator[str]:
    for _ in range(after.arriving - (before.arriving if before else 0)):
        yield ARRIVED.within(language)


def _short(before: Snapshot | None, after: Snapshot, language: Language) -> Iterator[str]:
    for _ in range(after.short - (before.short if before else 0)):
        yield TOO_SHORT.within(language)


def _aside(before: Snapshot | None, after: Snapshot, language: Language) -> Iterator[str]:
    known = set(before.mishaps) if before else set[Reason]()
    for what, reasons in ((ASIDE, (*after.errors, *after.failures)), (IN_PART, after.in_part)):
        for reason in reasons:
            if reason not in known:
                yield what.within(language).format(name=safe(reason.about), why=safe(reason.within(language)))


def _troubles(before: Snapshot | None, after: Snapshot, language: Language) -> Iterator[str]:
    known = {(reason.name, reason.code) for reason in before.troubles} if before else set()
    for reason in after.troubles:
        if (reason.name, reason.code) not in known:
            yield WAITS.within(language).format(name=safe(reason.about), why=safe(reason.within(language)))


def _making(before: Snapshot | None, after: Snapshot, language: Language) -> Iterator[str]:
    known = {(making.job, making.status.milestone) for making in before.making} if before else set()
    for making in after.making:
        if (making.job, making.status.milestone) not in known:
            reached = progress.milestone(making.status.milestone, language)
            yield MAKING.within(language).format(table=making.status.table, milestone=reached)


def _queued(before: Snapshot | None, after: Snapshot, language: Language) -> Iterator[str]:
    known = {card.id for card in before.queue} if before else set()
    for card in after.queue:
        if card.id not in known:
            yield QUEUED.within(language).format(table=card.table, title=safe(card.title))


def _playing(before: Snapshot | None, after: Snapshot, language: Language) -> Iterator[str]:
    was = before.playing.song if before and before.playing else ""
    now = after.playing
    if now and now.song and now.song != was:
        told = {"replay": REPEATED, "house": HOUSE, "bed": BED}.get(now.kind, STARTED)
        yield told.within(language).format(table=now.table, title=safe(now.title), length=clock(now.duration_s))
    elif was and not (now and now.song):
        yield SILENCE.within(language)


def _output(before: Snapshot | None, after: Snapshot, language: Language) -> Iterator[str]:
    was = before.playing.output if before and before.playing else ""
    if after.playing and after.playing.output == "null" != was:
        yield room.NO_SOUND.within(language)
    elif after.playing and was == "null" != after.playing.output:
        yield phrases.SOUND_BACK.within(language)


def _held(before: Snapshot | None, after: Snapshot, language: Language) -> Iterator[str]:
    """Tell what a person has done to the music."""
    was, now = (before and before.playing) or NowPlaying(0.0), after.playing or NowPlaying(0.0)
    for is_now, was_then, begun, over in (
        (now.panic, was.panic, room.PANIC, phrases.NO_PANIC),
        (now.paused, was.paused, room.PAUSED, phrases.NOT_PAUSED),
        (now.muted, was.muted, room.MUTED, phrases.NOT_MUTED),
    ):
        if is_now != was_then:
            yield (begun if is_now else over).within(language)


_TOLD = (
    _services,
    _conditions,
    _strays,
    _unplayable,
    _arrivals,
    _short,
    _aside,
    _troubles,
    _making,
    _queued,
    _playing,
    _output,
    _held,
)
