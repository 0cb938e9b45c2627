"""The pipeline's figures: ``python bench/pipeline.py [--quick] [--json]``. Linux; nothing else should be busy.

Latencies are measured with instant engines, so that the engines' time is apart; song speed with the embedded ones.
All are medians. The rival at the door is the usual size-stable poll, on the same files in the same run.
"""

from collections.abc import Callable, Iterator

from house import told
from latencies import at_the_door, start_up, to_a_child
from upkeep import idle, songs_made

_LINES = (
    ("file complete -> staged text", "file_complete_to_staged_text_s", "s"),
    ("   a size-stable poll only notices it after", "rival_file_complete_to_noticed_s", "s"),
    ("unfinished files taken, recorders that pause 2.5 s", "unfinished_files_taken", ""),
    ("   by the size-stable poll", "rival_unfinished_files_taken", ""),
    ("   of", "unfinished_files", ""),
    ("staged text -> child started", "staged_text_to_child_started_s", "s"),
    ("child start-up, to its first step", "child_start_up_s", "s"),
    ("idle memory, three services", "idle_all_mb", "MB"),
    ("   watchdog", "idle_watchdog_mb", "MB"),
    ("   producer", "idle_producer_mb", "MB"),
    ("   riproduzione", "idle_riproduzione_mb", "MB"),
    ("idle CPU, three services", "idle_all_cpu_percent", "% of one core"),
    ("   watchdog", "idle_watchdog_cpu_percent", "%"),
    ("   producer", "idle_producer_cpu_percent", "%"),
    ("   riproduzione", "idle_riproduzione_cpu_percent", "%"),
    ("song made per second of work", "song_seconds_made_per_second", "s"),
    ("   time a song takes", "seconds_a_song", "s"),
)


def measure(*, quick: bool) -> Iterator[dict[str, float]]:
    """Yield the figures, group by group."""
    groups: tuple[Callable[[], dict[str, float]], ...] = (
        lambda: at_the_door(4 if quick else 12),
        lambda: to_a_child(3 if quick else 10),
        lambda: start_up(3 if quick else 10),
        lambda: idle(6 if quick else 60),
        lambda: songs_made(1 if quick else 4),
    )
    for group in groups:
        yield group()


def _show(group: dict[str, float]) -> None:
    for title, name, unit in _LINES:
        if name in group:
            print(f"{title:<52} {group[name]:>8.2f} {unit}", flush=True)


if __name__ == "__main__":
    told(__doc__, measure, _show)
