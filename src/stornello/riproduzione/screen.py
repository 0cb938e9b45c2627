"""The dashboard's whole picture, laid out for the size of the terminal."""

from collections.abc import Sequence

from rich.cells import set_cell_size

from stornello.riproduzione import lists, panels, phrases
from stornello.riproduzione.lines import FRAME, Line, Span, beside, block, cut, line, spread, wrap
from stornello.riproduzione.view import View
from stornello.spool.reasons import Reason
from stornello.wording import owner, progress, room
from stornello.wording.text import safe

WIDE = 120
"""From this width on the three lists stand side by side."""

TALL = 30
"""From this height on there is room for more of what somebody should know."""

FEWEST_WORRIES, SOME_WORRIES, MOST_WORRIES = 2, 5, 10
"""Lines for what somebody should know: at least, and at most on a small and on a tall terminal."""

SMALLEST_SONG = FRAME + panels.HEAD + 3
"""Lines; the song has more of them where the lists have as many as these."""

WANTED_LISTS, LEAST_LISTS = 11, 4

_CALM = "bold reverse yellow"
_THE_REST = ": stornello status"


def picture(view: View, width: int, height: int) -> list[Line]:
    """Return the picture for ``width`` x ``height`` characters: as many lines, each as wide."""
    worries, money, alarms = _worries(view), lists.money(view), _alarms(view, width)
    most = _room(worries, width, SOME_WORRIES if height < TALL else MOST_WORRIES)
    foot = [*([money] if money else []), _counts(view), *_fitting(worries, view, width, most), _keys(view)]
    body = height - 1 - len(alarms) - len(foot)
    song = min(SMALLEST_SONG + max(0, (body - SMALLEST_SONG - WANTED_LISTS) * 2 // 3), max(3, body - LEAST_LISTS))
    rows = [_head(view, width), *alarms, *panels.now_playing(view, width, song)]
    rows += _lists(view, width, max(0, body - song)) + foot
    return block(rows, width, height)


def _lists(view: View, width: int, lines: int) -> list[Line]:
    if width >= WIDE:
        first, second = width * 2 // 5, width * 3 // 10
        making, tables = lists.making(view, second, lines), lists.tables(view, width - first - second, lines)
        return beside(lists.queue(view, first, lines), making, tables)
    left = width // 2
    making_lines = max(3, min(lines // 2, max(1, len(view.snapshot.making)) + FRAME))
    right = lists.making(view, width - left, making_lines)
    right += lists.tables(view, width - left, max(0, lines - making_lines))
    return beside(lists.queue(view, left, lines), right[:lines])


def _head(view: View, width: int) -> Line:
    name = (Span(" Stornello", "bold cyan"), Span(f"  {view.now.astimezone():%H:%M}"))
    return spread(name, _services(view), width)


def _services(view: View) -> Line:
    spans = []
    for service, name in progress.SERVICES.items():
        alive = view.snapshot.running.get(service, False)
        spans.append(Span("● " if alive else "○ ", "green" if alive else "bold red"))
        spans.append(Span(f"{view.say(name)}  ", "" if alive else "red"))
    return tuple(spans)


def _alarms(view: View, width: int) -> list[Line]:
    """Return a bar for each thing that whoever comes by has to see at once."""
    found = room.alarms(view.playing, view.language) if view.playing else []
    bars = [(alarm.text, "bold white on red" if alarm.grave else _CALM) for alarm in found]
    notice = [(view.say(view.notice), _CALM)] if view.notice else []
    return [line(set_cell_size(cut(f" {told}", width), width), style) for told, style in notice + bars]


def _counts(view: View) -> Line:
    seen, playing = view.snapshot, view.playing
    counts = {
        phrases.ARRIVING: seen.arriving,
        phrases.HEARING: seen.hearing,
        phrases.SHORT: seen.short,
        phrases.ERRORS: len(seen.mishaps),
        phrases.PLAYED: playing.songs_played if playing else 0,
    }
    return line(" " + " · ".join(f"{view.say(name)} {count}" for name, count in counts.items()))


def _keys(view: View) -> Line:
    in_panic = bool(view.playing and view.playing.panic)
    return line(f" {view.say(phrases.KEYS_IN_PANIC if in_panic else phrases.KEYS)}", "dim")


def _worries(view: View) -> list[Span]:
    """Return what somebody should know, what matters most first."""
    told_owner = owner.worries(view.snapshot, view.budget, view.now, view.language)
    found = [Span(worry.text, "bold red" if worry.grave else "yellow") for worry in told_owner]
    if last := last_error(view):
        told = f"{view.say(phrases.LAST_ERROR)}: {safe(last.about)}. {safe(last.within(view.language))}"
        found.append(Span(told, "red"))
    return found


def _room(worries: Sequence[Span], width: int, most: int) -> int:
    """Return how many lines the worries take, of ``most``."""
    wanted = 0
    for worry in worries:
        wanted += len(wrap(worry.text, width - 1))
        if wanted >= most:
            return most
    return max(FEWEST_WORRIES, wanted)


def _fitting(worries: Sequence[Span], view: View, width: int, lines: int) -> list[Line]:
    """Return the worries in exactly ``lines`` lines: the first ones have what they need, the others are counted.

    What has no room, or not all of it, is to be read in ``stornello status``, and the last line says so.
    """
    rows: list[Line] = []
    for told, worry in enumerate(worries, 1):
        left = lines - len(rows) - (told < len(worries))
        if left < 1:
            more = view.say(phrases.MORE).format(n=len(worries) - told + 1)
            rows.append(line(f" {more}{_THE_REST}", "dim"))
            break
        rows += _cut(worry, width - 1, left)
    return block(rows, width, lines)


def _cut(worry: Span, width: int, lines: int) -> list[Line]:
    """Return a worry in so many lines at most; the last tells where the rest is to be read."""
    wrapped = wrap(worry.text, width)
    rows = [line(f" {text}", worry.style) for text in wrapped[:lines]]
    if len(wrapped) > lines:
        rest = cut(" ".join(wrapped[lines - 1 :]), width - len(_THE_REST))
        rows[-1] = (Span(f" {rest}", worry.style), Span(_THE_REST, "dim"))
    return rows


def last_error(view: View) -> Reason | None:
    """Return what went wrong last: what an engine cannot do now before what is over."""
    seen = view.snapshot
    return max(seen.troubles or seen.mishaps, key=lambda reason: reason.at, default=None)
