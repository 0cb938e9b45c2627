"""The decision table against a list that was written from providers.md, not from the table."""

import itertools

import pytest

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
from stornello.providers.music.kie.decisions import TABLE, Decision, Dialect, Do, Kind, Row, Where, decide
from stornello.providers.music.kie.telling import Service, error_of

DIALECTS: tuple[Dialect, ...] = ("market", "flat", "sunoapi")
SERVICE = Service("Kie", "KIE_API_KEY", "KIE_BASE_URL")

# What must happen, as one word: of what comes out and of what becomes of the money.
ASK_AGAIN, HOLD, COOKING, DONE, LOST = "ask again", "hold", "cooking", "done", "not delivered"
KEY, WORDS, WORDS_PAID, REFUSED = "key or credit", "words, free", "words, paid", "refused"
ONE_MORE_FREE, ONE_MORE_PAID, FAILED_PAID = "one more, free", "one more, paid", "failed, paid"

EVERYWHERE = ("market", "flat", "sunoapi")
KIE = ("market", "flat")
FLAT = ("flat", "sunoapi")

Expected = tuple[tuple[str, ...], str, str, str, str]

EXPECTED: tuple[Expected, ...] = (
    # A submit: Kie's documented codes are certain, and nothing else is.
    (EVERYWHERE, "submit", "code", "400", WORDS),
    (EVERYWHERE, "submit", "code", "401", KEY),
    (EVERYWHERE, "submit", "code", "402", KEY),
    (EVERYWHERE, "submit", "code", "404", REFUSED),
    (EVERYWHERE, "submit", "code", "409", REFUSED),
    (EVERYWHERE, "submit", "code", "422", REFUSED),
    (KIE, "submit", "code", "429", ASK_AGAIN),
    (EVERYWHERE, "submit", "code", "433", KEY),
    (EVERYWHERE, "submit", "code", "451", REFUSED),
    (EVERYWHERE, "submit", "code", "455", ASK_AGAIN),
    (EVERYWHERE, "submit", "code", "500", ASK_AGAIN),
    (EVERYWHERE, "submit", "code", "501", ASK_AGAIN),
    (EVERYWHERE, "submit", "code", "505", ASK_AGAIN),
    (EVERYWHERE, "submit", "code", "502", HOLD),
    (EVERYWHERE, "submit", "code", "503", HOLD),
    (EVERYWHERE, "submit", "code", "504", HOLD),
    (EVERYWHERE, "submit", "code", "524", HOLD),
    (EVERYWHERE, "submit", "code", "408", HOLD),
    (EVERYWHERE, "submit", "code", "403", HOLD),
    (EVERYWHERE, "submit", "code", "418", HOLD),
    (EVERYWHERE, "submit", "code", "201", HOLD),
    (EVERYWHERE, "submit", "code", "0", HOLD),
    (EVERYWHERE, "submit", "code", "-1", HOLD),
    # sunoapi.org's own four, which elsewhere mean nothing or something else.
    (("sunoapi",), "submit", "code", "405", ASK_AGAIN),
    (("sunoapi",), "submit", "code", "413", REFUSED),
    (("sunoapi",), "submit", "code", "429", KEY),
    (("sunoapi",), "submit", "code", "430", ASK_AGAIN),
    (KIE, "submit", "code", "405", HOLD),
    (KIE, "submit", "code", "413", HOLD),
    (KIE, "submit", "code", "430", HOLD),
    # A submit answered by a gateway: only what cannot have been accepted is a no.
    (EVERYWHERE, "submit", "http", "301", REFUSED),
    (EVERYWHERE, "submit", "http", "400", REFUSED),
    (EVERYWHERE, "submit", "http", "401", KEY),
    (EVERYWHERE, "submit", "http", "403", KEY),
    (EVERYWHERE, "submit", "http", "404", REFUSED),
    (EVERYWHERE, "submit", "http", "408", HOLD),
    (EVERYWHERE, "submit", "http", "413", REFUSED),
    (EVERYWHERE, "submit", "http", "429", ASK_AGAIN),
    (EVERYWHERE, "submit", "http", "500", HOLD),
    (EVERYWHERE, "submit", "http", "502", HOLD),
    (EVERYWHERE, "submit", "http", "503", HOLD),
    (EVERYWHERE, "submit", "http", "504", HOLD),
    (EVERYWHERE, "submit", "http", "524", HOLD),
    (EVERYWHERE, "submit", "http", "201", HOLD),
    (EVERYWHERE, "submit", "shape", "unreadable", HOLD),
    (EVERYWHERE, "submit", "shape", "no-task-id", HOLD),
    (EVERYWHERE, "submit", "shape", "task-id", HOLD),
    (EVERYWHERE, "submit", "shape", "no-key", KEY),
    (EVERYWHERE, "submit", "transport", "sent", HOLD),
    (EVERYWHERE, "submit", "transport", "not-sent", ASK_AGAIN),
    # A poll: the song is ordered; only a terminal status ends it.
    (EVERYWHERE, "poll", "code", "400", ASK_AGAIN),
    (EVERYWHERE, "poll", "code", "401", ASK_AGAIN),
    (EVERYWHERE, "poll", "code", "402", ASK_AGAIN),
    (EVERYWHERE, "poll", "code", "404", ASK_AGAIN),
    (EVERYWHERE, "poll", "code", "405", ASK_AGAIN),
    (EVERYWHERE, "poll", "code", "409", ASK_AGAIN),
    (EVERYWHERE, "poll", "code", "422", ASK_AGAIN),
    (EVERYWHERE, "poll", "code", "429", ASK_AGAIN),
    (EVERYWHERE, "poll", "code", "430", ASK_AGAIN),
    (EVERYWHERE, "poll", "code", "433", ASK_AGAIN),
    (EVERYWHERE, "poll", "code", "451", ASK_AGAIN),
    (EVERYWHERE, "poll", "code", "455", ASK_AGAIN),
    (EVERYWHERE, "poll", "code", "500", ASK_AGAIN),
    (EVERYWHERE, "poll", "code", "501", ASK_AGAIN),
    (EVERYWHERE, "poll", "code", "505", ASK_AGAIN),
    (EVERYWHERE, "poll", "http", "302", ASK_AGAIN),
    (EVERYWHERE, "poll", "http", "401", ASK_AGAIN),
    (EVERYWHERE, "poll", "http", "403", ASK_AGAIN),
    (EVERYWHERE, "poll", "http", "404", ASK_AGAIN),
    (EVERYWHERE, "poll", "http", "429", ASK_AGAIN),
    (EVERYWHERE, "poll", "http", "502", ASK_AGAIN),
    (EVERYWHERE, "poll", "shape", "null", COOKING),
    (EVERYWHERE, "poll", "shape", "unreadable", ASK_AGAIN),
    (EVERYWHERE, "poll", "shape", "no-task", ASK_AGAIN),
    (EVERYWHERE, "poll", "shape", "no-audio", LOST),
    (EVERYWHERE, "poll", "shape", "no-key", ASK_AGAIN),
    (EVERYWHERE, "poll", "shape", "no-id", REFUSED),
    (EVERYWHERE, "poll", "transport", "sent", ASK_AGAIN),
    (EVERYWHERE, "poll", "transport", "not-sent", ASK_AGAIN),
    # A question about the account: no song hangs on it.
    (EVERYWHERE, "account", "code", "401", KEY),
    (EVERYWHERE, "account", "code", "402", ASK_AGAIN),
    (EVERYWHERE, "account", "code", "405", ASK_AGAIN),
    (EVERYWHERE, "account", "code", "429", ASK_AGAIN),
    (EVERYWHERE, "account", "code", "430", ASK_AGAIN),
    (EVERYWHERE, "account", "code", "455", ASK_AGAIN),
    (EVERYWHERE, "account", "code", "500", ASK_AGAIN),
    (EVERYWHERE, "account", "http", "401", KEY),
    (EVERYWHERE, "account", "http", "404", ASK_AGAIN),
    (EVERYWHERE, "account", "http", "429", ASK_AGAIN),
    (EVERYWHERE, "account", "http", "502", ASK_AGAIN),
    (EVERYWHERE, "account", "shape", "no-number", ASK_AGAIN),
    (EVERYWHERE, "account", "shape", "no-key", KEY),
    (EVERYWHERE, "account", "transport", "sent", ASK_AGAIN),
    (EVERYWHERE, "account", "transport", "not-sent", ASK_AGAIN),
    # The flat dialect's statuses.
    (FLAT, "poll", "status", "PENDING", COOKING),
    (FLAT, "poll", "status", "TEXT_SUCCESS", COOKING),
    (FLAT, "poll", "status", "FIRST_SUCCESS", COOKING),
    (FLAT, "poll", "status", "SUCCESS", DONE),
    (FLAT, "poll", "status", "SUCCESS/500", DONE),
    (FLAT, "poll", "status", "CREATE_TASK_FAILED", ONE_MORE_FREE),
    (FLAT, "poll", "status", "CREATE_TASK_FAILED/400", ONE_MORE_FREE),
    (FLAT, "poll", "status", "CREATE_TASK_FAILED/500", ONE_MORE_FREE),
    (FLAT, "poll", "status", "GENERATE_AUDIO_FAILED", FAILED_PAID),
    (FLAT, "poll", "status", "GENERATE_AUDIO_FAILED/400", FAILED_PAID),
    (FLAT, "poll", "status", "GENERATE_AUDIO_FAILED/499", FAILED_PAID),
    (FLAT, "poll", "status", "GENERATE_AUDIO_FAILED/500", ONE_MORE_PAID),
    (FLAT, "poll", "status", "GENERATE_AUDIO_FAILED/501", ONE_MORE_PAID),
    (FLAT, "poll", "status", "GENERATE_AUDIO_FAILED/600", ONE_MORE_PAID),
    (FLAT, "poll", "status", "GENERATE_AUDIO_FAILED/5001", ONE_MORE_PAID),
    (FLAT, "poll", "status", "GENERATE_AUDIO_FAILED/" + "9" * 5000, FAILED_PAID),
    (FLAT, "poll", "status", "SENSITIVE_WORD_ERROR", WORDS_PAID),
    (FLAT, "poll", "status", "SENSITIVE_WORD_ERROR/500", WORDS_PAID),
    (FLAT, "poll", "status", "CALLBACK_EXCEPTION", FAILED_PAID),
    (FLAT, "poll", "status", "CALLBACK_EXCEPTION/500", FAILED_PAID),
    (FLAT, "poll", "status", "CALLBACK_EXCEPTION/audio", DONE),
    (FLAT, "poll", "status", "MASTERING", COOKING),
    (FLAT, "poll", "status", "MASTERING/500", COOKING),
    (FLAT, "poll", "status", "", COOKING),
    (FLAT, "poll", "status", "FAIL", COOKING),
    # The market dialect's states.
    (("market",), "poll", "status", "WAITING", COOKING),
    (("market",), "poll", "status", "QUEUING", COOKING),
    (("market",), "poll", "status", "GENERATING", COOKING),
    (("market",), "poll", "status", "SUCCESS", DONE),
    (("market",), "poll", "status", "FAIL", FAILED_PAID),
    (("market",), "poll", "status", "FAIL/400", WORDS_PAID),
    (("market",), "poll", "status", "FAIL/422", FAILED_PAID),
    (("market",), "poll", "status", "FAIL/500", ONE_MORE_PAID),
    (("market",), "poll", "status", "FAIL/501", ONE_MORE_PAID),
    (("market",), "poll", "status", "FAIL/999", ONE_MORE_PAID),
    (("market",), "poll", "status", "FAIL/what", FAILED_PAID),
    (("market",), "poll", "status", "MASTERING", COOKING),
    (("market",), "poll", "status", "", COOKING),
)

