"""The embedded player: one mpv process a deck, spoken to over a UNIX socket in a private folder."""

import os
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from stornello.domain.errors import PlayerLost, StornelloError
from stornello.providers.player import process
from stornello.providers.player.deck import MpvDeck, forget
from stornello.providers.player.ipc import Ipc, lost
from stornello.seams import Output

LONGEST_SOCKET_PATH = 103
"""Bytes in sun_path on macOS, 107 on Linux; with a longer path mpv lives on without IPC."""


class MpvPlayer:
    """Decks that are mpv processes. They outlive whoever opened them, unless he closes them.

    Args:
        sockets: a folder of mode 0700 whose path is short enough (``riproduzione.sockets`` finds one).
        output: mpv's audio output such as ``pulse``; ``auto`` lets mpv choose.
        spare: returns another such folder, for while the first one's disk takes no socket: read-only, full or away.
        device: the sound device, by mpv's name for it; ``auto`` lets mpv choose.
        root: no file outside this folder is played.
    """

    name = "mpv"

    def __init__(
        self,
        sockets: Path,
        output: str = "auto",
        spare: Callable[[], Path] | None = None,
        *,
        device: str = "auto",
        root: Path = Path("/"),
    ) -> None:
        self.sockets = sockets
        self.output = output
        self.spare = spare
        self.device = device
        self.root = root.resolve()
        self._decks: dict[str, MpvDeck] = {}
        self._has_cleared = False

    def open(self, slot: str) -> MpvDeck:
        """Start an mpv that listens at ``deck-{slot}.sock``.

        The first time every mpv ends that a killed DJ left, in either folder, and that was not adopted, in whatever
        slot: it would play on under this one.
        """
        path = self._place(slot)
        if len(bytes(path)) > LONGEST_SOCKET_PATH:
            raise lost("the path of its socket is too long")
        ours = {deck.path for deck in self._decks.values()}
        left = set() if self._has_cleared else self._left("deck-*.sock") - ours
        for place in {path} | left:
            _end_what_listens(place)
        self._has_cleared = True
        deck = self._decks[slot] = MpvDeck(path, self.root, process.start(path, self.output, self.device))
        return deck

    def adopt(self, slot: str, audio: Path) -> tuple[MpvDeck, bool] | None:
        """Take over the mpv that listens at ``deck-{slot}.sock``, in whichever folder there was room for it."""
        for path in sorted(self._left(f"deck-{slot}.sock")):
            if found := self._adopted(path, audio):
                self._decks[slot] = found[0]
                return found
        return None

    def _adopted(self, path: Path, audio: Path) -> tuple[MpvDeck, bool] | None:
        try:
            deck = MpvDeck(path, self.root)
        except PlayerLost:
            _end_what_listens(path)
            return None
        try:
            is_held = deck.take_over(audio)
        except PlayerLost:
            is_held = None
        if is_held is None:
            deck.close()
            return None
        return deck, is_held

    def outputs(self) -> tuple[Output, ...]:
        """Ask an mpv of its own, which hears of cards that came after the decks'."""
        path = self._folder() / f"outputs-{os.getpid()}.sock"
        with closing(MpvDeck(path, self.root, process.start(path, "null", "auto"))) as deck:
            return deck.outputs()

    def use(self, output: str) -> None:
        """Set the device of every deck that is open, and of those to come."""
        self.device = output
        for deck in self._decks.values():
            with suppress(PlayerLost):  # closed, or about to be replaced by one that has it
                deck.use(output)

    def _place(self, slot: str) -> Path:
        return self._folder() / f"deck-{slot}.sock"

    def _left(self, name: str) -> set[Path]:
        """Return the sockets called so in both folders: the disk may have had no room for one, and have it again."""
        folders = [self.sockets]
        if self.spare:
            with suppress(OSError, StornelloError):  # nobody's, or not ours: nothing of ours is there
                folders.append(self.spare())
        return {place for folder in folders for place in folder.glob(name)}

    def _folder(self) -> Path:
        return self.sockets if self.spare is None or _takes_sockets(self.sockets) else self.spare()


def _takes_sockets(folder: Path) -> bool:
    try:
        has_room = os.statvfs(folder).f_bavail > 0
    except OSError:
        return False
    return has_room and os.access(folder, os.W_OK | os.X_OK)


def _end_what_listens(path: Path) -> None:
    """Have the mpv at ``path``, if there is one, end; return when it has."""
    with suppress(OSError):  # nobody there
        line = Ipc(path, lambda _: None)
        line.end_peer()
        line.close()
    forget(path)
