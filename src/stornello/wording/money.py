"""What the night costs and how that stands against its caps, as people read it."""

from collections.abc import Iterator

from stornello.domain.money import Budget
from stornello.domain.names import TableId
from stornello.domain.plain import Language, Plain
from stornello.spool.snapshot import Spent

OF_CAP = Plain("{spent} su {cap} ({share} %)", "{spent} of {cap} ({share}%)")
NO_CAP = Plain("nessun tetto", "no cap")
CAPS = Plain("tetti: {caps}", "caps: {caps}")
OPEN = Plain("di cui {open} in corso o incerti", "{open} of it under way or uncertain")
NEAR = Plain(
    "Il tetto di spesa si avvicina: raggiunto quello, la casa lavora da sé.",
    "The spending cap is near: once it is reached, the house works by itself.",
)
NO_ROOM = Plain(
    "La prossima canzone non ci sta più nel tetto: la casa lavora da sé.",
    "The next song no longer fits the spending cap: the house works by itself.",
)
REACHED = Plain(
    "Il tetto di spesa della serata è raggiunto: la casa lavora da sé.",
    "The night's spending cap is reached: the house works by itself.",
)
FULL_TABLE = Plain(
    "tavolo {table}: tetto del tavolo raggiunto, le sue canzoni le fa la casa",
    "table {table}: the table's cap is reached, its songs are the house's",
)
FULL_TABLES = Plain(
    "tavoli {tables}: tetto del tavolo raggiunto, le loro canzoni le fa la casa",
    "tables {tables}: the table's cap is reached, their songs are the house's",
)
TOO_DEAR = Plain(
    "il tetto per {what} è sotto il prezzo di {engine}{words}: {engine} non viene chiesto",
    "the cap per {what} is lower than {engine}'s price{words}: {engine} is not asked",
)
WITH_WORDS = Plain(" con le parole", " with the words")
SONG, TABLE = Plain("canzone", "song"), Plain("tavolo", "table")
DAMAGED = Plain(
    "Nel registro delle spese ci sono righe illeggibili ({lines}): stornello report",
    "The ledger has lines that cannot be read ({lines}): stornello report",
)


def worries(spent: Spent, budget: Budget, language: Language) -> Iterator[tuple[str, bool]]:
    """Yield what somebody should know of the money, and whether now."""
    if told := tonight(spent, budget):
        yield told.within(language), told != NEAR
    for dear in too_dear(budget):
        yield dear.within(language), False
    if full := budget.full(spent.by_table):
        yield full_tables(full, language), False
    if spent.damaged:
        yield DAMAGED.within(language).format(lines=spent.damaged), False


def tonight(spent: Spent, budget: Budget) -> Plain | None:
    """Return how the night's cap stands, None while there is nothing to say of it."""
    level = budget.level(spent.euro)
    if level == "spent":
        return REACHED if (budget.share(spent.euro) or 0.0) >= 1 else NO_ROOM
    return NEAR if level == "warning" else None


def full_tables(tables: tuple[TableId, ...], language: Language) -> str:
    """Return that the caps of ``tables`` are reached."""
    phrase = FULL_TABLES if len(tables) > 1 else FULL_TABLE
    return phrase.within(language).format(table=tables[0], tables=", ".join(map(str, tables)))


def too_dear(budget: Budget) -> list[Plain]:
    """Return a sentence for each studio of which a cap does not take a single song."""
    words = WITH_WORDS if budget.words else Plain("", "")
    return [
        Plain(
            TOO_DEAR.it.format(what=what.it, engine=engine, words=words.it),
            TOO_DEAR.en.format(what=what.en, engine=engine, words=words.en),
        )
        for what, cap in ((SONG, budget.song), (TABLE, budget.table))
        for engine in budget.too_dear(cap)
    ]


def spending(spent: Spent, budget: Budget, language: Language) -> str:
    """Return what was spent, of what, and how much of it is not certain yet."""
    told, share = euro(spent.euro, language), budget.share(spent.euro)
    if share is not None and budget.cap is not None:
        cap = _exactly(budget.cap, language)
        told = OF_CAP.within(language).format(spent=told, cap=cap, share=percent(share))
    caps = {SONG: budget.song, TABLE: budget.table}
    others = ", ".join(
        f"{what.within(language)} {_exactly(cap, language)}" for what, cap in caps.items() if cap is not None
    )
    if others:
        told += ", " + CAPS.within(language).format(caps=others)
    elif not budget.is_capped:
        told += ", " + NO_CAP.within(language)
    open_ = spent.by_state.get("begun", 0.0) + spent.by_state.get("unknown", 0.0)
    return told + (f", {OPEN.within(language).format(open=euro(open_, language))}" if open_ else "")


def percent(share: float) -> int:
    """Return ``share`` in whole percent, never rounded up: 100 means all of it."""
    return int(share * 100 + 1e-6)


def euro(sum_: float, language: Language) -> str:
    """Return a sum as people write it: ``8,20 €``, ``€8.20``."""
    return _written(f"{sum_:.2f}", language)


def _exactly(sum_: float, language: Language) -> str:
    """Return a sum as :func:`euro` does, with more decimals where it has more: a cap may be ``0,055 €``."""
    whole, _, decimals = f"{sum_:.4f}".partition(".")
    return _written(f"{whole}.{decimals.rstrip('0'):0<2}", language)


def _written(sum_: str, language: Language) -> str:
    return f"{sum_} €".replace(".", ",") if language == "it" else f"€{sum_}"
