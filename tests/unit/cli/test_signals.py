"""Which signals end a service."""

import signal
from collections.abc import Iterator

import pytest

from stornello.cli.services import stop_on_signals

OURS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in OURS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", OURS)
def test_a_signal_asks_for_the_end(number: signal.Signals) -> None:
    stop = stop_on_signals()
    signal.raise_signal(number)
    assert stop.is_set()


def test_under_nohup_a_closed_terminal_ends_nothing() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    stop = stop_on_signals()
    signal.raise_signal(signal.SIGHUP)
    assert not stop.is_set()
