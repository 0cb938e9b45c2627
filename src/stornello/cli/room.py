"""What people do to the room's music from another shell: play, pause, next, volume, mute, seek, panic, the queue."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from stornello.cli.options import HERE, Folder, Lang, existing
from stornello.cli.speech import say, tell
from stornello.domain.errors import PlayerLost, StornelloError
from stornello.domain.plain import Plain
from stornello.riproduzione import control
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from stornello.spool.queue_edits import Desk, Edited
from stornello.wording.text import clock, safe

_NUMBERS = {"ignore_unknown_options": True}
"""So that ``-10`` is a number, not an option that nobody knows."""

SongName = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        show_default=False,
        help=say(
            "L'id della canzone (stornello queue), il suo inizio o una parte, o #2 per la seconda in coda.",
            "The song's id (stornello queue), its beginning or a part of it, or #2 for the second in the queue.",
        ),
    ),
]


def register(app: typer.Typer) -> None:
    """Add this room's commands."""
    for name, do, it, en in (
        ("play", play, "Fai suonare la sala.", "Let the room play."),
        ("pause", pause, "Metti in pausa, o riprendi.", "Pause, or go on."),
        ("next", next_song, "Passa alla prossima canzone.", "Pass to the next song."),
        ("volume", volume, "Il volume: 70, +5 o -5.", "The volume: 70, +5 or -5."),
        ("mute", mute, "Togli la voce alla sala, o ridagliela.", "Mute the room, or unmute it."),
        ("seek", seek, "Vai avanti o indietro nella canzone.", "Move forward or back within the song."),
        ("remove", remove, "Togli una canzone dalla coda.", "Take a song out of the queue."),
        ("again", again, "Rimetti in coda una canzone già sentita, o tolta.", "Queue a song again, heard or removed."),
        ("move", move, "Sposta una canzone nella coda.", "Move a song within the queue."),
        ("panic", panic, "Subito musica di casa; la coda aspetta.", "House music at once; the queue waits."),
        ("resume", resume, "Dopo panic: torna alle canzoni della sala.", "After panic: back to the room's songs."),
    ):
        app.command(name, help=say(it, en), context_settings=_NUMBERS if do in {volume, seek} else {})(do)


def play(folder: Folder = HERE, lang: Lang = None) -> None:
    """Let the room play."""
    del lang
    _tell_room(_ask(folder, "play"))


def pause(folder: Folder = HERE, lang: Lang = None) -> None:
    """Hold the room, or let it go on."""
    del lang
    _tell_room(_ask(folder, "pause"))


def next_song(folder: Folder = HERE, lang: Lang = None) -> None:
    """Pass to the next song."""
    del lang
    _ask(folder, "next")
    tell("Si passa alla prossima.", "Passing to the next one.")


def volume(
    level: Annotated[
        str, typer.Argument(metavar="N", show_default=False, help=say("Da 0 a 100; +5 o -5.", "0 to 100; +5 or -5."))
    ],
    folder: Folder = HERE,
    lang: Lang = None,
) -> None:
    """Glide to a volume, or by so much."""
    del lang
    how = "by" if level[:1] in {"+", "-"} else "to"
    said = _ask(folder, "volume", **{how: _number(level)})
    tell(f"Volume: {said['volume']}", f"Volume: {said['volume']}")


def mute(folder: Folder = HERE, lang: Lang = None) -> None:
    """Mute the room, or unmute it."""
    del lang
    if _ask(folder, "mute")["muted"]:
        tell("La sala è muta.", "The room is mute.")
    else:
        tell("La sala si sente di nuovo.", "The room is heard again.")


def seek(
    seconds: Annotated[
        str, typer.Argument(metavar="SECONDS", show_default=False, help=say("+10, o -10.", "+10, or -10."))
    ],
    folder: Folder = HERE,
    lang: Lang = None,
) -> None:
    """Move within the song."""
    del lang
    _tell_room(_ask(folder, "seek", seconds=_number(seconds)))


