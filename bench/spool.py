"""What grows with the pile, and what does not: ``python bench/spool.py [--quick] [--json]``. Linux, a calm machine.

Times are medians. The rivals are the naive ways, in the same run: a look by glob, a queue read and written whole.
"""

from collections.abc import Callable, Iterator

import pile
from house import told
from throughput import recordings_a_second

_MANY, _EACH = 10_000, 10
_LENGTHS = (1, 10, 100, 1000)


def measure(*, quick: bool) -> Iterator[dict[str, float]]:
    """Yield the figures, group by group. ``quick``: the same pile, fewer repetitions, a thousand recordings less."""
    groups: tuple[Callable[[], dict[str, float]], ...] = (
        lambda: pile.queues(_LENGTHS, 15 if quick else 100),
        lambda: pile.looks(_MANY, _EACH),
        lambda: {} if quick else pile.idle(_MANY, _EACH, 15),
        lambda: _throughput(
            ((200, 100, 0),)
            if quick
            else (
                *((1000, 6, 0), (1000, 12, 0), (1000, 100, 0)),
                *((1000, 100, 50_000), (10_000, 100, 0), (50_000, 100, 0)),
            )
        ),
    )
    for group in groups:
        yield group()


def _throughput(nights: tuple[tuple[int, int, int], ...]) -> dict[str, float]:
    """Measure nights of so many recordings, with so many notes a song, after so many recordings in the archive."""
    return {
        f"recordings_a_second_of_{count}_with_{notes}_notes_a_song_after_{behind}": recordings_a_second(
            count, notes, behind
        )
        for count, notes, behind in nights
    }


def _show(group: dict[str, float]) -> None:
    for name, value in group.items():
        print(f"{name.replace('_', ' '):<60} {value:>10.2f}", flush=True)


if __name__ == "__main__":
    told(__doc__, measure, _show)
