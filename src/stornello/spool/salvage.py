"""What can be saved of a JSON file that was cut short or edited by hand."""

import json
import re
from typing import Any, Final

_KEY: Final = re.compile(r'\s*"((?:[^"\\\n]|\\.)*)"\s*:\s*')
_MEMBER: Final = re.compile(r'^\s*"[a-z_]+"\s*:', re.MULTILINE)
_DEEPEST: Final = 4
_DAMAGE: Final = (ValueError, RecursionError)

_decoder = json.JSONDecoder()


def read_object(text: str) -> tuple[dict[str, Any], bool]:
    """Return the members of the JSON object in ``text``, and whether it was whole.

    Of a damaged one those members are returned that can be read, and of members that are objects again their own. What
    is behind a damaged place is found again where a line begins with a key, as our files' lines do.
    """
    try:
        whole = json.loads(text)
    except _DAMAGE:
        return _pieces(text), False
    return (whole, True) if isinstance(whole, dict) else ({}, False)


def _pieces(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    at = max(0, text.find("{") + 1)
    while True:
        more, at = _members(text, at)
        found |= more
        next_line = _MEMBER.search(text, at)
        if not next_line:
            return found
        at = next_line.start()


def _members(text: str, at: int, depth: int = 1) -> tuple[dict[str, Any], int]:
    """Read ``"key": value, ...`` from ``at`` on as far as it goes; return also where it ends, behind the last key."""
    found = {}
    while key := _KEY.match(text, at):
        at = key.end()
        try:
            found[key[1]], at = _value(text, at, depth)
        except _DAMAGE:
            break
        at = _behind(text, at, ",")
    return found, _behind(text, at, "}")


def _value(text: str, at: int, depth: int) -> tuple[Any, int]:
    try:
        value, end = _decoder.raw_decode(text, at)
    except _DAMAGE:
        if not text.startswith("{", at) or depth >= _DEEPEST:
            raise
        return _members(text, at + 1, depth + 1)
    if end == len(text) and isinstance(value, int | float):
        raise ValueError("a number that may have been cut short")
    return value, end


def _behind(text: str, at: int, mark: str) -> int:
    """Return the place behind ``mark`` where that comes next, else ``at``."""
    found = re.compile(r"\s*" + re.escape(mark)).match(text, at)
    return found.end() if found else at
