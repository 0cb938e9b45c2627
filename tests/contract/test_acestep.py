"""ACE-Step over its REST API, against a server on loopback that behaves, and misbehaves, as the real one does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders import an_order, some_lyrics
from servers.acestep import AceStep, Fault
from stornello import media
from stornello.domain.errors import (
    AccountRefused,
    GenerationFailed,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
)
from stornello.providers.music.acestep import AceStepStudio, build
from stornello.seams import RequestId, SongOrder, Take
from stornello.settings import Settings

KEY = "sk-ace-this-must-never-be-seen"
RELEASE, QUERY, AUDIO = "/release_task", "/query_result", "/v1/audio"


@pytest.fixture
def server() -> Iterator[AceStep]:
    with AceStep() as server:
        yield server


def studio_at(server: AceStep, **settings: object) -> AceStepStudio:
    return build(Settings.model_validate({"acestep_base_url": server.url, "request_timeout_seconds": 5.0, **settings}))


def test_a_song_is_queued_cooks_and_is_fetched(server: AceStep, tmp_path: Path) -> None:
    server.cooks = 2
    studio = studio_at(server)
    request = studio.request(an_order())
    assert [studio.collect(request, tmp_path) for _ in range(2)] == [None, None]
    take = studio.collect(request, tmp_path)
    assert take == Take(tmp_path / "take.wav", "acestep (acestep-v15-turbo)", claimed_s=2.0)
    assert media.listen(take.audio).duration_s == pytest.approx(2, abs=0.1)


def test_the_order_says_all_that_the_song_needs(server: AceStep) -> None:
    studio_at(server, song_seconds=120).request(an_order(seed=7, language="it"))
    (body,) = server.received
    lyrics = body.pop("lyrics")
    assert lyrics.startswith("[Verse]\nWe came here for Marco's birthday\n")
    assert "\n\n[Chorus]\nHey Marco, sing along\n" in lyrics
    assert body == {
        "prompt": "pop",
        "vocal_language": "it",
        "use_cot_language": False,
        "audio_duration": 120,
        "audio_format": "mp3",
        "thinking": True,
        "batch_size": 1,
        "use_random_seed": False,
        "seed": 7,
    }


def test_a_card_with_little_memory_does_without_the_language_model(server: AceStep) -> None:
    studio_at(server, acestep_thinking=False).request(an_order())
    assert server.received[0]["thinking"] is False


def test_lyrics_that_are_too_long_end_after_a_whole_line(server: AceStep) -> None:
    line = "and so we sang until the morning came"
    studio_at(server).request(SongOrder(some_lyrics(("verse", (line,) * 500)), 1))
    sent = server.received[0]["lyrics"]
    assert 4000 < len(sent) <= 4096
    assert sent.endswith(line)


def test_one_line_that_is_too_long_is_cut(server: AceStep) -> None:
    studio_at(server).request(SongOrder(some_lyrics(("verse", ("la" * 5000,))), 1))
    assert 0 < len(server.received[0]["lyrics"]) <= 4096


def test_half_a_character_is_sent_as_json_can_say_it(server: AceStep) -> None:
    studio_at(server).request(SongOrder(some_lyrics(("verse", ("la \ud83d la",))), 1))
    assert "\ud83d" in server.received[0]["lyrics"]


def test_the_key_goes_along_wherever_the_server_wants_it(server: AceStep, tmp_path: Path) -> None:
    server.key = KEY
    studio = studio_at(server, acestep_api_key=KEY)
    studio.check()
    request = studio.request(an_order())
    assert [bool(studio.collect(request, tmp_path)) for _ in range(2)] == [False, True]
    assert {path for path, headers in server.asked if headers.get("Authorization") == f"Bearer {KEY}"} == {
        "/health",
        RELEASE,
        QUERY,
        AUDIO,
    }
    assert KEY not in f"{studio} {studio!r}"


def test_without_a_key_none_is_sent(server: AceStep) -> None:
    studio_at(server).check()
    assert not any("Authorization" in headers for _, headers in server.asked)


def test_a_proxy_of_the_environment_is_not_asked_for_what_is_in_the_house(
    server: AceStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    studio_at(server).check()
    assert [path for path, _ in server.asked] == ["/health", QUERY]


def test_a_wrong_key_is_a_matter_for_the_owner(server: AceStep) -> None:
    server.key = KEY
    studio = studio_at(server, acestep_api_key="sk-another")
    for call in (studio.check, lambda: studio.request(an_order())):
        with pytest.raises(AccountRefused):
            call()


def test_a_full_queue_asks_to_wait(server: AceStep) -> None:
    server.faults[RELEASE] = "queue-full"
    with pytest.raises(ProviderUnreachable) as busy:
        studio_at(server).request(an_order())
    assert (busy.value.code, busy.value.retry_after_s) == ("acestep-busy", 7)
    assert not isinstance(busy.value, OutcomeUnknown)


ORDERING: list[tuple[Fault, type[ProviderError]]] = [
    ("500", ProviderUnreachable),
    ("code-500", ProviderUnreachable),
    ("400", ProviderRefused),
    ("code-odd", OutcomeUnknown),
    ("502", OutcomeUnknown),
    ("garbage", OutcomeUnknown),
    ("no-object", OutcomeUnknown),
    ("reset", OutcomeUnknown),
    ("late-reset", OutcomeUnknown),
    ("silent", OutcomeUnknown),
    ("drip", OutcomeUnknown),
    ("drip-head", OutcomeUnknown),
]


@pytest.mark.parametrize(("fault", "kind"), ORDERING)
def test_an_order_that_goes_wrong_says_whether_the_song_may_be_cooking(
    server: AceStep, fault: Fault, kind: type[ProviderError]
) -> None:
    server.faults[RELEASE] = fault
    with pytest.raises(ProviderError) as failure:
        studio_at(server, request_timeout_seconds=0.3).request(an_order())
    assert type(failure.value) is kind
    assert "Marco" not in f"{failure.value!r}"


@pytest.mark.parametrize(
    "fault",
    [
        "500",
        "code-500",
        "code-odd",
        "502",
        "garbage",
        "no-object",
        "reset",
        "silent",
        "drip",
        "drip-head",
        "queue-full",
    ],
)
def test_a_question_that_goes_wrong_is_asked_again_later(server: AceStep, fault: Fault, tmp_path: Path) -> None:
    studio = studio_at(server, request_timeout_seconds=0.3)
    request = studio.request(an_order())
    server.faults[QUERY] = fault
    with pytest.raises(ProviderUnreachable) as failure:
        studio.collect(request, tmp_path)
    assert type(failure.value) is ProviderUnreachable
    server.faults.clear()
    studio.collect(request, tmp_path)
    assert studio.collect(request, tmp_path)


@pytest.mark.parametrize("fault", ["empty", "late-reset", "500", "400", "garbage"])
def test_audio_that_does_not_come_is_fetched_again_later(server: AceStep, fault: Fault, tmp_path: Path) -> None:
    server.cooks = 0
    studio = studio_at(server)
    request = studio.request(an_order())
    server.faults[AUDIO] = fault
    with pytest.raises(ProviderUnreachable):
        studio.collect(request, tmp_path)
    assert not list(tmp_path.iterdir())
    server.faults.clear()
    assert studio.collect(request, tmp_path)


@pytest.mark.parametrize("length", [10**400, -1, float("nan"), True, [], None])
def test_a_length_that_is_none_is_not_claimed(server: AceStep, length: object, tmp_path: Path) -> None:
    server.cooks, server.odd = 0, {"metas": {"duration": length}}
    studio = studio_at(server)
    take = studio.collect(studio.request(an_order()), tmp_path)
    assert take is not None
    assert take.claimed_s is None


@pytest.mark.parametrize("file", ["\ud800", "/v1/audio?path=\ud800", "http://\ud800/x", "https://us[er@h/x.mp3"])
def test_an_address_that_is_none_is_no_song(server: AceStep, file: str, tmp_path: Path) -> None:
    server.cooks, server.odd = 0, {"file": file}
    server.faults[AUDIO] = "400"
    studio = studio_at(server)
    with pytest.raises(ProviderUnreachable):
        studio.collect(studio.request(an_order()), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("end", ["failed", "no-file"])
def test_a_song_that_failed_may_be_asked_for_again(server: AceStep, end: str, tmp_path: Path) -> None:
    server.cooks, server.end = 0, end  # type: ignore[assignment]  # parametrised
    studio = studio_at(server)
    with pytest.raises(GenerationFailed) as failure:
        studio.collect(studio.request(an_order()), tmp_path)
    assert (failure.value.again, failure.value.charged) == (True, False)


@pytest.mark.parametrize("status", [0, 3, "mastering", None])
def test_a_status_that_nobody_knows_means_cooking(server: AceStep, status: object, tmp_path: Path) -> None:
    server.status = status
    studio = studio_at(server)
    request = studio.request(an_order())
    assert studio.collect(request, tmp_path) is None
    assert studio.collect(request, tmp_path)


def test_a_server_that_was_restarted_knows_nothing_of_the_song(server: AceStep, tmp_path: Path) -> None:
    studio = studio_at(server)
    request = studio.request(an_order())
    server.forget()
    with pytest.raises(GenerationFailed) as failure:
        studio.collect(request, tmp_path)
    assert (failure.value.code, failure.value.again) == ("acestep-forgotten", True)


def test_no_server_is_a_passing_trouble(tmp_path: Path) -> None:
    with AceStep() as gone:
        studio = studio_at(gone)
    for call in (
        studio.check,
        lambda: studio.request(an_order()),
        lambda: studio.collect(RequestId("550e"), tmp_path),
    ):
        with pytest.raises(ProviderUnreachable) as failure:
            call()
        assert type(failure.value) is ProviderUnreachable


def test_without_an_address_there_is_no_studio() -> None:
    with pytest.raises(ProviderRefused, match="ACESTEP_BASE_URL"):
        build(Settings())
