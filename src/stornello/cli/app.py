"""The typer application and its one catch-all: what goes wrong is told in a plain sentence, never in a traceback."""

import contextlib
import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from stornello import __version__
from stornello.cli.options import Lang
from stornello.cli.speech import LANGUAGE, errors, say
from stornello.domain.errors import StornelloError

ROOMS = {
    "services": ("watchdog", "producer", "generate-song"),
    "night": ("up", "riproduzione", "demo"),
    "dashboard": ("dashboard",),
    "room": ("play", "pause", "next", "volume", "mute", "seek", "remove", "again", "move", "panic", "resume"),
    "status": ("status",),
    "devices": ("devices",),
    "venue": ("init", "config", "queue", "retry"),
    "report": ("report",),
    "resolve": ("resolve",),
    "why": ("why",),
    "journal": ("journal",),
    "machine": ("models", "doctor"),
    "provider": ("provider",),
    "fakes": ("fake-kie",),
}
"""The commands of each room, in the order of the help page."""

app = typer.Typer(
    name="stornello",
    help=say(
        "Stornello: la sala canta di sé. Le voci dei tavoli diventano canzoni, suonate una dentro l'altra.",
        "Stornello: a room that sings about itself. Voices from the tables become songs, played one into the next.",
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


def _version(value: bool) -> None:  # noqa: FBT001 - typer's way
    if value:
        typer.echo(f"stornello {__version__}")
        raise typer.Exit


@app.callback()
def _every_command(
    lang: Lang = None,
    *,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Options before the command."""
    del lang, version  # read before the commands were made


def rooms(arguments: Sequence[str]) -> list[str]:
    """Return the rooms that a call may mean, all of them for the help page or a mistyped name.

    Each imports what its commands need: a song's child, started many times a night, does without the others'.
    """
    before_help = arguments[: arguments.index("--help")] if "--help" in arguments else arguments
    return [room for room, commands in ROOMS.items() if any(name in before_help for name in commands)] or list(ROOMS)


def main() -> None:
    """Run the command line; exit 0, 1 for what can be explained, 2 for a wrong call, 130 when interrupted."""
    with contextlib.suppress(AttributeError, ValueError):
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a replaced stdout has none, which is suppressed
    logging.getLogger("stornello").addHandler(logging.NullHandler())  # a command speaks for itself; services log
    for room in rooms(sys.argv[1:]):
        import_module(f"stornello.cli.{room}").register(app)
    try:
        app()
    except StornelloError as error:
        errors.print(f"{error.what.within(LANGUAGE)} {error.todo.within(LANGUAGE)}", markup=False)
        _note_end({"code": error.code})
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        errors.print(
            say("Il disco o il sistema dice no", "The disk or the system says no") + f": {error.strerror}{place}",
            markup=False,
        )
        _note_end({"errno": error.errno})
        sys.exit(1)


def _note_end(facts: dict[str, object]) -> None:
    """Leave a line in the service's log; a command without one has told the reader all."""
    log = logging.getLogger("stornello")
    if log.handlers:
        log.error("ended", extra=facts)
