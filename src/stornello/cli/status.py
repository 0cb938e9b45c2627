"""How the night is going, in words or for programs: all that the dashboard shows."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any

import typer

from stornello.cli.options import HERE, Folder, Lang, existing
from stornello.cli.speech import LANGUAGE, console, say
from stornello.domain.clock import SystemClock
from stornello.domain.money import Budget
from stornello.domain.night import night_of
from stornello.domain.plain import Language
from stornello.settings import Settings
from stornello.spool.journal import Journal
from stornello.spool.now_playing import NowPlaying
from stornello.spool.paths import Venue
from stornello.spool.snapshot import Snapshot, look
from stornello.wiring import engines
from stornello.wording import awaited, owner, progress, room
from stornello.wording import money as purse
from stornello.wording.text import clock, safe


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command(help=say("Come va la serata.", "How the night is going."))(status)


def status(
    folder: Folder = HERE,
    lang: Lang = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("Per i programmi.", "For programs."))] = False,
) -> None:
    """Tell what plays, what waits, what is in the making and what went wrong."""
    del lang
    from stornello.riproduzione.room import Room  # noqa: PLC0415 - imports much

    venue, now = existing(folder), SystemClock().now()
    settings = Settings.load(venue.settings)
    budget = engines.budget(settings)
    snapshot = look(venue, night_of(now, settings.night_begins), settings.free_space_floor_mb, engines.house(settings))
    snapshot = replace(snapshot, playing=Room(venue, SystemClock()).ask() or snapshot.playing)
    if as_json:
        told = json.dumps(_for_programs(snapshot, budget, now), ensure_ascii=False, indent=2)
        console.print(told, markup=False)
        return
    for line in (*_in_words(snapshot, now), *_owners(snapshot, budget, now), *_of_the_journal(venue)):
        console.print(line, markup=False)


def _for_programs(seen: Snapshot, budget: Budget, now: datetime) -> dict[str, Any]:
    """Return all of it as JSON-able facts; docs/dashboard.md tells each field."""
    caps = {"budget_euro": budget.cap, "budget_song_euro": budget.song, "budget_table_euro": budget.table}
    return {
        **seen.to_json(),
        "playing": _live(seen.playing, now) if seen.playing else None,
        **caps,
        "budget_share": budget.share(seen.spent.euro),
        "warnings": [
            {"it": it, "en": en, "grave": grave}
            for (it, grave), (en, _) in zip(*(_warnings(seen, budget, now, each) for each in ("it", "en")), strict=True)
        ],
    }


def _live(playing: NowPlaying, now: datetime) -> dict[str, Any]:
    """Return what the DJ says, brought to ``now``."""
    uptime_s = round(now.timestamp() - playing.began_at, 1) if playing.began_at else None
    position_s = round(playing.position(now.timestamp()), 2)
    return asdict(playing) | {"position_s": position_s, "at": now.timestamp(), "uptime_s": uptime_s}


def _warnings(seen: Snapshot, budget: Budget, now: datetime, language: Language) -> list[tuple[str, bool]]:
    """Return what the dashboard tells in bars and below its lists."""
    alarms = room.alarms(seen.playing, language) if seen.playing and seen.running.get("riproduzione") else []
    worries = owner.worries(seen, budget, now, language)
    return [(one.text, one.grave) for one in (*alarms, *worries)]


def _owners(seen: Snapshot, budget: Budget, now: datetime) -> Iterator[str]:
    """Yield what the night costs, and what its owner should know."""
    yield say("Spesa stasera: ", "Spent tonight: ") + purse.spending(seen.spent, budget, LANGUAGE)
    for engine in seen.engines:
        if engine.credits is not None and not owner.is_low(engine, budget):
            yield owner.credits_left(engine, budget, LANGUAGE)
    for text, _ in _warnings(seen, budget, now, LANGUAGE):
        yield f"! {text}"


def _of_the_journal(venue: Venue) -> Iterator[str]:
    if Journal(venue.journal).is_damaged():
        yield say(
            "! journal.db non si legge: per ricostruirlo, stornello journal rebuild",
            "! journal.db cannot be read: to build it anew, stornello journal rebuild",
        )


def _in_words(seen: Snapshot, now: datetime) -> Iterator[str]:
    on = [progress.SERVICES[service].within(LANGUAGE) for service, running in seen.running.items() if running]
    yield say("Servizi: ", "Services: ") + (", ".join(on) or say("nessuno in funzione", "none running"))
    if seen.running.get("riproduzione") and seen.playing:
        yield from _of_the_room(seen, seen.playing, now)
    yield say("In coda: ", "Queued: ") + str(len(seen.queue))
    for place, card in enumerate(seen.queue, 1):
        in_s = seen.outlook.expected.songs.get(card.id)
        when = f"  {awaited.awaited(in_s, LANGUAGE)}" if in_s is not None else ""
        yield f"  {place:>2}  {card.id}  {say('tavolo', 'table')} {card.table}  {safe(card.title)}{when}"
    for making in seen.making:
        yield f"  {making.job}  {progress.milestone(making.status.milestone, LANGUAGE)}"
    yield from _of_the_tables(seen)
    for reason in seen.troubles:
        yield say(f"Aspetta: {reason.name}. ", f"Waits: {reason.name}. ") + reason.within(LANGUAGE)
    for reason in seen.mishaps:
        yield f"! {reason.name}: {reason.within(LANGUAGE)}"


def _of_the_room(seen: Snapshot, playing: NowPlaying, now: datetime) -> Iterator[str]:
    """Yield what plays, how far it is, how loud, and since when there is music."""
    if playing.song:
        guests = playing.guests or (seen.card.guests if seen.card else ())
        far = f"{clock(playing.position(now.timestamp()))} / {clock(playing.duration_s)}"
        what = f"{room.title(playing, LANGUAGE)} ({room.whose(playing, guests, LANGUAGE)}), {far}"
        yield say("In onda: ", "Playing: ") + what
    else:
        yield say("In onda: silenzio", "Playing: silence")
    loud = " · ".join(filter(None, (f"{playing.volume} %", room.curfew(playing, LANGUAGE), room.device(playing))))
    yield say("Volume: ", "Volume: ") + loud
    if told := room.tonight(playing, now, LANGUAGE):
        yield say("Musica: ", "Music: ") + told + f" · {say('suonate', 'played')} {playing.songs_played}"


def _of_the_tables(seen: Snapshot) -> Iterator[str]:
    for table, in_s in sorted(seen.outlook.tables.items()):
        when = awaited.awaited(in_s, LANGUAGE)
        yield say(f"Prossima canzone, tavolo {table}: ", f"Next song, table {table}: ") + when
    yield say("In arrivo: ", "Arriving: ") + str(seen.arriving)
    yield say("All'ascolto: ", "Being heard: ") + str(seen.hearing)
    for table, waiting in sorted(seen.waiting.items()):
        notes = say(f"Messaggi in attesa, tavolo {table}: ", f"Notes waiting, table {table}: ")
        yield notes + str(waiting.notes)
    tonight = ", ".join(f"{table}: {songs}" for table, songs in sorted(seen.songs_tonight.items()))
    yield say("Canzoni stasera, per tavolo: ", "Songs tonight, by table: ") + (tonight or "-")
    yield say("Troppo brevi: ", "Too short: ") + str(seen.short)
