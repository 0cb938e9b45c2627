"""A song from a chain of studios, paid for once whatever the studios do."""

import json
import shutil

import pytest

from faulty import After, Faulty, always, away, burnt, coarse, lost, no_credit, refused
from song_desk import GENTLE, CountingEngines, Desk
from stornello.domain.errors import (
    GenerationFailed,
    JobHeldError,
    ProviderRefused,
    ProviderUnreachable,
    SettingsError,
    StudioAway,
)
from stornello.domain.money import Caps
from stornello.domain.names import JobId, TableId
from stornello.domain.plain import Plain
from stornello.seams import RequestId
from stornello.spool import orders
from stornello.spool.jobs import Job
from stornello.spool.ledger import Purpose

PRICE = 0.06


@pytest.fixture
def kie(desk: Desk) -> CountingEngines:
    """A paid studio, first in the chain; the house's own is second."""
    paid = CountingEngines("kie", is_paid=True)
    desk.price = PRICE
    desk.studios = {"kie": paid, "embedded": CountingEngines("embedded")}
    return paid


def with_faults(desk: Desk, engine: CountingEngines, faults: object, only: str = "request") -> None:
    desk.studios["kie"] = Faulty(engine, faults, only)  # type: ignore[arg-type]  # parametrised


def costs(desk: Desk) -> list[str]:
    return [charge.state for charge in desk.charges() if charge.engine == "kie"]


def test_intent_and_charge_are_on_disk_before_the_studio_is_asked(desk: Desk, kie: CountingEngines) -> None:
    seen: list[object] = []
    ask = kie.request

    def look_first(order: object) -> object:
        (known,) = orders.read(desk.job.folder)
        seen.append((known.studio, known.state, known.charge == desk.charges()[0].id, desk.charges()[0].state))
        return ask(order)  # type: ignore[arg-type]  # the double's own method

    kie.request = look_first  # type: ignore[assignment, method-assign]  # a double is bent
    desk.maker.make(desk.job)
    assert seen == [("kie", "asking", True, "begun")]


def test_the_task_id_is_on_disk_before_the_first_question(desk: Desk, kie: CountingEngines) -> None:
    seen: list[object] = []
    collect = kie.collect

    def look_first(*args: object) -> object:
        seen.append(orders.read(desk.job.folder)[-1].id)
        return collect(*args)  # type: ignore[arg-type]  # passed on

    kie.collect = look_first  # type: ignore[assignment, method-assign]  # a double is bent
    desk.maker.make(desk.job)
    assert seen == ["request-1"]
    assert desk.states() == [("kie", "done")]
    assert costs(desk) == ["paid"]


def test_an_answer_that_is_lost_holds_the_job_and_is_never_asked_for_again(desk: Desk, kie: CountingEngines) -> None:
    with_faults(desk, kie, {1: After(lost())})
    for _ in range(3):
        with pytest.raises(JobHeldError) as error:
            desk.maker.make(desk.job)
        assert error.value.code == "outcome-unknown"
        assert "stornello resolve" in error.value.todo.en
        assert not error.value.retryable
    assert len(kie.accepted) == 1
    assert costs(desk) == ["unknown"]


def test_an_id_that_another_job_has_holds_the_job(desk: Desk, kie: CountingEngines) -> None:
    desk.maker.make(desk.job)
    other = Job(JobId("6_203000_a1b2c3"), desk.venue.job(JobId("6_203000_a1b2c3")))
    shutil.copytree(desk.job.transcripts, other.transcripts)
    kie.request = lambda order: kie.accepted.append(order) or RequestId("request-1")  # type: ignore[func-returns-value, method-assign]  # a double is bent
    for _ in range(2):
        with pytest.raises(JobHeldError):
            desk.maker.make(other)
    assert len(kie.accepted) == 2
    assert costs(desk) == ["paid", "unknown"]


def test_a_studio_that_costs_nothing_is_asked_again_when_its_answer_was_lost(desk: Desk, kie: CountingEngines) -> None:
    kie.is_paid = False
    with_faults(desk, kie, {1: After(lost())})
    assert desk.maker.make(desk.job).engines["music"] == "kie studio"
    assert len(kie.accepted) == 2


