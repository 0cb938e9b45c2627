"""The dashboard's whole picture, laid out for the size of the terminal."""

from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.table import Table
from rich.text import Text

from stornello.riproduzione import panels, phrases
from stornello.riproduzione.panels import View
from stornello.spool.reasons import Reason
from stornello.wording import owner, progress
from stornello.wording.text import safe

WIDE = 120
"""From this width on the three lists stand side by side."""

WORRIES, SOME_WORRIES = 2, 4
"""Lines for what somebody should know: at least, and at most on a small terminal."""

TALL = 30
"""From this height on there are as many as it takes."""

_THE_REST = ": stornello status"
_PLAIN = Console(no_color=True)
"""For what rich asks a console when it wraps a text."""

MOST_WORRIES = 6
SMALLEST_SONG = 8
SMALLEST_LISTS = 11
"""Lines; 80x24 is filled by just these, and what somebody should know takes some from the lists."""

LEAST_LISTS = 4


def picture(view: View, width: int, height: int) -> Layout:
    """Return the picture for ``width`` x ``height`` characters."""
    worries, money = _worries(view), panels.money(view)
    room = min(max(WORRIES, len(worries)), MOST_WORRIES if height >= TALL else SOME_WORRIES)
    foot = room + (3 if money else 2)
    body = height - 1 - foot
    song = SMALLEST_SONG + max(0, (body - SMALLEST_SONG - SMALLEST_LISTS) * 2 // 3)
    lists = max(LEAST_LISTS, body - song)
    whole = Layout()
    whole.split_column(
        Layout(_head(view), size=1),
        Layout(panels.now_playing(view, song), size=song),
        _wide(view, lists) if width >= WIDE else _narrow(view, lists),
        Layout(_foot(view, money, _fitting(worries, view, width, room), room), size=foot),
    )
    return whole


def _wide(view: View, lines: int) -> Layout:
    row = Layout(size=lines)
    row.split_row(
        Layout(panels.queue(view, lines)), Layout(panels.making(view, lines)), Layout(panels.tables(view, lines))
    )
    return row


def _narrow(view: View, lines: int) -> Layout:
    row, right = Layout(size=lines), Layout()
    making = max(3, min(lines // 2, len(view.snapshot.making) + panels.FRAME))
    right.split_column(Layout(panels.making(view, making), size=making), Layout(panels.tables(view, lines - making)))
    row.split_row(Layout(panels.queue(view, lines)), right)
    return row


def _head(view: View) -> Table:
    row = Table.grid(expand=True)
    row.add_column(ratio=1, no_wrap=True)
    row.add_column(justify="right", no_wrap=True)
    playing = view.snapshot.playing
    volume = f"  {view.say(phrases.VOLUME)} {playing.volume}%" if playing else ""
    name = Text(" Stornello", style="bold cyan").append(f"  {view.now.astimezone():%H:%M}{volume}", "not bold default")
    row.add_row(name, _services(view))
    return row


def _services(view: View) -> Text:
    text = Text()
    for service, name in progress.SERVICES.items():
        alive = view.snapshot.running.get(service, False)
        text.append("● " if alive else "○ ", "green" if alive else "bold red")
        text.append(f"{view.say(name)}  ", "" if alive else "red")
    return text


def _foot(view: View, money: RenderableType | None, worries: Group, room: int) -> Layout:
    foot, keys = Layout(), Text(f" {view.say(phrases.KEYS)}", style="dim", no_wrap=True, overflow="ellipsis")
    rows = [Layout(_counts(view), size=1), Layout(worries, size=room), Layout(keys, size=1)]
    foot.split_column(*([Layout(money, size=1)] if money else []), *rows)
    return foot


def _counts(view: View) -> Text:
    seen, playing = view.snapshot, view.snapshot.playing
    counts = {
        phrases.ARRIVING: seen.arriving,
        phrases.HEARING: seen.hearing,
        phrases.SHORT: seen.short,
        phrases.ERRORS: len(seen.mishaps),
        phrases.PLAYED: playing.songs_played if playing else 0,
    }
    told = " · ".join(f"{view.say(name)} {count}" for name, count in counts.items())
    return Text(f" {told}", no_wrap=True, overflow="ellipsis")


def _worries(view: View) -> list[Text]:
    """Return what somebody should know now, what matters most first."""
    playing, found = view.snapshot.playing, []
    if view.notice:
        found.append(Text(f" {view.say(view.notice)}", style="bold red"))
    if playing and playing.trouble:
        found.append(Text(f" {view.say(phrases.TROUBLE)} ({safe(playing.trouble)})", style="bold red"))
    told_owner = owner.worries(view.snapshot, view.budget, view.now, view.language)
    found += [Text(f" {worry.text}", style="bold red" if worry.grave else "yellow") for worry in told_owner]
    if last := last_error(view):
        told = f"{view.say(phrases.LAST_ERROR)}: {safe(last.about)}. {safe(last.within(view.language))}"
        found.append(Text(f" {told}", style="red"))
    return found


def _fitting(worries: list[Text], view: View, width: int, room: int) -> Group:
    """Return the worries in ``room`` lines: a single one may take them all, several get a line each.

    What has no room, or not all of it, is to be read in ``stornello status``, and the last line says so.
    """
    if len(worries) == 1:
        return Group(*_cut(worries[0], width, room))
    shown = worries if len(worries) <= room else worries[: room - 1]
    if len(shown) == len(worries):
        return Group(*(line for text in shown for line in _cut(text, width, 1)))
    more = view.say(phrases.MORE).format(n=len(worries) - len(shown))
    for text in shown:
        text.truncate(width, overflow="ellipsis")
    return Group(*shown, Text(f" {more}{_THE_REST}", style="dim"))


def _cut(text: Text, width: int, lines: int) -> list[Text]:
    """Return ``text`` in so many lines at most; the last tells where the rest is to be read."""
    wrapped = list(text.wrap(_PLAIN, width))
    if len(wrapped) <= lines:
        return wrapped
    last = Text(" ").join(line.copy() for line in wrapped[lines - 1 :])
    last.truncate(width - len(_THE_REST), overflow="ellipsis")
    return [*wrapped[: lines - 1], last.append(_THE_REST, "dim")]


def last_error(view: View) -> Reason | None:
    """Return what went wrong last: what an engine cannot do now before what is over."""
    seen = view.snapshot
    return max(seen.troubles or seen.mishaps, key=lambda reason: reason.at, default=None)
