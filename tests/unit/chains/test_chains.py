"""Engines in order: who cannot, passes on; what may cost is written down first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fake_decks import HandClock
from faulty import After, Faulty, always, away, lost, no_credit, refused
from stornello.chains import Breaker, Chain, Link
from stornello.domain.errors import BudgetSpent, ProviderError, ProviderUnreachable, SettingsError
from stornello.domain.money import Caps
from stornello.domain.names import TableId
from stornello.domain.plain import Plain
from stornello.spool.charges import Charge
from stornello.spool.ledger import Ledger, Purpose

PRICE = 0.01
PURPOSE = Purpose("lyricists", TableId(5), "5_203000_a1b2c3")


@dataclass
class Answers:
    """An engine that answers with its own name."""

    name: str
    asked: int = 0

    def ask(self) -> str:
        self.asked += 1
        return self.name


@dataclass
class Bench:
    """A chain of two, paid and own, with faults for the paid one."""

    folder: Path
    clock: HandClock = field(default_factory=HandClock)
    told: list[Charge] = field(default_factory=list)
    caps: Caps = field(default_factory=Caps)

    def __post_init__(self) -> None:
        self.paid, self.own = Answers("paid"), Answers("own")

    def chain(self, faults: Mapping[int, BaseException | After] | None = None) -> Chain[Any]:
        engine = Faulty(self.paid, faults or {}, "ask")
        links: list[Link[Any]] = [Link("paid", lambda: engine, PRICE), Link("own", lambda: self.own)]
        breaker = Breaker(self.folder, "lyricists", self.clock)
        ledger = Ledger(self.folder, self.clock, 6, self.caps)
        return Chain(links, breaker, ledger, self.clock, self.told.append)

    def ask(self, faults: Mapping[int, BaseException | After] | None = None) -> str:
        chain = self.chain(faults)
        return str(chain.first(lambda link: chain.persist(link, PURPOSE, lambda engine: engine.ask())))

    def costs(self) -> list[str]:
        return [charge.state for charge in Ledger(self.folder, self.clock, 6).tonight()]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_the_first_is_asked_and_paid(bench: Bench) -> None:
    assert bench.ask() == "paid"
    assert bench.costs() == ["paid"]
    assert [charge.state for charge in bench.told] == ["paid"]


def test_a_hiccup_is_asked_again_after_a_pause(bench: Bench) -> None:
    began = bench.clock.monotonic()
    assert bench.ask({1: away(), 2: away(retry_after_s=4.0)}) == "paid"
    assert bench.clock.monotonic() - began >= 4.5
    assert bench.costs() == ["free", "free", "paid"]


def test_who_stays_away_passes_on(bench: Bench) -> None:
    assert bench.ask(always(away())) == "own"
    assert bench.costs() == ["free"] * 3


def test_who_asks_for_a_long_pause_passes_on_at_once(bench: Bench) -> None:
    began = bench.clock.monotonic()
    assert bench.ask(always(away(retry_after_s=60.0))) == "own"
    assert bench.clock.monotonic() == began
    assert bench.costs() == ["free"]


def test_an_answer_that_is_lost_counts_as_spent(bench: Bench) -> None:
    assert bench.ask({1: After(lost())}) == "paid"
    assert bench.costs() == ["unknown", "paid"]


@pytest.mark.parametrize(
    ("error", "cost"), [(no_credit(), "free"), (refused(), "free"), (refused(charged=True), "paid")]
)
def test_who_refuses_passes_on_without_being_asked_again(bench: Bench, error: ProviderError, cost: str) -> None:
    assert bench.ask(always(error)) == "own"
    assert bench.costs() == [cost]


def test_who_has_no_key_passes_on(bench: Bench) -> None:
    def build() -> Answers:
        raise SettingsError("no-key", Plain("", ""), Plain("", ""))

    chain = Chain(
        [Link("paid", build, PRICE), Link("own", lambda: bench.own)],
        Breaker(bench.folder, "lyricists", bench.clock),
        Ledger(bench.folder, bench.clock, 6),
        bench.clock,
    )
    assert chain.first(lambda link: chain.persist(link, PURPOSE, lambda engine: engine.ask())) == "own"
    assert bench.costs() == ["free"]


def test_beyond_a_budget_the_house_answers_and_nothing_is_called(bench: Bench) -> None:
    bench.caps = Caps(night=PRICE)
    assert [bench.ask(), bench.ask()] == ["paid", "own"]
    assert bench.paid.asked == 1
    assert bench.costs() == ["paid"]


@pytest.mark.parametrize("caps", [Caps(night=0.0), Caps(song=0.0), Caps(table=0.0)])
def test_every_cap_holds(bench: Bench, caps: Caps) -> None:
    bench.caps = caps
    chain = bench.chain()
    with pytest.raises(BudgetSpent):
        chain.persist(chain.links[0], PURPOSE, lambda engine: engine.ask())
    assert chain.persist(chain.links[1], PURPOSE, lambda engine: engine.ask()) == "own"


def test_an_open_breaker_spares_the_call(bench: Bench) -> None:
    bench.ask(always(no_credit()))
    assert bench.ask() == "own"
    assert bench.paid.asked == 0


def test_when_all_are_away_it_may_be_tried_again_and_says_why(bench: Bench) -> None:
    chain = bench.chain()
    for name in ("paid", "own"):
        chain.breaker.failed(name, no_credit())
    with pytest.raises(ProviderUnreachable) as error:
        chain.first(lambda link: link.engine.ask())
    assert error.value.retryable
    assert "That is how it went." in error.value.what.en


def fails(error: ProviderError) -> Callable[[Link[Any]], str]:
    def ask(link: Link[Any]) -> str:
        del link
        raise error

    return ask


def test_when_all_refuse_the_last_one_says_why(bench: Bench) -> None:
    with pytest.raises(ProviderError) as error:
        bench.chain().first(fails(refused()))
    assert not error.value.retryable


def test_one_that_is_only_away_may_still_answer_later(bench: Bench) -> None:
    chain = bench.chain()
    chain.breaker.failed("paid", no_credit())
    with pytest.raises(ProviderUnreachable):
        chain.first(fails(refused()))


def test_an_engine_is_built_once_and_only_when_it_is_asked(bench: Bench) -> None:
    built: list[str] = []

    def build() -> Answers:
        built.append("x")
        return bench.paid

    link = Link("paid", build)
    assert built == []
    assert link.engine is link.engine
    assert built == ["x"]


def test_a_bug_in_an_engine_is_a_failure_of_it_and_leaves_its_charge_counted(bench: Bench) -> None:
    assert bench.ask(always(ZeroDivisionError("what a guest said"))) == "own"
    why = bench.chain().breaker.state("paid").why
    assert why is not None
    assert "ZeroDivisionError" in why.en
    assert "guest said" not in why.en
    assert bench.costs() == ["paid"]
