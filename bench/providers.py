"""The remote engines' figures: ``python bench/providers.py [--quick] [--json]``. Linux; nothing else should be busy.

A fake Kie on loopback cooks the songs. The rival is PyPI arioso, a client of the same service, in the same run. The
storm runs ``stornello up`` against every fault that the service knows; ``paid_twice`` must be 0.
"""

import argparse
import json
from collections.abc import Callable

from cooking import noticed_after, polling
from storm import storm

_LINES = (
    ("SUCCESS at the service -> card in playlist.queue", "success_to_playlist_s", "s"),
    ("   worst", "success_to_playlist_worst_s", "s"),
    ("   arioso only knows after", "rival_success_to_noticed_s", "s"),
    ("   ratio, ours to arioso", "success_to_playlist_ratio", ""),
    ("songs cooking at once", "cooking_jobs", ""),
    ("   questions a minute", "polls_a_minute", ""),
    ("   questions a minute, arioso", "rival_polls_a_minute", ""),
    ("   CPU of all waiting processes", "polling_cpu_percent", "% of one core"),
    ("   CPU, arioso's threads", "rival_polling_cpu_percent", "% of one core"),
    ("   CPU a question", "polling_cpu_ms_a_poll", "ms"),
    ("   CPU a question, arioso", "rival_polling_cpu_ms_a_poll", "ms"),
    ("recordings in the storm", "storm_jobs", ""),
    ("   songs", "storm_songs", ""),
    ("   failed, with a reason", "storm_failed", ""),
    ("   held, with a reason", "storm_held", ""),
    ("   lost", "storm_lost", ""),
    ("   charges at the service", "charges", ""),
    ("   paid twice", "paid_twice", ""),
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute, fewer songs")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    options = parser.parse_args()
    groups: tuple[Callable[[], dict[str, float]], ...] = (
        lambda: noticed_after(3, 3.0) if options.quick else noticed_after(16, 30.0),
        lambda: polling(4, 5.0) if options.quick else polling(50, 60.0),
        lambda: storm(5) if options.quick else storm(300),
    )
    figures: dict[str, float] = {}
    for group in groups:
        found = group()
        figures |= found
        for title, name, unit in _LINES:
            if name in found:
                print(f"{title:<52} {found[name]:>8.2f} {unit}", flush=True)
    if options.json:
        print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