ROWS = [(dialect, *rest) for dialects, *rest in EXPECTED for dialect in dialects]

ERRORS: dict[str, tuple[type[ProviderError], dict[str, bool]]] = {
    ASK_AGAIN: (ProviderUnreachable, {}),
    LOST: (NotDelivered, {}),
    HOLD: (OutcomeUnknown, {}),
    KEY: (AccountRefused, {"charged": False}),
    WORDS: (ContentRefused, {"charged": False}),
    WORDS_PAID: (ContentRefused, {"charged": True}),
    REFUSED: (ProviderRefused, {"charged": False}),
    ONE_MORE_FREE: (GenerationFailed, {"again": True, "charged": False}),
    ONE_MORE_PAID: (GenerationFailed, {"again": True, "charged": True}),
    FAILED_PAID: (GenerationFailed, {"again": False, "charged": True}),
}


@pytest.mark.parametrize(("dialect", "where", "kind", "value", "outcome"), ROWS)
def test_every_answer_has_its_consequence(dialect: Dialect, where: Where, kind: Kind, value: str, outcome: str) -> None:
    decision = decide(dialect, where, kind, value)
    if outcome in {COOKING, DONE}:
        assert decision.do is {COOKING: Do.COOKING, DONE: Do.DONE}[outcome]
        return
    error = error_of(decision, SERVICE)
    class_, facts = ERRORS[outcome]
    assert type(error) is class_
    assert {name: getattr(error, name) for name in facts} == facts


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.dialect} {row.where} {row.kind} {row.value}")
def test_every_row_of_the_table_is_reached_and_expected(row: Row) -> None:
    reached = {_row_of(*expected[:4]) for expected in ROWS}  # type: ignore[arg-type]  # the table's first four columns
    assert row in reached