def test_a_request_that_was_certainly_not_taken_is_repeated_after_a_pause(desk: Desk, kie: CountingEngines) -> None:
    with_faults(desk, kie, {1: away(), 2: away(retry_after_s=7.0)})
    began = desk.clock.monotonic()
    assert desk.maker.make(desk.job).engines["music"] == "kie studio"
    assert len(kie.accepted) == 1
    assert desk.clock.monotonic() - began >= 7.0
    assert costs(desk) == ["free", "free", "paid"]


def test_a_studio_that_stays_away_passes_on(desk: Desk, kie: CountingEngines) -> None:
    with_faults(desk, kie, always(away()))
    assert desk.maker.make(desk.job).engines["music"] == "embedded studio"
    assert costs(desk) == ["free"] * 3


@pytest.mark.parametrize("error", [no_credit(), refused(), burnt()], ids=lambda error: str(error.code))
def test_a_studio_that_refuses_passes_on(desk: Desk, kie: CountingEngines, error: BaseException) -> None:
    with_faults(desk, kie, always(error))
    assert desk.maker.make(desk.job).engines["music"] == "embedded studio"
    assert desk.breaker().is_open("kie") == (error.args[0] == "no-credit")


def test_a_refusal_that_cost_something_all_the_same_is_counted(desk: Desk, kie: CountingEngines) -> None:
    with_faults(desk, kie, {1: refused(charged=True)})
    desk.maker.make(desk.job)
    assert costs(desk) == ["paid"]


def test_beyond_the_budget_the_house_sings_and_nothing_is_asked(desk: Desk, kie: CountingEngines) -> None:
    desk.caps = Caps(night=PRICE / 2)
    assert desk.maker.make(desk.job).engines["music"] == "embedded studio"
    assert kie.calls == []
    assert desk.charges() == []


@pytest.mark.usefixtures("kie")
def test_a_studio_whose_key_is_missing_passes_on(desk: Desk) -> None:
    maker = desk.maker

    def build() -> object:
        raise SettingsError("no-key", Plain("", ""), Plain("", ""))

    object.__setattr__(maker.studios.links[0], "build", build)
    assert maker.make(desk.job).engines["music"] == "embedded studio"


def test_words_that_are_refused_are_softened_once(desk: Desk, kie: CountingEngines) -> None:
    with_faults(desk, kie, {1: coarse()})
    card = desk.maker.make(desk.job)
    assert (card.title, card.lyrics.title) == (GENTLE, GENTLE)
    assert [order.lyrics.title for order in kie.accepted] == [GENTLE]
    assert desk.engines.calls.count("write gently") == 1
    assert "GENTLER" in desk.milestones


def test_words_that_fail_in_the_studio_are_softened_once(desk: Desk, kie: CountingEngines) -> None:
    kie.troubles["collect"] = [coarse(charged=True)]
    assert desk.maker.make(desk.job).title == GENTLE
    assert costs(desk) == ["paid", "paid"], "two requests, each taken"


def test_words_that_are_refused_even_gently_are_the_end(desk: Desk, kie: CountingEngines) -> None:
    with_faults(desk, kie, always(coarse()))
    for _ in range(2):
        with pytest.raises(GenerationFailed) as error:
            desk.maker.make(desk.job)
        assert error.value.code == "content"
    assert desk.engines.calls.count("write gently") == 1


def test_a_song_that_fails_is_requested_once_more_and_then_elsewhere(desk: Desk, kie: CountingEngines) -> None:
    kie.troubles["collect"] = [burnt(again=True, charged=False), burnt(again=True)]
    assert desk.maker.make(desk.job).engines["music"] == "embedded studio"
    assert kie.asked("request") == 2
    assert costs(desk) == ["free", "paid"]


def test_a_song_that_fails_everywhere_says_why(desk: Desk, kie: CountingEngines) -> None:
    desk.studios = {"kie": kie}
    kie.troubles["collect"] = [burnt()]
    for _ in range(2):
        with pytest.raises(GenerationFailed) as error:
            desk.maker.make(desk.job)
        assert (error.value.code, error.value.what.en) == ("burnt", "That is how it went.")
    assert kie.asked("request") == 1


def test_trouble_while_it_cooks_makes_no_new_request(desk: Desk, kie: CountingEngines) -> None:
    kie.troubles["collect"] = [away(), lost(), away(retry_after_s=30.0)]
    began = desk.clock.monotonic()
    desk.maker.make(desk.job)
    assert len(kie.accepted) == 1
    assert desk.clock.monotonic() - began >= 30.0


