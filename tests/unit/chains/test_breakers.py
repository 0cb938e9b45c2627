"""An engine that keeps failing is left alone, by every process."""

from pathlib import Path

import pytest

from fake_decks import HandClock
from faulty import away, coarse, lost, no_credit, refused
from stornello.chains import Breaker
from stornello.domain.errors import ProviderError


@pytest.fixture
def breaker(tmp_path: Path) -> Breaker:
    return Breaker(tmp_path, "studios", HandClock())


def test_it_opens_after_three_failures_in_a_row(breaker: Breaker) -> None:
    for error in (away(), lost()):
        breaker.failed("kie", error)
        assert not breaker.is_open("kie")
    breaker.failed("kie", away())
    assert breaker.is_open("kie")
    assert not breaker.is_open("acestep")


def test_an_answer_closes_it(breaker: Breaker) -> None:
    for _ in range(3):
        breaker.failed("kie", away())
    breaker.worked("kie")
    assert not breaker.is_open("kie")
    breaker.failed("kie", away())
    assert not breaker.is_open("kie"), "in a row"


def test_an_account_opens_it_at_once_and_says_why(breaker: Breaker) -> None:
    breaker.failed("kie", no_credit())
    assert breaker.is_open("kie")
    state = breaker.state("kie")
    assert (state.code, state.why) == ("no-credit", no_credit().what)
    breaker.clock.sleep(601)
    assert not breaker.is_open("kie"), "a person may have paid"


@pytest.mark.parametrize("error", [refused(), coarse()], ids=lambda error: str(error.code))
def test_a_refusal_of_one_request_says_nothing_of_the_engine(breaker: Breaker, error: ProviderError) -> None:
    for _ in range(10):
        breaker.failed("kie", error)
    assert not breaker.is_open("kie")


def test_half_open_the_next_failure_opens_it_for_longer(breaker: Breaker) -> None:
    for _ in range(3):
        breaker.failed("kie", away())
    first_s = how_long(breaker)
    for _ in range(4):
        breaker.failed("kie", away())
        assert breaker.is_open("kie")
        last_s = how_long(breaker)
    assert 15 <= first_s <= 31
    assert 240 <= last_s <= 601


def how_long(breaker: Breaker) -> float:
    """Turn the clock until it closes; return the seconds."""
    seconds = 0.0
    while breaker.is_open("kie"):
        breaker.clock.sleep(1)
        seconds += 1
    return seconds


def test_whoever_asks_to_be_left_alone_for_long_is_at_once(breaker: Breaker) -> None:
    breaker.failed("kie", away(retry_after_s=5))
    assert not breaker.is_open("kie")
    breaker.failed("kie", away(retry_after_s=90))
    assert how_long(breaker) >= 90


def test_another_process_knows(breaker: Breaker) -> None:
    for _ in range(3):
        Breaker(breaker.folder, "studios", breaker.clock).failed("kie", away())
    assert Breaker(breaker.folder, "studios", breaker.clock).is_open("kie")
    assert not Breaker(breaker.folder, "lyricists", breaker.clock).is_open("kie")


def test_credits_are_remembered_beside_it(breaker: Breaker) -> None:
    breaker.failed("kie", away())
    breaker.tell_credits("kie", 12.5)
    assert (breaker.state("kie").credits, breaker.state("kie").failures) == (12.5, 1)


def test_a_damaged_file_is_a_closed_breaker(breaker: Breaker) -> None:
    breaker.failed("kie", no_credit())
    (file,) = breaker.folder.glob("*.json")
    file.write_text('{"seam": ')
    assert not breaker.is_open("kie")


def test_a_clock_that_was_years_ahead_keeps_no_engine_away(breaker: Breaker) -> None:
    clock = breaker.clock
    assert isinstance(clock, HandClock)
    clock.set_by_s = 10 * 365 * 86400.0
    breaker.failed("kie", no_credit())
    assert breaker.is_open("kie")
    clock.set_by_s = 0.0
    assert not breaker.is_open("kie")


def test_nobody_is_left_alone_for_longer_than_the_venue_wants(tmp_path: Path) -> None:
    breaker = Breaker(tmp_path, "studios", HandClock(), longest_s=60)
    breaker.failed("kie", away(3600))
    assert breaker.is_open("kie")
    breaker.clock.sleep(61)
    assert not breaker.is_open("kie")
