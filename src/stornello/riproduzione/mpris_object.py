"""The two interfaces that make a media player on the session bus.

Source: MPRIS D-Bus Interface Specification 2.2 (freedesktop.org). Times there are in microseconds, volumes from 0 to 1.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

from dbus_fast import NameFlag, PropertyAccess, RequestNameReply, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusBool, DBusDict, DBusDouble, DBusInt64, DBusObjectPath, DBusSignature, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal

from stornello.riproduzione.asked import Request
from stornello.spool.now_playing import NowPlaying
from stornello.wording.text import safe

US: Final = 1_000_000
READ: Final = PropertyAccess.READ
PATH: Final = "/org/mpris/MediaPlayer2"
NO_TRACK: Final = "/org/mpris/MediaPlayer2/TrackList/NoTrack"

_Texts = Annotated[list[str], DBusSignature("as")]


class Root(ServiceInterface):
    """``org.mpris.MediaPlayer2``: who we are."""

    def __init__(self) -> None:
        super().__init__("org.mpris.MediaPlayer2")

    @dbus_method(name="Raise")
    def raise_window(self) -> None:
        """There is no window."""

    @dbus_method(name="Quit")
    def quit(self) -> None:
        """Not from here: what closes media players at a log-out must not end the night."""

    @dbus_property(READ, name="CanQuit")
    def can_quit(self) -> DBusBool:
        """Tell that it cannot."""
        return False

    @dbus_property(READ, name="CanRaise")
    def can_raise(self) -> DBusBool:
        """Tell that it cannot."""
        return False

    @dbus_property(READ, name="HasTrackList")
    def has_track_list(self) -> DBusBool:
        """Tell that the queue is not told here."""
        return False

    @dbus_property(READ, name="Identity")
    def identity(self) -> DBusStr:
        """Tell the name that people see."""
        return "Stornello"

    @dbus_property(READ, name="SupportedUriSchemes")
    def schemes(self) -> _Texts:
        """Tell that nothing is opened from here."""
        return []

    @dbus_property(READ, name="SupportedMimeTypes")
    def kinds(self) -> _Texts:
        """Tell that nothing is opened from here."""
        return []


class Player(ServiceInterface):
    """``org.mpris.MediaPlayer2.Player``: what plays, and the buttons.

    ``said`` is what the DJ said last, ``position_s`` where the piece is now; ``ask`` hands a request on to the DJ.
    """

    def __init__(self, said: NowPlaying, ask: Callable[[Request], object], position_s: Callable[[], float]) -> None:
        super().__init__("org.mpris.MediaPlayer2.Player")
        self.said = said
        self._ask = ask
        self._position_s = position_s

    def tell(self, said: NowPlaying) -> None:
        """Take what the DJ says now, and tell the bus what has changed since."""
        before, self.said = facts(self.said), said
        if changed := {name: value for name, value in facts(said).items() if value != before[name]}:
            self.emit_properties_changed(changed)

    @dbus_method(name="Next")
    def next(self) -> None:
        """Pass to the next song."""
        self._ask({"command": "next"})

    @dbus_method(name="Previous")
    def previous(self) -> None:
        """Nothing: the room does not go back."""

    @dbus_method(name="Play")
    def play(self) -> None:
        """Let the room play."""
        self._ask({"command": "play"})

    @dbus_method(name="Pause")
    def pause(self) -> None:
        """Hold the room."""
        self._ask({"command": "pause", "on": True})

    @dbus_method(name="Stop")
    def stop(self) -> None:
        """Hold the room: there is no other stop while the night lasts."""
        self._ask({"command": "pause", "on": True})

    @dbus_method(name="PlayPause")
    def play_pause(self) -> None:
        """Hold the room, or let it go on."""
        self._ask({"command": "pause"})

    @dbus_method(name="Seek")
    def seek(self, offset: DBusInt64) -> None:
        """Move within the piece, by microseconds."""
        self._ask({"command": "seek", "seconds": offset / US})

    @dbus_method(name="SetPosition")
    def set_position(self, track: DBusObjectPath, position: DBusInt64) -> None:
        """Move to a position of the piece, unless another one plays by now."""
        if track == track_of(self.said.song):
            self._ask({"command": "seek", "seconds": position / US - self._position_s()})

    @dbus_method(name="OpenUri")
    def open_uri(self, uri: DBusStr) -> None:
        """Nothing: the room plays its own songs."""

    @dbus_signal(name="Seeked")
    def seeked(self, position_s: float) -> DBusInt64:
        """Tell that the position has jumped."""
        return int(position_s * US)

    @dbus_property(READ, name="PlaybackStatus")
    def status(self) -> DBusStr:
        """Tell whether the room plays."""
        return _status(self.said)

    @dbus_property(READ, name="Metadata")
    def metadata(self) -> DBusDict:
        """Tell what plays: its title and its table, no guest's name."""
        return _metadata(self.said)

    @dbus_property(READ, name="Position")
    def position(self) -> DBusInt64:
        """Tell where the piece is now."""
        return int(self._position_s() * US)

    @dbus_property(name="Volume")
    def volume(self) -> DBusDouble:
        """Tell the volume."""
        return self.said.volume / 100

    @volume.setter
    def set_volume(self, volume: DBusDouble) -> None:
        """Glide to this volume."""
        self._ask({"command": "volume", "to": round(100 * max(0.0, min(1.0, volume)))})

    @dbus_property(name="Rate")
    def rate(self) -> DBusDouble:
        """Tell the speed."""
        return 1.0

    @rate.setter
    def set_rate(self, rate: DBusDouble) -> None:
        """Nothing: songs have their own speed."""

    @dbus_property(READ, name="MinimumRate")
    def minimum_rate(self) -> DBusDouble:
        """Tell the lowest speed."""
        return 1.0

    @dbus_property(READ, name="MaximumRate")
    def maximum_rate(self) -> DBusDouble:
        """Tell the highest speed."""
        return 1.0

    @dbus_property(READ, name="CanGoNext")
    def can_go_next(self) -> DBusBool:
        """Tell that it can."""
        return True

    @dbus_property(READ, name="CanGoPrevious")
    def can_go_previous(self) -> DBusBool:
        """Tell that it cannot."""
        return False

    @dbus_property(READ, name="CanPlay")
    def can_play(self) -> DBusBool:
        """Tell that it can."""
        return True

    @dbus_property(READ, name="CanPause")
    def can_pause(self) -> DBusBool:
        """Tell that it can."""
        return True

    @dbus_property(READ, name="CanSeek")
    def can_seek(self) -> DBusBool:
        """Tell whether there is something to seek in."""
        return _can_seek(self.said)

    @dbus_property(READ, name="CanControl")
    def can_control(self) -> DBusBool:
        """Tell that it can."""
        return True


