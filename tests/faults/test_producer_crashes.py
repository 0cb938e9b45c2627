"""The producer dies, or the power goes, at any operation on the disk: the next one makes each note a song, once."""

import errno
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import count

import pytest

from crashes import HOWS, Crash, How, deaths, dying_at, refusing_from, rooms
from kitchen import NOTHING, Kitchen, refused
from stornello.domain.errors import JobHeldError
from stornello.spool import counts, orders, reasons
from stornello.spool.held import resolve
from stornello.spool.jobs import Job
from stornello.spool.ledger import Ledger
from stornello.spool.orders import Request
from stornello.spool.paths import Venue
from stornello.spool.quarantine import put_back

Act = Callable[[Kitchen], object]


pytestmark = pytest.mark.usefixtures("ram")


def claiming(kitchen: Kitchen) -> Act:
    kitchen.note(5, count=3)
    return Kitchen.tick


def delivering(kitchen: Kitchen) -> Act:
    kitchen.note(5, count=3)
    kitchen.tick()
    kitchen.sing_all()
    return Kitchen.tick


def delivering_and_claiming(kitchen: Kitchen) -> Act:
    kitchen.note(5, count=3)
    kitchen.tick()
    kitchen.note(5, count=2)
    kitchen.note(6)
    kitchen.sing_all()
    return Kitchen.tick


def counting_a_failed_attempt(kitchen: Kitchen) -> Act:
    kitchen.note(5, count=3)
    kitchen.tick()
    kitchen.crash(kitchen.pool.in_hand[0])
    return Kitchen.tick


def setting_aside(kitchen: Kitchen) -> Act:
    kitchen.note(5, count=3)
    kitchen.tick()
    kitchen.fail(kitchen.pool.in_hand[0], refused())
    return Kitchen.tick


def holding(kitchen: Kitchen) -> Act:
    kitchen.note(5, count=3)
    kitchen.tick()
    orders.write(kitchen.venue.job(kitchen.pool.in_hand[0]), [Request("kie")])
    kitchen.fail(kitchen.pool.in_hand[0], orders.held("kie"))
    return Kitchen.tick


def overtaking(kitchen: Kitchen) -> Act:
    """A second song of table 5 is ready and waits; the first of table 6 goes before it."""
    kitchen.workers = 2
    kitchen.begin()
    kitchen.note(5, count=7)
    kitchen.note(6)
    kitchen.tick()
    for _ in range(2):
        kitchen.sing(next(job for job in kitchen.pool.in_hand if job.startswith("5_")))
        kitchen.tick()
    kitchen.sing_all()
    return Kitchen.tick


def beginning_with_a_damaged_memory(kitchen: Kitchen) -> Act:
    kitchen.note(5, count=9)
    kitchen.serve(1)
    with kitchen.venue.producer_state.open("a") as state:
        state.write("a slip of the hand")
    return as_a_start(kitchen)


def beginning_again(kitchen: Kitchen) -> Act:
    """What the start does after an earlier crash in the middle of a claim."""
    kitchen.note(5, count=3)
    with suppress(Crash), dying_at(8):
        kitchen.tick()
    return as_a_start(kitchen)


def as_a_start(kitchen: Kitchen) -> Act:
    kitchen.begin()

    def begin(kitchen: Kitchen) -> None:
        kitchen.producer.recover()
        kitchen.tick()

    return begin


ACTS = (
    claiming,
    delivering,
    delivering_and_claiming,
    counting_a_failed_attempt,
    setting_aside,
    holding,
    overtaking,
    beginning_with_a_damaged_memory,
    beginning_again,
)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: str(act.__name__))
def test_a_crash_anywhere_loses_nothing_and_doubles_nothing(act: Callable[[Kitchen], Act], how: How) -> None:
    fresh = map(Venue, rooms())
    rehearsal = Kitchen(next(fresh))
    do = act(rehearsal)
    sweep = deaths(lambda: do(rehearsal), how, lambda: len(rehearsal.pool.started))
    assert sweep, "there is something to interrupt"
    for death in sweep:
        kitchen = Kitchen(next(fresh))
        do = act(kitchen)
        with pytest.raises(Crash), dying_at(death, how):
            do(kitchen)
        finish(kitchen)
        check(kitchen, f"{how} {death}")


