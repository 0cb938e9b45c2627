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
        StornelloError: ``none`` when there is none; or there are several.
    """
    exact = [entry for entry in entries if name and name in {entry.name, other_name(entry)}]
    found = exact or [entry for entry in entries if len(name) >= _SHORTEST_PART and name in entry.name]
    if not found:
        raise none
    if len(found) > 1:
        raise _many(name, ", ".join(entry.name for entry in found))
    return found[0]


def _many(name: str, many: str) -> StornelloError:
    return StornelloError(
        "many-of-that-name",
        Plain(f"«{name}» può essere più di una cosa: {many}.", f"'{name}' may be more than one thing: {many}."),
        Plain("Scrivi il nome per intero.", "Give the whole name."),
    )
