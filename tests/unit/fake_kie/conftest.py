from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from fake_decks import HandClock
from kie_orders import DIALECTS, Customer, Visit
from stornello.fake_kie import FakeKie


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def kie(clock: HandClock) -> Iterator[FakeKie]:
    with FakeKie(seconds=2, slow_s=0.01, clock=clock) as kie:
        yield kie


@pytest.fixture
def visit() -> Iterator[Visit]:
    """Customers of any house, shown out at the end."""
    with ExitStack() as leaving:

        def enter(kie: FakeKie, dialect: str = "market", key: str = "any") -> Customer:
            customer = Customer(kie, dialect, key)
            leaving.callback(customer.http.close)
            return customer

        yield enter


@pytest.fixture(params=DIALECTS)
def customer(kie: FakeKie, visit: Visit, request: pytest.FixtureRequest) -> Customer:
    return visit(kie, request.param)


@pytest.fixture
def flat(kie: FakeKie, visit: Visit) -> Customer:
    return visit(kie, "flat")


@pytest.fixture
def market(kie: FakeKie, visit: Visit) -> Customer:
    return visit(kie, "market")
