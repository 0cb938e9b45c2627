"""What polls are told, scenario by scenario and moment by moment."""

import json
from typing import Any

import httpx2
import pytest

from fake_decks import HandClock
from kie_orders import Customer, Visit
from stornello.fake_kie import FakeKie

FLAT_ENDS = {
    "ok": ("SUCCESS", None, 2),
    "create-task-failed": ("CREATE_TASK_FAILED", 500, 0),
    "generate-audio-failed": ("GENERATE_AUDIO_FAILED", 501, 0),
    "generate-audio-refused": ("GENERATE_AUDIO_FAILED", 400, 0),
    "sensitive-word": ("SENSITIVE_WORD_ERROR", 400, 0),
    "callback-exception": ("CALLBACK_EXCEPTION", 500, 0),
    "callback-exception-with-audio": ("CALLBACK_EXCEPTION", None, 2),
}
MARKET_ENDS = {
    "ok": ("success", None),
    "create-task-failed": ("fail", "500"),
    "generate-audio-failed": ("fail", "501"),
    "generate-audio-refused": ("fail", "400"),
    "sensitive-word": ("fail", "400"),
    "callback-exception": ("fail", "500"),
    "callback-exception-with-audio": ("success", None),
}


def test_a_flat_song_cooks_through_every_stage(clock: HandClock, visit: Visit) -> None:
    with FakeKie(cook_s=60, seconds=2, clock=clock) as kie:
        customer = visit(kie, "flat")
        task = customer.order()
        seen = []
        for _ in range(5):
            data = customer.told(task)
            takes = (data["response"] or {"sunoData": []})["sunoData"]
            seen.append((data["status"], len([take for take in takes if take["audioUrl"]])))
            clock.sleep(15)

    assert seen == [("PENDING", 0), ("TEXT_SUCCESS", 0), ("FIRST_SUCCESS", 1), ("FIRST_SUCCESS", 1), ("SUCCESS", 2)]


def test_a_market_song_cooks_through_every_stage(clock: HandClock, visit: Visit) -> None:
    with FakeKie(cook_s=60, seconds=2, clock=clock) as kie:
        customer = visit(kie, "market")
        task = customer.order()
        seen = []
        for _ in range(4):
            data = customer.told(task)
            seen.append((data["state"], bool(data["resultJson"])))
            clock.sleep(20)

    assert seen == [("waiting", False), ("queuing", False), ("generating", False), ("success", True)]


@pytest.mark.parametrize(("scenario", "end"), FLAT_ENDS.items())
def test_a_flat_task_ends_as_its_scenario_says(flat: Customer, scenario: str, end: tuple[str, int | None, int]) -> None:
    data = flat.told(flat.order(scenario))

    assert (data["status"], data["errorCode"], len(data["response"]["sunoData"])) == end
    assert bool(data["errorMessage"]) is bool(data["errorCode"])


@pytest.mark.parametrize(("scenario", "end"), MARKET_ENDS.items())
def test_a_market_task_ends_as_its_scenario_says(market: Customer, scenario: str, end: tuple[str, str | None]) -> None:
    data = market.told(market.order(scenario))

    assert (data["state"], data["failCode"]) == end
    assert bool(data["failMsg"]) is bool(data["failCode"]) is not bool(data["resultJson"])


def test_a_song_that_never_ends_cooks_for_ever(clock: HandClock, customer: Customer) -> None:
    task = customer.order("never")
    clock.sleep(1e6)

    data = customer.told(task)

    assert data.get("status", data.get("state")) in {"TEXT_SUCCESS", "queuing"}


def test_an_unknown_status_is_told_twice_and_then_success(customer: Customer) -> None:
    task = customer.order("unknown-status")

    told = [customer.told(task) for _ in range(3)]

    states = [str(data.get("status", data.get("state"))).upper() for data in told]
    assert states == ["MASTERING", "MASTERING", "SUCCESS"]


@pytest.mark.parametrize("name", ["poll-http-429", "poll-http-500", "poll-html-502"])
def test_http_trouble_passes_after_two_polls(customer: Customer, name: str) -> None:
    task = customer.order(name)

    statuses = [customer.poll(task).status_code for _ in range(3)]

    assert statuses == [int(name[-3:])] * 2 + [200]