def test_a_song_that_is_never_ready_goes_on_with_the_same_task(desk: Desk, kie: CountingEngines) -> None:
    kie.cooking = 10_000
    with pytest.raises(GenerationFailed) as error:
        desk.maker.make(desk.job)
    assert error.value.code == "song-never-ready"
    assert not error.value.retryable
    kie.cooking = 0
    assert desk.maker.make(desk.job).engines["music"] == "kie studio"
    assert len(kie.accepted) == 1
    assert costs(desk) == ["paid"]


def test_a_key_that_is_refused_while_it_cooks_loses_no_song(desk: Desk, kie: CountingEngines) -> None:
    kie.troubles["collect"] = [no_credit()]
    with pytest.raises(ProviderRefused):
        desk.maker.make(desk.job)
    assert desk.states() == [("kie", "cooking")]
    desk.maker.make(desk.job)
    assert len(kie.accepted) == 1


def test_a_studio_that_cooks_is_asked_though_its_breaker_is_open(desk: Desk, kie: CountingEngines) -> None:
    kie.troubles["collect"] = [no_credit()]
    with pytest.raises(ProviderRefused):
        desk.maker.make(desk.job)
    desk.breaker().failed("kie", no_credit())
    assert desk.maker.make(desk.job).engines["music"] == "kie studio"


def young(desk: Desk) -> None:
    desk.deadline_s = 1080.0


def test_a_studio_that_stops_answering_while_it_cooks_gives_the_worker_back_and_keeps_its_song(
    desk: Desk, kie: CountingEngines
) -> None:
    young(desk)
    kie.troubles["collect"] = [away() for _ in range(99)]
    began = desk.clock.monotonic()
    with pytest.raises(StudioAway):
        desk.maker.make(desk.job)
    assert 25 < desk.clock.monotonic() - began < 90
    assert desk.breaker().is_open("kie")
    asked = kie.asked("collect")
    with pytest.raises(StudioAway):
        desk.maker.make(desk.job)
    assert kie.asked("collect") == asked + 1, "one glance, while it is known to be away"
    kie.troubles["collect"] = []
    assert desk.maker.make(desk.job).engines["music"] == "kie studio"
    assert (len(kie.accepted), costs(desk)) == (1, ["paid"])


def test_a_studio_that_never_comes_back_ends_the_job_with_its_song_kept(desk: Desk, kie: CountingEngines) -> None:
    young(desk)
    kie.troubles["collect"] = [away() for _ in range(99)]
    with pytest.raises(StudioAway):
        desk.maker.make(desk.job)
    desk.job.update(age_s=3 * 1080.0)
    with pytest.raises(GenerationFailed, match="not paid again"):
        desk.maker.make(desk.job)
    assert [state for _, state in desk.states()] == ["cooking"]


def test_a_song_that_takes_long_gives_the_worker_back_until_it_is_overdue(desk: Desk, kie: CountingEngines) -> None:
    young(desk)
    kie.cooking = 9999
    began = desk.clock.monotonic()
    with pytest.raises(StudioAway) as error:
        desk.maker.make(desk.job)
    assert (error.value.code, error.value.parks) == ("song-slow", True)
    assert 230 < desk.clock.monotonic() - began < 260
    desk.job.update(age_s=1080.0)
    with pytest.raises(GenerationFailed, match="not paid again"):
        desk.maker.make(desk.job)
    assert len(kie.accepted) == 1


def test_a_charge_that_is_paid_stays_paid_whatever_the_book_has_forgotten(desk: Desk, kie: CountingEngines) -> None:
    desk.maker.make(desk.job)
    orders.write(desk.job.folder, ())
    (desk.job.folder / "steps" / "take.json").unlink()
    desk.maker.make(desk.job)
    assert len(kie.accepted) == 2
    assert costs(desk) == ["paid", "paid"]


def test_a_charge_of_last_night_whose_request_was_never_made_is_free(desk: Desk, kie: CountingEngines) -> None:
    charge = desk.ledger.begin("kie", Purpose("studios", TableId(5), desk.job.id), PRICE)
    desk.clock.sleep(24 * 3600)
    desk.maker.make(desk.job)
    assert {one.id: one.state for one in desk.ledger.lately()}[charge] == "free"
    assert len(kie.accepted) == 1


