"""producer_state.json edited by hand or cut short: the good parts go on, the file is kept as it was found."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from kitchen import Kitchen
from stornello.domain.names import JobId, TableId
from stornello.spool import counts
from stornello.spool.counts import Counts, Failures, Night
from stornello.spool.snapshot import look
from venues import a_venue

FIVE, SIX = TableId(5), TableId(6)

KEPT = Counts(
    "2026-11-23",
    {FIVE: 3, SIX: 2},
    {FIVE: 2, SIX: 1},
    {FIVE: 12, SIX: 1},
    (JobId("5_203000_a1b2c3"),),
    frozenset({FIVE}),
    {SIX: Failures(2, "2026-11-23T21:30:00+00:00")},
    {"2026-11-22": Night({FIVE: 4}, {FIVE: 4})},
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    path = tmp_path / "producer_state.json"
    counts.save(path, KEPT)
    return path


def test_all_of_it_survives_the_disk(state: Path) -> None:
    assert counts.load(state) == KEPT
    assert not counts.set_aside(state)


def test_a_file_cut_short_anywhere_keeps_what_was_whole_of_it(state: Path) -> None:
    text = state.read_text()
    for end in range(len(text.rstrip())):
        state.write_text(text[:end])
        found = counts.look(state)
        lines = text[:end].count("\n")  # the first is "{", each further one a whole member
        assert found.night in {KEPT.night, ""}
        assert found.tonight.items() <= KEPT.tonight.items()
        assert lines < 3 or found.tonight == KEPT.tonight, "whole line, whole member"
        assert lines < 4 or found.fair == KEPT.fair
        assert lines < 6 or found.ever == KEPT.ever
    assert counts.load(state) == counts.look(state), "and is whole again on the disk"
    assert json.loads(state.read_text())["songs_tonight"] == {"5": 2, "6": 1}
    assert len(counts.set_aside(state)) == 1


def test_a_slip_of_the_hand_costs_its_own_member_only(state: Path) -> None:
    state.write_text(
        state.read_text().replace('"5": 3', '"5": 3,,').replace('"songs_ever": {"5": 12', '"songs_ever": {"5": x')
    )
    found = counts.load(state)
    assert (found.night, found.tonight, found.counted) == (KEPT.night, KEPT.tonight, KEPT.counted)
    assert found.fair == {FIVE: 3}
    assert found.nights == KEPT.nights


@pytest.mark.parametrize(
    "slip",
    ['"five": 1', '"0": 1', '"05": 1', '"99999": 1', '"7": -1', '"7": 1.5', '"7": true', '"7": null', '"7": 1e99'],
)
def test_counts_that_can_be_none_are_left_out_and_told(state: Path, slip: str) -> None:
    state.write_text(state.read_text().replace('"songs_ever": {', '"songs_ever": {' + slip + ", "))
    assert counts.load(state) == KEPT
    assert [kept.name for kept in counts.set_aside(state)] == ["producer_state.json.bad"]


def test_a_file_that_was_kept_is_never_replaced(state: Path) -> None:
    for damage in ("one", "two", "three"):
        state.write_text(damage)
        counts.load(state)
    assert [kept.read_text() for kept in counts.set_aside(state)] == ["one", "two", "three"]


def test_what_somebody_changes_while_the_producer_runs_is_kept_and_its_own_counts_go_on(tmp_path: Path) -> None:
    kitchen = Kitchen(a_venue(tmp_path))
    kitchen.note(5)
    kitchen.serve(1)
    state = kitchen.venue.producer_state
    whole = state.read_text()
    state.write_text(whole[: len(whole) // 2])
    kitchen.note(6)
    kitchen.serve(1)
    assert kitchen.tonight() == {5: 1, 6: 1}
    assert [kept.read_text() for kept in counts.set_aside(state)] == [whole[: len(whole) // 2]]
    assert counts.load(state).tonight == {5: 1, 6: 1}
    assert look(kitchen.venue).damaged == ("producer_state.json.bad",)


def test_turns_go_on_by_tonights_songs_where_only_those_are_left(state: Path) -> None:
    state.write_text('{"night": "2026-11-23",\n"songs_tonight": {"5": 2, "6": 1},\n"fa')
    assert counts.load(state).fair == {FIVE: 2, SIX: 1}


def test_who_only_looks_sees_the_good_parts_and_changes_nothing(state: Path) -> None:
    state.write_text(state.read_text()[:-20])
    before = state.read_bytes()
    assert counts.look(state).tonight == KEPT.tonight
    assert (state.read_bytes(), counts.set_aside(state)) == (before, ())


@how(max_examples=50)
@given(
    st.one_of(
        st.text(),
        st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)).map(
            json.dumps
        ),
    )
)
def test_whatever_somebody_writes_there_the_night_goes_on(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("state") / "producer_state.json"
    path.write_text(text, encoding="utf-8", errors="replace")
    found = counts.load(path)
    assert counts.load(path) == found
    assert found.during("2026-11-23").night


def test_a_nest_of_brackets_is_no_reason_to_fall(state: Path) -> None:
    state.write_text('{"night": "2026-11-23", "fair": ' + "[" * 100_000)
    assert counts.load(state).night == "2026-11-23"
