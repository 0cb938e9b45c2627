"""The analysers find the faults that were put into a mix, of the size that they were given."""

from functools import cache

import numpy as np
import pytest

import heard
from heard import Figures, Heard, Passage
from recorded_room import RATE, Sound

FADE_S = 5.0
AT_S = 8.0


@cache
def song(seed: int) -> Sound:
    return heard.a_song(16, seed)


def slope(kind: str, way: Figures) -> Figures:
    way = np.clip(way, 0, 1)
    if kind == "line":
        return way
    return np.asarray(np.sin((np.floor(way * 250) / 250 if kind == "steps" else way) * np.pi / 2))


def a_mix(kind: str = "sine", late_s: float = 0.0, length_s: float = FADE_S) -> Sound:
    """Return one song that passes into another at AT_S, the second of which begins ``late_s`` too late."""
    mix = np.zeros((26 * RATE, 2), np.float32)
    at = np.arange(16 * RATE)[:, None] / RATE
    mix[: 16 * RATE] += (song(1) * slope(kind, 1 - (at - AT_S) / length_s)).astype(np.float32)
    begin = round((AT_S + late_s) * RATE)
    mix[begin : begin + 16 * RATE] += (song(2) * slope(kind, at / length_s)).astype(np.float32)
    return mix


def heard_in(mix: Sound) -> Passage:
    return heard.passage(mix, heard.find(mix, song(1)), heard.find(mix, song(2), 6.0), (AT_S - 1, AT_S + 6.5), FADE_S)


def test_a_perfect_passage_has_no_fault() -> None:
    found = heard_in(a_mix())
    assert found.dip_db == pytest.approx(0, abs=0.02)
    assert found.bump_db == pytest.approx(0, abs=0.02)
    assert found.gap_ms == 0
    assert found.zipper_dbc < -110
    assert found.click_dbfs < -100
    assert found.start_error_ms == pytest.approx(0, abs=2)
    assert found.length_error_ms == pytest.approx(0, abs=4)
    assert found.fall_s == pytest.approx(AT_S, abs=0.002)


def test_straight_slopes_dip_by_three_decibels() -> None:
    assert heard_in(a_mix("line")).dip_db == pytest.approx(-3.01, abs=0.05)


def test_a_song_that_begins_late_is_late_by_that() -> None:
    assert heard_in(a_mix(late_s=0.06)).start_error_ms == pytest.approx(60, abs=2)


def test_slopes_that_are_too_long_are_longer_by_that() -> None:
    assert heard_in(a_mix(length_s=5.3)).length_error_ms == pytest.approx(300, abs=5)


def test_a_gain_in_steps_is_a_zipper() -> None:
    assert -90 < heard_in(a_mix("steps")).zipper_dbc < -50


def test_a_hole_is_a_gap_of_its_length_and_clicks() -> None:
    mix = a_mix()
    mix[10 * RATE : 10 * RATE + 2400] = 0
    found = heard_in(mix)
    assert found.gap_ms == 50
    assert found.dip_db < -60
    assert found.click_dbfs > -50


def test_a_click_is_as_loud_as_it_is() -> None:
    mix = a_mix()
    mix[10 * RATE] += 0.01
    assert heard_in(mix).click_dbfs == pytest.approx(-41.5, abs=1)  # what of an impulse lies above 3.5 kHz


def test_the_longest_silence_is_found() -> None:
    mix = a_mix()
    mix[3 * RATE : 3 * RATE + RATE // 2] = 1e-4
    mix[6 * RATE : 6 * RATE + RATE // 4] = 0
    assert heard.longest_silence_s(mix[: 20 * RATE]) == pytest.approx(0.5, abs=0.01)


def test_sound_without_silence_has_none() -> None:
    assert heard.longest_silence_s(song(1)) == 0


def test_a_song_that_is_not_heard_is_not_found() -> None:
    with pytest.raises(LookupError):
        heard.find(song(1), song(2))


def test_the_gains_of_two_songs_are_told_apart() -> None:
    mix = 0.5 * song(1) + 0.25 * song(2)
    found = heard.gains(mix, (Heard(song(1), 0.0), Heard(song(2), 0.0)), 1.0, 2.0)
    assert found == pytest.approx(np.tile([0.5, 0.25], (200, 1)), abs=1e-3)