@pytest.mark.parametrize("how", ["dropped", "torn"])
def test_what_a_person_has_decided_does_not_come_back_with_the_power(how: How) -> None:
    def decided(venue: Venue) -> Kitchen:
        kitchen = Kitchen(venue)
        kitchen.note(5)
        kitchen.tick()
        (job,) = (Job(id_, venue.job(id_)) for id_ in kitchen.pool.in_hand)
        kitchen.begin()
        job.update(begun=False)
        reasons.write(job.folder, JobHeldError("outcome-unknown", NOTHING, NOTHING), kitchen.clock.now())
        reasons.release(job.folder)
        return kitchen

    fresh = map(Venue, rooms())
    rehearsal = decided(next(fresh))
    sweep = deaths(rehearsal.tick, how, lambda: len(rehearsal.pool.started))
    assert sweep, "there is something to interrupt"
    for death in sweep:
        kitchen = decided(next(fresh))
        with pytest.raises(Crash), dying_at(death, how):
            kitchen.tick()
        kitchen.begin()
        kitchen.producer.recover()
        for _ in range(4):
            kitchen.tick()
            kitchen.sing_all()
            kitchen.later(60)
        assert (kitchen.tonight(), list(kitchen.venue.failed_processing.iterdir())) == ({5: 1}, []), f"{how} {death}"


@pytest.mark.parametrize("trouble", [errno.ENOSPC, errno.EROFS])
@pytest.mark.parametrize("act", ACTS, ids=lambda act: str(act.__name__))
def test_a_disk_that_refuses_is_waited_out_and_loses_nothing_and_doubles_nothing(
    act: Callable[[Kitchen], Act], trouble: int, caplog: pytest.LogCaptureFixture
) -> None:
    for number, venue in zip(count(1, 1 if trouble == errno.ENOSPC else 3), map(Venue, rooms()), strict=False):
        kitchen = Kitchen(venue)
        act(kitchen)
        caplog.clear()
        with refusing_from(number, trouble):
            passes = [kitchen.producer.try_tick() for _ in range(4)]
        if all(passes):
            break
        told = [record.getMessage() for record in caplog.records]
        assert told.count("pass broken off, will go on") == 1
        assert kitchen.producer.try_tick(), "there is room again"
        make_all(kitchen)
        check(kitchen, f"the disk refuses from operation {number}")
    assert number > 3


def finish(kitchen: Kitchen) -> None:
    """Begin again, and make songs until nothing is left to do."""
    kitchen.begin()
    kitchen.producer.recover()
    make_all(kitchen)


def make_all(kitchen: Kitchen) -> None:
    """Put back what failed or is held, and make songs until nothing is left to do."""
    for _ in range(12):
        kitchen.tick()
        kitchen.sing_all()
        kitchen.later(60)
        for entry in kitchen.venue.failed_processing.iterdir():
            put_back(kitchen.venue, entry.name, kitchen.clock.now())
        for entry in kitchen.venue.held.iterdir():
            resolve(kitchen.venue, entry.name, None, Ledger(kitchen.venue.ledger, kitchen.clock, 6))


def check(kitchen: Kitchen, when: str) -> None:
    """Every note is in one archived job, every archived job is in the queue once and was counted once."""
    assert kitchen.archived() == sorted(f"note {n + 1}" for n in range(kitchen.notes)), when
    songs = [card.id for card in kitchen.playlist.waiting()]
    assert sorted(songs) == sorted(path.name for path in kitchen.venue.archived_transcripts.iterdir()), when
    assert kitchen.tonight() == Counter(kitchen.queued()), when
    assert counts.look(kitchen.venue.producer_state) == kitchen.producer.counts, when
    assert not list(kitchen.venue.jobs.iterdir()), when