def _row_of(dialect: Dialect, where: Where, kind: Kind, value: str) -> Row:
    """Find the row that decided, by removing others: slow, and knows nothing of how decide looks rows up."""
    decision = decide(dialect, where, kind, value)
    classed = f"{value[:1]}xx" if value.isdecimal() else value.partition("/")[0] + "/500+"
    names = (value, classed, value.split("/", maxsplit=1)[0], "*")
    found = (Row(dialect, where, kind, name) for name in names)
    return next(row for row in found if TABLE.get(row) is decision)


@pytest.mark.parametrize("decision", sorted(set(TABLE.values()), key=repr), ids=lambda one: f"{one.do.name} {one.why}")
def test_every_decision_that_is_an_error_has_sentences_in_both_languages(decision: Decision) -> None:
    if decision.do in {Do.COOKING, Do.DONE}:
        with pytest.raises(KeyError):
            error_of(decision, SERVICE)
        return
    error = error_of(decision, SERVICE)
    for plain in (error.what, error.todo):
        assert plain.it.endswith((".", "NOME", "ID", "--not-paid"))
        assert plain.en != plain.it
        assert "{" not in plain.it + plain.en
    assert error.code == decision.why


def test_only_the_two_services_own_codes_differ() -> None:
    shared = [
        value
        for where, kind, value in {(r.where, r.kind, r.value) for r in TABLE}
        if (where, kind) == ("submit", "code")
    ]
    differing = {v for v in shared if decide("flat", "submit", "code", v) != decide("sunoapi", "submit", "code", v)}
    assert differing == {"405", "413", "429", "430"}


