"""What a person means who writes a name, or any unmistakable part of it."""

from collections.abc import Callable, Sequence
from pathlib import Path

from stornello.domain.errors import StornelloError
from stornello.domain.plain import Plain

_SHORTEST_PART = 4


def only(
    entries: Sequence[Path], name: str, none: StornelloError, other_name: Callable[[Path], str] = lambda _: ""
) -> Path:
    """Return the one of ``entries`` whose own or other name is ``name``, else the one with ``name`` inside its own.

    A part of a name has at least four characters: what follows may cost money, and a slip is no name.

    Raises:
        StornelloError: ``none`` when there is none; or there are several; or the part is too short.
    """
    exact = [entry for entry in entries if name and name in {entry.name, other_name(entry)}]
    alike = [entry for entry in entries if name and name in entry.name]
    if alike and not exact and len(name) < _SHORTEST_PART:
        raise _too_short(name, _names(alike))
    found = exact or alike
    if not found:
        raise none
    if len(found) > 1:
        raise _many(name, _names(found))
    return found[0]


def _names(entries: Sequence[Path]) -> str:
    return ", ".join(entry.name for entry in entries)


def _too_short(name: str, many: str) -> StornelloError:
    return StornelloError(
        "name-too-short",
        Plain(f"«{name}» è troppo corto per un nome: {many}.", f"'{name}' is too short for a name: {many}."),
        Plain(f"Scrivine almeno {_SHORTEST_PART} caratteri.", f"Give at least {_SHORTEST_PART} characters of it."),
    )


def _many(name: str, many: str) -> StornelloError:
    return StornelloError(
        "many-of-that-name",
        Plain(f"«{name}» può essere più di una cosa: {many}.", f"'{name}' may be more than one thing: {many}."),
        Plain("Scrivi il nome per intero.", "Give the whole name."),
    )
