"""Words that cannot be used are asked for once more, with the reason; every answer that was paid for is counted."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from builders import some_lyrics
from fake_decks import HandClock
from faulty import SAID, TODO, away, lost
from stornello.chains import Breaker, Chain, ChainedLyricist, Link
from stornello.domain.errors import AnswerUnusable, ProviderError
from stornello.domain.money import Caps
from stornello.domain.names import TableId
from stornello.domain.songs import Lyrics
from stornello.seams import Lyricist, Story, Told
from stornello.spool.ledger import Ledger

PRICE = 0.01
STORY = Story(TableId(5), "it", (Told("Anna", "ciao a tutti"),), 1)


def garbage(reason: str = "it is no song") -> AnswerUnusable:
    return AnswerUnusable("words-unusable", SAID, TODO, reason=reason)


@dataclass
class Model:
    """Raises what the script says, one entry a call (None: it answers), then answers for ever."""

    script: list[ProviderError | None] = field(default_factory=list)
    name: str = "model"
    is_paid: bool = True
    heard: list[str] = field(default_factory=list)
    """The complaint of each call."""

    def summarise(self, story: Story, *, complaint: str = "") -> str:
        return f"{story.table} {self._answer(complaint)}"

    def write(self, story: Story, summary: str, *, gently: bool = False, complaint: str = "") -> Lyrics:
        del story, summary, gently
        self._answer(complaint)
        return some_lyrics()

    def _answer(self, complaint: str) -> str:
        self.heard.append(complaint)
        if self.script and (error := self.script.pop(0)):
            raise error
        return "said"


class Plainest:
    """A third party's, from before there were complaints."""

    name = "plainest"
    is_paid = False

    def summarise(self, story: Story) -> str:
        return f"{story.table} told plainly"

    def write(self, story: Story, summary: str, *, gently: bool = False) -> Lyrics:
        del story, summary, gently
        return some_lyrics()


@dataclass
class Desk:
    folder: Path
    model: Model = field(default_factory=Model)
    caps: Caps = field(default_factory=Caps)
    clock: HandClock = field(default_factory=HandClock)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.folder, self.clock, 6, self.caps)

    def lyricist(self) -> ChainedLyricist:
        links: list[Link[Lyricist]] = [
            Link("model", lambda: self.model, PRICE),
            Link("plainest", Plainest),  # type: ignore[arg-type] # that is the question
        ]
        return ChainedLyricist(Chain(links, Breaker(self.folder, "lyricists", self.clock), self.ledger, self.clock))

    def by(self) -> str:
        return self.lyricist().summarise(STORY, "5_203000_a1b2c3").by

    def costs(self) -> list[str]:
        return [charge.state for charge in self.ledger.tonight()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_garbage_is_asked_again_once_with_the_reason_and_paid_twice(desk: Desk) -> None:
    desk.model.script = [garbage("it is no song")]
    assert desk.by() == "model"
    assert desk.model.heard == ["", "it is no song"]
    assert desk.costs() == ["paid", "paid"]


def test_lyrics_too(desk: Desk) -> None:
    desk.model.script = [garbage("no chorus")]
    assert desk.lyricist().write(STORY, "x", "5_203000_a1b2c3").by == "model"
    assert desk.model.heard == ["", "no chorus"]


def test_garbage_twice_passes_on(desk: Desk) -> None:
    desk.model.script = [garbage(), garbage()]
    assert desk.by() == "plainest"
    assert desk.model.heard == ["", "it is no song"]
    assert desk.costs() == ["paid", "paid"]


def test_alone_garbage_twice_is_a_clear_failure(desk: Desk) -> None:
    desk.model.script = [garbage(), garbage()]
    chain = desk.lyricist().chain
    alone = ChainedLyricist(Chain(chain.links[:1], chain.breaker, chain.ledger, chain.clock))
    with pytest.raises(AnswerUnusable) as failure:
        alone.summarise(STORY, "5_203000_a1b2c3")
    assert not failure.value.retryable


def test_a_hiccup_of_the_second_question_repeats_the_second_alone(desk: Desk) -> None:
    desk.model.script = [garbage(), away(), lost(), None]
    assert desk.by() == "model"
    assert desk.model.heard == ["", *["it is no song"] * 3]
    assert desk.costs() == ["paid", "free", "unknown", "paid"]


def test_the_second_question_has_to_fit_the_budget_by_itself(desk: Desk) -> None:
    desk.caps = Caps(night=PRICE)
    desk.model.script = [garbage()]
    assert desk.by() == "plainest"
    assert (desk.model.heard, desk.costs()) == ([""], ["paid"])