def test_nothing_that_may_have_been_taken_is_ever_a_plain_no() -> None:
    """Whatever number a gateway sends with an unreadable body: from 500 on it is held, in every dialect."""
    for dialect, status in itertools.product(DIALECTS, range(500, 600)):
        assert decide(dialect, "submit", "http", str(status)).do is Do.UNKNOWN


def test_only_the_documented_numbers_are_a_no_to_an_order() -> None:
    documented = {400, 401, 402, 404, 409, 422, 429, 433, 451, 455, 500, 501, 505}
    more = {"sunoapi": {405, 413, 430}}
    for dialect, code in itertools.product(DIALECTS, range(-1, 1000)):
        is_held = decide(dialect, "submit", "code", str(code)).do is Do.UNKNOWN
        assert is_held == (code not in documented | more.get(dialect, set()))


def test_a_key_that_opens_no_more_is_told_as_one_while_the_song_is_asked_for_again() -> None:
    error = error_of(decide("market", "poll", "code", "401"), SERVICE)
    assert error.code == "studio-key-later"
    assert error.retryable
    assert "KIE_API_KEY" in error.todo.it


def test_the_wish_to_be_left_alone_is_passed_on() -> None:
    error = error_of(decide("market", "poll", "code", "429"), SERVICE, 7.0)
    assert isinstance(error, ProviderUnreachable)
    assert error.retry_after_s == 7.0
