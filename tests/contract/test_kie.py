"""Our Kie studios against the fake Kie: every scenario in every dialect, and what it has cost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from builders import some_lyrics
from stornello import media
from stornello.contract.check import Subject
from stornello.contract.suite import CHECKS, run
from stornello.domain.errors import (
    AccountRefused,
    ContentRefused,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnreachable,
)
from stornello.fake_kie import SCENARIOS, FakeKie
from stornello.providers.music.kie import build_flat, build_market, build_sunoapi
from stornello.providers.music.kie.studio import KieStudio
from stornello.seams import RequestId, SongOrder, Take
from stornello.settings import Settings

KEY = "sk-contract-never-seen"
SHORT_S = 2.0
"""The flat dialect cannot ask for a length; the market asks for the least, 10 s."""

ORDER = SongOrder(some_lyrics(), 3)
LINES = tuple(line for section in some_lyrics().sections for line in section.lines)
DIALECTS = ("market", "flat", "sunoapi")

Build = Callable[[Settings], KieStudio]
BUILD: dict[str, Build] = {"market": build_market, "flat": build_flat, "sunoapi": build_sunoapi}


@dataclass(frozen=True)
class Expected:
    """What comes of an order: the error of the submit, or what each poll says; and how many charges were made."""

    charges: int
    submit: type[ProviderError] | None = None
    polls: tuple[str, ...] = ()


def refused(error: type[ProviderError], charges: int = 0) -> Expected:
    return Expected(charges, error)


def polled(*polls: str) -> Expected:
    return Expected(1, polls=polls)


SONG, ONE, OTHER, NONE = "take 1 and a spare", "take 1", "take 2", "cooking"
AWAY, LOST = "ProviderUnreachable", "NotDelivered"
WORDS = "ContentRefused charged"
ONCE_FREE, ONCE, FAILED = "GenerationFailed again", "GenerationFailed again charged", "GenerationFailed charged"

EVERYWHERE: dict[str, Expected] = {
    "ok": polled(SONG),
    "submit-400": refused(ContentRefused),
    "submit-401": refused(AccountRefused),
    "submit-402": refused(AccountRefused),
    "submit-404": refused(ProviderRefused),
    "submit-405": refused(OutcomeUnknown),
    "submit-409": refused(ProviderRefused),
    "submit-413": refused(OutcomeUnknown),
    "submit-422": refused(ProviderRefused),
    "submit-429": refused(ProviderUnreachable),
    "submit-430": refused(OutcomeUnknown),
    "submit-433": refused(AccountRefused),
    "submit-451": refused(ProviderRefused),
    "submit-455": refused(ProviderUnreachable),
    "submit-500": refused(ProviderUnreachable),
    "submit-505": refused(ProviderUnreachable),
    "submit-http-429": refused(ProviderUnreachable),
    "submit-http-500": refused(ProviderUnreachable),
    "submit-html-502": refused(OutcomeUnknown),
    "submit-html-502-accepted": refused(OutcomeUnknown, charges=1),
    "submit-null": refused(OutcomeUnknown),
    "submit-cut": refused(OutcomeUnknown, charges=1),
    "submit-cut-unaccepted": refused(OutcomeUnknown),
    "submit-half-body": refused(OutcomeUnknown, charges=1),
    "submit-slow": polled(SONG),
    "duplicate-task": polled(SONG),
    "create-task-failed": polled(ONCE_FREE),
    "generate-audio-failed": polled(ONCE),
    "generate-audio-refused": polled(FAILED),
    "sensitive-word": polled(WORDS),
    "callback-exception": polled(FAILED),
    "callback-exception-with-audio": polled(SONG),
    "never": polled(NONE, NONE, NONE),
    "unknown-status": polled(NONE, NONE, SONG),
    "poll-reset": polled(AWAY, AWAY, SONG),
    "poll-cut-body": polled(AWAY, AWAY, SONG),
    "poll-html-502": polled(AWAY, AWAY, SONG),
    "poll-http-429": polled(AWAY, AWAY, SONG),
    "poll-http-500": polled(AWAY, AWAY, SONG),
    "poll-429": polled(AWAY, AWAY, SONG),
    "poll-500": polled(AWAY, AWAY, SONG),
    "poll-455": polled(AWAY, AWAY, SONG),
    "poll-null": polled(NONE, NONE, SONG),
    "poll-garbage": polled(AWAY, AWAY, SONG),
    "poll-slow": polled(SONG),
    "audio-empty": polled(OTHER),
    "audio-empty-both": polled(LOST, LOST),
    "audio-truncated": polled(AWAY, AWAY),
    "audio-short": polled(SONG),
    "audio-html": polled(LOST, LOST),
    "audio-404": polled(LOST, LOST),
    "audio-reset": polled(AWAY, AWAY),
    "audio-slow": polled(SONG),
    "audio-late": polled(LOST, SONG),
    "identical-takes": polled(ONE),
    "copy-of-other-song": polled(SONG),
    "audio-private": polled(LOST, LOST),
    "audio-http": polled(LOST, LOST),
    "snake-case": polled(SONG),
    "result-object": polled(SONG),
    "result-urls": polled(SONG),
    "no-lyrics-times": polled(SONG),
    "credits-low": polled(SONG),
    "credits-broken": polled(SONG),
}
ONLY: dict[str, dict[str, Expected]] = {
    "market": {
        # The market has one word for failure; its code alone tells why.
        "create-task-failed": polled(ONCE),
        "generate-audio-refused": polled(WORDS),
        "callback-exception": polled(ONCE),
    },
    "flat": {},
    "sunoapi": {
        "submit-405": refused(ProviderUnreachable),
        "submit-413": refused(ProviderRefused),
        "submit-429": refused(AccountRefused),
        "submit-430": refused(ProviderUnreachable),
        "submit-http-429": refused(AccountRefused),
    },
}
CASES = [
    (dialect, name)
    for dialect in DIALECTS
    for name in EVERYWHERE
    if dialect != "sunoapi" or name.startswith(("submit", "ok", "poll-http"))  # else it is the flat dialect itself
]


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def kie(dialect: str) -> Iterator[FakeKie]:
    with FakeKie(seconds=SHORT_S, slow_s=0.2, key=KEY, sunoapi=dialect == "sunoapi") as kie:
        yield kie


@dataclass(frozen=True)
class At:
    """Builds a studio; can be pickled."""

    dialect: str
    url: str
    timeout_s: float = 5.0

    def __call__(self) -> KieStudio:
        service = "sunoapi" if self.dialect == "sunoapi" else "kie"
        values = {f"{service}_base_url": self.url, f"{service}_api_key": KEY, "song_seconds": 10}
        return BUILD[self.dialect](Settings.model_validate({**values, "request_timeout_seconds": self.timeout_s}))


def told(outcome: Take | None) -> str:
    if outcome is None:
        return NONE
    return f"{'take 2' if outcome.engine.endswith('take 2') else 'take 1'}{' and a spare' if outcome.spare else ''}"


def told_error(error: ProviderError) -> str:
    facts = (name for name in ("again", "charged") if getattr(error, name, False))
    return " ".join([type(error).__name__, *facts])


def asked(studio: KieStudio, request: RequestId, into: Path) -> str:
    try:
        return told(studio.collect(request, into))
    except ProviderError as error:
        return told_error(error)


def test_every_scenario_of_the_fake_kie_is_expected_here() -> None:
    assert set(EVERYWHERE) == set(SCENARIOS)


@pytest.mark.parametrize(("dialect", "scenario"), CASES, indirect=["dialect"])
def test_every_scenario_ends_as_it_should_and_costs_what_it_should(
    dialect: str, kie: FakeKie, scenario: str, tmp_path: Path
) -> None:
    expected = ONLY[dialect].get(scenario, EVERYWHERE[scenario])
    studio = At(dialect, kie.url)()
    kie.next(scenario)
    if expected.submit:
        with pytest.raises(expected.submit) as error:
            studio.request(ORDER)
        assert type(error.value) is expected.submit
    else:
        request = studio.request(ORDER)
        assert tuple(asked(studio, request, tmp_path) for _ in expected.polls) == expected.polls
        assert request == kie.accepted[-1]
    assert (kie.charges, kie.paid_twice) == (expected.charges, 0)
    assert not list(tmp_path.glob(".*")), "no part of a file is left"


def test_a_song_comes_whole_with_its_spare_its_length_and_its_lines(dialect: str, kie: FakeKie, tmp_path: Path) -> None:
    studio = At(dialect, kie.url)()
    take = studio.collect(studio.request(ORDER), tmp_path)
    assert take is not None
    assert take.spare is not None
    assert take.engine == studio.name
    assert take.claimed_s == pytest.approx(media.listen(take.audio).duration_s, abs=0.1)
    assert media.listen(take.spare).duration_s == pytest.approx(10 if dialect == "market" else SHORT_S, abs=0.1)
    assert take.credits == (12 if dialect == "market" else None)
    assert tuple(line.text for line in take.synced_lyrics) == LINES
    assert [line.at_s for line in take.synced_lyrics] == sorted(line.at_s for line in take.synced_lyrics)


def test_a_song_without_times_of_its_lines_comes_all_the_same(dialect: str, kie: FakeKie, tmp_path: Path) -> None:
    kie.next("no-lyrics-times")
    studio = At(dialect, kie.url)()
    take = studio.collect(studio.request(ORDER), tmp_path)
    assert take is not None
    assert take.synced_lyrics == ()


def test_who_is_told_after_the_time_out_may_have_paid(dialect: str) -> None:
    with FakeKie(scenario="submit-slow", slow_s=30, sunoapi=dialect == "sunoapi") as kie:
        with pytest.raises(OutcomeUnknown):
            At(dialect, kie.url, timeout_s=0.2)().request(ORDER)
        assert kie.charges == 1


def test_a_second_collect_after_a_crash_writes_the_same_files_again(dialect: str, kie: FakeKie, tmp_path: Path) -> None:
    request = At(dialect, kie.url)().request(ORDER)
    takes = [At(dialect, kie.url)().collect(request, tmp_path) for _ in range(2)]
    assert takes[0] == takes[1]
    assert len(list(tmp_path.iterdir())) == 2
    assert kie.charges == 1


def test_a_studio_may_give_the_id_of_an_earlier_order(dialect: str, kie: FakeKie) -> None:
    studio = At(dialect, kie.url)()
    first = studio.request(ORDER)
    kie.next("duplicate-task")
    assert studio.request(ORDER) == first
    assert kie.charges == 1


def test_an_id_that_nobody_knows_cooks_until_the_deadline(dialect: str, kie: FakeKie, tmp_path: Path) -> None:
    assert asked(At(dialect, kie.url)(), RequestId("091fbbaa1d20d47e9576ce84d5254b18"), tmp_path) == NONE


def test_the_longest_song_of_the_world_is_ordered(dialect: str, kie: FakeKie) -> None:
    words = some_lyrics("titolo " * 40)
    long = type(words)(words.title, "it", ("tag lunghissimo",) * 900, words.sections * 200)
    At(dialect, kie.url)().request(SongOrder(long, 3))
    assert kie.charges == 1


@pytest.mark.parametrize(("scenario", "left"), [("ok", 1000), ("credits-low", 5)])
def test_credits_are_read(dialect: str, kie: FakeKie, scenario: str, left: float) -> None:
    kie.next(scenario)
    studio = At(dialect, kie.url)()
    assert studio.credits() == left
    studio.check()


def test_credits_that_cannot_be_read_say_so(dialect: str, kie: FakeKie) -> None:
    kie.next("credits-broken")
    with pytest.raises(ProviderUnreachable):
        At(dialect, kie.url)().credits()


def test_an_empty_account_and_a_wrong_key_are_for_a_person(dialect: str, kie: FakeKie) -> None:
    with FakeKie(credits=3, sunoapi=dialect == "sunoapi") as poor, pytest.raises(AccountRefused) as error:
        At(dialect, poor.url)().request(ORDER)
    assert error.value.code == "studio-no-credits"
    with FakeKie(key="another") as locked, pytest.raises(AccountRefused) as error:
        At(dialect, locked.url)().check()
    assert error.value.code == "studio-key"
    assert kie.charges == 0


@pytest.mark.parametrize("check", [check.name for check in CHECKS["studios"]])
@pytest.mark.parametrize("dialect", ["market", "flat"])
def test_the_studios_keep_the_contract(dialect: str, check: str) -> None:
    assert checked(dialect)[check] == "kept"


@cache
def checked(dialect: str) -> dict[str, str]:
    with FakeKie(seconds=SHORT_S, key=KEY) as kie:
        subject = Subject("studios", At(dialect, kie.url, timeout_s=1.0), [KEY], patience_s=20)
        return {one.check.name: one.why.en if one.why else one.state for one in run(subject)}
