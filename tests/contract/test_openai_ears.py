"""The transcriber `openai` against aimock, which nobody here wrote, and against a server without manners."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.aimock import Aimock, fails, hears
from servers.scripted import Reply, Scripted, a_reply
from stornello import media
from stornello.domain.errors import (
    AccountRefused,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
    RecordingError,
)
from stornello.providers.openai_client import OPENAI_URL, Service
from stornello.providers.speech import openai as ears
from stornello.settings import Settings
from venues import a_tone, write_wav

BOTH = ("it", "en")
KEY, OTHER_KEY = "sk-first-of-all-secret", "sk-second-of-all-secret"
RATE = 16_000


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "5-anna.wav", a_tone(2.0, rate=RATE), RATE)


@pytest.fixture(scope="module")
def mock() -> Iterator[Aimock]:
    with Aimock([hears("We met in Rome, all of us.", languages=[{"code": "en"}])]) as server:
        yield server


def an_engine(url: str, model: str = "gpt-transcribe", timeout_s: float = 20.0) -> ears.OpenAITranscriber:
    return ears.build(Settings(openai_base_url=url, transcription_model=model, openai_timeout_seconds=timeout_s))


def test_what_the_service_hears_is_heard_in_its_language(mock: Aimock, speech: Path) -> None:
    engine = an_engine(mock.url)
    heard = engine.hear(speech, BOTH)
    assert (heard.text, heard.language, heard.speech_s) == ("We met in Rome, all of us.", "en", 2.0)
    assert (engine.name, engine.is_paid, engine.longest_s) == ("openai (gpt-transcribe)", True, 780)
    assert mock.journal("/audio")[-1]["body"]["model"] == "gpt-transcribe"


def test_whisper_s_doubts_are_heeded(speech: Path) -> None:
    doubtful = {"text": "Grazie a tutti.", "start": 0, "end": 2, "no_speech_prob": 0.9, "avg_logprob": -1.4}
    with Aimock([hears("Grazie a tutti.", language="italian", segments=[doubtful])]) as server:
        assert an_engine(server.url, "whisper-1").hear(speech, BOTH).text == ""


@pytest.mark.parametrize(
    ("refusal", "kind", "code"),
    [
        ((429, "rate_limit_exceeded"), ProviderUnreachable, "openai-too-many"),
        ((429, "insufficient_quota"), AccountRefused, "openai-no-credit"),
        ((401, "invalid_api_key"), AccountRefused, "openai-key-refused"),
        ((404, "model_not_found"), ProviderRefused, "openai-unknown-model"),
        ((413, ""), ProviderRefused, "openai-too-large"),
        ((503, ""), ProviderUnreachable, "openai-trouble"),
    ],
)
def test_a_refusal_says_what_it_means(
    refusal: tuple[int, str], kind: type[ProviderError], code: str, speech: Path
) -> None:
    with Aimock([fails(*refusal, retry_after=7, endpoint="transcription")]) as server, pytest.raises(kind) as told:
        an_engine(server.url).hear(speech, BOTH)
    assert (type(told.value), told.value.code) == (kind, code)
    if isinstance(told.value, ProviderUnreachable) and refusal[0] == 429:
        assert told.value.retry_after_s == 7.0


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("drop", ProviderUnreachable),
        ("ratelimit", ProviderUnreachable),
        ("malformed", OutcomeUnknown),
        ("disconnect", OutcomeUnknown),
    ],
)
def test_a_fault_is_asked_once_and_told_as_it_is(fault: str, kind: type[ProviderError], speech: Path) -> None:
    with Aimock(chaos={fault: 1.0}) as server:
        with pytest.raises(kind) as failure:
            an_engine(server.url).hear(speech, BOTH)
        assert type(failure.value) is kind
        assert len(server.journal("/audio")) == 1


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(200, b"<html>hello</html>", {"Content-Type": "text/html"}), OutcomeUnknown),
        (Reply(200, b"", {"Content-Type": "application/json"}), OutcomeUnknown),
        (Reply(200, b"[1, 2]", {"Content-Type": "application/json"}), OutcomeUnknown),
        (Reply(200, b"[" * 90_000, {"Content-Type": "application/json"}), OutcomeUnknown),
        (Reply(200, b"\xff\xfe", {"Content-Type": "application/json"}), OutcomeUnknown),
        (Reply(200, b"x" * 99, {"Content-Encoding": "gzip"}), OutcomeUnknown),
        (a_reply({"text": "half of it"}, cut=True), OutcomeUnknown),
        (Reply(mute=True), OutcomeUnknown),
        (Reply(200, b'{"text": "drip"}' + b" " * 500, drip_s=0.02), OutcomeUnknown),
        (Reply(200, b" " * 21_000_000), OutcomeUnknown),
        (Reply(502, b"<html>bad gateway</html>"), ProviderUnreachable),
        (Reply(504, b""), OutcomeUnknown),
        (Reply(307, b"", {"Location": "http://127.0.0.1:9/elsewhere"}), ProviderRefused),
    ],
)
def test_a_server_without_manners_makes_nobody_stumble(reply: Reply, kind: type[ProviderError], speech: Path) -> None:
    with Scripted(reply) as server:
        with pytest.raises(kind) as failure:
            an_engine(server.url, timeout_s=0.5).hear(speech, BOTH)
        assert type(failure.value) is kind
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/v1", "http://nowhere.invalid/v1", "http://[::1/v1", "http://127.0.0.1:99999/v1"]
)
def test_where_nobody_is_nothing_was_sent(url: str, speech: Path) -> None:
    with pytest.raises((ProviderUnreachable, ProviderRefused)) as failure:
        an_engine(url).hear(speech, BOTH)
    assert not isinstance(failure.value, OutcomeUnknown)


@pytest.mark.parametrize(
    ("model", "languages", "fields"),
    [
        ("gpt-transcribe", BOTH, {"languages[]": ["it", "en"], "response_format": ["json"]}),
        ("whisper-1", BOTH, {"response_format": ["verbose_json"]}),
        ("Systran/faster-whisper-small", ("it",), {"language": ["it"], "response_format": ["verbose_json"]}),
        ("gpt-4o-transcribe", ("en",), {"language": ["en"], "response_format": ["json"]}),
    ],
)
def test_each_model_is_asked_as_it_knows_it(
    model: str, languages: tuple[str, ...], fields: dict[str, list[str]], speech: Path
) -> None:
    with Scripted(a_reply({"text": "ciao"})) as server:
        an_engine(server.url, model).hear(speech, languages)
        assert server.requests[0].fields() == fields | {"model": [model]}
        assert server.requests[0].path == "/v1/audio/transcriptions"


def test_the_file_goes_under_a_name_that_tells_no_guest(speech: Path) -> None:
    with Scripted(a_reply({"text": "ciao"})) as server:
        an_engine(server.url).hear(speech, BOTH)
        body = server.requests[0].body
    assert speech.read_bytes() in body
    assert b"anna" not in body
    assert b'filename="recording.wav"' in body


def test_an_old_server_that_refuses_a_field_is_asked_without_from_then_on(speech: Path) -> None:
    with Scripted(a_reply({"error": {"message": "unknown field"}}, 400), a_reply({"text": "ciao"})) as server:
        engine = an_engine(server.url)
        assert [engine.hear(speech, BOTH).text for _ in range(2)] == ["ciao", "ciao"]
        asked = [sorted(request.fields()) for request in server.requests]
    assert asked == [["languages[]", "model", "response_format"], ["model"], ["model"]]


def test_a_server_that_refuses_everything_is_asked_twice_and_no_more(speech: Path) -> None:
    with Scripted(a_reply({"error": {"message": "no"}}, 422)) as server:
        with pytest.raises(ProviderRefused):
            an_engine(server.url).hear(speech, BOTH)
        assert len(server.requests) == 2


def test_what_is_too_large_goes_as_flac_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ears, "LARGEST_BYTES", 50_000)
    speech = write_wav(tmp_path / "speech.wav", a_tone(2.0, rate=RATE), RATE)
    with Scripted(a_reply({"text": "ciao"})) as server:
        assert an_engine(server.url).hear(speech, BOTH).speech_s == 2.0
        body = server.requests[0].body
    assert b'filename="recording.flac"' in body
    assert b"fLaC" in body
    assert list(tmp_path.iterdir()) == [speech]


def test_a_part_of_the_longest_length_is_never_too_large_whatever_it_holds(tmp_path: Path) -> None:
    longest_s = an_engine("http://127.0.0.1:9/v1").longest_s
    assert longest_s is not None
    whole = write_wav(tmp_path / "speech.wav", bytes(round((longest_s + 30) * RATE) * 2), RATE)
    sizes = [part.stat().st_size for part in media.parts(whole, longest_s)]
    assert len(sizes) == 2
    assert max(sizes) <= ears.LARGEST_BYTES


def test_no_sound_is_not_sent(tmp_path: Path) -> None:
    engine = an_engine("http://127.0.0.1:9/v1")
    assert engine.hear(write_wav(tmp_path / "a.wav", b"", RATE), BOTH).text == ""
    (tmp_path / "b.wav").write_bytes(b"a shopping list")
    with pytest.raises(RecordingError):
        engine.hear(tmp_path / "b.wav", BOTH)


@pytest.mark.parametrize(
    ("settings", "sent"),
    [
        ({"openai_api_key": KEY}, KEY),
        ({"openai_api_key": KEY, "transcription_base_url": "elsewhere"}, "none"),
        ({"openai_api_key": KEY, "transcription_base_url": "elsewhere", "transcription_api_key": OTHER_KEY}, OTHER_KEY),
        ({"openai_api_key": KEY, "transcription_base_url": "same/"}, KEY),
        ({"transcription_api_key": OTHER_KEY}, OTHER_KEY),
        ({}, "none"),
    ],
)
def test_a_key_goes_to_the_address_that_it_was_given_for_and_to_no_other(
    settings: dict[str, str], sent: str, speech: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "sk-of-another-program")
    with Scripted(a_reply({"text": "ciao"})) as common, Scripted(a_reply({"text": "ciao"})) as elsewhere:
        places = {"elsewhere": elsewhere.url, "same/": f"{common.url}/"}
        given = {name: places.get(value, value) for name, value in settings.items()}
        ears.build(Settings(openai_base_url=common.url, **given)).hear(speech, BOTH)
        (request,) = common.requests + elsewhere.requests
    assert request.headers["authorization"] == f"Bearer {sent}"
    assert "sk-of-another-program" not in f"{request.headers}"


def test_openai_s_own_key_goes_to_openai_alone() -> None:
    own = Settings(openai_api_key=KEY, summary_base_url="https://example.com/v1")
    assert Service.of(own, "transcription").base_url == OPENAI_URL
    assert Service.of(own, "transcription").key == own.openai_api_key
    assert Service.of(own, "summary").key is None
    assert KEY not in repr(Service.of(own, "transcription"))


def test_without_a_key_openai_is_not_even_asked(speech: Path) -> None:
    with pytest.raises(AccountRefused, match="key for OpenAI is missing"):
        ears.build(Settings()).hear(speech, BOTH)
