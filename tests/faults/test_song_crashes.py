"""GenerateSong dies, or the power goes, at any operation: afterwards the song exists and was paid once, or is held."""

import errno
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from crashes import HOWS, Crash, How, deaths, dying_at, machine, refusing_from, rooms
from fake_decks import a_wav
from faulty import After, Faulty, away, burnt, coarse, lost
from song_desk import CountingEngines, Desk, a_desk
from stornello.domain.errors import JobHeldError, StornelloError
from stornello.domain.songs import SongCard
from stornello.spool import held, orders, reasons
from stornello.spool.jobs import set_aside
from stornello.spool.snapshot import read_card

PRICE = 0.06
LOST = After(lost())


pytestmark = pytest.mark.usefixtures("ram", "each_sound_once")


def a_paid_desk(root: Path, faults: dict[int, BaseException | After] | None = None) -> tuple[Desk, CountingEngines]:
    desk = a_desk(root)
    takes = {
        name: a_wav(root / name, seconds).read_bytes() for name, seconds in (("take.wav", 1.0), ("spare.wav", 2.0))
    }

    def deliver(into: Path, name: str = "take.wav") -> Path:
        (into / name).unlink(missing_ok=True)
        (into / name).write_bytes(takes[name])
        machine().elsewhere(into / name)
        return into / name

    def spare(into: Path) -> Path | None:
        return None if faults else deliver(into, "spare.wav")

    kie = CountingEngines("kie", is_paid=True, cooking=1, deliver=deliver, spare=spare)
    desk.price = PRICE
    desk.studios = {"kie": Faulty(kie, faults or {}, "request")}
    return desk, kie


SCENES: dict[str, dict[int, BaseException | After]] = {
    "all is well": {},
    "the studio does not take it at first": {1: away()},
    "the words are refused": {1: coarse()},
    "the first song fails": {1: burnt(again=True, charged=False)},
}


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("faults", SCENES.values(), ids=SCENES)
def test_a_crash_anywhere_makes_no_second_charge(faults: dict[int, BaseException | After], how: How) -> None:
    ends = list(sweep(faults, how))
    assert len(ends) > (20 if how == "before" else 3), "there is something to interrupt"
    assert set(ends) == {"song", "held"}
    assert ends.count("held") < len(ends) / 2, "only around the request itself"


def sweep(faults: dict[int, BaseException | After], how: How) -> Iterator[str]:
    """Crash at every operation; yield how each job ended."""
    fresh = rooms()
    rehearsal, kie = a_paid_desk(next(fresh), faults)

    def calls() -> int:
        return len(kie.calls) + len(rehearsal.engines.calls)

    every = deaths(lambda: rehearsal.maker.make(rehearsal.job), how, calls)
    for death in every[len(every) // 4 :] if faults else every:  # the words come first, in every scene the same
        yield end_after_a_crash(next(fresh), death, how, faults)


def end_after_a_crash(root: Path, death: int, how: How, faults: dict[int, BaseException | After]) -> str:
    desk, kie = a_paid_desk(root, faults)
    with pytest.raises(Crash), dying_at(death, how):
        desk.maker.make(desk.job)
    when = f"{how} {death}"
    card, times = make_whatever_it_takes(desk, kie)
    assert times <= 1 + (1 in faults and faults[1] is LOST), when
    assert len(kie.accepted) == 1, when
    assert read_card(desk.venue, card.id) == card, when
    assert (desk.venue.songs / card.audio).is_file(), when
    assert bool(card.spare) == (not faults), when
    assert (desk.venue.songs / (card.spare or card.audio)).is_file(), when
    costs = [charge.state for charge in desk.charges()]
    assert costs.count("paid") == 1, when
    assert set(costs) <= {"paid", "free"}, when
    assert desk.states()[-1] == ("kie", "done"), when
    return "held" if times else "song"


def make_whatever_it_takes(desk: Desk, kie: CountingEngines) -> tuple[SongCard, int]:
    """Return the song's card, and how often a person had to decide."""
    for times in range(3):
        try:
            return desk.maker.make(desk.job), times
        except JobHeldError as error:
            settle(desk, kie, error)
    raise AssertionError("held again and again")


def settle(desk: Desk, kie: CountingEngines, error: StornelloError) -> None:
    """Do what a person does who looks into the studio's account."""
    reasons.write(desk.job.folder, error, desk.clock.now())
    set_aside(desk.venue.held, desk.job)
    task = f"request-{len(kie.accepted)}" if kie.accepted else None
    held.resolve(desk.venue, desk.job.id, task, desk.ledger)


@pytest.mark.parametrize("how", HOWS)
def test_an_answer_that_is_lost_and_a_crash_anywhere_make_no_second_charge(how: How) -> None:
    assert len(list(sweep({1: LOST}, how))) > (10 if how == "before" else 2)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("task", ["request-1", None])
def test_a_person_who_resolves_may_be_interrupted_anywhere(task: str | None, how: How) -> None:
    fresh = rooms()

    def a_held_desk() -> tuple[Desk, CountingEngines, Path]:
        desk, kie = a_paid_desk(next(fresh), {1: After(lost()) if task else lost()})
        with pytest.raises(JobHeldError) as error:
            desk.maker.make(desk.job)
        reasons.write(desk.job.folder, error.value, desk.clock.now())
        return desk, kie, set_aside(desk.venue.held, desk.job)

    rehearsal = a_held_desk()[0]
    for death in deaths(lambda: held.resolve(rehearsal.venue, rehearsal.job.id, task, rehearsal.ledger), how):
        desk, kie, entry = a_held_desk()
        with pytest.raises(Crash), dying_at(death, how):
            held.resolve(desk.venue, desk.job.id, task, desk.ledger)
        if entry.is_dir():
            held.resolve(desk.venue, "a1b2c3", task, desk.ledger)
        reason = reasons.read(desk.job.folder)
        assert reason is None or not reason.holds
        desk.maker.make(desk.job)
        assert len(kie.accepted) == 1, f"{how} {death}"
        assert [c.state for c in desk.charges()] == (["paid"] if task else ["free", "paid"])


@pytest.mark.parametrize("trouble", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_refuses_makes_no_second_charge(trouble: int) -> None:
    ends = []
    for operation, room in zip(count(1, 1 if trouble == errno.ENOSPC else 3), rooms(), strict=False):
        desk, kie = a_paid_desk(room)
        try:
            with refusing_from(operation, trouble):
                desk.maker.make(desk.job)
        except (OSError, StornelloError):
            pass
        else:
            break
        try:
            desk.maker.make(desk.job)
        except JobHeldError as error:
            settle(desk, kie, error)
            desk.maker.make(desk.job)
            ends.append("held")
        assert len(kie.accepted) == 1, f"the disk refuses from operation {operation}"
        assert orders.read(desk.job.folder)[-1].state == "done"
    assert operation > 20
    assert len(ends) < operation / 4, "only around the request itself"
