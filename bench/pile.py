"""A venue with very much in it, what a look at it costs, and what it costs the naive way."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final

from house import open_venue, running, wait_for
from kitchen import Kitchen, a_card  # type: ignore[attr-defined]  # builders, its home, would sort before house
from stornello.domain.songs import SongCard
from stornello.spool import atomic
from stornello.spool.glance import COARSEST_S
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from stornello.spool.tables import LIVELY, LOOKED_AT, Tables
from upkeep import cpu_s

TABLES: Final = 10_000
CHANGED: Final = 100
_SETTLE_S: Final = 25.0
"""Until the first looks at ten thousand tables are over."""
_QUEUED: Final = 5


def stage(venue: Venue, tables: int, texts: int) -> None:
    """Stage texts as an evening would have, were it long enough."""
    for table in range(1, tables + 1):
        folder = venue.work_in_progress / str(table)
        folder.mkdir()
        for text in range(texts):
            (folder / f"20261123T2000{text:02}{table:06}_{text:016x}_Anna.txt").write_text("a story")


def looks(tables: int, texts: int) -> dict[str, float]:
    """Measure passes of the real Producer over the pile, and the same look by glob."""
    with open_venue() as venue:
        stage(venue, tables, texts)
        kitchen = Kitchen(venue, max_queue_size=1000)
        index = Tables(venue)
        for _ in range(30):  # the first looks at so many tables
            kitchen.later(1)
            kitchen.tick()
        figures = {
            "staged_files": float(tables * texts),
            "rival_look_by_glob_ms": _median_ms(lambda: _glob(venue), 1),
            "first_look_ms": _median_ms(index.waiting, 1),
            "pass_idle_ms": _median_ms(kitchen.tick, 20),
        }
        time.sleep(COARSEST_S)
        for _ in range(tables // max(1, LOOKED_AT - LIVELY) + 1):  # each is looked at again once
            index.waiting()
        figures["look_unchanged_ms"] = _median_ms(index.waiting, 20)
        return figures | {"pass_with_changes_ms": median(_busy_pass_ms(kitchen, n, tables) for n in range(20))}


def _busy_pass_ms(kitchen: Kitchen, number: int, tables: int) -> float:
    """Measure a pass that settles a song, finds new texts at many tables, and claims for the next."""
    for table in range(number * CHANGED, (number + 1) * CHANGED):
        folder = kitchen.venue.work_in_progress / str(table % tables + 1)
        (folder / f"20261123T2100{number:02}{table:06}_{number:016x}_Bea.txt").write_text("another")
    kitchen.later(1)
    kitchen.sing_all()
    began = time.perf_counter()
    started = kitchen.tick()
    took = time.perf_counter() - began
    if not started:
        raise AssertionError("nothing was claimed")
    return took * 1e3


def _glob(venue: Venue) -> dict[str, tuple[int, float]]:
    folders = [folder for folder in venue.work_in_progress.glob("*") if folder.is_dir()]
    texts = {folder.name: list(folder.glob("*.txt")) for folder in folders}
    return {table: (len(found), min(text.stat().st_mtime for text in found)) for table, found in texts.items() if found}


def _median_ms(what: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        what()
        taken.append(time.perf_counter() - began)
    return median(taken) * 1e3


def queues(lengths: tuple[int, ...], times: int) -> dict[str, float]:
    """Measure puts and takes at these lengths against one durable replacement of a file of the queue's size."""
    figures: dict[str, float] = {}
    for length in lengths:
        with open_venue() as venue:
            figures |= {f"{name}_{length}_ms": value for name, value in _queue(venue, length, times).items()}
    return figures


def _queue(venue: Venue, length: int, times: int) -> dict[str, float]:
    cards = [a_card(f"5_203000_{number:06}") for number in range(length + times)]
    venue.playlist.write_text("".join(map(_line, cards[:length])))
    queue, content = Playlist(venue.playlist), venue.playlist.read_bytes()
    naive = NaiveQueue(venue.root / "naive.queue", content)
    taken: dict[str, list[float]] = {"put": [], "take": [], "raw": [], "rival_put": [], "rival_take": []}
    for card in cards[length:]:  # in turns, so that what else goes on disturbs all alike
        for name, what in (
            ("raw", lambda: raw_replace(venue.root / "raw", content)),
            ("put", lambda card=card: queue.put(card)),
            ("take", lambda card=card: queue.take(card.id)),
            ("rival_put", lambda card=card: naive.put(card)),
            ("rival_take", lambda card=card: naive.take(card)),
        ):
            taken[name].append(_median_ms(what, 1))
    figures = {name: median(values) for name, values in taken.items()}
    return figures | {f"{name}_to_raw": figures[name] / figures["raw"] for name in ("put", "take")}


def raw_replace(target: Path, content: bytes) -> None:
    """Replace a file durably, with nothing around it: write, fsync, rename, fsync of the folder."""
    part = target.with_suffix(".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


class NaiveQueue:
    """The rival: reads all and writes all, as durably, and remembers what was taken in a second file."""

    def __init__(self, path: Path, content: bytes) -> None:
        self.path = path
        self.taken: list[str] = []
        path.write_bytes(content)

    def put(self, card: SongCard) -> None:
        """Append a card."""
        self._write([*self._read(), card])

    def take(self, card: SongCard) -> None:
        """Take a card out."""
        self.taken.append(card.id)
        atomic.write_text(self.path.with_suffix(".taken"), "\n".join(self.taken))
        self._write([other for other in self._read() if other.id != card.id])

    def _read(self) -> list[SongCard]:
        return [SongCard.from_json(json.loads(line)) for line in self.path.read_text().splitlines()]

    def _write(self, cards: list[SongCard]) -> None:
        atomic.write_text(self.path, "".join(map(_line, cards)))


def _line(card: SongCard) -> str:
    return json.dumps(card.to_json(), ensure_ascii=False) + "\n"


def idle(tables: int, texts: int, seconds: float) -> dict[str, float]:
    """Measure each service's share of a core while nothing happens: in an empty venue, and with the pile."""
    figures: dict[str, float] = {}
    for name, many, each in (("empty", 0, 0), ("quiet_tables", tables, 0), ("pile", tables, texts)):
        with open_venue() as venue:
            stage(venue, many, each)
            for service in ("watchdog", "producer", "riproduzione"):
                if service == "producer" and each:  # the queue is full, else it would begin to sing
                    venue.playlist.write_text("".join(_line(a_card(f"5_203000_{n:06}")) for n in range(_QUEUED)))
                elif venue.playlist.exists():
                    venue.playlist.unlink()
                figures[f"idle_{name}_{service}_cpu_percent"] = _cpu_percent(venue, service, seconds)
    return figures


def _cpu_percent(venue: Venue, service: str, seconds: float) -> float:
    with running(venue, service, {"STORNELLO_SOUND_OUTPUT": "null", "STORNELLO_MAX_QUEUE_SIZE": str(_QUEUED)}) as pid:
        wait_for((venue.run / f"{service}.lock.holder").exists)
        time.sleep(_SETTLE_S)
        before, began = cpu_s(pid), time.monotonic()
        time.sleep(seconds)
        return 100 * (cpu_s(pid) - before) / (time.monotonic() - began)