@pytest.mark.parametrize("code", [429, 500, 455])
def test_trouble_by_code_passes_after_two_polls(customer: Customer, code: int) -> None:
    task = customer.order(f"poll-{code}")

    assert [customer.poll(task).json()["code"] for _ in range(3)] == [code, code, 200]


@pytest.mark.parametrize("name", ["poll-reset", "poll-cut-body"])
def test_a_broken_line_passes_after_two_polls(customer: Customer, name: str) -> None:
    task = customer.order(name)

    for _ in range(2):
        with pytest.raises(httpx2.TransportError):
            customer.poll(task)
    assert customer.told(task)["taskId"] == task


def test_null_passes_after_two_polls(customer: Customer) -> None:
    task = customer.order("poll-null")

    assert [bool(customer.poll(task).json()["data"]) for _ in range(3)] == [False, False, True]


def test_garbage_passes_after_two_polls(customer: Customer) -> None:
    task = customer.order("poll-garbage")

    for _ in range(2):
        with pytest.raises(json.JSONDecodeError):
            customer.poll(task).json()
    assert customer.told(task)["taskId"] == task


@pytest.mark.parametrize("dialect", ["flat", "market"])
def test_a_task_is_unknown_to_the_other_dialect_and_to_everyone_when_made_up(
    kie: FakeKie, dialect: str, visit: Visit
) -> None:
    here, there = visit(kie, dialect), visit(kie, "market" if dialect == "flat" else "flat")
    task = here.order()

    assert there.poll(task).json() == {"code": 200, "msg": "success", "data": None}
    assert here.poll("made-up").json() == {"code": 200, "msg": "success", "data": None}


def test_flat_can_answer_in_snake_case(flat: Customer) -> None:
    data = flat.told(flat.order("snake-case"))

    (first, _) = data["response"]["suno_data"]
    assert data["task_id"]
    assert first["audio_url"].endswith("-1.mp3")


def test_the_result_can_be_a_string_an_object_or_urls_only(market: Customer) -> None:
    usual, as_object, urls = (
        market.told(market.order(name))["resultJson"] for name in ("ok", "result-object", "result-urls")
    )

    assert [take["duration"] for take in json.loads(usual)["data"]] == [2, 2]
    assert [take["audio_url"][-6:] for take in as_object["data"]] == ["-1.mp3", "-2.mp3"]
    assert [url[-6:] for url in json.loads(urls)["resultUrls"]] == ["-1.mp3", "-2.mp3"]


def test_words_have_times_in_order_within_the_song(customer: Customer) -> None:
    words = _aligned(customer, customer.order()) or []

    assert "".join(word["word"] for word in words) == "[Verse]\nMarta canta\nal tavolo tre\n"
    starts = [word["startS"] for word in words]
    assert starts == sorted(starts)
    assert all(word["startS"] < word["endS"] <= 2 for word in words)


def test_times_can_be_missing(customer: Customer) -> None:
    assert _aligned(customer, customer.order("no-lyrics-times")) is None
    assert _aligned(customer, "made-up") is None


def test_credits_fall_with_each_song(customer: Customer) -> None:
    customer.order()

    assert _credits(customer) == 988


def test_without_enough_credits_nothing_is_accepted(visit: Visit) -> None:
    with FakeKie(credits=20) as kie:
        customer = visit(kie)
        assert [customer.submit(title=title).json()["code"] for title in "ab"] == [200, 402]
        assert kie.charges == 1


def test_credits_can_be_low_or_broken(customer: Customer) -> None:
    customer.kie.next("credits-low", "credits-broken")

    low = _credits(customer)
    customer.submit()
    broken = customer.http.get("/api/v1/chat/credit").json()

    assert low == 5
    assert broken["code"] == 500


def test_an_unknown_address_is_not_found(customer: Customer) -> None:
    assert customer.http.get("/api/v1/nothing").status_code == 404


def _credits(customer: Customer) -> float:
    told = [customer.http.get(path).json()["data"] for path in ("/api/v1/chat/credit", "/api/v1/generate/credit")]
    assert told[0] == told[1]
    return float(told[0])


def _aligned(customer: Customer, task: str) -> list[dict[str, Any]] | None:
    asked = {"taskId": task, "audioId": "a"}
    data = customer.http.post("/api/v1/generate/get-timestamped-lyrics", json=asked).json()["data"]
    return data["alignedWords"] if data else None
