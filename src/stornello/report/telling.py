"""The report for people: what the night was, within 80 columns."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from stornello.domain.plain import Language, Plain
from stornello.report.night import Cost, Failure, NightReport, Song
from stornello.wording import money, owner, progress
from stornello.wording.text import clock, safe

NOTHING = Plain("Nella serata del {night} non è successo niente.", "Nothing happened in the night of {night}.")
TITLE = Plain("Serata del {night}", "The night of {night}")
NO_JOURNAL = Plain(
    "journal.db manca o non si legge: per ricostruirlo, stornello journal rebuild",
    "journal.db is missing or cannot be read: to build it anew, stornello journal rebuild",
)
SONGS = Plain("Canzoni: {n}, {length} di musica", "Songs: {n}, {length} of music")
RECORDINGS = Plain(
    "Registrazioni: {staged} usate, {short} troppo corte, {error} da parte, {duplicate} doppie",
    "Recordings: {staged} used, {short} too short, {error} set aside, {duplicate} duplicates",
)
IN_PART = Plain("  sentite in parte, perché troppo lunghe: {n}", "  heard in part, because they are too long: {n}")
COSTS = Plain("Spesa: {spent}", "Spent: {spent}")
FAILED = Plain("Non riuscite: {n}", "Failed: {n}")
HELD = Plain("In attesa di una decisione: {n}", "Waiting for a decision: {n}")
NONE_PAID = Plain("nessuna chiamata a pagamento", "no paid call")

SONG_COLUMNS = (
    *(Plain("ora", "time"), Plain("tav.", "table"), Plain("titolo", "title"), Plain("durata", "length")),
    *(Plain("pronta", "ready"), Plain("in sala", "heard"), Plain("chi", "by")),
)
"""``ready`` and ``heard`` are waits since the first voice note."""

COST_COLUMNS = (
    *(Plain("che cosa", "what"), Plain("motore", "engine"), Plain("chiamate", "calls"), Plain("euro", "euro")),
    *(Plain("crediti", "credits"), Plain("incerte", "uncertain"), Plain("gratis", "free")),
)


def tell(report: NightReport, language: Language) -> Iterator[RenderableType]:
    """Yield the report, part by part."""
    if report.is_empty:
        yield Text(NOTHING.within(language).format(night=report.night))
        return
    yield Text(TITLE.within(language).format(night=report.night), style="bold")
    if report.has_journal:
        length = clock(sum(song.length_s for song in report.songs))
        yield Text(SONGS.within(language).format(n=len(report.songs), length=length))
        yield from _table(SONG_COLUMNS, [_song(song) for song in report.songs], language, wide=(2, 6))
        yield Text(RECORDINGS.within(language).format(**report.recordings))
        if in_part := report.recordings["in_part"]:
            yield Text(IN_PART.within(language).format(n=in_part))
    else:
        yield Text(NO_JOURNAL.within(language), style="yellow")
    yield from _costs(report, language)
    for title, failures in ((FAILED, report.failures), (HELD, report.held)):
        if failures:
            yield Text(title.within(language).format(n=len(failures)))
            yield from (_failure(failure, language) for failure in failures)


def _costs(report: NightReport, language: Language) -> Iterator[RenderableType]:
    spent = money.spending(report.spent, report.budget, language) if report.costs else NONE_PAID.within(language)
    yield Text(COSTS.within(language).format(spent=spent))
    yield from _table(COST_COLUMNS, [_cost(cost, language) for cost in report.costs], language, wide=(1,))
    if report.spent.damaged:
        yield Text(money.DAMAGED.within(language).format(lines=report.spent.damaged), style="yellow")


def _table(
    titles: tuple[Plain, ...], rows: list[tuple[str, ...]], language: Language, wide: tuple[int, ...]
) -> Iterator[Table]:
    """Yield the table unless it has no row; its ``wide`` columns hold words, the others numbers."""
    if not rows:
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for place, title in enumerate(titles):
        words = place in wide
        table.add_column(title.within(language), overflow="fold", no_wrap=not words, ratio=None)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    yield table


def _song(song: Song) -> tuple[str, ...]:
    by = dict.fromkeys(engine.split(" (")[0] for engine in (song.music, song.words, song.speech) if engine)
    waits = (clock(wait) if wait is not None else "-" for wait in (song.wait_ready_s, song.wait_heard_s))
    return (_at(song.made_at), str(song.table), safe(song.title), clock(song.length_s), *waits, safe(", ".join(by)))


def _cost(cost: Cost, language: Language) -> tuple[str, ...]:
    seam = progress.seam(cost.seam, language)
    credits_ = "-" if cost.credits is None else f"{cost.credits:g}"
    return (
        safe(seam),
        safe(cost.engine),
        str(cost.calls),
        f"{cost.euro:.2f}",
        credits_,
        str(cost.open),
        str(cost.free),
    )


def _failure(failure: Failure, language: Language) -> Text:
    why = f". {owner.why_held(failure.reason, language)}" if failure.reason else ""
    return Text(f"  {_at(failure.at)}  {safe(failure.name)}: {failure.code}{why}")


def _at(when: str) -> str:
    try:
        return f"{datetime.fromisoformat(when).astimezone():%H:%M}"
    except ValueError:
        return "-"
