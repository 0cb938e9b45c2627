"""The dashboard's lists: what comes next, what is in the making, how the tables are; and the line of money."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from heapq import nsmallest

from stornello.domain.names import TableId
from stornello.riproduzione import phrases
from stornello.riproduzione.lines import FRAME, Line, Span, box, line, spread
from stornello.riproduzione.view import View
from stornello.spool.engines import EngineState
from stornello.spool.snapshot import InTheMaking, Snapshot
from stornello.wording import awaited, owner, progress
from stornello.wording import money as purse
from stornello.wording.text import clock, lasting, safe

BAR = 16
"""Characters of the bar that shows the spending."""

MOST_TABLES = 100

LEVELS = {"free": "", "well": "green", "warning": "yellow", "spent": "bold red"}

_ROOMY = 44
"""From this width on a song of the queue has room for its length besides the time until it is heard."""

_MARGIN = 4


def queue(view: View, width: int, lines: int) -> list[Line]:
    """Show what comes next, in order, and when."""
    cards, room = view.snapshot.queue, lines - FRAME
    title = f"{view.say(phrases.QUEUE)} {len(cards)}+{len(view.snapshot.making)}/{view.max_queue_size}"
    is_held = bool(view.playing and view.playing.panic)
    style = "red" if is_held else "blue"
    if is_held:
        title += f" · {view.say(phrases.QUEUE_HELD)}"
    if not cards:
        return box(title, [line(view.say(phrases.QUEUE_EMPTY), "dim")], width, lines, style)
    shown = cards if len(cards) <= room else cards[: max(0, room - 1)]
    rows = []
    for place, card in enumerate(shown, 1):
        in_s = view.snapshot.outlook.expected.songs.get(card.id)
        when = awaited.shortly(in_s) if in_s is not None else ""
        length = f"{clock(card.sound.duration_s)} " if width >= _ROOMY or not when else ""
        left = (Span(f"{place:>2} T{card.table:<3}", "magenta"), Span(safe(card.title)))
        rows.append(spread(left, (Span(length, "dim"), Span(f"{when:>8}" if when else "")), width - _MARGIN))
    if len(shown) < len(cards):
        rows.append(line(f"   {view.say(phrases.MORE).format(n=len(cards) - len(shown))}", "dim"))
    return box(title, rows, width, lines, style)


def making(view: View, width: int, lines: int) -> list[Line]:
    """Show the songs in the making and how far each is."""
    jobs = view.snapshot.making
    title = f"{view.say(phrases.MAKING)} {len(jobs)}/{view.max_workers}"
    rows = [_job(job, view, width - _MARGIN) for job in jobs[: max(0, lines - FRAME)]]
    return box(title, rows or [line(view.say(phrases.MAKING_NONE), "dim")], width, lines, "yellow")


def _job(job: InTheMaking, view: View, width: int) -> Line:
    guests = safe(", ".join(job.status.guests))
    left = [Span(f"T{job.status.table:<3}", "magenta"), Span(progress.milestone(job.status.milestone, view.language))]
    if job.status.attempt > 1:
        left.append(Span(f" ({view.say(phrases.TRY).format(n=job.status.attempt)})", "yellow"))
    if guests:
        left.append(Span(f" · {guests}", "dim"))
    return spread(tuple(left), line(_since(job, view)), width)


def _since(job: InTheMaking, view: View) -> str:
    try:
        return _waiting(datetime.fromisoformat(job.status.milestone_at or job.status.claimed_at), view)
    except (ValueError, TypeError):
        return ""


def _waiting(since: datetime, view: View) -> str:
    return lasting((view.now - since).total_seconds())


def tables(view: View, width: int, lines: int) -> list[Line]:
    """Show what each table has waiting, when the room hears its next song, how many it has had tonight."""
    known = foremost(view.snapshot) if view.tables is None else view.tables
    rows = [_table(table, view, width - _MARGIN) for table in known[: max(0, lines - FRAME)]]
    return box(view.say(phrases.TABLES), rows or [line(view.say(phrases.TABLES_NONE), "dim")], width, lines, "magenta")


def foremost(seen: Snapshot) -> tuple[TableId, ...]:
    """Return the tables that people look for first: of ten thousand no screen shows more."""
    waiting, songs, coming = seen.waiting, seen.songs_tonight, seen.outlook.tables
    known = {*waiting, *songs, *coming}
    return tuple(nsmallest(MOST_TABLES, known, key=lambda one: (_soon(coming.get(one)), one not in waiting, one)))


def _soon(in_s: float | None) -> float:
    return math.inf if in_s is None else in_s


def _table(table: TableId, view: View, width: int) -> Line:
    """Return a table's line: how many notes wait, the time to its next song or how long they have, its songs."""
    waits, in_s = view.snapshot.waiting.get(table), view.snapshot.outlook.tables.get(table)
    when = awaited.shortly(in_s) if in_s is not None else _waiting(waits.since, view) if waits else ""
    notes = f"{view.say(phrases.NOTES)} {waits.notes}" if waits else ""
    told = " · ".join(filter(None, (notes, when)))
    songs = f"♪ {view.snapshot.songs_tonight.get(table, 0)}"
    return spread((Span(f"T{table:<3}", "magenta"), Span(told)), line(songs, "dim"), width)


def money(view: View) -> Line:
    """Show in one line what the night has cost against its cap, and the credit left; empty when nothing costs."""
    spent, budget = view.snapshot.spent, view.budget
    accounts = [engine for engine in view.snapshot.engines if engine.credits is not None]
    if not budget.is_capped and not (spent.euro or spent.damaged or accounts):
        return ()
    return (*_spent(view), *(piece for engine in accounts for piece in _account(engine, view)))


def _spent(view: View) -> Iterator[Span]:
    style = LEVELS[view.budget.level(view.snapshot.spent.euro)]
    yield Span(f" {view.say(phrases.SPENT)} {_of_cap(view)}", style)
    if share := view.budget.share(view.snapshot.spent.euro):
        full = round(BAR * min(1.0, share))
        yield Span(f" {'━' * full}", style)
        yield Span("─" * (BAR - full), "dim")


def _of_cap(view: View) -> str:
    spent, budget = replace(view.snapshot.spent, by_state={}), view.budget  # here is no room for all
    if budget.cap is not None:
        budget = replace(budget, song=None, table=None)
    return purse.spending(spent, budget, view.language)


def _account(engine: EngineState, view: View) -> Line:
    text = owner.credits_left(engine, replace(view.budget, low_credits=0), view.language)
    return line(f" · {text}", "yellow" if owner.is_low(engine, view.budget) else "dim")
