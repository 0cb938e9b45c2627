"""Hearing through a chain: the same sound is never paid for twice."""

import errno
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from crashes import HOWS, Crash, How, a_machine, deaths, dying_at, refusing_from, rooms
from fake_decks import HandClock
from faulty import After, Faulty, always, away, lost, no_credit
from stornello.chains import Breaker, Chain, ChainedTranscriber, Link
from stornello.domain.errors import ProviderError
from stornello.domain.names import TableId
from stornello.seams import Hearing
from stornello.spool.ledger import Ledger, Purpose
from venues import a_tone, write_wav

RATE = 16_000
PRICE = 0.006


@dataclass
class CountingEars:
    """Hears every file's length; remembers what was sent."""

    name: str = "openai"
    is_paid: bool = True
    longest_s: float | None = None
    sent: list[bytes] = field(default_factory=list)

    def hear(self, audio: Path, languages: Sequence[str]) -> Hearing:
        self.sent.append(audio.read_bytes())
        return Hearing(f"part {len(self.sent)}", languages[0], len(self.sent[-1]) / 32_000)


@dataclass
class Room:
    folder: Path
    ears: CountingEars = field(default_factory=CountingEars)
    own: CountingEars = field(default_factory=lambda: CountingEars("embedded", is_paid=False))
    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        for name in ("engines", "ledger", "answers"):
            (self.folder / name).mkdir()

    def hear(
        self, audio: Path, faults: Mapping[int, BaseException | After] | None = None, *, alone: bool = True
    ) -> Hearing:
        return self.chained(faults, alone=alone).hear(audio, ("it", "en"), TableId(5), "arrival")

    def chained(
        self, faults: Mapping[int, BaseException | After] | None = None, *, alone: bool = True
    ) -> ChainedTranscriber:
        engine = Faulty(self.ears, faults or {}, "hear")
        links: list[Link[Any]] = [
            Link("openai", lambda: engine, PRICE),
            *([] if alone else [Link("embedded", lambda: self.own)]),
        ]
        breaker = Breaker(self.folder / "engines", "transcribers", self.clock)
        ledger = Ledger(self.folder / "ledger", self.clock, 6)
        chain: Chain[Any] = Chain(links, breaker, ledger, self.clock)
        return ChainedTranscriber(chain, self.folder / "answers")

    def costs(self) -> list[tuple[str, float]]:
        return [(c.state, round(c.euro, 6)) for c in Ledger(self.folder / "ledger", self.clock, 6).tonight()]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


@pytest.fixture
def note(tmp_path: Path) -> Path:
    return a_noise(tmp_path / "note.wav", 1.0)


def a_noise(path: Path, seconds: float) -> Path:
    return write_wav(path, Random(seconds).randbytes(int(seconds * RATE) * 2), RATE)  # noqa: S311 - a seed


def test_it_is_heard_paid_by_the_minute_and_signed(room: Room, note: Path) -> None:
    assert room.hear(note).by == "openai"
    ((state, euro),) = room.costs()
    assert state == "paid"
    assert euro == pytest.approx(PRICE / 60, rel=0.01)


def test_the_same_sound_is_never_sent_again(room: Room, note: Path) -> None:
    first = room.hear(note)
    copy = note.with_name("another-name.wav")
    copy.write_bytes(note.read_bytes())
    assert room.hear(copy) == first
    assert len(room.ears.sent) == 1
    assert len(room.costs()) == 1


@pytest.fixture
def fresh() -> Iterator[Iterator[Room]]:
    """One room after another, on a machine whose disk forgets what was not synced."""
    with a_machine():
        yield map(a_room, rooms())


def a_room(folder: Path) -> Room:
    folder.mkdir()
    return Room(folder)


@pytest.mark.parametrize("how", HOWS)
def test_it_is_sent_again_only_while_no_answer_is_on_disk(fresh: Iterator[Room], note: Path, how: How) -> None:
    """A crash at any operation: what was answered before it is not sent again once it was kept."""
    rehearsal = next(fresh)
    sweep = deaths(lambda: rehearsal.hear(note), how)
    assert len(sweep) > 2
    for death in sweep:
        room = next(fresh)
        with pytest.raises(Crash), dying_at(death, how):
            room.hear(note)
        kept = len(list((room.folder / "answers").glob("[!.]*.json")))
        before = len(room.ears.sent)
        room.hear(note)
        assert len(room.ears.sent) == (before if kept else before + 1)
        room.hear(note)
        assert len(room.ears.sent) <= before + 1


