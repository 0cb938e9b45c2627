import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_sound
from stornello.domain import crossfade
from stornello.domain.crossfade import LEAD_S, SHORTEST_FADE_S, Envelope, Handover, Part
from stornello.domain.songs import Sound

lengths = st.floats(0.5, 600)


@given(end=lengths, ear_share=st.floats(0, 1), wanted=st.floats(0, 30))
def test_a_passage_lies_ahead_of_the_ear_and_ends_with_the_song(end: float, ear_share: float, wanted: float) -> None:
    ear = end * ear_share
    plan = crossfade.handover(Part(0, end), ear, wanted)
    assert plan.at_s >= ear
    assert plan.at_s + plan.length_s == pytest.approx(max(end, ear))
    assert plan.length_s <= max(wanted, 0) + 1e-9
    assert plan.length_s == 0 or (plan.at_s >= ear + LEAD_S and plan.length_s >= SHORTEST_FADE_S)


@given(end=lengths, ear_share=st.floats(0, 1), wanted=st.floats(0, 30))
def test_a_skip_begins_as_soon_as_it_can_be_shaped(end: float, ear_share: float, wanted: float) -> None:
    ear = end * ear_share
    plan = crossfade.skip(Part(0, end), ear, wanted)
    assert plan.at_s <= max(ear + LEAD_S + SHORTEST_FADE_S, ear) + 1e-9
    assert plan.at_s + plan.length_s <= max(end, ear) + 1e-9


@given(a=lengths, b=lengths, wanted=st.floats(0, 30))
def test_a_crossfade_is_never_longer_than_a_third_of_either_song(a: float, b: float, wanted: float) -> None:
    length = crossfade.fade_length(wanted, Part(0, a), Part(0, b))
    assert 0 <= length <= min(wanted, a / 3, b / 3)


def test_the_whole_crossfade_ends_where_the_audible_part_does() -> None:
    assert crossfade.handover(Part(0, 50), 10, 5) == Handover(45, 5)


def test_a_song_is_brought_to_the_level_of_the_room() -> None:
    assert crossfade.level(Sound(60, -20.0, -9.0, 0, 60), -16) == Envelope(4.0)
    assert crossfade.level(Sound(60, -8.0, 0.5, 0, 60), -14).gain_db == pytest.approx(-6.0)


def test_peaks_that_would_be_too_high_while_two_songs_sound_are_limited() -> None:
    hot = crossfade.level(Sound(60, -30.0, -14.0, 0, 60), -16)
    assert hot.gain_db == 14.0
    assert hot.limit_dbtp == pytest.approx(-4.02)


def test_a_song_of_unknown_level_keeps_its_level_under_the_limiter() -> None:
    unknown = crossfade.level(Sound(60, None, None, 0, 60), -16)
    assert unknown.gain_db == 0.0
    assert unknown.limit_dbtp == pytest.approx(-4.02)


@pytest.mark.parametrize(
    ("sound", "only_s", "heard"),
    [
        (a_sound(60), 0, Part(0, 60)),
        (a_sound(60, 2, 50), 0, Part(2, 50)),
        (a_sound(60, 2, 50), 20, Part(2, 22, cut=True)),
        (a_sound(60, 2, 50), 100, Part(2, 50)),
        (a_sound(60, 70, 65), 0, Part(60, 60)),
        (a_sound(60, 5, 3), 0, Part(5, 60)),
        (a_sound(60, -1, 90), 0, Part(0, 60)),
    ],
)
def test_the_room_hears_the_audible_part_whatever_the_card_says(sound: Sound, only_s: float, heard: Part) -> None:
    assert crossfade.part(sound, only_s) == heard
