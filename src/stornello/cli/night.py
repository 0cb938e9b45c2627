"""Commands that make a night: up, riproduzione, demo."""

import logging
import os
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from stornello import logs, processes, samples
from stornello import settings as house_settings
from stornello.cli import goodbye
from stornello.cli.dashboard import show_night, watch_of
from stornello.cli.options import HERE, Folder, Lang, look_at, open_venue, opened_venue
from stornello.cli.services import await_venue, stop_on_signals
from stornello.cli.speech import LANGUAGE, say, tell
from stornello.demo import Show, recorder
from stornello.domain.clock import SystemClock
from stornello.domain.errors import ModelMissing, SettingsError
from stornello.domain.plain import Plain
from stornello.settings import Settings
from stornello.spool import atomic, conditions
from stornello.spool.locks import hold, kept
from stornello.spool.paths import Venue
from stornello.spool.snapshot import SERVICES
from stornello.supervisor import Service, Supervisor
from stornello.wiring import engines, packaged

log = logging.getLogger(__name__)

SONGS = 3
"""Songs that the demo waits for."""

FAST_S = 20.0
"""What ``--fast`` plays of each."""


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command(help=say("Tutta la serata: servizi e cruscotto.", "The whole night: services and dashboard."))(up)
    app.command(help=say("Suona la coda in sala.", "Play the queue in the room."))(riproduzione)
    app.command(help=say("Una serata di prova, senza chiavi.", "A whole night in minutes, with no key."))(demo)


def up(folder: Folder = HERE, lang: Lang = None) -> None:
    """Run and supervise the three services until stopped; show the dashboard, or a line for every change."""
    del lang
    is_supervised = processes.end_with_parent()
    venue, settings = _venue_of_the_night(folder)
    engines.require_engines(settings)
    stop = stop_on_signals()
    with kept(venue.run, "up", stop):
        for service in SERVICES:
            hold(venue.run, service).release()  # whoever runs one by hand is told so now, not by a restart loop
        logs.set_up("up", venue.logs)
        _keep_up(venue, settings, stop, is_supervised=is_supervised)


def _venue_of_the_night(folder: Path) -> tuple[Venue, Settings]:
    """Return the venue, opened if there is none and a person sits at our terminal. Raises SettingsError.

    What an init system starts again and again must not open one on the empty mount point of a disk that is away.
    """
    if look_at(folder).is_there() or not (sys.stdin and sys.stdin.isatty()):
        return opened_venue(folder)
    venue, settings = open_venue(folder)
    tell(f"Qui non c'era un locale: aperto in {venue.root}", f"There was no venue here: opened in {venue.root}")
    return venue, settings


def _keep_up(venue: Venue, settings: Settings, stop: threading.Event, *, is_supervised: bool) -> None:
    tell(f"Locale: {venue.root}", f"Venue: {venue.root}")
    _tell_conditions(venue, settings)
    _tell_what_leaves(settings)
    _fetch_what_is_missing(settings)
    keeper = _supervisor(venue)
    thread = threading.Thread(target=keeper.run, args=(stop,), name="supervisor")
    thread.start()
    try:
        stop.wait() if is_supervised else show_night(venue, settings, stop, lambda: False)
    finally:
        stop.set()
        thread.join()


def _tell_conditions(venue: Venue, settings: Settings) -> None:
    """Say what is wrong with the disk; the night begins all the same, and the work when the disk lets it."""
    for one in conditions.look(venue, settings.free_space_floor_mb):
        tell(one.within("it"), one.within("en"), style="red" if one.stops else "yellow")


def _tell_what_leaves(settings: Settings) -> None:
    """Say who is sent the guests' voices and words: a key in the environment is enough for that."""
    from stornello.doctor import engines as looked_at  # noqa: PLC0415 - imports much

    if going := looked_at.leaving(settings):
        tell(going.it, going.en, style="yellow")


def _fetch_what_is_missing(settings: Settings) -> None:
    """Fetch models now, where people see it; a failure is told, and the night begins all the same."""
    from stornello.wiring import own  # noqa: PLC0415 - imports much

    try:
        if engines.uses_embedded("transcribers", settings):
            own.speech_model(settings.speech_model)
        if engines.uses_embedded("studios", settings):
            own.soundfont()
    except ModelMissing as error:
        tell(f"{error.what.it} {error.todo.it}", f"{error.what.en} {error.todo.en}", style="yellow")


