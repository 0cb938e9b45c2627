"""From any lyrics to a written song."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import CHORUS, some_lyrics
from stornello.domain.songs import Lyrics, SectionKind
from stornello.providers.music.embedded import form, melody, rhythm
from stornello.providers.music.embedded.arrangement import arrange
from stornello.providers.music.embedded.fast_voice import FastVoice
from stornello.providers.music.embedded.pitch import pitch_curve
from stornello.providers.music.embedded.score import Key, SungNote, Tempo
from stornello.providers.music.embedded.session import Song, compose
from stornello.providers.music.embedded.singing import third_above
from stornello.providers.music.embedded.styles import GROOVES, MAJOR, MINOR, style_for

LONG = "this is a very long line that a language model wrote with more than twenty syllables, 30 times and 🎉 again"


def composed(lyrics: Lyrics, seed: int = 3) -> Song:
    song = compose(lyrics, seed, FastVoice())
    assert song is not None
    return song


@given(st.lists(st.integers(0, 2), min_size=1, max_size=rhythm.MOST_SYLLABLES), st.integers(0, 2))
def test_every_syllable_gets_its_own_slot_within_two_bars(stresses: list[int], pickup: int) -> None:
    slots = rhythm.fit(stresses, pickup)
    assert len(slots) == len(stresses)
    assert all(earlier < later for earlier, later in pairwise(slots))
    assert 0 <= slots[0] <= 3
    assert slots[-1] <= 12


def test_stressed_syllables_fall_on_beats() -> None:
    slots = rhythm.fit([2, 0, 2, 0, 2, 0, 2], 0)
    assert all(slot % 2 == 0 for slot in slots[::2])


@given(st.integers(0, 11), st.sampled_from([MAJOR, MINOR]), st.integers(0, 50))
def test_a_melody_stays_in_its_range_and_key_and_moves_like_a_voice(
    tonic: int, scale: tuple[int, ...], seed: int
) -> None:
    key = Key(tonic, scale)
    shape = melody.Shape(47, 60, 53, "arch", comes_home=True)
    pitches = melody.write((0.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 12.0), (3, 0), key, shape, (seed, 5))
    assert all(47 <= pitch <= 60 and pitch % 12 in key.pitch_classes() for pitch in pitches)
    assert pitches[-1] % 12 == tonic
    assert all(abs(later - earlier) <= 12 for earlier, later in pairwise(pitches))


def test_a_third_stays_in_the_key() -> None:
    assert [third_above(pitch, Key(0, MAJOR)) for pitch in (60, 62, 64)] == [64, 65, 67]


def test_swing_delays_off_beats_only() -> None:
    tempo = Tempo(120, 0.15)
    assert tempo.seconds(4) == pytest.approx(2.0)
    assert tempo.swung(1.5) == pytest.approx(1.65)


def test_a_held_note_is_on_pitch() -> None:
    times = np.arange(0, 1, 0.005)
    curve = pitch_curve((SungNote(0.0, 1.0, 57),), times)
    assert abs(1200 * np.log2(np.median(curve) / 220)) < 5


@pytest.mark.parametrize(
    "sections",
    [
        [("verse", ("Ciao",))],
        [("intro", ("la la la",)), ("verse", (LONG,) * 4), ("bridge", ("uno due tre",)), ("outro", ("fine",))],
        [("verse", (LONG,) * 12), ("chorus", CHORUS), ("verse", (LONG,) * 12), ("chorus", CHORUS)],
        [("verse", ("🎉", "...", "per i 30 anni", "你好")), ("chorus", ("123456789012345678901234567890",))],
    ],
)
@pytest.mark.parametrize("seed", [0, 1, 2, 12345678901234567890])
def test_any_lyrics_become_a_song_of_70_to_110_seconds(
    sections: list[tuple[SectionKind, tuple[str, ...]]], seed: int
) -> None:
    song = composed(some_lyrics(*sections, language="it"), seed)
    assert form.SHORTEST_S <= form.duration_s(song.passages, song.style) <= form.LONGEST_S
    for cue in song.cues:
        pitches = [note.pitch for note in cue.phrase.notes]
        assert min(pitches) >= song.lead.low
        assert max(pitches) <= song.lead.high


def test_a_song_that_is_too_long_still_ends_with_its_last_chorus() -> None:
    song = composed(some_lyrics(("verse", (LONG,) * 30), ("chorus", CHORUS)))
    assert song.cues[-1].text == CHORUS[-1]


def test_lines_with_digits_are_sung_as_words() -> None:
    song = composed(some_lyrics(("verse", ("per i 30 anni",)), language="it"))
    assert len(song.cues[0].phrase.notes) == 6


def test_a_long_line_is_cut_and_nothing_of_it_is_lost() -> None:
    singer = FastVoice()
    voice, _ = singer.cast("en", 0)
    lines = form.lines_of(LONG, lambda said: singer.stresses(said, voice))
    assert " ".join(line.text for line in lines) == LONG
    assert all(len(line.stresses) <= rhythm.MOST_SYLLABLES for line in lines)


def test_a_repeated_chorus_is_the_same_phrase() -> None:
    song = composed(some_lyrics())
    phrases = [cue.phrase for cue in song.cues if cue.text == CHORUS[0]]
    assert len(phrases) == 2
    assert phrases[0] == phrases[1]


def test_lyrics_without_a_syllable_make_no_song() -> None:
    assert compose(some_lyrics(("verse", ("🎉", "!!!"))), 3, FastVoice()) is None


def test_seeds_give_clearly_different_songs() -> None:
    styles = [style_for(seed) for seed in range(20)]
    assert len({style.key for style in styles}) >= 8
    assert len({style.groove.name for style in styles}) >= 4
    assert len({tuple(style.programs.values()) for style in styles}) >= 18


def test_every_groove_fills_a_bar() -> None:
    for groove in GROOVES:
        patterns = (groove.kick, groove.full_kick, groove.snare, groove.hat, groove.shaker, groove.bass, groove.strum)
        assert {len(steps) for steps in (*patterns, groove.keys)} == {16}, groove.name


@pytest.mark.parametrize("seed", range(8))
def test_the_band_plays_playable_notes_to_the_end(seed: int) -> None:
    song = composed(some_lyrics(), seed)
    bars = sum(len(passage.roots) for passage in song.passages)
    for part in arrange(song.passages, song.style, seed):
        assert part.notes
        assert all(0 <= note.pitch <= 127 and 1 <= note.velocity <= 127 and note.beat >= 0 for note in part.notes)
        assert max(note.beat for note in part.notes) >= 4 * (bars - 4) - 1