@pytest.mark.parametrize("trouble", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_begins_to_refuse_never_has_a_recording_sent_twice(
    fresh: Iterator[Room], note: Path, trouble: int
) -> None:
    unpaid = paid = 0
    for operation, room in enumerate(fresh, start=1):
        service = room.chained()
        try:
            with refusing_from(operation, trouble) as life:
                service.hear(note, ("it", "en"), TableId(5), "arrival")
        except OSError:
            unpaid += not room.ears.sent
        else:
            paid += len(room.ears.sent)
        for _ in range(2):
            assert service.hear(note, ("it", "en"), TableId(5), "arrival").text == "part 1"
        assert len(room.ears.sent) == 1, operation
        if life.seen < operation:
            break
    assert unpaid > 3, "without room for the answer nothing is asked"
    assert paid > 3, "an answer that the disk did not take is an answer all the same"


def test_what_the_disk_did_not_take_is_saved_with_the_next_answer(fresh: Iterator[Room], note: Path) -> None:
    for operation, room in enumerate(fresh, start=1):
        service = room.chained()
        with suppress(OSError), refusing_from(operation, errno.EROFS):
            service.hear(note, ("it", "en"), TableId(5), "arrival")
        if room.ears.sent:
            break
    assert saved(room) == 0
    service.hear(a_noise(note.with_name("other.wav"), 2.0), ("it", "en"), TableId(5), "arrival")
    assert saved(room) == 2
    assert room.hear(note).text == "part 1", "a new process knows it"


def saved(room: Room) -> int:
    return len(list((room.folder / "answers").glob("[!.]*.json")))


def test_no_room_is_held_once_it_is_heard_or_refused(room: Room, note: Path) -> None:
    with pytest.raises(ProviderError):
        room.hear(note, always(no_credit()))
    room.clock.sleep(3600)
    room.hear(note)
    assert [path.suffix for path in (room.folder / "answers").iterdir()] == [".json"]


def test_a_recording_that_could_not_be_packed_was_not_sent(room: Room, note: Path) -> None:
    with pytest.raises(OSError, match="how it went"):
        room.hear(note, always(OSError(errno.ENOSPC, "how it went")))
    assert [state for state, _ in room.costs()] == ["free"]


def test_an_engine_that_lets_a_broken_line_out_may_have_been_paid(room: Room, note: Path) -> None:
    with pytest.raises(ProviderError):
        room.hear(note, always(OSError(errno.ECONNRESET, "how it went")))
    assert [state for state, _ in room.costs()] == ["paid"]


def test_the_parts_of_a_long_one_that_were_heard_are_not_sent_again(room: Room, tmp_path: Path) -> None:
    long = a_noise(tmp_path / "long.wav", 5.0)
    room.ears.longest_s = 2.0
    with pytest.raises(ProviderError):
        room.hear(long, {2: no_credit()})
    assert len(room.ears.sent) == 1
    room.clock.sleep(3600)
    heard = room.hear(long)
    assert len(set(room.ears.sent)) == len(room.ears.sent), "each part once"
    assert heard.text == " ".join(f"part {n + 1}" for n in range(len(room.ears.sent)))
    assert [state for state, _ in room.costs()].count("paid") == len(room.ears.sent)
    assert not list(tmp_path.glob("long.*.wav")), "the parts are tidied away"
    sent = len(room.ears.sent)
    room.ears.longest_s = 3.0
    assert room.hear(long) == heard
    assert len(room.ears.sent) == sent, "nor when it would be cut elsewhere"


def test_silence_is_not_sent_to_a_paid_engine(room: Room, tmp_path: Path) -> None:
    silence = write_wav(tmp_path / "silence.wav", a_tone(1.0, amplitude=0.0, rate=RATE), RATE)
    assert room.hear(silence) == Hearing("", "it", 0.0, "")
    assert (room.ears.sent, room.costs()) == ([], [])


def test_the_silent_parts_of_a_long_one_are_not_sent_either(room: Room, tmp_path: Path) -> None:
    samples = Random(1).randbytes(RATE * 2) + a_tone(6.0, amplitude=0.0, rate=RATE)  # noqa: S311 - a seed
    room.ears.longest_s = 2.0
    assert room.hear(write_wav(tmp_path / "long.wav", samples, RATE)).text == "part 1"
    assert len(room.ears.sent) == 1


def test_an_engine_that_costs_nothing_is_asked_each_time(room: Room, note: Path) -> None:
    for _ in range(2):
        room.hear(note, always(away()), alone=False)
        room.clock.sleep(3600)
    assert len(room.own.sent) == 2


def test_who_cannot_hear_passes_on(room: Room, note: Path) -> None:
    assert room.hear(note, always(no_credit()), alone=False).by == "embedded"


def test_an_answer_that_is_lost_is_asked_for_again_and_counted(room: Room, note: Path) -> None:
    assert room.hear(note, {1: After(lost())}).text
    assert [state for state, _ in room.costs()] == ["unknown", "paid"]


def test_a_damaged_memory_counts_for_nothing(room: Room, note: Path) -> None:
    room.hear(note)
    for kept in (room.folder / "answers").iterdir():
        kept.write_text('{"nobody": 1}')
    assert room.hear(note).text == "part 2"


def test_a_recording_whose_answer_was_lost_goes_to_another_ear_and_not_to_the_same_again(
    room: Room, note: Path
) -> None:
    assert room.hear(note, {1: After(lost())}, alone=False).by == "embedded"
    assert (len(room.ears.sent), [state for state, _ in room.costs()]) == (1, ["unknown"])


def test_a_recording_that_was_being_sent_when_the_process_died_goes_to_another_ear(room: Room, note: Path) -> None:
    ledger = Ledger(room.folder / "ledger", room.clock, 6)
    ledger.begin("openai", Purpose("transcribers", TableId(5), "arrival"), 0.01)
    assert room.hear(note, alone=False).by == "embedded"
    assert room.ears.sent == []
    assert room.hear(note).by != "embedded", "where there is no other ear, the guest matters more"
