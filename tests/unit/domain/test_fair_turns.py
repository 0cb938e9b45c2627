"""Whose song is next, over whole evenings."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from stornello.domain.fairness import FEWEST, Hall, rest_s, take_turns, welcome
from stornello.domain.names import TableId

EIGHT = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
A, B, C, D = map(TableId, (1, 2, 3, 4))


def at(minute: int) -> datetime:
    return EIGHT + timedelta(minutes=minute)


def next_table(since: dict[TableId, datetime], busy: set[TableId], songs: dict[TableId, int]) -> TableId | None:
    return next(iter(take_turns(Hall(since, frozenset(busy), songs), FEWEST).line), None)


def an_evening(*passes: set[TableId], songs: dict[TableId, int] | None = None) -> list[TableId]:
    """Let one song be made in each pass, among the tables present in it; return whose it was."""
    counts, known, turns, since = dict(songs or {}), set[TableId](), [], dict[TableId, datetime]()
    for minute, present in enumerate(passes):
        counts = dict(welcome(present, known, counts))
        since = {table: since.get(table, at(minute)) for table in present}
        table = next_table(since, set(), counts)
        if table:
            counts[table] += 1
            since[table] = at(minute + 1)
            turns.append(table)
        known = present
    return turns


def test_the_table_with_fewest_songs_is_next() -> None:
    assert next_table({A: at(0), B: at(5)}, set(), {A: 2, B: 1}) == B


def test_a_tie_goes_to_whoever_has_waited_longest() -> None:
    assert next_table({A: at(5), B: at(0)}, set(), {A: 1, B: 1}) == B


def test_a_full_tie_is_settled_the_same_way_every_time() -> None:
    assert next_table({B: at(0), A: at(0)}, set(), {}) == A


def test_a_table_with_a_song_in_the_making_waits() -> None:
    assert next_table({A: at(0), B: at(5)}, {A}, {A: 0, B: 9}) == B


def test_nobody_waiting_or_everybody_busy_is_nobodys_turn() -> None:
    assert next_table({}, set(), {}) is None
    assert next_table({A: at(0)}, {A}, {}) is None


def test_a_newcomer_starts_at_the_others_level() -> None:
    assert welcome({A, B, C}, {A, B}, {A: 10, B: 11}) == {A: 10, B: 11, C: 10}


def test_a_newcomer_that_is_ahead_keeps_its_count() -> None:
    assert welcome({A, B}, {A}, {A: 1, B: 7}) == {A: 1, B: 7}


def test_after_a_restart_the_counts_hold_to_within_one_round() -> None:
    assert next_table({A: at(0), B: at(5)}, set(), welcome({A, B}, (), {A: 3, B: 2})) == B


def test_a_late_table_catches_up_by_one_round_at_most() -> None:
    early = {A, B, C}
    turns = an_evening(*[early] * 30, *[early | {D}] * 12)
    assert [turns.count(table) for table in (A, B, C)] == [13, 13, 13]
    assert turns[30:].count(D) == 3
    assert turns[30:34].count(D) == 1


def test_a_table_that_was_alone_does_not_keep_the_others_out_afterwards() -> None:
    turns = an_evening(*[{A, B}] * 20, set(), *[{C}] * 2, *[{A, B, C}] * 6)
    assert [turns[-6:].count(table) for table in (A, B, C)] == [2, 2, 2]


def test_two_tables_with_the_same_material_stay_within_one_song() -> None:
    turns = an_evening(*[{A, B}] * 21)
    assert all(abs(turns[:n].count(A) - turns[:n].count(B)) <= 1 for n in range(len(turns)))


def test_a_slow_song_is_no_measure_for_newcomers() -> None:
    evening = Hall({B: at(0), C: at(9)}, frozenset({A}), {A: 0, B: 8}, known=frozenset({A, B}))
    turns = take_turns(evening)
    assert turns.songs[C] == 8
    assert turns.line == [B, C]


def test_whoever_rests_is_in_no_line_and_comes_back_at_the_others_level() -> None:
    resting = take_turns(
        Hall({A: at(0), B: at(0)}, frozenset(), {A: 0, B: 3}, frozenset({A, B}), resting=frozenset({A}))
    )
    assert resting.line == [B]
    assert resting.present == {B}
    back = take_turns(Hall({A: at(0), B: at(5)}, frozenset(), {A: 0, B: 9}, resting.present))
    assert back.songs[A] == 9


def test_a_table_whose_studio_was_away_comes_back_at_the_others_level() -> None:
    parked = take_turns(Hall({B: at(0)}, frozenset({A}), {A: 0, B: 3}, frozenset({A, B}), parked=frozenset({A})))
    assert parked.present == {B}
    assert take_turns(Hall({A: at(5), B: at(6)}, frozenset(), {A: 1, B: 9}, parked.present)).songs[A] == 9


def test_a_table_at_work_stays_present_and_keeps_its_count() -> None:
    at_work = take_turns(Hall({B: at(0)}, frozenset({A}), {A: 1, B: 3}, frozenset({A, B})))
    assert at_work.present == {A, B}
    assert take_turns(Hall({A: at(5), B: at(0)}, frozenset(), {A: 2, B: 3}, at_work.present)).line == [A, B]


def test_by_the_plain_rule_nobody_is_raised() -> None:
    late = Hall({A: at(0), D: at(9)}, frozenset(), {A: 20}, known=frozenset({A}))
    assert take_turns(late, FEWEST).line == [D, A]
    assert take_turns(late, FEWEST).songs == {A: 20}


def test_rests_double_up_to_a_quarter_of_an_hour() -> None:
    assert [rest_s(failures) / 60 for failures in range(7)] == [0, 1, 2, 4, 8, 15, 15]
    assert rest_s(10**9) == 900


tables = st.frozensets(st.sampled_from([A, B, C, D]))


@given(st.lists(tables, max_size=60), st.dictionaries(st.sampled_from([A, B, C, D]), st.integers(0, 50)))
def test_whoever_comes_and_goes_two_tables_that_wait_together_are_served_alike(
    evening: list[frozenset[TableId]], songs: dict[TableId, int]
) -> None:
    passes = [set(present) for present in evening if present]
    turns = an_evening(*passes, songs=songs)
    for one, other in combinations((A, B, C, D), 2):
        lead = low = high = 0
        for present, turn in zip(passes, turns, strict=True):
            lead = lead + (turn == one) - (turn == other) if {one, other} <= present else 0
            low, high = (min(low, lead), max(high, lead)) if lead else (0, 0)
            assert high - low <= 3


@given(tables, tables, st.dictionaries(st.sampled_from([A, B, C, D]), st.integers(0, 50)))
def test_welcome_never_lowers_a_count_and_never_raises_one_that_stayed(
    present: frozenset[TableId], known: frozenset[TableId], songs: dict[TableId, int]
) -> None:
    fair = welcome(present, known, songs)
    assert all(fair[table] >= count for table, count in songs.items())
    assert all(fair.get(table, 0) == songs.get(table, 0) for table in present & known)


@given(st.lists(tables, max_size=80))
def test_whoever_waits_is_served_after_three_songs_of_each_other_table_at_most(
    evening: list[frozenset[TableId]],
) -> None:
    turns = an_evening(*[{A, *others} for others in evening])
    waited = 0
    for turn in turns:
        waited = 0 if turn == A else waited + 1
        assert waited <= 3 * len({B, C, D})


@given(st.lists(tables.filter(lambda present: D not in present), max_size=40), st.integers(1, 30))
def test_a_table_that_comes_for_the_first_time_gains_one_round_at_most(
    before: list[frozenset[TableId]], after: int
) -> None:
    passes = [{A, *others} for others in before]
    turns = an_evening(*passes, *[{A, B, C, D}] * after)[len(passes) :]
    for n in range(len(turns) + 1):
        assert turns[:n].count(D) - turns[:n].count(A) <= 1


@given(st.lists(st.booleans(), max_size=60))
def test_a_table_that_fails_backs_off_and_comes_back(outcomes: list[bool]) -> None:
    failures, rested = 0, 0.0
    for succeeds in outcomes:
        failures = 0 if succeeds else failures + 1
        rest = rest_s(failures)
        assert (rest == 0) == succeeds
        assert rest <= 900
        assert succeeds or rest >= min(rested, 900)
        rested = rest
