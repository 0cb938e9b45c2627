"""The dashboard's panels: each turns a part of the snapshot into lines that fit."""

import math
from dataclasses import dataclass, replace
from datetime import datetime

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from stornello.domain.money import NO_BUDGET, Budget
from stornello.domain.names import TableId
from stornello.domain.plain import Language, Plain
from stornello.domain.songs import SongCard
from stornello.riproduzione import phrases
from stornello.spool.engines import EngineState
from stornello.spool.now_playing import NowPlaying
from stornello.spool.snapshot import InTheMaking, Snapshot
from stornello.wording import awaited, owner, progress
from stornello.wording import money as purse
from stornello.wording.text import clock, safe

BAR = 16
"""Characters of the bar that shows the spending."""

LEVELS = {"free": "", "well": "green", "warning": "yellow", "spent": "bold red"}

FRAME = 2
"""Lines that a panel's border takes."""


@dataclass(frozen=True, slots=True)
class View:
    """What is to be shown: the venue, the moment, the language, and the limits that the levels are told against."""

    snapshot: Snapshot
    now: datetime
    language: Language
    max_workers: int
    max_queue_size: int
    notice: Plain | None = None
    budget: Budget = NO_BUDGET

    def say(self, phrase: Plain) -> str:
        """Return the phrase in the view's language."""
        return phrase.within(self.language)

    @property
    def position_s(self) -> float:
        """Where the song is now."""
        playing = self.snapshot.playing
        return playing.position(self.now.timestamp()) if playing else 0.0


def now_playing(view: View, lines: int) -> RenderableType:
    """Show the song that the room hears, how far it is, and its words."""
    playing = view.snapshot.playing
    void = f" · {view.say(phrases.VOID)}" if playing and playing.output == "null" else ""
    title, style = view.say(phrases.NOW) + void, "yellow" if void else "cyan"
    if not view.snapshot.running.get("riproduzione"):
        return _panel(Text(view.say(phrases.NO_PLAYER), style="red"), view.say(phrases.NOW), "red")
    if playing is None or not playing.song:
        return _panel(Text(view.say(phrases.NOTHING_PLAYS), style="dim"), title, style)
    words = _words(view, max(0, lines - FRAME - 3))
    return _panel(Group(_title(view, playing), _progress(view, playing), Text(), *words), title, style)


def _title(view: View, playing: NowPlaying) -> Table:
    guests = ", ".join(view.snapshot.card.guests) if view.snapshot.card else ""
    where = f"{view.say(phrases.TABLE)} {playing.table}" + (f" · {safe(guests)}" if guests else "")
    row = Table.grid(expand=True, padding=(0, 1))
    row.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    row.add_column(justify="right", no_wrap=True, overflow="ellipsis", max_width=40)
    row.add_row(Text(f"♪ {safe(playing.title)}", style="bold"), Text(where, style="magenta"))
    return row


def _progress(view: View, playing: NowPlaying) -> Table:
    state = phrases.PAUSED if playing.paused else phrases.CROSSFADING if playing.crossfading else None
    times = f"{clock(view.position_s)} / {clock(playing.duration_s)}" + (f"  {view.say(state)}" if state else "")
    row = Table.grid(expand=True, padding=(0, 1))
    row.add_column(ratio=1)
    row.add_column(justify="right", no_wrap=True)
    colour = "yellow" if playing.paused else "cyan"
    bar = ProgressBar(total=max(playing.duration_s, 0.1), completed=int(view.position_s), complete_style=colour)
    row.add_row(bar, Text(times))
    return row


def _words(view: View, room: int) -> list[Text]:
    """Return the lines around the one that is sung; without times, the first lines."""
    card = view.snapshot.card
    if card is None or room < 1:
        return []
    if not card.synced_lyrics:
        return [_line(text, style="") for text in card.lyrics.text().splitlines() if text][:room]
    sung = sung_line(card, view.position_s)
    first = max(0, min(sung - 1, len(card.synced_lyrics) - room))
    shown = enumerate(card.synced_lyrics[first : first + room], first)
    return [_line(line.text, "bold green" if at == sung else "dim", "▸ " if at == sung else "  ") for at, line in shown]


def sung_line(card: SongCard, position_s: float) -> int:
    """Return which of the synced lines is sung, -1 before the first."""
    return sum(line.at_s <= position_s for line in card.synced_lyrics) - 1


def _line(text: str, style: str, mark: str = "  ") -> Text:
    return Text(mark + safe(text), style=style, no_wrap=True, overflow="ellipsis")


def queue(view: View, lines: int) -> RenderableType:
    """Show what comes next, in order."""
    cards = view.snapshot.queue
    level = f"{len(cards)}+{len(view.snapshot.making)}/{view.max_queue_size}"
    title = f"{view.say(phrases.QUEUE)} {level}"
    if not cards:
        return _panel(Text(view.say(phrases.QUEUE_EMPTY), style="dim"), title, "blue")
    rows = _grid()
    room = lines - FRAME
    shown = cards if len(cards) <= room else cards[: room - 1]
    for place, card in enumerate(shown, 1):
        length = Text(clock(card.sound.duration_s), style="dim")
        rows.add_row(Text(f"{place:>2} T{card.table}", style="magenta"), Text(safe(card.title)), length)
    if len(shown) < len(cards):
        rows.add_row("", Text(view.say(phrases.MORE).format(n=len(cards) - len(shown)), style="dim"), "")
    return _panel(rows, title, "blue")


