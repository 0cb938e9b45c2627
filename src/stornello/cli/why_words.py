"""What ``stornello why`` says: a code and a sentence for each thing that decides about a table's turn."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from stornello.domain.names import JobId
from stornello.domain.plain import Plain
from stornello.producer.why import InLine, OpenJob, Standing
from stornello.wording import progress
from stornello.wording.text import safe

_MOST_NAMED: Final = 5
"""More tables, songs or jobs than that are only counted."""

Reason = tuple[str, Plain]


def reasons(at: Standing) -> Iterator[Reason]:
    """Yield a code and a sentence for all there is to say, first of the table, then of what stops everybody."""
    yield from _of_its_job(at)
    yield from _of_its_turn(at)
    if at.aside:
        yield "set-aside", _set_aside(at)
    if not at.is_running:
        yield (
            "not-running",
            Plain(
                "La produzione è ferma: nessuna canzone comincia. Per avviarla: stornello up",
                "The producer is not running: no song is begun. To start it: stornello up",
            ),
        )
    if not at.is_listening:
        yield (
            "not-listening",
            Plain(
                "L'ascolto è fermo: nessuna registrazione viene presa. Per avviarlo: stornello up",
                "Ingestion is not running: no recording is taken in. To start it: stornello up",
            ),
        )
    for one in at.wrong:
        yield one.code, Plain(one.within("it"), one.within("en"))
    if at.waiting:
        yield from _of_the_room(at)


def _of_its_job(at: Standing) -> Iterator[Reason]:
    if at.held:
        yield "held", _to_decide(at.held)
    if at.job and at.job.is_finished:
        yield "song-held", _held(at, at.job)
    elif at.job:
        status = at.job.status
        it, en = (progress.milestone(status.milestone, language) for language in ("it", "en"))
        if status.attempt > 1:
            it, en = f"{it}, tentativo {status.attempt}", f"{en}, attempt {status.attempt}"
        yield (
            "parked" if status.is_parked else "in-the-making",
            Plain(
                f"La canzone del tavolo {at.table} è in lavorazione: {at.job.id}, {it}.",
                f"Table {at.table}'s song is in the making: {at.job.id}, {en}.",
            ),
        )


def _to_decide(jobs: tuple[JobId, ...]) -> Plain:
    names = _few(list(jobs))
    return Plain(
        f"Aspetta una tua decisione (stornello resolve): {names.it}.",
        f"Yours to decide (stornello resolve): {names.en}.",
    )


def _set_aside(at: Standing) -> Plain:
    last, n = at.aside[-1], len(at.aside)
    name = safe(last.about)
    return Plain(
        f"Messe da parte del tavolo {at.table}: {n}. L'ultima, {name}: {safe(last.within('it'))}",
        f"Set aside of table {at.table}: {n}. The last, {name}: {safe(last.within('en'))}",
    )


def _held(at: Standing, job: OpenJob) -> Plain:
    if not at.behind:
        return Plain(
            f"La canzone del tavolo {at.table} è pronta e va in coda ora: {job.id}.",
            f"Table {at.table}'s song is ready and goes into the queue now: {job.id}.",
        )
    tables, left = _few([str(table) for table in at.behind]), at.may_be_overtaken
    return Plain(
        f"La canzone del tavolo {at.table} è pronta: {job.id}. Lascia passare chi ne ha avute meno ({tables.it}), "
        f"{_songs(left).it} ancora al massimo; se la coda è vuota va subito.",
        f"Table {at.table}'s song is ready: {job.id}. It lets tables with fewer songs go first ({tables.en}), "
        f"{_songs(left).en} more at most; if the queue is empty it goes at once.",
    )


def _of_its_turn(at: Standing) -> Iterator[Reason]:
    if at.rests_until:
        until, n = _time(at.rests_until), at.failures
        yield (
            "resting",
            Plain(
                f"Il tavolo {at.table} riposa fino alle {until}: canzoni non riuscite di fila: {n}. "
                "Perché: stornello status",
                f"Table {at.table} rests until {until}: songs that failed in a row: {n}. Why: stornello status",
            ),
        )
    if at.at_door:
        yield "arriving", _at_door(at)
    if not at.waiting and (at.heard or not at.at_door):
        yield "nothing-waiting", _nothing(at)
    elif not at.waiting:
        return
    elif at.job:
        yield (
            "one-at-a-time",
            Plain(
                "I suoi altri messaggi aspettano che quella canzone sia in coda.",
                "Its other notes wait until that song is in the queue.",
            ),
        )
    elif at.place == 1:
        mine = _in_line(at.line[0])
        yield "next", Plain(f"Tocca al tavolo {mine.it}.", f"Next is table {mine.en}.")
    elif at.place:
        yield "in-line", _line(at, at.place)


def _at_door(at: Standing) -> Plain:
    return Plain(
        f"Registrazioni del tavolo {at.table} in FROM_TABLES, non ancora prese: {at.at_door}.",
        f"Table {at.table}'s recordings in FROM_TABLES, not taken in yet: {at.at_door}.",
    )


def _nothing(at: Standing) -> Plain:
    if at.heard:
        return Plain(
            f"I messaggi del tavolo {at.table} sono ancora all'ascolto ({at.heard}).",
            f"Table {at.table}'s notes are still being heard ({at.heard}).",
        )
    return Plain(f"Dal tavolo {at.table} non aspetta niente.", f"Nothing from table {at.table} is waiting.")


def _line(at: Standing, place: int) -> Plain:
    mine = _in_line(at.line[place - 1])
    before = [_in_line(one) for one in at.line[: place - 1]]
    it, en = _few([one.it for one in before]).it, _few([one.en for one in before]).en
    return Plain(
        f"{place}º in fila: tavolo {mine.it}. Prima chi ha meno canzoni, poi chi aspetta da più tempo: tavolo {it}.",
        f"Number {place} in line: table {mine.en}. Fewest songs first, then the longest wait: table {en}.",
    )


def _in_line(one: InLine) -> Plain:
    counted = _songs(one.tonight)
    if one.songs > one.tonight:
        counted = Plain(
            f"{counted.it}, contate {one.songs} perché è arrivato dopo",
            f"{counted.en}, counted as {one.songs} since it came later",
        )
    since = _time(one.since)
    return Plain(
        f"{one.table} ({counted.it}, aspetta dalle {since})", f"{one.table} ({counted.en}, waits since {since})"
    )


def _of_the_room(at: Standing) -> Iterator[Reason]:
    """Yield what keeps everybody in line waiting."""
    if at.is_queue_full:
        songs = _few([safe(card.title) for card in at.queue])
        full = f"{len(at.queue)} + {len(at.open_jobs)} / {at.rules.max_queue_size}"
        yield (
            "queue-full",
            Plain(
                f"Non c'è posto in coda (in coda + in lavorazione: {full}). In coda: {songs.it or '-'}.",
                f"The queue has no room (queued + in the making: {full}). Queued: {songs.en or '-'}.",
            ),
        )
    elif at.are_workers_busy:
        busy = _few([job.id for job in at.at_work])
        yield (
            "workers-busy",
            Plain(
                f"Si lavora già a {len(at.at_work)} canzoni, quante ne permette MAX_WORKERS: {busy.it}.",
                f"{len(at.at_work)} songs are being made, as many as MAX_WORKERS allows: {busy.en}.",
            ),
        )


def _few(names: list[str]) -> Plain:
    shown, more = ", ".join(names[:_MOST_NAMED]), len(names) - _MOST_NAMED
    return Plain(f"{shown} e altri {more}", f"{shown} and {more} more") if more > 0 else Plain(shown, shown)


def _time(at: datetime) -> str:
    return f"{at.astimezone():%H:%M}"


def _songs(count: int) -> Plain:
    return Plain("1 canzone", "1 song") if count == 1 else Plain(f"{count} canzoni", f"{count} songs")
