"""Whose turn it was: ``python bench/fairness.py [--quick] [--json]``. Fair turns against the usual three, same nights.

A million notes over some six thousand nights (``--quick``: 25,000); the figures are of all nights together. Jain's
index is 1 where all have the same and 1/n where one has all. Source: Jain, Chiu and Hawe, DEC-TR-301 (1984).
"""

import argparse
import json
import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Final

from nights import EIGHT, FAILING, GREEDY, LATE, NIGHT_S, Counted, Fifo, Night, Note, RoundRobin, Rule, Song, a_night
from stornello.domain.fairness import FAIR, FEWEST, WINDOW
from stornello.domain.names import TableId

STRETCH_S: Final = 1800
WINDOWS: Final = (0, 1, 2, 4, 8, 1000)

CONTESTANTS: Final = ("fair", "min(counts)", "fifo", "round robin")

_LINES: Final[tuple[tuple[str, str], ...]] = (
    ("Jain's index, songs of tables that waited all of a half hour", "jain_half_hour"),
    ("Jain's index, songs until closing / what each table could have", "jain_night"),
    ("longest run of one table while others (that do not fail) waited", "longest_run"),
    ("   mean of the nights' longest", "mean_longest_run"),
    ("wait of a table for its next song, but the greedy one, p50, s", "turn_p50_s"),
    ("   p95", "turn_p95_s"),
    ("   max", "turn_max_s"),
    ("wait of a note, the greedy table's apart, p50, s", "wait_p50_s"),
    ("   p95", "wait_p95_s"),
    ("   max", "wait_max_s"),
    ("wait of a note, the greedy table's, p50, s", "greedy_wait_p50_s"),
    ("   max", "greedy_wait_max_s"),
    ("wait of a note, those of the tables that came late, p50, s", "late_wait_p50_s"),
    ("workers' time until closing spent on what fails, %", "failing_percent"),
    ("a table joins four others: of the next 20 songs it has, 1 worker", "late_of_next_20"),
    ("a song was overtaken by later ones at most, times", "most_overtaken"),
)


@dataclass
class Figures:
    """What one contestant's nights come to."""

    jain_half_hour: list[float] = field(default_factory=list)
    jain_night: list[float] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    turns: list[float] = field(default_factory=list)
    greedy: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    failed_s: float = 0.0
    made_s: float = 0.0
    most_overtaken: int = 0

    def add(self, night: Night) -> None:
        """Take one night in."""
        self.jain_half_hour += stretches(night)
        self.jain_night.append(jain(shares(night)))
        self.runs.append(longest_run(night.heard))
        for song in night.heard:
            wait, table = song.heard - song.note.at, song.note.table
            (self.greedy if table == GREEDY else self.waits).append(wait)
            if table != GREEDY:
                self.turns.append(song.waited)
            if table in LATE:
                self.late.append(wait)
        self.failed_s += night.failed_s
        self.made_s += night.failed_s + sum(song.note.cooks for song in night.heard if song.heard < NIGHT_S)
        self.most_overtaken = max(self.most_overtaken, most_overtaken(night.heard))

    def told(self) -> dict[str, float]:
        """Return the figures by name."""
        waits, greedy, turns = sorted(self.waits), sorted(self.greedy), sorted(self.turns)
        return {
            "jain_half_hour": statistics.fmean(self.jain_half_hour),
            "jain_night": statistics.fmean(self.jain_night),
            "longest_run": max(self.runs),
            "mean_longest_run": statistics.fmean(self.runs),
            "turn_p50_s": at(turns, 0.5),
            "turn_p95_s": at(turns, 0.95),
            "turn_max_s": turns[-1],
            "wait_p50_s": at(waits, 0.5),
            "wait_p95_s": at(waits, 0.95),
            "wait_max_s": waits[-1],
            "greedy_wait_p50_s": at(greedy, 0.5),
            "greedy_wait_max_s": greedy[-1],
            "late_wait_p50_s": at(sorted(self.late), 0.5),
            "failing_percent": 100 * self.failed_s / self.made_s,
            "most_overtaken": self.most_overtaken,
        }


def jain(values: Iterable[float]) -> float:
    """Return Jain's index of ``values``; 1 where there is nothing to share."""
    given = list(values)
    squares = sum(value * value for value in given)
    return sum(given) ** 2 / (len(given) * squares) if squares else 1.0


def at(ordered: list[float], share: float) -> float:
    """Return the value below which ``share`` of them lie."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def stretches(night: Night) -> Iterator[float]:
    """Yield Jain's index of each half hour, over the songs heard of the tables that waited through all of it.

    What is heard was begun before: so the half hour is that in which songs were begun.
    """
    for start in range(0, NIGHT_S, STRETCH_S):
        tables = {table for table, since, until in night.backlogs if since <= start and until >= start + STRETCH_S}
        tables -= FAILING
        begun = Counter(song.note.table for song in night.heard if start <= song.begun < start + STRETCH_S)
        if len(tables) > 1:
            yield jain(begun[table] for table in tables)


def shares(night: Night) -> list[float]:
    """Return each table's songs heard before closing, as a part of what an even division of them gives it (max-min)."""
    heard = Counter(song.note.table for song in night.heard if song.heard < NIGHT_S)
    could = Counter(song.note.table for song in night.heard)  # all are heard in the end
    level, left, due = 0.0, float(sum(heard.values())), dict[TableId, float]()
    for n, (table, most) in enumerate(sorted(could.items(), key=lambda one: one[1])):
        level = left / (len(could) - n)
        due[table] = min(level, most)
        left -= due[table]
    return [heard[table] / due[table] for table in due if due[table]]


