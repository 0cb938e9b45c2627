"""One instance per service and venue: a lock is on a file, and a holder notices when its name leads elsewhere."""

import shutil
import threading
from pathlib import Path

import pytest

from stornello.domain.errors import VenueBusyError
from stornello.spool.locks import LifeLock, hold, kept

SOON_S = 0.01


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


def test_a_lock_whose_folder_was_deleted_is_taken_anew_as_soon_as_there_is_a_folder(run: Path) -> None:
    lock, other = hold(run, "watchdog"), LifeLock(run / "watchdog.lock")
    shutil.rmtree(run)
    assert lock.keep(), "nobody else can hold what cannot be"
    run.mkdir()
    assert lock.keep()
    assert not other.take()
    assert other.looks_held()


def test_a_lock_that_another_took_in_its_absence_is_lost_until_that_one_lets_go(run: Path) -> None:
    lock = hold(run, "watchdog")
    lock.path.unlink()
    other = hold(run, "watchdog")
    assert not lock.keep()
    other.release()
    assert lock.keep()


def test_a_lock_that_was_let_go_is_not_kept(run: Path) -> None:
    lock = hold(run, "watchdog")
    lock.release()
    assert not lock.keep()


def test_a_lock_moves_with_its_folder_and_back(run: Path) -> None:
    lock = hold(run, "job")
    elsewhere = run.rename(run.with_name("elsewhere"))
    assert not LifeLock(elsewhere / "job.lock").is_free()
    elsewhere.rename(run)
    assert lock.keep()
    assert not LifeLock(run / "job.lock").take()


def test_a_service_whose_place_another_took_stops_and_says_who_has_it(run: Path) -> None:
    stop = threading.Event()

    def serve() -> None:
        with kept(run, "producer", stop, every_s=SOON_S):
            (run / "producer.lock").unlink()
            other = LifeLock(run / "producer.lock")
            while not other.take():  # the first one may be quicker, and takes its own again
                (run / "producer.lock").unlink()
            assert stop.wait(30)

    with pytest.raises(VenueBusyError, match="'producer' already runs in this venue"):
        serve()


def test_a_service_whose_run_folder_is_deleted_goes_on_and_lets_nobody_else_in(run: Path) -> None:
    stop = threading.Event()
    with kept(run, "producer", stop, every_s=SOON_S):
        shutil.rmtree(run)
        run.mkdir()
        while not LifeLock(run / "producer.lock").looks_held():
            assert not stop.wait(SOON_S)
        with pytest.raises(VenueBusyError):
            hold(run, "producer")
    assert hold(run, "producer").keep()


def test_where_no_lock_can_be_the_service_says_so(tmp_path: Path) -> None:
    with pytest.raises(VenueBusyError, match="No such file or directory"):
        hold(tmp_path / "missing", "producer")
