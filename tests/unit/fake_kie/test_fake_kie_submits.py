"""What a submit answers, and what it costs, scenario by scenario."""

import httpx2
import pytest

from fake_decks import HandClock
from kie_orders import Customer, Visit, a_flat_order
from stornello.fake_kie import SCENARIOS, FakeKie

CODES = (400, 401, 402, 404, 405, 409, 413, 422, 429, 430, 433, 451, 455, 500, 505)


def test_an_order_is_accepted_and_charged_once(customer: Customer) -> None:
    told = customer.submit().json()

    assert told["code"] == 200
    assert [told["data"]["taskId"]] == customer.kie.accepted
    assert (customer.kie.charges, customer.kie.paid_twice) == (1, 0)


@pytest.mark.parametrize("code", CODES)
def test_a_json_error_comes_as_http_200_and_costs_nothing(customer: Customer, code: int) -> None:
    customer.kie.next(f"submit-{code}")

    answer = customer.submit()

    assert (answer.status_code, answer.json()["code"], answer.json()["data"]) == (200, code, None)
    assert customer.kie.charges == 0


@pytest.mark.parametrize(
    ("scenario", "status", "charges"),
    [
        ("submit-http-429", 429, 0),
        ("submit-http-500", 500, 0),
        ("submit-html-502", 502, 0),
        ("submit-html-502-accepted", 502, 1),
        ("submit-null", 200, 0),
        ("submit-slow", 200, 1),
    ],
)
def test_a_gateways_answer_says_nothing_about_the_charge(
    customer: Customer, scenario: str, status: int, charges: int
) -> None:
    customer.kie.next(scenario)

    assert customer.submit().status_code == status
    assert customer.kie.charges == charges


@pytest.mark.parametrize(("scenario", "charges"), [("submit-cut", 1), ("submit-cut-unaccepted", 0)])
def test_a_cut_line_hides_whether_the_order_was_taken(customer: Customer, scenario: str, charges: int) -> None:
    customer.kie.next(scenario)

    with pytest.raises(httpx2.RemoteProtocolError, match="without sending a response"):
        customer.submit()
    assert customer.kie.charges == charges


def test_a_reset_in_mid_body_comes_after_the_charge(customer: Customer) -> None:
    customer.kie.next("submit-half-body")

    with pytest.raises((httpx2.ReadError, httpx2.RemoteProtocolError)):
        customer.submit()
    assert customer.kie.charges == 1


def test_http_429_says_when_to_come_back(customer: Customer) -> None:
    customer.kie.next("submit-http-429")

    assert customer.submit().headers["Retry-After"] == "1"


def test_a_duplicate_task_is_an_earlier_id_and_no_charge(customer: Customer) -> None:
    first = customer.order()

    assert customer.order("duplicate-task", title="Un'altra") == first
    assert customer.kie.charges == 1


def test_queued_scenarios_come_in_order_and_then_the_default(customer: Customer) -> None:
    customer.kie.next("submit-402", "submit-455")

    assert [customer.submit().json()["code"] for _ in range(3)] == [402, 455, 200]
    assert customer.kie.scenarios == ["submit-402", "submit-455", "ok"]


def test_an_unknown_scenario_is_an_error_where_it_is_queued(kie: FakeKie) -> None:
    with pytest.raises(ValueError, match="submit-999"):
        kie.next("submit-999")
    with pytest.raises(ValueError, match="sunny"):
        FakeKie(scenario="sunny")


@pytest.mark.parametrize("key", ["", "wrong"])
def test_without_the_right_key_nothing_opens(kie: FakeKie, key: str, visit: Visit) -> None:
    customer = visit(kie, "flat", key)

    assert customer.submit().json()["code"] == 401
    assert customer.http.get("/api/v1/chat/credit").json()["code"] == 401
    assert kie.charges == 0


