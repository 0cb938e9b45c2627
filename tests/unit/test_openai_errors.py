"""What each failure of an OpenAI-compatible service means, row by row."""

from datetime import UTC, datetime

import httpx2
import openai
import pytest

from stornello.domain.errors import (
    AccountRefused,
    ContentRefused,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
)
from stornello.providers import openai_errors
from stornello.providers.openai_errors import TABLE, code_in, of_status, translated

EIGHT = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
REQUEST = httpx2.Request("POST", "https://example.com/v1/chat/completions")
SAID = "Anna said something private"


@pytest.mark.parametrize(
    ("status", "code", "kind", "ours"),
    [
        (429, "insufficient_quota", AccountRefused, "openai-no-credit"),
        (429, "billing_hard_limit_reached", AccountRefused, "openai-no-credit"),
        (429, "credit_balance_exhausted", AccountRefused, "openai-no-credit"),
        (403, "insufficient_quota", AccountRefused, "openai-no-credit"),
        (400, "billing_hard_limit_reached", AccountRefused, "openai-no-credit"),
        (402, "", AccountRefused, "openai-no-credit"),
        (401, "invalid_api_key", AccountRefused, "openai-key-refused"),
        (403, "", AccountRefused, "openai-key-refused"),
        (400, "content_policy_violation", ContentRefused, "openai-content"),
        (403, "content_filter", ContentRefused, "openai-content"),
        (429, "rate_limit_exceeded", ProviderUnreachable, "openai-too-many"),
        (429, "", ProviderUnreachable, "openai-too-many"),
        (408, "", ProviderUnreachable, "openai-trouble"),
        (409, "", ProviderUnreachable, "openai-trouble"),
        (500, "", ProviderUnreachable, "openai-trouble"),
        (502, "", ProviderUnreachable, "openai-trouble"),
        (503, "", ProviderUnreachable, "openai-trouble"),
        (529, "", ProviderUnreachable, "openai-trouble"),
        (504, "", OutcomeUnknown, "openai-no-answer"),
        (524, "", OutcomeUnknown, "openai-no-answer"),
        (307, "", ProviderRefused, "openai-moved"),
        (404, "model_not_found", ProviderRefused, "openai-unknown-model"),
        (413, "", ProviderRefused, "openai-too-large"),
        (400, "", ProviderRefused, "openai-refused"),
        (422, "unsupported_parameter", ProviderRefused, "openai-refused"),
        (418, "", ProviderRefused, "openai-refused"),
    ],
)
def test_each_status_and_code_has_its_decision(status: int, code: str, kind: type[ProviderError], ours: str) -> None:
    error = of_status(status, code, {})
    assert (type(error), error.code) == (kind, ours)
    assert not getattr(error, "charged", False)


def test_every_row_is_reached_and_speaks_both_languages() -> None:
    reached = {(row.kind, row.code) for status in range(300, 1000) for row in [_first(status, "")]} | {
        (_first(status, code).kind, _first(status, code).code)
        for row in TABLE
        for status in list(row.statuses)[:1]
        for code in row.codes
    }
    assert reached == {(row.kind, row.code) for row in TABLE}
    assert all(row.what.it != row.what.en and row.todo.it != row.todo.en for row in TABLE)


def _first(status: int, code: str) -> openai_errors.Row:
    return next(row for row in TABLE if status in row.statuses and (not row.codes or code in row.codes))


@pytest.mark.parametrize(
    ("cause", "kind", "ours"),
    [
        (httpx2.ConnectError(SAID), ProviderUnreachable, "openai-unreachable"),
        (httpx2.ConnectTimeout(SAID), ProviderUnreachable, "openai-unreachable"),
        (httpx2.PoolTimeout(SAID), ProviderUnreachable, "openai-unreachable"),
        (httpx2.ProxyError(SAID), ProviderUnreachable, "openai-unreachable"),
        (httpx2.UnsupportedProtocol(SAID), ProviderUnreachable, "openai-unreachable"),
        (httpx2.ReadTimeout(SAID), OutcomeUnknown, "openai-no-answer"),
        (httpx2.WriteTimeout(SAID), OutcomeUnknown, "openai-no-answer"),
        (httpx2.ReadError(SAID), OutcomeUnknown, "openai-no-answer"),
        (httpx2.WriteError(SAID), OutcomeUnknown, "openai-no-answer"),
        (httpx2.RemoteProtocolError(SAID), OutcomeUnknown, "openai-no-answer"),
        (None, OutcomeUnknown, "openai-no-answer"),
    ],
)
def test_what_left_this_machine_may_have_been_charged(
    cause: Exception | None, kind: type[ProviderError], ours: str
) -> None:
    error = openai.APIConnectionError(message=SAID, request=REQUEST)
    error.__cause__ = cause
    result = translated(error)
    assert (type(result), result.code) == (kind, ours)
    assert SAID not in repr(result)


def test_an_error_of_the_sdk_passes_on_its_status_code_and_wait_but_no_word() -> None:
    response = httpx2.Response(429, headers={"Retry-After": "7"}, request=REQUEST)
    body = {"message": SAID, "code": "rate_limit_exceeded"}
    result = translated(openai.RateLimitError(SAID, response=response, body=body))
    assert isinstance(result, ProviderUnreachable)
    assert result.retry_after_s == 7.0
    assert SAID not in repr(result)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"code": "insufficient_quota"}, "insufficient_quota"),
        ({"code": None, "type": "insufficient_quota"}, "insufficient_quota"),
        ({"error": {"code": "insufficient_quota"}}, "insufficient_quota"),
        ({"error": "no"}, ""),
        ({"code": 7}, "7"),
        ("<html>", ""),
        (None, ""),
        ([], ""),
    ],
)
def test_the_code_is_found_wherever_servers_put_it(body: object, code: str) -> None:
    assert code_in(body) == code
