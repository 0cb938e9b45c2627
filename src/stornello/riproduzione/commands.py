"""What may be asked of the DJ: how each request is written, and what is done about it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Final

from stornello.domain.clock import Clock
from stornello.riproduzione import refusals
from stornello.riproduzione.asked import Facts, Request
from stornello.riproduzione.dj import Dj
from stornello.spool.now_playing import NowPlaying
from stornello.spool.queue_edits import Desk


def _flag(value: object) -> bool:
    return value is None or isinstance(value, bool)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e6 < value < 1e6  # noqa: PLR2004 - no second of any song


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200  # noqa: PLR2004 - as long as any id, or any device's name


def _place(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 1e6  # noqa: PLR2004 - no queue is as long


_A_FLAG, _A_NUMBER, _A_TEXT, _A_PLACE = {"on": _flag}, _number, {"id": _text}, {"to": _place}

Form = Mapping[str, Callable[[object], bool]]

FORMS: Final[Mapping[str, tuple[Form, ...]]] = {
    "play": ({},),
    "pause": ({}, _A_FLAG),
    "next": ({},),
    "seek": ({"seconds": _A_NUMBER},),
    "volume": ({"to": _A_NUMBER}, {"by": _A_NUMBER}),
    "mute": ({}, _A_FLAG),
    "remove": (_A_TEXT,),
    "again": (_A_TEXT,),
    "move": (_A_TEXT | _A_PLACE,),
    "panic": ({},),
    "resume": ({},),
    "device": ({"name": _text},),
    "status": ({},),
    "quit": ({},),
}
"""Each command, and what else its request holds: all of one of these forms and nothing besides."""


def understood(line: bytes) -> Request:
    """Return the request in ``line``. Raises StornelloError, which says what is wrong, for anything that is none."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        raise refusals.not_understood("non è JSON", "it is no JSON") from None
    if not isinstance(request, dict) or request.get("command") not in list(FORMS):  # it may be of any kind
        known = ", ".join(FORMS)
        raise refusals.not_understood(f"i comandi sono {known}", f"the commands are {known}")
    command, details = request["command"], request.keys() - {"command"}
    forms = FORMS[command]
    if not any(details == form.keys() and all(holds(request[name]) for name, holds in form.items()) for form in forms):
        wanted = " | ".join(", ".join(form) or "-" for form in forms)
        raise refusals.not_understood(f"{command} vuole: {wanted}", f"{command} wants: {wanted}")
    return request


def facts(said: NowPlaying, clock: Clock) -> Facts:
    """Return what the DJ said last as an answer's facts, with the position of this moment."""
    return asdict(replace(said, position_s=round(said.position(said.at + said.age_s(clock)), 2)))


def carry_out(request: Request, dj: Dj) -> Facts:
    """Do what is asked, in the DJ's own thread; return the song concerned, or else what the room hears then.

    Raises:
        StornelloError: there is nothing to do, and why.
        OSError: the disk refuses to change the queue.
    """
    desk = Desk(dj.booth.venue, dj.booth.playlist, dj.now_playing().song)
    does: dict[str, Callable[[], Facts | None]] = {
        "play": dj.play,
        "pause": lambda: dj.pause(request.get("on")),
        "next": dj.next,
        "seek": lambda: dj.seek(request["seconds"]),
        "volume": lambda: dj.set_volume(round(request["to"] if "to" in request else dj.volume + request["by"])),
        "mute": lambda: dj.mute(request.get("on")),
        "panic": dj.panic,
        "resume": dj.resume,
        "device": lambda: dj.use_device(request["name"]),
        "remove": lambda: asdict(desk.remove(request["id"])),
        "again": lambda: asdict(desk.again(request["id"])),
        "move": lambda: asdict(desk.move(request["id"], request["to"])),
    }
    return does[request["command"]]() or facts(dj.now_playing(), dj.clock)