def remove(song: SongName, folder: Folder = HERE, lang: Lang = None) -> None:
    """Take a song out of the queue; `again` brings it back."""
    del lang
    edited = _edit(folder, "remove", lambda desk: desk.remove(song), id=song)
    called = _called(edited)
    tell(f"Tolta dalla coda: {called.it}", f"Out of the queue: {called.en}")
    tell(f"Per rimetterla: stornello again {edited['id']}", f"To bring it back: stornello again {edited['id']}")


def again(song: SongName, folder: Folder = HERE, lang: Lang = None) -> None:
    """Queue a song again that was heard or removed."""
    del lang
    _tell_place(_edit(folder, "again", lambda desk: desk.again(song), id=song))


def move(
    song: SongName,
    place: Annotated[
        int,
        typer.Argument(
            metavar="N", min=1, max=999_999, help=say("Il posto; 1: la prossima.", "The place; 1: the next.")
        ),
    ],
    folder: Folder = HERE,
    lang: Lang = None,
) -> None:
    """Move a song within the queue."""
    del lang
    _tell_place(_edit(folder, "move", lambda desk: desk.move(song, place), id=song, to=place))


def panic(folder: Folder = HERE, lang: Lang = None) -> None:
    """Play house music at once; the queue waits until `resume`."""
    del lang
    _ask(folder, "panic")
    tell(
        "Musica di casa. La coda aspetta; per riprendere: stornello resume",
        "House music. The queue waits; to go on: stornello resume",
    )


def resume(folder: Folder = HERE, lang: Lang = None) -> None:
    """Go back to the room's songs, and to the one that was cut off."""
    del lang
    _ask(folder, "resume")
    tell("Si torna alle canzoni della sala.", "Back to the room's songs.")


def _ask(folder: Path, command: str, **details: object) -> dict[str, Any]:
    return control.ask(existing(folder).run, command, **details)


def _edit(folder: Path, command: str, do: Callable[[Desk], Edited], **details: object) -> dict[str, Any]:
    """Have the DJ change the queue, or change it ourselves where none runs: it is one file, under its lock."""
    venue = existing(folder)
    try:
        return control.ask(venue.run, command, **details)
    except PlayerLost as error:
        if error.code != control.NOT_RUNNING:
            raise
    return asdict(do(_desk(venue)))


def _desk(venue: Venue) -> Desk:
    return Desk(venue, Playlist(venue.playlist))


def _number(text: str) -> float:
    """Read a number with its sign. Raises StornelloError."""
    try:
        return int(text)
    except ValueError:
        raise StornelloError(
            "no-number",
            Plain(f"«{safe(text)}» non è un numero.", f"'{safe(text)}' is no number."),
            Plain("Per esempio: 70, +5, -10", "Such as: 70, +5, -10"),
        ) from None


def _tell_room(said: dict[str, Any]) -> None:
    """Tell what plays, and where it is."""
    title, at = safe(said["title"]), clock(said["position_s"])
    piece = Plain(f"«{title}»", f"'{title}'") if title else Plain("il sottofondo", "the soft bed")
    if not said["song"]:
        tell("Non suona nulla.", "Nothing plays.")
    elif said["paused"]:
        tell(f"In pausa: {piece.it}, a {at}.", f"Paused: {piece.en}, at {at}.")
    else:
        tell(f"In onda: {piece.it}, da {at}.", f"Playing: {piece.en}, from {at}.")


def _tell_place(edited: dict[str, Any]) -> None:
    called, place = _called(edited), edited["place"]
    tell(f"{place} in coda: {called.it}", f"Place {place} in the queue: {called.en}")


def _called(edited: dict[str, Any]) -> Plain:
    title = safe(edited["title"])
    return Plain(f"«{title}», tavolo {edited['table']}", f"'{title}', table {edited['table']}")
