"""How one song becomes the next, on the recorded mix: ``python bench/crossfade.py [--quick] [--json]``. Linux.

Each contestant plays two songs made for the analysers (tests/heard.py) into a PulseAudio whose only device is recorded
(tests/recorded_room.py), with a crossfade of 5 s. Ours is the real service, in four situations: by itself, on skip, a
fresh song over filler, and by itself with four busy loops beside it; its figures are the worst of the four. The rivals
play by themselves only: MPD and Liquidsoap do not crossfade on skip. ``--quick`` plays everything once, otherwise
three times, and the worst counts. Mixxx is not here: nothing but a hand on its window makes it fade.
"""

import argparse
import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import house  # noqa: F401 - finds the tests' own rig
import rivals
from recorded_night import FADE_S, recorded_night

_FIGURES: dict[str, tuple[float, Callable[[float], float]]] = {
    "dip_db": (-0.2, lambda figure: -figure),
    "bump_db": (0.2, lambda figure: figure),
    "gap_ms": (0.0, lambda figure: figure),
    "zipper_dbc": (-100.0, lambda figure: figure),
    "click_dbfs": (-60.0, lambda figure: figure),
    "start_error_ms": (40.0, abs),
    "length_error_ms": (20.0, abs),
}
"""The bar of each figure, and what makes it bad: the more of that, the worse."""

_ONLY_OURS = ("start_error_ms", "length_error_ms")
"""When the others mean to begin, and how long to be, they do not say."""

_SONG_S = 3 * FADE_S + 1
"""A passage lasts at most a third of either song."""

_BUSY_LOOPS = 4
_PIECES = ("first", "house", "second", "third", "fourth")
_SITUATIONS = ("automatic", "filler", "skip", "busy")

Figures = dict[str, float]
Contestant = dict[str, Any]
"""Figures by their names; ours also those of each situation; or ``missing``: how to install it."""


def stornello() -> dict[str, Figures]:
    """Play five pieces by the service and return the figures of the four passages between them."""
    with recorded_night() as stage:
        stage.house_music("house", 60, 1)
        stage.put("first", _SONG_S, 2)
        stage.night.start("riproduzione")
        stage.waits_for("house", beyond_s=FADE_S + 0.5)  # by itself
        stage.put("second", 40, 3)
        stage.waits_for("second", beyond_s=FADE_S + 0.5)  # over filler
        stage.put("third", _SONG_S, 4)
        stage.room.waits(1)  # it is to be cued first
        stage.ask("next")
        stage.waits_for("third", beyond_s=FADE_S + 0.5)
        with _busy(_BUSY_LOOPS):
            stage.put("fourth", 40, 5)
            stage.waits_for("fourth", beyond_s=FADE_S + 1.5)  # by itself
        recording = stage.room.heard()
    # looked for where each sounds alone
    heard = [stage.find(recording, name, 2.0 if name == "first" else FADE_S) for name in _PIECES]
    figures = {
        situation: asdict(stage.passage(recording, leaving, coming))
        for situation, leaving, coming in zip(_SITUATIONS, heard, heard[1:], strict=False)
    }
    for name in ("automatic", "busy"):  # there it is known when it is to begin: so that it ends with the song
        late_ms = (figures[name]["fall_s"] - (_SONG_S - FADE_S)) * 1000
        figures[name]["start_error_ms"] = max(figures[name]["start_error_ms"], late_ms, key=abs)
    return figures


def ours(times: int) -> Contestant:
    """Return the worst of ``times`` evenings and four situations, and each situation's worst beneath."""
    evenings = [stornello() for _ in range(times)]
    situations = {name: worst([evening[name] for evening in evenings]) for name in _SITUATIONS}
    return {**worst(list(situations.values())), **situations}


def worst(passages: list[Figures]) -> Figures:
    """Return the worst of each figure; one that could not be measured is the worst."""
    return {name: max((figures[name] for figures in passages), key=_badness(name)) for name in _FIGURES}


def _badness(name: str) -> Callable[[float], float]:
    bad = _FIGURES[name][1]
    return lambda figure: math.inf if math.isnan(figure) else bad(figure)


def theirs(times: int) -> dict[str, Contestant]:
    """Return the rivals' figures, or how to get one that is not here. They play at once, each in its own room."""

    def play(name: str) -> Contestant:
        program, rival = rivals.RIVALS[name]
        if not shutil.which(program):
            return {"missing": f"apt-get install {program}"}
        figures = worst([asdict(rivals.plays(rival)) for _ in range(times)])
        return {name: value for name, value in figures.items() if name not in _ONLY_OURS}

    with ThreadPoolExecutor(len(rivals.RIVALS)) as pool:
        return dict(zip(rivals.RIVALS, pool.map(play, rivals.RIVALS), strict=True))


@contextmanager
def _busy(loops: int) -> Iterator[None]:
    """Keep processors busy beside the music."""
    begun = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(loops)]
    try:
        yield
    finally:
        for loop in begun:
            loop.kill()
            loop.wait()


def show(contestants: dict[str, Contestant]) -> None:
    """Print a line a contestant, ours by situation too, and mark what is beyond the bar."""
    rows = dict(contestants)
    rows |= {f"  {name}": figures for name, figures in contestants["stornello"].items() if isinstance(figures, dict)}
    print(f"{'':<16}" + "".join(f"{name.replace('_', ' '):>17}" for name in _FIGURES))
    print(f"{'bar':<16}" + "".join(f"{bar:>16.1f} " for bar, _ in _FIGURES.values()))
    for name, figures in rows.items():
        if "missing" in figures:
            print(f"{name:<16}  not installed: {figures['missing']}")
        else:
            print(f"{name:<16}" + "".join(_cell(figures.get(figure), *_FIGURES[figure]) for figure in _FIGURES))


def _cell(figure: float | None, bar: float, bad: Callable[[float], float]) -> str:
    if figure is None:
        return f"{'-':>16} "
    return f"{figure:>16.2f}{' ' if bad(figure) <= bad(bar) else '!'}"


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute: everything once")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object, a key per contestant")
    options = parser.parse_args()
    times = 1 if options.quick else 3
    contestants = {"stornello": ours(times), **theirs(times)}
    show(contestants)
    if options.json:
        print(json.dumps(contestants), flush=True)


if __name__ == "__main__":
    main()