def longest_run(heard: list[Song]) -> int:
    """Return how many songs of one table were heard in a row, begun while others waited."""
    longest = run = 0
    last = None
    for song in heard:
        run = run + 1 if song.contended and song.note.table == last else int(song.contended)
        last = song.note.table
        longest = max(longest, run)
    return longest


def most_overtaken(heard: list[Song]) -> int:
    """Return by how many songs that finished later a song was overtaken at most."""
    return max(
        (sum(other.place > song.place for other in heard[max(0, n - 40) : n]) for n, song in enumerate(heard)),
        default=0,
    )


def late_of_next_20(rule: Rule) -> int:
    """Return how many of the next 20 songs a table gets that joins four which have had 20 each; all have material."""
    early = [
        Note(0.0, TableId(table), 100.0, 100.0, fails=False, since=EIGHT) for _ in range(50) for table in range(11, 15)
    ]
    joins = 80 * 100.0 + 1
    late = Note(joins, TableId(15), 100.0, 100.0, fails=False, since=EIGHT + timedelta(seconds=joins))
    night = Night(rule, workers=1).run([*early, *[late] * 30])
    begun = sorted(song.begun for song in night.heard if song.begun >= joins)[:20]
    return sum(song.note.table == late.table and song.begun <= begun[-1] for song in night.heard)


def out_of_turn(heard: list[Song]) -> float:
    """Return the share of songs that were heard before one whose table was behind, and was begun before."""
    return statistics.fmean(
        any(other.tag < song.tag and other.begun < song.begun for other in heard[n + 1 : n + 20])
        for n, song in enumerate(heard)
    )


def contestants(ever: dict[TableId, int]) -> dict[str, Rule]:
    """Return the rules for one night; ``ever`` are the counts that ``min(counts)`` has kept of all nights."""
    return {
        "fair": Counted(FAIR),
        "min(counts)": Counted(FEWEST, ever),
        "fifo": Fifo(),
        "round robin": RoundRobin(),
    }


def measure(notes: int, seed: int) -> dict[str, dict[str, float]]:
    """Let all contestants have the same nights until ``notes`` notes have come, with two workers."""
    chance = Random(seed)  # noqa: S311 - a seed
    figures, ever = {name: Figures() for name in CONTESTANTS}, dict[TableId, int]()
    while notes > 0:
        night = a_night(chance)
        notes -= len(night)
        for name, rule in contestants(ever).items():
            figures[name].add(Night(rule, workers=2).run(night))
    return {
        name: figures[name].told() | {"late_of_next_20": late_of_next_20(rule)}
        for name, rule in contestants({}).items()
    }


def windows(nights: int, seed: int) -> dict[str, dict[str, float]]:
    """Return what wider windows gain and cost, with four workers."""
    found = {}
    for window in WINDOWS:
        chance, figures, turns = Random(seed), Figures(), list[float]()  # noqa: S311 - a seed
        for _ in range(nights):
            night = Night(Counted(replace(FAIR, window=window)), workers=4).run(a_night(chance))
            figures.add(night)
            turns.append(100 * out_of_turn(night.heard))
        found[str(window)] = {
            "out_of_turn_percent": statistics.fmean(turns),
            "mean_longest_run": statistics.fmean(figures.runs),
            "most_overtaken": figures.most_overtaken,
        }
    return found


def show(figures: dict[str, dict[str, float]]) -> None:
    """Print the contestants side by side, and where we are worse than one of them."""
    print(f"{'':<64}" + "".join(f"{name:>13}" for name in CONTESTANTS))
    for title, name in _LINES:
        print(f"{title:<64}" + "".join(f"{figures[rule][name]:>13.2f}" for rule in CONTESTANTS))
    for title, name in [line for line in _LINES if line[1] != "late_of_next_20"]:  # where 4 is fair, not few or many
        ours, sign = figures["fair"][name], -1 if name.startswith("jain") else 1
        better = [rule for rule in CONTESTANTS[1:] if sign * figures[rule][name] < sign * ours * (1 - sign * 0.005)]
        if better:
            print(f"worse than {', '.join(better)}: {title.strip()}")


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute, 25,000 notes")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    parser.add_argument("--notes", type=int, help="how many notes come")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    notes = options.notes or (25_000 if options.quick else 1_000_000)
    figures = measure(notes, options.seed)
    show(figures)
    found = windows(30 if options.quick else 300, options.seed)
    print(f"\nfour workers, by window (ours is {WINDOW})")
    for window, told in found.items():
        print(f"{window:>6}  " + "  ".join(f"{name} {value:.2f}" for name, value in told.items()), flush=True)
    if options.json:
        rounded = {name: {key: round(value, 4) for key, value in of.items()} for name, of in figures.items()}
        ours = {**rounded["fair"], "windows": found, "notes": notes, "seed": options.seed}
        print(json.dumps({**rounded, "fair": ours}))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
