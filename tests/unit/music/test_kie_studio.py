"""The studio: what is asked, what a poll means, which take is kept."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from builders import some_lyrics
from fake_decks import HandClock
from stornello.domain.errors import (
    AccountRefused,
    ContentRefused,
    GenerationFailed,
    NotDelivered,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
)
from stornello.domain.plain import Plain
from stornello.domain.songs import SungLine
from stornello.providers.music.kie import build_flat, build_market, build_sunoapi, progress
from stornello.providers.music.kie.client import Api
from stornello.providers.music.kie.studio import Addresses, KieStudio
from stornello.providers.music.kie.telling import Service
from stornello.seams import Checkable, HasCredits, MusicStudio, RequestId, SongOrder, Take
from stornello.settings import Settings

TASK = RequestId("091fbbaa")
ORDER = SongOrder(some_lyrics(), 3)
Shelf = dict[str, bytes]


@dataclass
class Store:
    """Downloads from a dict of URL to bytes."""

    shelf: Shelf
    asked: list[str] = field(default_factory=list)
    line: str = ""
    """Where the connection breaks."""

    def fetch(self, url: str, into: Path, stem: str) -> Path:
        self.asked.append(url)
        if url == self.line:
            raise ProviderUnreachable("download-broken", Plain("rotta", "broken"), Plain("", ""))
        if url not in self.shelf:
            raise NotDelivered("download-empty", Plain("vuota", "empty"), Plain("", ""))
        (into / f"{stem}.mp3").write_bytes(self.shelf[url])
        return into / f"{stem}.mp3"


class Kie:
    """Answers by path; remembers what it was asked."""

    def __init__(self, **data: object) -> None:
        self.data = data
        self.asked: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        name = request.url.path.rpartition("/")[2].replace("-", "_")
        if name not in self.data:
            return httpx2.Response(404, text="<html>")
        return httpx2.Response(200, json={"code": 200, "msg": "success", "data": self.data[name]})


def studio(
    kie: Callable[[httpx2.Request], httpx2.Response], shelf: Shelf | Store | None = None, dialect: str = "flat"
) -> KieStudio:
    store = shelf if isinstance(shelf, Store) else Store(shelf or {})
    read = progress.market if dialect == "market" else progress.flat
    api = Api(
        "market" if dialect == "market" else "flat",
        Service("Kie", "KIE_API_KEY", "KIE_BASE_URL"),
        "https://kie.test",
        SecretStr("sk"),
        5.0,
        HandClock(),
        httpx2.MockTransport(kie),
    )
    tongue = Addresses(
        "/api/v1/generate", "/api/v1/record-info", "/api/v1/credit", lambda lyrics: {"title": lyrics.title}, read
    )
    return KieStudio("kie V6", tongue, api, store.fetch)


def a_take(n: int = 1, **more: object) -> dict[str, Any]:
    return {
        "id": f"id-{n}",
        "audioUrl": f"https://cdn.test/{n}.mp3",
        "duration": 154.68,
        "createTime": 1772624679694,
        **more,
    }


def flat(status: str = "SUCCESS", takes: list[Any] | None = None, error: object = None) -> dict[str, Any]:
    return {
        "taskId": "x",
        "status": status,
        "errorCode": error,
        "response": None if takes is None else {"taskId": "x", "sunoData": takes},
    }


def market(result: object, state: str = "success", **more: object) -> dict[str, Any]:
    return {"taskId": "x", "state": state, "resultJson": result, "failCode": None, **more}


def collect(data: object, into: Path, shelf: Shelf | None = None, dialect: str = "flat") -> Take | None:
    return studio(Kie(record_info=data), shelf, dialect).collect(TASK, into)


BOTH = {"https://cdn.test/1.mp3": b"one", "https://cdn.test/2.mp3": b"two"}


@pytest.mark.parametrize(
    ("build", "name"), [(build_market, "kie V6"), (build_flat, "kie-flat V5"), (build_sunoapi, "sunoapi V5")]
)
def test_the_studios_are_built_from_settings_and_say_who_they_are(
    build: Callable[[Settings], KieStudio], name: str
) -> None:
    made: MusicStudio = build(Settings())
    assert (made.name, made.is_paid) == (name, True)
    assert isinstance(made, HasCredits)
    assert isinstance(made, Checkable)


@pytest.mark.parametrize("build", [build_market, build_flat, build_sunoapi])
def test_without_a_key_nothing_is_sent_and_a_person_is_told(build: Callable[[Settings], KieStudio]) -> None:
    with pytest.raises(AccountRefused):
        build(Settings()).request(ORDER)


@pytest.mark.parametrize("data", [{"taskId": TASK}, {"task_id": TASK}, {"taskId": f" {TASK} "}])
def test_the_request_is_kies_own_task_id(data: object) -> None:
    kie = Kie(generate=data)
    assert studio(kie).request(ORDER) == TASK
    assert json.loads(kie.asked[0].content) == {"title": "La notte di Anna"}


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [],
        "x",
        {"taskId": None},
        {"taskId": ""},
        {"taskId": True},
        {"taskId": []},
        {"taskId": "è"},
        {"taskId": "a\nb"},
        {"taskId": "x" * 900},
    ],
)
def test_a_yes_without_a_task_id_leaves_the_outcome_open(data: object) -> None:
    with pytest.raises(OutcomeUnknown):
        studio(Kie(generate=data)).request(ORDER)


@pytest.mark.parametrize("request_id", ["", "è", "a\nb", "\ud800", "x" * 900])
def test_what_cannot_be_a_task_id_is_not_asked_for(request_id: str, tmp_path: Path) -> None:
    with pytest.raises(ProviderRefused):
        studio(Kie()).collect(RequestId(request_id), tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        flat("PENDING"),
        flat("TEXT_SUCCESS", []),
        flat("FIRST_SUCCESS", [a_take()]),
        flat("MASTERING"),
        flat("pending"),
    ],
)
def test_what_cooks_is_none_and_downloads_nothing(data: object, tmp_path: Path) -> None:
    assert collect(data, tmp_path, BOTH) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "data", [None, market("", "waiting"), market("", "queuing"), market("", "generating"), market(None, "mixing")]
)
def test_what_cooks_in_the_market_is_none(data: object, tmp_path: Path) -> None:
    assert collect(data, tmp_path, BOTH, "market") is None


def test_both_takes_are_kept(tmp_path: Path) -> None:
    take = collect(flat(takes=[a_take(1), a_take(2)]), tmp_path, BOTH)
    assert take == Take(tmp_path / "take-1.mp3", "kie V6", (), tmp_path / "take-2.mp3", 154.68, None)
    assert (tmp_path / "take-2.mp3").read_bytes() == b"two"


def test_a_second_take_with_the_same_bytes_is_no_spare(tmp_path: Path) -> None:
    take = collect(flat(takes=[a_take(1), a_take(2)]), tmp_path, dict.fromkeys(BOTH, b"same"))
    assert take is not None
    assert take.spare is None
    assert [one.name for one in tmp_path.iterdir()] == ["take-1.mp3"]


def test_the_second_take_stands_in_for_the_first_and_the_card_says_so(tmp_path: Path) -> None:
    take = collect(flat(takes=[a_take(1), a_take(2, duration=99)]), tmp_path, {"https://cdn.test/2.mp3": b"two"})
    assert take == Take(tmp_path / "take-2.mp3", "kie V6, take 2", (), None, 99)


def test_the_addresses_of_a_take_are_tried_in_order(tmp_path: Path) -> None:
    offered = a_take(1, streamAudioUrl="https://s/1", sourceStreamAudioUrl="https://s/2")
    store = Store({"https://s/2": b"two"})
    assert studio(Kie(record_info=flat(takes=[offered])), store).collect(TASK, tmp_path) is not None
    assert store.asked == ["https://cdn.test/1.mp3", "https://s/1", "https://s/2"]


@pytest.mark.parametrize("takes", [None, [], [None], ["x"], [{}], [{"audioUrl": ""}], [{"audioUrl": 3}], [a_take()]])
def test_a_song_that_is_done_but_cannot_be_had_is_asked_for_again(takes: list[Any] | None, tmp_path: Path) -> None:
    with pytest.raises(NotDelivered) as error:
        collect(flat(takes=takes), tmp_path)
    assert error.value.code == "audio-not-there"


def test_a_song_that_the_line_kept_from_us_is_not_lost(tmp_path: Path) -> None:
    store = Store({}, line="https://cdn.test/2.mp3")
    with pytest.raises(ProviderUnreachable) as error:
        studio(Kie(record_info=flat(takes=[a_take(1), a_take(2)])), store).collect(TASK, tmp_path)
    assert (type(error.value), error.value.code) == (ProviderUnreachable, "download-broken")


MARKET = [
    {"id": "a", "audio_url": "https://cdn.test/1.mp3", "duration": "29.96"},
    {"id": "b", "audio_url": "https://cdn.test/2.mp3"},
]


@pytest.mark.parametrize(
    "result",
    [
        json.dumps({"code": 200, "task_id": "x", "data": MARKET}),
        {"code": 200, "task_id": "x", "data": MARKET},
        json.dumps(MARKET),
        {"sunoData": [{"id": "a", "audioUrl": "https://cdn.test/1.mp3", "duration": 29.96}, a_take(2)]},
    ],
)
def test_the_markets_result_is_read_in_every_shape(result: object, tmp_path: Path) -> None:
    take = collect(market(result, creditsConsumed=12), tmp_path, BOTH, "market")
    assert take == Take(tmp_path / "take-1.mp3", "kie V6", (), tmp_path / "take-2.mp3", 29.96, 12)


@pytest.mark.parametrize(
    "result", ['{"resultUrls": ["https://cdn.test/1.mp3"]}', {"result_urls": ["https://cdn.test/1.mp3", 3, None]}]
)
def test_bare_addresses_are_takes_too(result: object, tmp_path: Path) -> None:
    assert collect(market(result), tmp_path, BOTH, "market") == Take(tmp_path / "take-1.mp3", "kie V6")


@pytest.mark.parametrize("result", ["", None, "{", "[" * 100_000, "null", 3, {"data": {}}, {"data": "x"}])
def test_a_result_that_holds_nothing_is_asked_for_again(result: object, tmp_path: Path) -> None:
    with pytest.raises(ProviderUnreachable):
        collect(market(result), tmp_path, BOTH, "market")


@pytest.mark.parametrize(
    ("cost", "told"),
    [(12, 12), ("12.5", 12.5), (None, None), ("much", None), (-1, None), (True, None), (10**400, None)],
)
def test_what_it_cost_is_told_when_it_is_a_number(cost: object, told: float | None, tmp_path: Path) -> None:
    take = collect(market({"data": MARKET}, creditsConsumed=cost), tmp_path, BOTH, "market")
    assert take is not None
    assert take.credits == told


def test_snake_case_is_read_as_well(tmp_path: Path) -> None:
    data = {
        "task_id": "x",
        "status": "SUCCESS",
        "response": {
            "suno_data": [
                {
                    "id": "a",
                    "audio_url": "",
                    "stream_audio_url": "https://cdn.test/1.mp3",
                    "duration": 3,
                    "create_time": "2026",
                }
            ]
        },
    }
    assert collect(data, tmp_path, BOTH) == Take(tmp_path / "take-1.mp3", "kie V6", (), None, 3)


@pytest.mark.parametrize(
    ("data", "error", "facts"),
    [
        (flat("CREATE_TASK_FAILED", error=500), GenerationFailed, {"again": True, "charged": False}),
        (flat("GENERATE_AUDIO_FAILED", [], 501), GenerationFailed, {"again": True, "charged": True}),
        (flat("GENERATE_AUDIO_FAILED", [], "501"), GenerationFailed, {"again": True, "charged": True}),
        (flat("GENERATE_AUDIO_FAILED", [], 400), GenerationFailed, {"again": False, "charged": True}),
        ({"status": "GENERATE_AUDIO_FAILED", "error_code": 500}, GenerationFailed, {"again": True}),
        (flat("SENSITIVE_WORD_ERROR"), ContentRefused, {"charged": True}),
        (flat("CALLBACK_EXCEPTION", []), GenerationFailed, {"again": False}),
    ],
)
def test_what_failed_says_what_to_do(
    data: object, error: type[ProviderError], facts: dict[str, bool], tmp_path: Path
) -> None:
    with pytest.raises(error) as failed:
        collect(data, tmp_path)
    assert {name: getattr(failed.value, name) for name in facts} == facts


@pytest.mark.parametrize(
    ("code", "error", "facts"),
    [
        ("400", ContentRefused, {"charged": True}),
        (400, ContentRefused, {"charged": True}),
        ("422", GenerationFailed, {"again": False}),
        ("501", GenerationFailed, {"again": True}),
        (500, GenerationFailed, {"again": True}),
        (None, GenerationFailed, {"again": False}),
        ("", GenerationFailed, {"again": False}),
    ],
)
def test_what_failed_in_the_market_says_what_to_do(
    code: object, error: type[ProviderError], facts: dict[str, bool], tmp_path: Path
) -> None:
    with pytest.raises(error) as failed:
        collect(market("", "fail", failCode=code), tmp_path, dialect="market")
    assert {name: getattr(failed.value, name) for name in facts} == facts


def test_a_callback_that_failed_is_no_failure_when_the_song_is_there(tmp_path: Path) -> None:
    assert collect(flat("CALLBACK_EXCEPTION", [a_take()], 500), tmp_path, BOTH) is not None


def test_the_times_of_the_lines_come_with_the_take(tmp_path: Path) -> None:
    words = [{"word": w, "startS": n, "success": True} for n, w in enumerate(["[Verse]\nAnna\n", "rideva\n"])]
    kie = Kie(
        record_info=flat(takes=[a_take(prompt="[Verse]\nAnna\nrideva")]), get_timestamped_lyrics={"alignedWords": words}
    )
    take = studio(kie, BOTH).collect(TASK, tmp_path)
    assert take is not None
    assert take.synced_lyrics == (SungLine(0, "Anna"), SungLine(1, "rideva"))
    assert json.loads(kie.asked[-1].content) == {"taskId": TASK, "audioId": "id-1"}
    assert len(kie.asked) == 2


@pytest.mark.parametrize("data", [None, [], "x", {}, {"alignedWords": 3}])
def test_a_song_does_not_depend_on_the_times_of_its_lines(data: object, tmp_path: Path) -> None:
    kie = Kie(record_info=flat(takes=[a_take()]), get_timestamped_lyrics=data)
    take = studio(kie, BOTH).collect(TASK, tmp_path)
    assert take is not None
    assert take.synced_lyrics == ()


@pytest.mark.parametrize("left", [5916.25, "5916.25"])
def test_credits_are_a_number(left: object) -> None:
    assert studio(Kie(credit=left)).credits() == 5916.25
    studio(Kie(credit=left)).check()


@pytest.mark.parametrize("left", [None, {}, "many", True])
def test_credits_that_are_none_are_not_made_up(left: object) -> None:
    with pytest.raises(ProviderUnreachable):
        studio(Kie(credit=left)).credits()


def test_a_disk_that_is_full_is_no_studios_fault(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="gone"):
        collect(flat(takes=[a_take()]), tmp_path / "gone", BOTH)


def test_nothing_that_guests_said_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "stornello"):
        collect(flat(takes=[a_take(1, prompt="Anna rideva"), a_take(2)]), tmp_path, {"https://cdn.test/2.mp3": b"two"})
    assert [record.getMessage() for record in caplog.records] == ["take not downloaded", "no times of the lyrics"]
    assert not any("Anna" in str(vars(record)) for record in caplog.records)
