"""Doctor asks remote engines: servers on loopback that answer well, badly, or not at all."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from stornello.doctor import Finding, live
from stornello.doctor.live import Look
from stornello.domain.plain import Plain
from stornello.fake_kie import FakeKie
from stornello.settings import Settings

SECRET = "sk-doctor-secret"  # noqa: S105 - opens nothing
ALL = ("gpt-transcribe", "gpt-6-luna", "gpt-6.1-terra")


@dataclass
class Address:
    """Answers ``GET /v1/models`` so, and remembers with which key it was asked."""

    status: int
    body: bytes
    url: str = ""
    keys: list[str | None] = field(default_factory=list)


@contextmanager
def an_address(status: int = 200, body: bytes = b"") -> Iterator[Address]:
    told = Address(status, body)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.keys.append(self.headers["Authorization"])
            self.send_response(told.status if self.path == "/v1/models" else 418)
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def a_list_of(*models: str) -> bytes:
    return json.dumps({"object": "list", "data": [{"id": model} for model in models]}).encode()


def nobody() -> str:
    """Return an address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def asked(**values: object) -> str:
    found = live.examine(Settings.model_validate({"studio": "embedded"} | values))
    assert SECRET not in repr(found)
    return "\n".join(f"{one.state}: {one.what.en} {one.mend.en if one.mend else ''}".strip() for one in found)


def test_nobody_is_asked_where_the_house_works_by_itself() -> None:
    assert asked() == ""


def test_an_address_that_serves_all_uses_is_asked_with_its_key_and_told_once() -> None:
    with an_address(200, a_list_of(*ALL)) as server:
        text = asked(openai_base_url=server.url, openai_api_key=SECRET)
    assert text == f"well: openai ({server.url[7:-3]}): answers."
    assert set(server.keys) == {f"Bearer {SECRET}"}


def test_an_address_of_its_own_is_not_told_the_others_key() -> None:
    with an_address(200, a_list_of(*ALL)) as common, an_address(200, a_list_of(*ALL)) as ears:
        asked(openai_base_url=common.url, openai_api_key=SECRET, transcription_base_url=ears.url)
    assert common.keys == [f"Bearer {SECRET}"]
    assert SECRET not in f"{ears.keys}"


def test_a_model_that_the_server_does_not_list_is_told() -> None:
    with an_address(200, a_list_of("gpt-transcribe", "llama3:latest", "gpt-6-luna")) as server:
        text = asked(openai_base_url=server.url, summary_model="llama3", lyrics_model="missing")
    where = f"openai ({server.url[7:-3]})"
    assert text.splitlines() == [
        f"well: {where}: answers.",
        f"warning: {where}: The service does not list the model missing. Check its name, or install it there.",
    ]


def test_two_addresses_of_one_engine_are_both_asked_for_their_own_model() -> None:
    with an_address(200, a_list_of("short")) as one, an_address(200, a_list_of("other")) as two:
        models = {"summary_model": "short", "lyrics_model": "long"}
        text = asked(lyricist="openai", summary_base_url=one.url, lyrics_base_url=two.url, **models)
    where = f"openai ({one.url[7:-3]}, {two.url[7:-3]})"
    assert text.startswith(f"ill: {where}: The service does not list the model long.")
    assert (len(one.keys), len(two.keys)) == (1, 1)


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, b"{}", "warning: openai ({}): The service does not accept the key."),
        (403, b"{}", "warning: openai ({}): The service does not accept the key."),
        (404, b"not found", "well: openai ({}): answers."),
        (405, b"", "well: openai ({}): answers."),
        (200, b"<html>", "warning: openai ({}): The service gave no whole answer."),
        (200, b'{"data": [7]}', "well: openai ({}): answers."),
        (200, b'{"data": null}', "well: openai ({}): answers."),
        (302, b"", "warning: openai ({}): The service is no longer at this address."),
        (429, b"", "warning: openai ({}): The service asks us to slow down."),
        (502, b"<html>", "warning: openai ({}): The service is in trouble."),
    ],
)
def test_what_an_address_answers_is_told_plainly(status: int, body: bytes, told: str) -> None:
    with an_address(status, body) as server:
        assert told.format(server.url[7:-3]) in asked(openai_base_url=server.url, openai_api_key=SECRET)


def test_where_nobody_answers_is_told_and_is_ill_only_when_nobody_steps_in() -> None:
    away = nobody()
    assert asked(openai_base_url=away).startswith("warning: openai (127.0.0.1:")
    assert "cannot be reached" in asked(openai_base_url=away)
    assert asked(openai_base_url=away, transcriber="openai").startswith("ill: openai (127.0.0.1:")


def test_openai_itself_is_not_asked_without_a_key() -> None:
    assert "ill: openai (api.openai.com): The key for OpenAI is missing." in asked(transcriber="openai")


def test_kie_tells_its_credits_and_a_low_account_is_a_warning() -> None:
    for credits_, told in (
        (1_234_567.0, "well: kie ({}): answers, 1234567 credits."),
        (42.0, "warning: kie ({}): answers, 42 credits."),
    ):
        with FakeKie(credits=credits_) as kie:
            assert asked(studio=["kie", "embedded"], kie_base_url=kie.url, kie_api_key=SECRET).startswith(
                told.format(kie.url[7:])
            )
            assert kie.charges == 0


def test_a_key_that_does_not_open_kie_and_a_kie_that_is_away_are_told() -> None:
    with FakeKie(key="another") as kie:
        refused = asked(studio="kie", kie_base_url=kie.url, kie_api_key=SECRET)
        stepped_in = asked(studio=["kie", "embedded"], kie_base_url=kie.url, kie_api_key=SECRET)
    assert refused.startswith("ill: kie (")
    assert stepped_in.startswith("warning: kie (")
    assert asked(studio="kie", kie_base_url=nobody(), kie_api_key=SECRET).startswith("ill: kie (")
    assert asked(studio="kie").startswith("ill: kie (")


def test_an_ace_step_server_is_asked_for_its_health() -> None:
    away = asked(studio=["acestep", "embedded"], acestep_base_url=nobody())
    assert away.startswith("warning: acestep (127.0.0.1:")
    assert asked(studio=["acestep", "embedded"]).startswith("warning: acestep: ")


def test_what_the_choice_of_engines_has_told_is_not_told_again(tmp_path: Path) -> None:
    broken = tmp_path / "prompts.toml"
    broken.write_text("summary_rules = 7")
    assert asked(studio="telepathy") == ""
    assert (
        asked(
            transcriber="embedded",
            lyricist="openai",
            openai_api_key=SECRET,
            openai_base_url=nobody(),
            prompts_file=str(broken),
        )
        == ""
    )


def found(name: str) -> list[Finding]:
    return [Finding("well", Plain(name, name))]


def test_a_look_that_never_ends_holds_up_no_other_and_one_that_falls_is_told() -> None:
    never = threading.Event()

    def falls() -> list[Finding]:
        raise ZeroDivisionError(SECRET)

    def waits() -> list[Finding]:
        never.wait(30)
        return found("late")

    looks = [
        Look("slow", is_last=False, ask=waits),
        Look("broken", is_last=True, ask=falls),
        Look("well", is_last=False, ask=lambda: found("fine")),
    ]
    slow, broken, well = live.together(looks, 0.5)
    never.set()
    assert (slow.state, slow.what.en) == ("warning", "slow: no answer within 12 s.")
    assert (broken.state, broken.what.en) == ("ill", "broken: the engine fell (ZeroDivisionError).")
    assert well.what.en == "fine"
