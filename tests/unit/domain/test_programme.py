"""What plays when the queue is dry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stornello.domain.names import TableId
from stornello.domain.pieces import BED, Kind, Piece
from stornello.domain.programme import Offer, choose
from stornello.domain.songs import Sound

WINDOW_S = 1800.0
NOW_S = 1_800_000_000.0
SOUND = Sound(180.0, -16.0, -3.0, 0.0, 180.0)


def a_piece(key: str, kind: Kind) -> Piece:
    return Piece(key, kind, key, f"{key}.wav", SOUND, TableId(3 if kind == "replay" else 0))


def an_offer(replays: str = "", house: str = "", *, bed: bool = True) -> Offer:
    """Offer a piece for each letter."""
    return Offer(
        tuple(a_piece(key, "replay") for key in replays),
        tuple(a_piece(key, "house") for key in house),
        a_piece(BED, "bed") if bed else None,
    )


def chosen(offer: Offer, *, ago: dict[str, float] | None = None, avoid: str = "", in_panic: bool = False) -> str:
    """Return the key of what plays next; ``ago`` says how many seconds ago the room heard what."""
    heard = {key: NOW_S - seconds for key, seconds in (ago or {}).items()}
    piece = choose(offer, heard, NOW_S, WINDOW_S, avoid.split(), in_panic=in_panic)
    return piece.key if piece else ""


def test_tonights_songs_come_first_the_longest_unheard_before_the_others() -> None:
    assert chosen(an_offer("abc", "x"), ago={"a": 3000, "b": 5000, "c": 4000}) == "b"


def test_a_song_that_was_heard_within_the_window_gives_way_to_house_music() -> None:
    assert chosen(an_offer("ab", "xy"), ago={"a": 1799, "b": 60}) == "x"


def test_house_music_goes_round_before_any_of_it_comes_twice() -> None:
    heard: dict[str, float] = {}
    played: list[str] = []
    for minute in range(6):
        piece = choose(an_offer("", "xyz"), heard, NOW_S + 60 * minute, WINDOW_S, played[-1:])
        assert piece
        heard[piece.key] = NOW_S + 60 * minute
        played.append(piece.key)
    assert "".join(played) == "xyzxyz"


def test_house_music_repeats_within_the_window_rather_than_give_way_to_the_bed() -> None:
    assert chosen(an_offer("a", "xy"), ago={"a": 60, "x": 90, "y": 120}) == "y"


def test_what_plays_now_comes_not_again_while_there_is_another_even_the_bed() -> None:
    assert chosen(an_offer("", "x"), ago={"x": 0}, avoid="x") == BED
    assert chosen(an_offer("a"), ago={"a": 9000}, avoid="a") == BED
    assert chosen(an_offer("", "x"), ago={"x": 0}, avoid=BED) == "x"


def test_the_bed_goes_on_rather_than_a_song_that_was_heard_within_the_window() -> None:
    assert chosen(an_offer("a"), ago={"a": 0}, avoid=BED) == BED


def test_the_only_thing_there_is_follows_itself() -> None:
    assert chosen(an_offer(), avoid=BED) == BED
    assert chosen(an_offer("", "x", bed=False), ago={"x": 0}, avoid="x") == "x"
    assert chosen(an_offer("a", bed=False), ago={"a": 0}, avoid="a") == "a"


def test_a_song_too_soon_is_better_than_silence_where_no_bed_could_be_made() -> None:
    assert chosen(an_offer("ab", bed=False), ago={"a": 60, "b": 90}) == "b"


def test_nothing_offered_is_nothing_to_play() -> None:
    assert chosen(an_offer(bed=False)) == ""


def test_in_panic_no_guests_song_is_heard() -> None:
    assert chosen(an_offer("a", "x"), ago={"a": 9000}, in_panic=True) == "x"
    assert chosen(an_offer("a"), ago={"a": 9000}, in_panic=True) == BED
    assert chosen(an_offer("a", bed=False), ago={"a": 9000}, in_panic=True) == ""


def test_the_bed_is_all_there_is_at_a_first_start() -> None:
    assert chosen(an_offer()) == BED


def test_a_clock_set_back_by_a_day_does_not_keep_songs_away_for_a_day() -> None:
    assert chosen(an_offer("a"), ago={"a": -86_400}) == "a"


@pytest.mark.parametrize("house", ["xyz", "zyx"])
def test_of_those_never_heard_the_first_offered_comes(house: str) -> None:
    assert chosen(an_offer("", house)) == house[0]


ages = st.dictionaries(st.sampled_from("abcxyz"), st.floats(0, 10_000), max_size=6)


@given(
    replays=st.lists(st.sampled_from("abc"), unique=True).map("".join),
    house=st.lists(st.sampled_from("xyz"), unique=True).map("".join),
    bed=st.booleans(),
    ago=ages,
    playing=st.sampled_from("abcxyz-"),
)
def test_whatever_there_is_the_rules_hold(
    *, replays: str, house: str, bed: bool, ago: dict[str, float], playing: str
) -> None:
    key = chosen(an_offer(replays, house, bed=bed), ago=ago, avoid=playing)
    offered = {*replays, *house, *([BED] if bed else [])}
    assert bool(key) == bool(offered)
    assert key != playing or offered == {playing}
    is_too_soon = ago.get(key, WINDOW_S) < WINDOW_S
    rested = {one for one in offered - {playing} if ago.get(one, WINDOW_S) >= WINDOW_S}
    if is_too_soon and key in replays:
        assert not rested
        assert not (set(house) | ({BED} if bed else set())) - {playing}
    if is_too_soon and key in house:
        assert rested <= {BED}
    in_panic = chosen(an_offer(replays, house, bed=bed), ago=ago, avoid=playing, in_panic=True)
    assert in_panic not in replays or not in_panic