def test_a_studio_that_cooks_is_found_though_the_settings_name_it_no_more(desk: Desk, kie: CountingEngines) -> None:
    kie.troubles["collect"] = [no_credit()]
    with pytest.raises(ProviderRefused):
        desk.maker.make(desk.job)
    desk.studios = {"embedded": desk.studios["embedded"]}
    desk.former = {"kie": kie}
    assert desk.maker.make(desk.job).engines["music"] == "kie studio"
    assert len(kie.accepted) == 1


def test_when_nobody_can_be_asked_the_child_waits_and_says_so(desk: Desk, kie: CountingEngines) -> None:
    desk.studios = {"kie": kie}
    desk.deadline_s = 1000
    with_faults(desk, kie, {n: away() for n in range(1, 6)})
    assert desk.maker.make(desk.job).engines["music"] == "kie studio"
    assert "WAITING away" in desk.milestones
    assert len(kie.accepted) == 1


def test_who_waits_in_vain_says_why_at_the_deadline(desk: Desk, kie: CountingEngines) -> None:
    desk.studios = {"kie": kie}
    with_faults(desk, kie, always(away()))
    with pytest.raises(ProviderUnreachable) as error:
        desk.maker.make(desk.job)
    assert error.value.retryable
    assert desk.clock.monotonic() <= 1000 + desk.deadline_s
    assert kie.accepted == []


def test_a_lyricist_that_is_away_is_waited_for(desk: Desk) -> None:
    desk.engines.troubles["summarise"] = [away() for _ in range(4)]
    desk.deadline_s = 1000
    desk.maker.make(desk.job)
    assert "WAITING away" in desk.milestones or "WAITING engines-away" in desk.milestones


def test_orders_that_cannot_be_read_hold_the_job(desk: Desk, kie: CountingEngines) -> None:
    (desk.job.folder / "steps").mkdir()
    for torn in ('[{"studio": "kie", "sta', "{}", '[{"studio": "kie", "state": "cooking"}]', '[{"nobody": 1}]', "[3]"):
        (desk.job.folder / "steps" / "orders.json").write_text(torn)
        if torn == "{}":
            continue
        with pytest.raises(JobHeldError) as error:
            desk.maker.make(desk.job)
        assert error.value.code == "orders-unreadable"
    assert kie.accepted == []


def test_credits_are_looked_at_after_a_request_and_cannot_stop_a_song(desk: Desk, kie: CountingEngines) -> None:
    kie.credits = lambda: 5916.25  # type: ignore[attr-defined]  # a double is bent
    desk.maker.make(desk.job)
    assert desk.breaker().state("kie").credits == 5916.25


def test_credits_that_cannot_be_had_stop_no_song(desk: Desk, kie: CountingEngines) -> None:
    def no_answer() -> float:
        raise away()

    kie.credits = no_answer  # type: ignore[attr-defined]  # a double is bent
    assert desk.maker.make(desk.job).engines["music"] == "kie studio"


@pytest.mark.usefixtures("kie")
def test_orders_hold_nothing_that_guests_said(desk: Desk) -> None:
    desk.maker.make(desk.job)
    (told,) = json.loads((desk.job.folder / "steps" / "orders.json").read_text())
    assert set(told) == {
        *("studio", "state", "is_paid", "charge", "charge_state", "id", "gently", "parked"),
        *("code", "what", "todo", "hope", "retry_after_s"),
    }


@pytest.mark.parametrize("where", ["request", "collect"])
def test_a_studio_with_a_bug_passes_on_where_nothing_can_be_paid(desk: Desk, kie: CountingEngines, where: str) -> None:
    kie.is_paid = False
    kie.troubles[where] = [ValueError("what a guest said") for _ in range(9)]
    assert desk.maker.make(desk.job).engines["music"] == "embedded studio"
    assert "what a guest said" not in json.dumps([str(one) for one in orders.read(desk.job.folder)])


def test_a_paid_studio_with_a_bug_holds_the_job(desk: Desk, kie: CountingEngines) -> None:
    kie.troubles["request"] = [ConnectionResetError("reset")]
    with pytest.raises(JobHeldError):
        desk.maker.make(desk.job)
    assert costs(desk) == ["unknown"]
