"""The ledger when processes die, race, and the disk is full: no call is ever made that it does not know."""

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from crashes import HOWS, Crash, How, dying_at, points, refusing_from, rooms
from purses import KIE, a_ledger, a_song, paid
from stornello.domain.errors import BudgetSpent
from stornello.spool import charges
from stornello.spool.charges import spent

WRITER = """
import sys
from pathlib import Path
from purses import a_ledger, a_song
ledger = a_ledger(Path(sys.argv[1]))
while True:
    charge = ledger.begin("kie", a_song(), 0.01)
    print("call", charge, flush=True)
    ledger.end(charge, "paid")
    print("ended", charge, flush=True)
"""


def grab(folder: Path, together: Barrier, got: Path) -> None:
    ledger = a_ledger(folder, night=KIE * 5)
    together.wait(60)
    for n in range(4):
        try:
            charge = ledger.begin("kie", a_song(f"{os.getpid()}-{n}"), KIE)
        except BudgetSpent:
            continue
        (got / charge).touch()


def test_processes_that_race_for_the_rest_of_a_budget_never_get_more_than_there_is(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    together, got = spawn.Barrier(5), tmp_path / "got"
    got.mkdir()
    racers = [spawn.Process(target=grab, args=(tmp_path / "ledger", together, got)) for _ in range(5)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    assert [racer.exitcode for racer in racers] == [0] * 5
    known = a_ledger(tmp_path / "ledger").tonight()
    assert len(known) == len(list(got.iterdir())) == 5
    assert {charge.id for charge in known} == {path.name for path in got.iterdir()}


def test_a_process_killed_anywhere_has_made_no_call_that_the_ledger_does_not_know(tmp_path: Path) -> None:
    tests = Path(__file__).parents[1]
    source = os.pathsep.join([str(tests), str(tests.parent / "src")])
    calls: set[str] = set()
    for rounds in range(1, 6):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": source},
        )
        assert writer.stdout
        lines = [writer.stdout.readline() for _ in range(rounds * 3)]
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.read().splitlines(keepends=True)
        writer.wait()
        writer.stdout.close()
        whole = [line.split() for line in lines if line.endswith("\n")]
        calls |= {charge for what, charge in whole if what == "call"}
        known = {charge.id: charge for charge in a_ledger(tmp_path).tonight()}
        assert calls <= set(known)
        assert all(known[charge].state == "paid" for what, charge in whole if what == "ended")  # type: ignore[index]  # a line that is whole names its charge
        assert all(charge.state in {"begun", "paid"} for charge in known.values())
    assert len(calls) >= 5


@pytest.mark.usefixtures("ram")
@pytest.mark.parametrize("how", HOWS)
def test_a_crash_at_any_operation_on_the_disk_never_hides_money(how: How) -> None:
    fresh = rooms()
    whole = a_ledger(next(fresh))
    with dying_at(0) as both:
        paid(whole, 0.4)
    with dying_at(0) as beginning:
        paid(whole, 0.4, end=None)
    assert 0 < beginning.seen < both.seen
    for death, room in zip(points(both.steps, how), fresh, strict=False):
        ledger = a_ledger(room, night=1.0)
        with pytest.raises(Crash), dying_at(death, how):
            paid(ledger, 0.4)
        if death > beginning.seen:  # the call may have been made
            assert spent(ledger.tonight()) == 0.4, f"{how} {death}"
        paid(ledger, 0.4)


def test_a_line_torn_anywhere_leaves_the_ledger_writable_and_counts_what_was_called(tmp_path: Path) -> None:
    ledger = a_ledger(tmp_path / "one")
    paid(ledger, 0.4)
    (file,) = (tmp_path / "one").glob("*.jsonl")
    whole = file.read_bytes()
    begun = whole.index(b"\n")
    for cut in range(0, len(whole) + 1, 7):
        folder = tmp_path / f"cut-{cut}"
        after = a_ledger(folder, night=1.0)
        (folder / file.name).write_bytes(whole[:cut])
        assert spent(after.tonight()) == (0.4 if cut >= begun else 0.0), cut
        paid(after, 0.4)
        assert spent(after.tonight()) == (0.8 if cut >= begun else 0.4), cut
        assert charges.read(folder, charges.nights(folder)[0]).damaged <= 1


@pytest.mark.parametrize("trouble", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_refuses_refuses_the_call_and_costs_no_answer(
    ram: Path, caplog: pytest.LogCaptureFixture, trouble: int
) -> None:
    ledger = a_ledger(ram / "ledger")
    charge = paid(ledger, 0.4, end=None)
    for operation in (1, 2):
        with refusing_from(operation, trouble):
            assert ledger.end(charge, "unknown") is None
        assert spent(ledger.tonight()) == 0.4
        with refusing_from(operation, trouble), pytest.raises(OSError, match=os.strerror(trouble)):
            ledger.begin("kie", a_song(), 0.4)
    assert {charge.state for charge in ledger.tonight()} <= {"begun", "unknown"}, "what counts as spent"
    assert [record.getMessage() for record in caplog.records] == ["end of charge not written"] * 2
