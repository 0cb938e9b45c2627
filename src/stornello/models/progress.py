"""What people see while a model is fetched: a bar on a terminal, two plain lines anywhere else."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from stornello.domain.plain import Language, Plain

_LOOK_S = 0.25


def bytes_below(folder: Path) -> int:
    """Return the size of all files below ``folder``; files that vanish meanwhile count nothing."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(root, name)).st_size  # noqa: PTH118 - a hot loop
            except OSError:
                continue
    return total


def say(sentence: Plain, language: Language | None = None) -> None:
    """Print one line to the standard error."""
    Console(stderr=True).print(
        sentence.within(language or spoken_here()), highlight=False, markup=False, soft_wrap=True
    )


@contextmanager
def shown(name: str, size: int, folder: Path) -> Iterator[None]:
    """Show how ``folder`` grows towards ``size`` bytes: whatever source fills it, the bar is the same."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console) as bar, _watching(bar, name, size, folder):
        yield


@contextmanager
def _watching(bar: Progress, name: str, size: int, folder: Path) -> Iterator[None]:
    task = bar.add_task(name, total=size)
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK_S):
            bar.update(task, completed=min(size, bytes_below(folder)))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
        bar.update(task, completed=size)
    finally:
        done.set()
        watcher.join()


def spoken_here() -> Language:
    """Return the language of whoever started this process, from the locale."""
    chosen = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "it" if chosen.lower().startswith("it") else "en"