def test_a_house_with_one_key_refuses_every_other(visit: Visit) -> None:
    with FakeKie(key="the-one") as kie:
        assert [visit(kie, key=key).submit().json()["code"] for key in ("another", "the-one")] == [401, 200]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"callBackUrl": ""}, "Please enter callBackUrl."),
        ({"model": "V9"}, "model"),
        ({"model": 5}, "model must be a string"),
        ({"prompt": ""}, "Please enter prompt."),
        ({"instrumental": None}, "instrumental"),
        ({"title": "x" * 81}, "title cannot exceed 80"),
        ({"style": "x" * 1001}, "style cannot exceed 1000"),
        ({"prompt": "x" * 5001}, "prompt cannot exceed 5000"),
        ({"model": "V4", "prompt": "x" * 3001}, "prompt cannot exceed 3000"),
        ({"model": "V4", "style": "x" * 201}, "style cannot exceed 200"),
        ({"customMode": False, "prompt": "x" * 501}, "prompt cannot exceed 500"),
        ({"duration": 9}, "duration"),
    ],
)
def test_a_flat_order_is_validated_like_kies(flat: Customer, changes: dict[str, object], message: str) -> None:
    told = flat.submit(**changes).json()

    assert (told["code"], told["data"]) == (422, None)
    assert message in told["msg"]
    assert flat.kie.charges == 0


@pytest.mark.parametrize(
    "changes",
    [{"title": "x" * 81}, {"style": "x" * 1001}, {"lyrics": "x" * 5001}, {"lyrics": ""}, {"duration": 361}],
)
def test_a_market_order_is_validated_like_kies(market: Customer, changes: dict[str, object]) -> None:
    assert market.submit(**changes).json()["code"] == 422
    assert market.kie.charges == 0


def test_what_reaches_the_limit_exactly_is_accepted(flat: Customer) -> None:
    assert flat.submit(prompt="x" * 5000, style="x" * 1000, title="x" * 80).json()["code"] == 200


@pytest.mark.parametrize("body", [b"", b"not json", b"[1]", b'{"model": "ai-music-api/generate", "input": 3}'])
def test_a_body_that_is_no_order_is_refused(customer: Customer, body: bytes) -> None:
    for path in ("/api/v1/generate", "/api/v1/jobs/createTask"):
        assert customer.http.post(path, content=body).json()["code"] == 422


def test_sunoapi_has_its_own_codes(visit: Visit) -> None:
    with FakeKie(sunoapi=True, credits=12) as kie:
        customer = visit(kie, "flat")
        told = [customer.submit(title="x" * 81), customer.submit(), customer.submit(title="Due")]
        rest = [customer.http.post("/api/v1/generate", json=a_flat_order()) for _ in range(18)]

    assert [answer.json()["code"] for answer in told] == [413, 200, 429]
    assert rest[-1].json()["code"] == 405


def test_the_twenty_first_order_in_ten_seconds_is_rejected(clock: HandClock, customer: Customer) -> None:
    first = [customer.submit(title=str(n)).json()["code"] for n in range(21)]
    clock.sleep(10)

    assert first == [200] * 20 + [429]
    assert customer.submit(title="later").json()["code"] == 200
    assert customer.kie.charges == 21


def test_the_limit_can_be_switched_off(visit: Visit) -> None:
    with FakeKie(rate_limit=False) as kie:
        customer = visit(kie)
        assert {customer.submit(title=str(n)).json()["code"] for n in range(25)} == {200}


def test_a_storm_is_the_same_for_the_same_seed_and_half_of_it_is_ok(visit: Visit) -> None:
    def storm(seed: int) -> list[str]:
        with FakeKie(storm=seed, rate_limit=False, credits=1e6, slow_s=0) as kie:
            customer = visit(kie)
            for n in range(120):
                try:
                    customer.submit(title=str(n))
                except httpx2.TransportError:
                    continue
            assert kie.paid_twice == 0
            return kie.scenarios

    first = storm(1)

    assert first == storm(1) != storm(2)
    assert 40 <= first.count("ok") <= 80
    assert len(set(first)) > 30
    assert set(first) <= set(SCENARIOS)
