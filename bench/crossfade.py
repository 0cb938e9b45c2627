"""How one song becomes the next, on the recorded mix: ``python bench/crossfade.py [--quick] [--json]``. Linux.

Each contestant plays two songs made for the analysers (tests/heard.py) into a PulseAudio whose only device is recorded
(tests/recorded_room.py), with a crossfade of 5 s. Ours is the real service: by itself, on skip, and a fresh song over
filler, each also with four busy loops beside it; its figures are the worst of all. The rivals play by themselves only,
at the same time, and end before the loops begin: MPD and Liquidsoap do not crossfade on skip. ``--quick`` plays
everything once, and of the busy situations the first; otherwise three times, and the worst counts. Mixxx is not here:
nothing but a hand on its window makes it fade.
"""

import argparse
import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import house  # noqa: F401 - finds the tests' own rig
import rivals
from recorded_night import FADE_S, RecordedNight, recorded_night

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
_PIECES = ("house", "first", "second", "third", "fourth", "fifth", "house again", "sixth")
_SITUATIONS = ("filler", "automatic", "skip", "busy", "busy_skip", "busy_dry", "busy_filler")
"""What passes into what, and how."""

_BY_ITSELF = ("automatic", "busy")
"""A song that passes into a song at its end: there it is known when."""

Figures = dict[str, float]
Contestant = dict[str, Any]
"""Figures by their names; ours also those of each situation; or ``missing``: how to install it."""


def stornello(before_busy: Callable[[], object], *, quick: bool) -> dict[str, Figures]:
    """Play an evening by the service and return the figures of its passages, by situation.

    ``before_busy`` returns when the loops may begin.
    """
    with recorded_night() as stage:
        stage.house_music("house", 90, 1)
        stage.night.start("riproduzione")
        stage.waits_for("house", beyond_s=FADE_S + 0.5)
        stage.put("first", _SONG_S, 2)  # over filler
        stage.put("second", 40, 3)  # by itself
        stage.waits_for("second", beyond_s=FADE_S + 0.5)
        stage.put("third", _SONG_S, 4)
        _skips(stage)
        stage.put("fourth", 40, 5)
        stage.waits_for("third", beyond_s=FADE_S + 0.5)
        before_busy()
        with _busy(_BUSY_LOOPS):
            stage.waits_for("fourth", beyond_s=FADE_S + 1.5)  # by itself
            if not quick:
                stage.put("fifth", _SONG_S, 6)
                _skips(stage)
                stage.waits_for("fifth", beyond_s=FADE_S + 0.5)
                stage.waits_for("house", beyond_s=FADE_S + 0.5)
                stage.put("sixth", 40, 7)  # over filler
                stage.waits_for("sixth", beyond_s=FADE_S + 1.5)
        recording = stage.room.heard()
    pieces = _PIECES[:5] if quick else _PIECES
    # looked for where each sounds alone, the second time not before
    heard = [stage.find(recording, name.removesuffix(" again"), FADE_S) for name in pieces]
    figures = {
        situation: asdict(stage.passage(recording, leaving, coming))
        for situation, leaving, coming in zip(_SITUATIONS, heard, heard[1:], strict=False)
    }
    for name in _BY_ITSELF:
        late_ms = (figures[name]["fall_s"] - (_SONG_S - FADE_S)) * 1000
        figures[name]["start_error_ms"] = max(figures[name]["start_error_ms"], late_ms, key=abs)
    return figures


def worst(passages: list[Figures]) -> Figures:
    """Return the worst of each figure; one that could not be measured is the worst."""
    known = [name for name in _FIGURES if name in passages[0]]
    return {name: max((figures[name] for figures in passages), key=_badness(name)) for name in known}


def _badness(name: str) -> Callable[[float], float]:
    bad = _FIGURES[name][1]
    return lambda figure: math.inf if math.isnan(figure) else bad(figure)


def rival(name: str) -> Contestant:
    """Return a rival's figures, or how to get one that is not here."""
    program, plays = rivals.RIVALS[name]
    if not shutil.which(program):
        return {"missing": f"apt-get install {program}"}
    return {figure: value for figure, value in asdict(rivals.plays(plays)).items() if figure not in _ONLY_OURS}


def evening(*, quick: bool) -> dict[str, Any]:
    """Let all play at once, each in its own room; return the rivals' figures, and those of our situations."""
    with ThreadPoolExecutor(len(rivals.RIVALS)) as pool:
        others = {name: pool.submit(rival, name) for name in rivals.RIVALS}
        situations = stornello(lambda: wait(others.values()), quick=quick)
        return {"stornello": situations, **{name: played.result() for name, played in others.items()}}


def measure(*, quick: bool) -> dict[str, Contestant]:
    """Return the worst figures of each; beneath ours those of each situation."""
    evenings = [evening(quick=quick) for _ in range(1 if quick else 3)]
    ours = {
        situation: worst([evening["stornello"][situation] for evening in evenings])
        for situation in evenings[0]["stornello"]
    }
    contestants: dict[str, Contestant] = {"stornello": {**worst(list(ours.values())), **ours}}
    for name in rivals.RIVALS:
        played = [evening[name] for evening in evenings]
        contestants[name] = played[0] if "missing" in played[0] else worst(played)
    return contestants


def _skips(stage: RecordedNight) -> None:
    """Skip, when what comes next is cued."""
    stage.room.waits(1)
    stage.ask("next")


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
    contestants = measure(quick=options.quick)
    show(contestants)
    if options.json:
        print(json.dumps(contestants), flush=True)


if __name__ == "__main__":
    main()
