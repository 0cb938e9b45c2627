"""The control socket, ``control.sock`` in the venue's run folder: what keys and other programs ask of the DJ.

JSON lines: one request a line, one answer a line, once the DJ has done it. docs/control.md is the protocol,
``commands.py`` its grammar, ``control_lines.py`` the server. Whoever may enter the folder (mode 0700) may command;
there is no other key.
"""

import json
import socket
from pathlib import Path
from typing import Any

from stornello.domain.errors import PlayerLost, StornelloError
from stornello.domain.plain import Plain
from stornello.riproduzione import sockets
from stornello.riproduzione.asked import OBEYED_WITHIN_S, Facts

_PATIENCE_S = OBEYED_WITHIN_S + 1.0
"""How long an asker waits: a little longer than the DJ may take, so that it hears why."""

_GLANCE_S = 0.5
"""How long it waits for ``status``, for which nobody has to do anything."""

_LONGEST_ANSWER = 65536

NOT_RUNNING = "dj-not-running"
"""The code of the error that says so: whoever changed something would be alone at it."""


def path(run: Path) -> Path:
    """Return where the control socket of this venue is."""
    return sockets.folder(run) / "control.sock"


def ask(run: Path, command: str, **details: object) -> Facts:
    """Have the DJ of this venue do something; return its answer's facts once it is done.

    Raises:
        PlayerLost: no DJ answers: NOT_RUNNING, or ``dj-does-not-answer`` in time.
        StornelloError: the DJ says why not.
    """
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_GLANCE_S if command == "status" else _PATIENCE_S)
            line.connect(str(path(run)))
            line.sendall(json.dumps({"command": command, **details}).encode() + b"\n")
            with line.makefile("rb") as answers:
                answer = json.loads(answers.readline(_LONGEST_ANSWER))
            return _facts_of(answer)
    except (FileNotFoundError, ConnectionRefusedError):
        raise _not_running() from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise _no_answer() from None


def _facts_of(answer: dict[str, Any]) -> Facts:
    """Return the facts of an answer. Raises StornelloError for a no; KeyError and the like for what is none."""
    if answer.pop("ok"):
        return answer
    raise StornelloError(answer["code"], Plain(**answer["error"]), Plain(**answer["todo"]))


def _not_running() -> PlayerLost:
    return PlayerLost(
        NOT_RUNNING,
        Plain("Riproduzione non è in funzione.", "Riproduzione is not running."),
        Plain(
            "Avviala con: stornello up, o stornello riproduzione", "Start it: stornello up, or stornello riproduzione"
        ),
    )


def _no_answer() -> PlayerLost:
    return PlayerLost(
        "dj-does-not-answer",
        Plain("Riproduzione non risponde.", "Riproduzione does not answer."),
        Plain(
            "Riprova; se resta così, riavviala: stornello riproduzione",
            "Try again; if that does not change, start it again: stornello riproduzione",
        ),
    )
