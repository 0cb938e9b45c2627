"""What was paid twice is a number, and it is true."""

from typing import Any

import httpx2
import pytest

from fake_decks import HandClock
from kie_orders import Customer, Visit
from stornello.fake_kie import FakeKie


def test_the_same_song_ordered_twice_is_paid_twice(customer: Customer) -> None:
    customer.order()
    customer.order()
    customer.order()

    assert (customer.kie.charges, customer.kie.paid_twice) == (3, 2)


def test_another_title_style_or_word_is_another_song(customer: Customer) -> None:
    words = "prompt" if customer.dialect == "flat" else "lyrics"
    for changes in ({}, {"title": "Anna"}, {"style": "folk"}, {words: "altre parole"}):
        customer.order(**changes)

    assert customer.kie.paid_twice == 0


def test_the_same_song_in_the_other_dialect_is_the_same_song(flat: Customer, market: Customer) -> None:
    flat.order()
    market.order()

    assert flat.kie.paid_twice == 1


def test_an_order_repeated_after_a_cut_line_is_paid_twice(customer: Customer) -> None:
    customer.kie.next("submit-html-502-accepted")
    customer.submit()
    customer.order()

    assert (customer.kie.charges, customer.kie.paid_twice) == (2, 1)


def test_an_order_repeated_after_a_refusal_is_paid_once(customer: Customer) -> None:
    customer.kie.next("submit-html-502", "submit-500", "submit-null")
    for _ in range(4):
        customer.submit()

    assert (customer.kie.charges, customer.kie.paid_twice) == (1, 0)


def test_a_new_order_is_no_double_payment_once_the_failure_was_told(customer: Customer) -> None:
    failed = customer.order("create-task-failed")
    customer.told(failed)
    customer.order()

    assert (customer.kie.charges, customer.kie.paid_twice) == (2, 0)


def test_a_new_order_before_the_failure_was_told_is_a_double_payment(customer: Customer) -> None:
    customer.order("create-task-failed")
    customer.order()

    assert customer.kie.paid_twice == 1


def test_a_failure_explains_one_new_order_not_two(customer: Customer) -> None:
    customer.told(customer.order("generate-audio-failed"))
    customer.order()
    customer.order()

    assert customer.kie.paid_twice == 1


def test_bad_audio_explains_no_new_order(customer: Customer) -> None:
    customer.told(customer.order("audio-empty-both"))
    customer.order()

    assert customer.kie.paid_twice == 1


def test_requests_are_counted_by_path(flat: Customer) -> None:
    task = flat.order()
    flat.told(task)
    flat.told(task)
    flat.audio(task, 1)
    flat.audio(task, 2)

    assert flat.kie.requests == {"/api/v1/generate": 1, "/api/v1/generate/record-info": 2, "/audio": 2}


def test_the_state_says_when_each_song_became_ready(clock: HandClock, visit: Visit) -> None:
    with FakeKie(cook_s=60, clock=clock) as kie:
        customer = visit(kie)
        begun = clock.now()
        task = customer.order()
        failed = customer.order("generate-audio-failed", title="failed")
        cooking = _state(customer)["tasks"]
        clock.sleep(90)
        customer.told(failed)
        done = _state(customer)["tasks"]

    assert cooking[task]["success_epoch"] is None
    assert done[task]["success_epoch"] - begun.timestamp() == 60
    assert done[task]["success_at"].startswith("2026-11-23T")
    assert done[failed]["success_epoch"] is None
    assert done[failed]["told_failed"] is True


def test_the_state_is_what_the_attributes_say(customer: Customer) -> None:
    customer.kie.next("poll-null", "ok")
    task = customer.order()

    told = _state(customer)

    assert (told["charges"], told["paid_twice"], told["accepted"]) == (1, 0, [task])
    assert (told["titles"], told["scenarios"], told["coming"]) == (["Marta"], ["poll-null"], ["ok"])
    assert told["tasks"][task]["scenario"] == "poll-null"
    assert told["requests"] == dict(customer.kie.requests)
    assert told["credits"] == 988


def test_next_and_reset_over_http(customer: Customer) -> None:
    customer.http.post("/_fake/next", json={"scenarios": ["submit-402"]})
    refused = customer.submit().json()["code"]
    customer.order()
    told = customer.http.post("/_fake/reset").json()

    assert refused == 402
    assert (told["charges"], told["accepted"], told["requests"]) == (0, [], {})


def test_a_scenario_that_is_none_is_refused_over_http(customer: Customer) -> None:
    answer = customer.http.post("/_fake/next", json={"scenarios": ["ok", "sunny"]})

    assert answer.status_code == 422
    assert "sunny" in answer.json()["msg"]
    assert _state(customer)["coming"] == []


def test_a_house_that_is_closed_answers_nobody_not_even_on_an_open_line(visit: Visit) -> None:
    with FakeKie() as kie:
        customer = visit(kie)
        task = customer.order()
    with pytest.raises(httpx2.TransportError):
        customer.poll(task)


def _state(customer: Customer) -> dict[str, Any]:
    return dict(customer.http.get("/_fake/state").json())