def making(view: View, lines: int) -> RenderableType:
    """Show the songs in the making and how far each is."""
    jobs = view.snapshot.making
    title = f"{view.say(phrases.MAKING)} {len(jobs)}/{view.max_workers}"
    if not jobs:
        return _panel(Text(view.say(phrases.MAKING_NONE), style="dim"), title, "yellow")
    rows = _grid()
    for job in jobs[: lines - FRAME]:
        rows.add_row(Text(f" T{job.status.table}", style="magenta"), _how_far(job, view), Text(_since(job, view)))
    return _panel(rows, title, "yellow")


def _how_far(job: InTheMaking, view: View) -> Text:
    text = Text(progress.milestone(job.status.milestone, view.language))
    if job.status.attempt > 1:
        text.append(f" ({job.status.attempt}ª)" if view.language == "it" else f" (try {job.status.attempt})", "yellow")
    return text.append(f" · {safe(', '.join(job.status.guests))}" if job.status.guests else "", "dim")


def _since(job: InTheMaking, view: View) -> str:
    try:
        return _waiting(datetime.fromisoformat(job.status.milestone_at or job.status.claimed_at), view)
    except (ValueError, TypeError):
        return ""


def _waiting(since: datetime, view: View) -> str:
    return clock((view.now - since).total_seconds())


def tables(view: View, lines: int) -> RenderableType:
    """Show what each table has waiting, when the room hears its next song, how many it has had tonight."""
    waiting, songs = view.snapshot.waiting, view.snapshot.songs_tonight
    coming = view.snapshot.outlook.tables
    known = sorted(
        {*waiting, *songs, *coming}, key=lambda table: (_soon(coming.get(table)), table not in waiting, table)
    )
    title = view.say(phrases.TABLES)
    if not known:
        return _panel(Text(view.say(phrases.TABLES_NONE), style="dim"), title, "magenta")
    rows = _grid()
    for table in known[: lines - FRAME]:
        rows.add_row(Text(f" T{table}", style="magenta"), _notes(table, view), _songs(songs.get(table, 0), view))
    return _panel(rows, title, "magenta")


def _soon(in_s: float | None) -> float:
    return math.inf if in_s is None else in_s


def _notes(table: TableId, view: View) -> Text:
    """Return how many notes wait and since when; the time to the next song instead, where that is known."""
    waits, in_s = view.snapshot.waiting.get(table), view.snapshot.outlook.tables.get(table)
    when = awaited.briefly(in_s, view.language) if in_s is not None else _waiting(waits.since, view) if waits else ""
    notes = f"{view.say(phrases.NOTES)} {waits.notes}" if waits else ""
    return Text(" · ".join(filter(None, (notes, when))))


def _songs(count: int, view: View) -> Text:
    return Text(f"♪ {count}" if view.snapshot.outlook.tables else f"{view.say(phrases.SONGS)} {count}", style="dim")


def money(view: View) -> RenderableType | None:
    """Show in one line what the night has cost against its cap, and the credit left; None when nothing costs."""
    spent, budget = view.snapshot.spent, view.budget
    accounts = [engine for engine in view.snapshot.engines if engine.credits is not None]
    if not budget.is_capped and not (spent.euro or spent.damaged or accounts):
        return None
    style = LEVELS[budget.level(spent.euro)]
    row = Table.grid(padding=(0, 1))
    cells: list[RenderableType] = [Text(f" {view.say(phrases.SPENT)} {_of_cap(view)}", style=style)]
    if share := budget.share(spent.euro):
        cells.append(ProgressBar(100, min(100, purse.percent(share)), BAR, complete_style=style, finished_style=style))
    cells += [_account(engine, view) for engine in accounts]
    for _ in cells:
        row.add_column(no_wrap=True, overflow="ellipsis")
    row.add_row(*cells)
    return row


def _of_cap(view: View) -> str:
    spent, budget = replace(view.snapshot.spent, by_state={}), view.budget  # here is no room for all
    if budget.cap is not None:
        budget = replace(budget, song=None, table=None)
    return purse.spending(spent, budget, view.language)


def _account(engine: EngineState, view: View) -> Text:
    text = owner.credits_left(engine, replace(view.budget, low_credits=0), view.language)
    return Text(f"· {text}", style="yellow" if owner.is_low(engine, view.budget) else "dim")


def _grid() -> Table:
    """Return an empty grid of three columns whose middle one takes the room that is left."""
    grid = Table.grid(expand=True, padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    grid.add_column(justify="right", no_wrap=True)
    return grid


def _panel(content: RenderableType, title: str, style: str) -> Panel:
    return Panel(content, title=title, title_align="left", border_style=style, padding=(0, 1))