def _supervisor(venue: Venue) -> Supervisor:
    def command(service: str) -> list[str]:
        return [sys.executable, "-m", "stornello", service, "--folder", str(venue.root), "--lang", LANGUAGE]

    services = [Service(name, command(name)) for name in SERVICES]
    return Supervisor(services, venue.logs, SystemClock(), venue.run)


def riproduzione(folder: Folder = HERE, lang: Lang = None) -> None:
    """Play the queue until stopped; show the dashboard, or a line for every change."""
    del lang
    is_supervised = processes.end_with_parent()
    stop = stop_on_signals()
    if is_supervised:
        await_venue(folder, stop)
    venue, settings = opened_venue(folder)
    logs.set_up("riproduzione", venue.logs)
    from stornello.wiring import riproduzione as wiring  # noqa: PLC0415 - imports much

    with kept(venue.run, "riproduzione", stop):  # no litter.sweep, as of the others: it is long, and the room waits
        service = wiring.build(venue, settings)
        if is_supervised:
            service.run(stop)
        else:
            thread = threading.Thread(target=service.run, args=(stop,), name="dj")
            thread.start()
            show_night(venue, settings, stop, lambda: not thread.is_alive())
            stop.set()
            thread.join()


def demo(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            metavar="DIR",
            show_default=False,
            help=say("La cartella nuova del locale.", "The venue's new folder."),
        ),
    ] = None,
    recordings: Annotated[
        Path | None,
        typer.Option(metavar="DIR", show_default=False, help=say("Le tue registrazioni.", "Your own recordings.")),
    ] = None,
    lang: Lang = None,
    *,
    keep: Annotated[bool, typer.Option(help=say("Resta aperto alla fine.", "Stay up at the end."))] = False,
    fast: Annotated[bool, typer.Option(help=say("Solo 20 s per canzone.", "Only 20 s of each song."))] = False,
) -> None:
    """Open a venue, let guests speak, play three songs one into the next, tell where everything is."""
    del lang
    processes.end_with_parent()
    notes = _notes(recordings) if recordings else recorder.evening(samples.voices(), samples.too_short())
    venue, settings = _new_venue(folder or Path(f"stornello-demo-{datetime.now():%H%M%S}"), fast=fast)  # noqa: DTZ005 - a name
    engines.require_engines(settings)
    tell(f"Locale di prova: {venue.root}", f"Demo venue: {venue.root}")
    if not _can_sound(settings):
        tell(
            "Nessuna scheda audio: si suona nel vuoto, in tempo reale.",
            "No sound card: playing to nobody, in real time.",
        )
    stop = stop_on_signals()
    show = Show(venue, recorder.Recorder(notes, venue.from_tables), LANGUAGE, SONGS)
    watch = watch_of(venue, settings, ends_night=True)
    show.run(lambda until: watch(until, stop), keep=keep)
    heard = goodbye.tell_all(venue)
    if show.fell:
        tell(f"I servizi si sono fermati da soli: {venue.logs}", f"The services ended by themselves: {venue.logs}")
    if show.fell or not heard:
        raise typer.Exit(1)


def _notes(folder: Path) -> list[recorder.Note]:
    notes = recorder.from_folder(folder) if folder.is_dir() else []
    if notes:
        return notes
    raise SettingsError(
        "no-recordings",
        Plain(f"In {folder} non ci sono registrazioni.", f"There are no recordings in {folder}."),
        Plain("Mettici file come 5-anna.wav.", "Put files such as 5-anna.wav there."),
    )


def _new_venue(folder: Path, *, fast: bool) -> tuple[Venue, Settings]:
    if look_at(folder).root.exists() and any(folder.iterdir()):
        raise SettingsError(
            "demo-folder-used",
            Plain(f"{folder} non è vuota.", f"{folder} is not empty."),
            Plain("La prova vuole una cartella nuova.", "The demo wants a new folder."),
        )
    venue, _ = open_venue(folder)
    ours = "".join(f'{seam} = ["{packaged.EMBEDDED}"]\n' for seam in ("transcriber", "lyricist", "studio"))
    chosen = ours + (f"play_only_seconds = {FAST_S}\n" if fast else "")
    atomic.write_text(venue.settings, chosen + house_settings.as_toml(LANGUAGE))
    return venue, Settings.load(venue.settings, os.environ)


def _can_sound(settings: Settings) -> bool:
    from stornello import doctor  # noqa: PLC0415 - imports much

    return doctor.sounds(settings)
