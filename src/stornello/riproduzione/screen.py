"""The dashboard's whole picture, laid out for the size of the terminal."""

from rich.layout import Layout
from rich.table import Table
from rich.text import Text

from stornello.riproduzione import panels, phrases
from stornello.riproduzione.panels import View
from stornello.riproduzione.phrases import safe
from stornello.spool.reasons import Reason

WIDE = 120
"""From this width on the three lists stand side by side."""

FOOT = 4
SMALLEST_SONG = 8
SMALLEST_LISTS = 11
"""Lines; 80x24 is filled by just these."""


def picture(view: View, width: int, height: int) -> Layout:
    """Return the picture for ``width`` x ``height`` characters."""
    body = height - 1 - FOOT
    song = SMALLEST_SONG + max(0, (body - SMALLEST_SONG - SMALLEST_LISTS) * 2 // 3)
    lists = max(SMALLEST_LISTS, body - song)
    whole = Layout()
    whole.split_column(
        Layout(_head(view), size=1),
        Layout(panels.now_playing(view, song), size=song),
        _wide(view, lists) if width >= WIDE else _narrow(view, lists),
        Layout(_foot(view), size=FOOT),
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
    for service, name in phrases.SERVICES.items():
        alive = view.snapshot.running.get(service, False)
        text.append("● " if alive else "○ ", "green" if alive else "bold red")
        text.append(f"{view.say(name)}  ", "" if alive else "red")
    return text


def _foot(view: View) -> Layout:
    foot, keys = Layout(), Text(f" {view.say(phrases.KEYS)}", style="dim", no_wrap=True, overflow="ellipsis")
    foot.split_column(Layout(_counts(view), size=1), Layout(_worst(view), size=FOOT - 2), Layout(keys, size=1))
    return foot


def _counts(view: View) -> Text:
    seen, playing = view.snapshot, view.snapshot.playing
    counts = {
        phrases.ARRIVING: seen.arriving,
        phrases.HEARING: seen.hearing,
        phrases.SHORT: seen.short,
        phrases.ERRORS: len(seen.errors) + len(seen.failures),
        phrases.PLAYED: playing.songs_played if playing else 0,
    }
    told = " · ".join(f"{view.say(name)} {count}" for name, count in counts.items())
    return Text(f" {told}", no_wrap=True, overflow="ellipsis")


def _worst(view: View) -> Text:
    """Return the one thing that somebody should know now, or nothing."""
    playing = view.snapshot.playing
    if view.notice:
        return Text(f" {view.say(view.notice)}", style="bold red")
    if playing and playing.trouble:
        return Text(f" {view.say(phrases.TROUBLE)} ({safe(playing.trouble)})", style="bold red")
    last = last_error(view)
    told = f"{view.say(phrases.LAST_ERROR)}: {safe(last.about)}. {safe(last.within(view.language))}" if last else ""
    return Text(f" {told}", style="red", overflow="ellipsis")


def last_error(view: View) -> Reason | None:
    """Return what went wrong last: what an engine cannot do now before what was set aside."""
    seen = view.snapshot
    return max(seen.troubles or (*seen.errors, *seen.failures), key=lambda reason: reason.at, default=None)
