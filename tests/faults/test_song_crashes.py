"""GenerateSong dies before any one change of the disk: afterwards the song exists and was paid once, or is held."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crashes import Crash, dying_at
from fake_decks import a_wav
from faulty import After, Faulty, away, burnt, coarse, lost
from song_desk import CountingEngines, Desk, a_desk
from stornello import media
from stornello.domain.errors import JobHeldError, StornelloError
from stornello.domain.songs import Sound
from stornello.spool import held, orders, reasons
from stornello.spool.jobs import set_aside
from stornello.spool.snapshot import read_card

PRICE = 0.06


@pytest.fixture(autouse=True)
def _each_sound_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure what is new, remember what is not: hundreds of lives hear the same two takes."""
    known: dict[bytes, Sound] = {}

    def listen(audio: Path, measure: Callable[[Path], Sound] = media.listen) -> Sound:
        content = audio.read_bytes()
        if content not in known:
            known[content] = measure(audio)
        return known[content]

    monkeypatch.setattr(media, "listen", listen)


def a_paid_desk(root: Path, faults: dict[int, BaseException | After] | None = None) -> tuple[Desk, CountingEngines]:
    desk = a_desk(root)
    takes = {
        name: a_wav(root / name, seconds).read_bytes() for name, seconds in (("take.wav", 1.0), ("spare.wav", 2.0))
    }

    def deliver(into: Path, name: str = "take.wav") -> Path:
        (into / name).write_bytes(takes[name])
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


@pytest.mark.parametrize("faults", SCENES.values(), ids=SCENES)
def test_a_crash_anywhere_makes_no_second_charge(tmp_path: Path, faults: dict[int, BaseException | After]) -> None:
    ends = list(sweep(tmp_path, faults))
    assert len(ends) > 20, "there is something to interrupt"
    assert set(ends) == {"song", "held"}
    assert ends.count("held") < len(ends) / 4, "only around the request itself"


def sweep(tmp_path: Path, faults: dict[int, BaseException | After]) -> Iterator[str]:
    """Crash before the first change of the disk, the second, and so on; yield how each job ended."""
    change = 0
    while True:
        change += 1
        if not (end := end_after_a_crash(tmp_path / str(change), change, faults)):
            return
        yield end


def end_after_a_crash(root: Path, change: int, faults: dict[int, BaseException | After]) -> str:
    desk, kie = a_paid_desk(root, faults)
    try:
        with dying_at(change):
            desk.maker.make(desk.job)
    except Crash:
        pass
    except JobHeldError:
        return ""
    else:
        return ""
    when = f"crash before change {change}"
    try:
        card = desk.maker.make(desk.job)
    except JobHeldError as error:
        assert len(kie.accepted) <= 1, when
        settle(desk, kie, error)
        card = desk.maker.make(desk.job)
        end = "held"
    else:
        end = "song"
    assert len(kie.accepted) == 1, when
    assert read_card(desk.venue, card.id) == card, when
    assert (desk.venue.songs / card.audio).is_file(), when
    assert bool(card.spare) == (not faults), when
    assert (desk.venue.songs / (card.spare or card.audio)).is_file(), when
    costs = [charge.state for charge in desk.charges()]
    assert costs.count("paid") == 1, when
    assert set(costs) <= {"paid", "free"}, when
    assert desk.states()[-1] == ("kie", "done"), when
    return end


def settle(desk: Desk, kie: CountingEngines, error: StornelloError) -> None:
    """Do what a person does who looks into the studio's account."""
    reasons.write(desk.job.folder, error, desk.clock.now())
    set_aside(desk.venue.held, desk.job)
    task = f"request-{len(kie.accepted)}" if kie.accepted else None
    held.resolve(desk.venue, desk.job.id, task, desk.ledger)


def test_an_answer_that_is_lost_and_a_crash_anywhere_make_no_second_charge(tmp_path: Path) -> None:
    assert len(list(sweep(tmp_path, {1: After(lost())}))) > 10


@pytest.mark.parametrize("task", ["request-1", None])
def test_a_person_who_resolves_may_be_interrupted_anywhere(tmp_path: Path, task: str | None) -> None:
    change = 0
    while True:
        change += 1
        desk, kie = a_paid_desk(tmp_path / str(change), {1: After(lost()) if task else lost()})
        with pytest.raises(JobHeldError) as error:
            desk.maker.make(desk.job)
        reasons.write(desk.job.folder, error.value, desk.clock.now())
        entry = set_aside(desk.venue.held, desk.job)
        try:
            with dying_at(change):
                held.resolve(desk.venue, desk.job.id, task, desk.ledger)
        except Crash:
            if entry.is_dir():
                held.resolve(desk.venue, "a1b2c3", task, desk.ledger)
        else:
            break
        reason = reasons.read(desk.job.folder)
        assert reason is None or not reason.holds
        desk.maker.make(desk.job)
        assert len(kie.accepted) == 1, f"crash before change {change}"
        assert [c.state for c in desk.charges()] == (["paid"] if task else ["free", "paid"])
    assert change > 5


def test_a_full_disk_anywhere_makes_no_second_charge(tmp_path: Path) -> None:
    change, ends = 0, []
    while True:
        change += 1
        desk, kie = a_paid_desk(tmp_path / str(change))
        try:
            with dying_at(change, OSError):
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
        assert len(kie.accepted) == 1, f"disk full from change {change}"
        assert orders.read(desk.job.folder)[-1].state == "done"
    assert change > 20
    assert len(ends) < change / 4