async def join(address: str, player: Player, names: Sequence[str]) -> MessageBus:
    """Connect to the bus and offer the player there under the first of ``names`` that is free.

    Raises whatever a bus, or the library, may raise.
    """
    bus = await MessageBus(bus_address=address).connect()
    bus.export(PATH, Root())
    bus.export(PATH, player)
    for name in names:
        if await bus.request_name(name, NameFlag.DO_NOT_QUEUE) == RequestNameReply.PRIMARY_OWNER:
            break
    return bus


def facts(said: NowPlaying) -> dict[str, Any]:
    """Return the properties that change, by their names on the bus."""
    return {
        "PlaybackStatus": _status(said),
        "Metadata": _metadata(said),
        "Volume": said.volume / 100,
        "CanSeek": _can_seek(said),
    }


def track_of(song: str) -> str:
    """Return a piece's name as an object path: of its characters, those that a path may not have become numbers."""
    if not song:
        return NO_TRACK
    return "/org/stornello/piece/" + "".join(
        char if char.isascii() and char.isalnum() else f"_{ord(char):x}_" for char in song
    )


def _status(said: NowPlaying) -> str:
    return "Stopped" if not said.song else "Paused" if said.paused else "Playing"


def _can_seek(said: NowPlaying) -> bool:
    return said.duration_s > 0


def _metadata(said: NowPlaying) -> dict[str, Variant]:
    told = {"mpris:trackid": Variant("o", track_of(said.song))}
    if said.song:
        told["mpris:length"] = Variant("x", int(said.duration_s * US))
        told["xesam:title"] = Variant("s", safe(said.title))
    if said.table:
        told["xesam:artist"] = Variant("as", [f"Tavolo/Table {said.table}"])
    return told
