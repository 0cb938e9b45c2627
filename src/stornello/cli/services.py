"""The services as commands: watchdog, producer, generate-song."""

import logging
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from stornello import logs, processes
from stornello.cli.options import HERE, Folder, Lang, look_at, opened_venue
from stornello.cli.speech import LANGUAGE, errors, say, tell
from stornello.domain.clock import SystemClock
from stornello.domain.disk import is_of_the_disk
from stornello.domain.errors import StornelloError, VenueBusyError
from stornello.domain.names import JobId
from stornello.domain.plain import Plain
from stornello.settings import Settings
from stornello.spool import conditions, litter, reasons
from stornello.spool.jobs import Job, is_job_name
from stornello.spool.locks import kept
from stornello.spool.paths import Venue

log = logging.getLogger(__name__)

START_AGAIN_S = 5.0
"""How soon a service tries again to start whose disk refused it, or is away."""

GAVE_UP = 3
"""generate-song's exit code when it has written its reason into the job's folder."""


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    app.command(help=say("Ascolta i tavoli: FROM_TABLES -> testi.", "Hear the tables: FROM_TABLES -> texts."))(watchdog)
    app.command(help=say("Fa le canzoni, un turno per tavolo.", "Make the songs, tables taking turns."))(producer)
    app.command(help=say("Fa la canzone di un lavoro.", "Make the song of one job."))(generate_song)


def watchdog(folder: Folder = HERE, lang: Lang = None) -> None:
    """Run AudioWatchdog until stopped."""
    del lang  # read before the commands were made, see speech.py

    def serve(venue: Venue, settings: Settings, stop: threading.Event) -> None:
        from stornello.audio_watchdog import bell  # noqa: PLC0415 - services import much
        from stornello.wiring import watchdog as wiring  # noqa: PLC0415 - services import much

        service = wiring.build(venue, settings)
        bell.ring(venue.from_tables, service.wake, stop)
        service.run(stop)

    serve_until_stopped("watchdog", folder, serve)


def producer(folder: Folder = HERE, lang: Lang = None) -> None:
    """Run Producer until stopped."""
    del lang

    def serve(venue: Venue, settings: Settings, stop: threading.Event) -> None:
        from stornello.wiring import producer as wiring  # noqa: PLC0415 - services import much

        wiring.build(venue, settings).run(stop)

    serve_until_stopped("producer", folder, serve)


def serve_until_stopped(service: str, folder: Path, serve: Callable[[Venue, Settings, threading.Event], None]) -> None:
    """Run ``serve`` as the venue's one ``service`` until SIGTERM or Ctrl-C."""
    is_supervised = processes.end_with_parent()
    stop = stop_on_signals()
    if is_supervised:
        await_venue(folder, stop)
    venue, settings = opened_venue(folder)
    logs.set_up(service, venue.logs, None if is_supervised else sys.stderr)
    with kept(venue.run, service, stop):
        while not _has_served(serve, venue, settings, stop) and not stop.wait(START_AGAIN_S):
            pass


def await_venue(folder: Path, stop: threading.Event) -> None:
    """Wait while there is no venue at ``folder``, whose disk is away: ``up``, which has started us, began with one.

    Dashboards tell it meanwhile, see conditions.py. Raises Exit at ``stop``.
    """
    while not look_at(folder).is_there():
        if stop.wait(START_AGAIN_S):
            raise typer.Exit


def _has_served(
    serve: Callable[[Venue, Settings, threading.Event], None], venue: Venue, settings: Settings, stop: threading.Event
) -> bool:
    """Run ``serve`` to its end; False when the disk refused already its start: dashboards tell why."""
    try:
        litter.sweep(venue)
        serve(venue, settings, stop)
    except OSError as error:
        if not (is_of_the_disk(error) or isinstance(error, PermissionError)):
            raise
        log.error("the disk refuses the start, will try again", extra={"errno": error.errno})  # noqa: TRY400 - expected, a traceback says no more
        return False
    return True


def stop_on_signals() -> threading.Event:
    """Return an event that SIGTERM, SIGHUP and Ctrl-C set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, lambda *_: stop.set())
    return stop


def generate_song(
    job_dir: Annotated[
        Path, typer.Argument(metavar="JOB_DIR", help=say("La cartella del lavoro.", "The job's folder."))
    ],
    folder: Annotated[Path | None, typer.Option("--folder", metavar="DIR", show_default=False)] = None,
    lang: Lang = None,
) -> None:
    """Make the song of the job in JOB_DIR; its venue is the one JOB_DIR lies in, unless --folder names another."""
    del lang
    processes.end_with_parent(signal.SIGKILL)
    job = _job(job_dir.absolute())
    venue, settings = opened_venue(folder or _venue_of(job.folder))
    logs.set_up("generate-song", venue.logs, sys.stderr)  # which is job.log, where an operator is sent to look
    try:
        _alone(job, lambda: _make(job, venue, settings))
    except OSError as error:
        if not is_of_the_disk(error):
            raise
        log.error("the disk refused", extra={"job": job.id, "errno": error.errno})  # noqa: TRY400 - expected, a traceback says no more
        raise typer.Exit(conditions.EXIT_CODE) from None


def _alone(job: Job, work: Callable[[], None]) -> None:
    """Do ``work`` while nobody else works on the job. Raises VenueBusyError, OSError."""
    lock = job.lock
    if not lock.take():
        raise VenueBusyError(
            "job-busy",
            Plain(f"A {job.id} sta già lavorando un altro processo.", f"Another process is working on {job.id}."),
            Plain("Aspetta che finisca.", "Wait for it to end."),
        )
    work()


def _make(job: Job, venue: Venue, settings: Settings) -> None:
    """Make the song, or leave the reason why there is none in the job's folder. Raises Exit, OSError."""
    from stornello.wiring import song as wiring  # noqa: PLC0415 - services import much

    try:
        card = wiring.build(venue, settings, _milestone).make(job)
    except StornelloError as error:
        reasons.write(job.folder, error, SystemClock().now())
        errors.print(f"{error.what.within(LANGUAGE)} {error.todo.within(LANGUAGE)}", markup=False)
        raise typer.Exit(GAVE_UP) from None
    tell(f"Fatta: {venue.songs / card.audio}", f"Made: {venue.songs / card.audio}")


def _milestone(text: str) -> None:
    print(f"MILESTONE: {text}", flush=True)  # noqa: T201 - the protocol between a child and its worker


def _job(folder: Path) -> Job:
    job = Job(JobId(folder.name), folder)
    if job.transcripts.is_dir() and is_job_name(folder.name):
        return job
    raise VenueBusyError(
        "no-job",
        Plain(f"{folder} non è la cartella di un lavoro.", f"{folder} is not a job's folder."),
        Plain(
            "I lavori stanno in .tmp_player/jobs e in failed_processing.",
            "Jobs are in .tmp_player/jobs and failed_processing.",
        ),
    )


def _venue_of(job: Path) -> Path:
    return job.parent.parent if job.parent.name in {"failed_processing", "held"} else job.parent.parent.parent
