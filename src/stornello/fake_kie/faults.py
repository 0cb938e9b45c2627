"""What goes over the wire, and the ways in which it goes wrong. Pure: nothing here sends."""

import json
from dataclasses import dataclass, replace
from typing import Literal

from stornello.domain.plain import Plain

Ending = Literal["whole", "short", "half", "cut", "reset"]
"""``short``: closed in the middle of the body. ``half``: reset there. ``cut``: closed without a byte. ``reset``: reset
without a byte."""

Kind = Literal["code", "http", "html", "null", "garbage", "half", "cut", "reset", "slow"]


@dataclass(frozen=True, slots=True)
class Fault:
    """How an answer goes wrong; ``number`` is the JSON code or the HTTP status."""

    kind: Kind
    number: int = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, how it ends and how long it takes to begin; ``note`` is for whoever watches."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    ending: Ending = "whole"
    delay_s: float = 0.0
    note: Plain | None = None


MESSAGES = {
    400: "The prompt was refused by content moderation.",
    401: "You do not have access permissions. Authorization is missing or wrong.",
    402: "Insufficient credits. Please top up.",
    404: "Not found.",
    405: "Rate limit exceeded.",
    409: "A record with this content already exists.",
    413: "The theme or prompt is too long.",
    422: "Validation error.",
    429: "The call frequency is too high. Please try again later.",
    430: "Your call frequency is too high. Please try again later.",
    433: "The limit of this key is reached.",
    451: "Failed to fetch the file.",
    455: "The system is being maintained. Please try again later.",
    500: "Server exception. Please try again later.",
    501: "Generation failed.",
    505: "This feature is not available.",
}


def answer(data: object) -> Reply:
    """Return a good answer that carries ``data``."""
    return Reply(json.dumps({"code": 200, "msg": "success", "data": data}, ensure_ascii=False).encode())


def refusal(code: int, message: str = "") -> Reply:
    """Return an error as Kie sends it: HTTP 200, and ``code`` says what is wrong."""
    return Reply(json.dumps({"code": code, "msg": message or MESSAGES[code], "data": None}).encode())


def spoil(reply: Reply, fault: Fault | None, slow_s: float) -> Reply:
    """Return ``reply`` as the fault lets it through; ``slow`` keeps it back for ``slow_s`` seconds."""
    match fault:
        case Fault("half" | "cut" | "reset" as ending):
            reply = replace(reply, ending=ending)
        case Fault("slow"):
            reply = replace(reply, delay_s=slow_s)
        case Fault():
            reply = _instead(fault)
    return reply


def _instead(fault: Fault) -> Reply:
    if fault.kind == "code":
        return refusal(fault.number)
    if fault.kind == "http":
        wait = (("Retry-After", "1"),) if fault.number == 429 else ()  # noqa: PLR2004 - Too Many Requests
        return replace(refusal(fault.number), status=fault.number, headers=wait)
    if fault.kind == "html":
        page = b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"
        return Reply(page, fault.number, "text/html")
    return answer(None) if fault.kind == "null" else Reply(b'{"code":200,"msg":"success","data":{"taskId":')
