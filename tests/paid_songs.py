"""A night whose songs a paid studio makes, and who is killed at which milestone of which song."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from night import INSTANT, Night, wait_until
from remote_night import KIE_KEY
from stornello.domain.clock import SystemClock
from stornello.domain.names import TableId
from stornello.fake_kie import FakeKie
from stornello.spool import held, orders
from stornello.spool.jobs import table_of
from stornello.spool.ledger import Ledger
from stornello.spool.playlist import Playlist
from stornello.spool.staging import staged_name

MILESTONES = ("SUMMARY", "LYRICS", "ASKING", "REQUESTED", "COOKING", "COLLECTED", "MEASURED", "DONE")
"""The table that is killed at each is its place in this row, from 1."""

VICTIMS = ("child", "worker", "manager")
"""Each the parent of the one before."""

UNKNOWABLE = {2, 3}
"""Killed while the request goes out, or a moment before: whether it was taken nobody can tell."""


def a_studio() -> FakeKie:
    """Return a studio in whose books one can look."""
    return FakeKie(cook_s=0.6, seconds=2.0, key=KIE_KEY, rate_limit=False)


@contextlib.contextmanager
def a_paid_night(folder: Path, kie: FakeKie) -> Iterator[Night]:
    """A venue of real processes that orders its songs of ``kie``, swept at the end."""
    settings = INSTANT | {
        "KIE_BASE_URL": kie.url,
        "KIE_API_KEY": KIE_KEY,
        "MAX_QUEUE_SIZE": "100",
        "DOUBLES_THINK_SECONDS": "0.5",
        "POLL_SECONDS": "0.2",
        "STORNELLO_POLL_FIRST_SECONDS": "0.2",
        "STORNELLO_POLL_LONGEST_SECONDS": "0.5",
    }
    night = Night(folder, settings)
    try:
        yield night
    finally:
        night.end()
        night.sweep()


def check_one_song_one_charge(night: Night, kie: FakeKie, studio: str, victims: Mapping[str, str]) -> None:
    """Make a song a milestone, kill the milestone's victim when it comes, and look into all the books at the end."""
    night.settings |= {"STORNELLO_STUDIO": studio, "MAX_WORKERS": "1" if "manager" in victims.values() else "2"}
    assert night.run("init").returncode == 0
    stage(night)
    night.start("producer")
    missed = kill_at_each_milestone(night, victims)
    assert missed <= {"DONE"}, "a child that has said this is all but gone"
    wait_until(lambda: songs(night) + len(held.jobs(night.venue)) == len(MILESTONES) and not open_jobs(night), 90)
    assert {table_of(job.name) for job in held.jobs(night.venue)} <= UNKNOWABLE
    resolve_all(night, kie)
    wait_until(lambda: songs(night) == len(MILESTONES) and not open_jobs(night), 60)
    cards = Playlist(night.venue.playlist).waiting()
    assert sorted(card.table for card in cards) == tables()
    assert all(card.spare and card.synced_lyrics for card in cards)
    assert (kie.charges, kie.paid_twice) == (len(MILESTONES), 0)
    charges = [charge.state for charge in Ledger(night.venue.ledger, SystemClock(), 6).tonight()]
    assert charges.count("paid") == len(MILESTONES)
    assert set(charges) <= {"paid", "free"}


def tables() -> list[int]:
    return list(range(1, len(MILESTONES) + 1))


def stage(night: Night) -> None:
    for table in tables():
        folder = night.venue.staged(TableId(table))
        folder.mkdir(parents=True)
        name = staged_name(f"20261123T20{table:02}00000000", f"{table:016x}", "Anna")
        (folder / name).write_text(f"we were all here together tonight and the mark was {mark(table)}")


def mark(table: int) -> str:
    return f"number-{table:03}"


def kill_at_each_milestone(night: Night, victims: Mapping[str, str]) -> set[str]:
    """Kill the victim of each table's job at the table's milestone; return the milestones at which it was gone."""
    due = dict(zip(tables(), MILESTONES, strict=True))
    children: dict[str, int] = {}
    missed: set[str] = set()
    until = time.monotonic() + 150
    while due:
        assert time.monotonic() < until, f"never came to {due}"
        time.sleep(0.005)
        for log in night.venue.jobs.glob("*_??????/job.log"):
            job, table = log.parent.name, int(table_of(log.parent.name))
            if table in due:
                if job not in children:
                    children |= look_for_children(night)
                if has_come(log, due[table]):
                    milestone = due.pop(table)
                    if not kill(children.get(job, 0), victims[milestone]):
                        missed.add(milestone)
                    if victims[milestone] == "manager":
                        wait_until(lambda: night.begun[-1].poll() is not None, 10)
                        night.start("producer")
    return missed


def has_come(log: Path, milestone: str) -> bool:
    with contextlib.suppress(FileNotFoundError):  # delivered meanwhile
        return f"MILESTONE: {milestone}" in log.read_text()
    return True


def look_for_children(night: Night) -> dict[str, int]:
    """Return the process of each job that has one."""
    found = {}
    for pid, line in night.left().items():
        words = line.split()
        if "generate-song" in words and "-u" in words:
            found[Path(words[words.index("generate-song") + 1]).name] = pid
    return found


def kill(child: int, victim: str) -> bool:
    """Kill the child, its parent or its parent's parent, whichever is the victim; return whether it was there."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError, IndexError):
        pid = child
        for _ in range(VICTIMS.index(victim)):
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        if pid > 1:
            os.kill(pid, signal.SIGKILL)
            return True
    return False


def resolve_all(night: Night, kie: FakeKie) -> None:
    """Look into the studio's account, as a person does, and tell what is there."""
    for job in held.jobs(night.venue):
        assert orders.read(job)[-1].state == "asking"
        words = mark(int(table_of(job.name)))
        taken = [task.id for task in kie.tasks.values() if words in str(task.order)]
        answer = ["--paid", taken[0]] if taken else ["--not-paid"]
        done = night.run("resolve", job.name, *answer)
        assert done.returncode == 0, done.stderr


def songs(night: Night) -> int:
    return len(list(night.venue.songs.glob("*.json")))


def open_jobs(night: Night) -> list[Path]:
    return list(night.venue.jobs.iterdir())
