"""What there is to play besides the queue: the house's own music, tonight's songs, and the bed."""

import json
import math
import os
from array import array
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from builders import a_card
from fake_decks import HandClock
from stornello import media
from stornello.domain.errors import PlayerLost
from stornello.domain.pieces import Piece
from stornello.domain.plain import Plain
from stornello.riproduzione import bed, pad
from stornello.riproduzione.repertoire import Repertoire
from stornello.settings import Settings
from stornello.spool import listened
from stornello.spool.paths import Venue
from venues import a_tone, write_wav

AN_HOUR_AGO = timedelta(hours=1)
MOST_BED_LU = 3.0
"""Between its seconds, beats of its voices included."""


@pytest.fixture(scope="module")
def made_bed() -> bytes:
    return pad.wav(1)


@pytest.fixture
def venue(tmp_path: Path, made_bed: bytes) -> Venue:
    venue = Venue(tmp_path / "venue")
    venue.open()
    venue.bed.write_bytes(made_bed)
    return venue


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def repertoire(venue: Venue, clock: HandClock) -> Repertoire:
    return Repertoire(venue, Settings(), clock)


def a_file(path: Path, seconds: float = 3.5, level: float = 0.3) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_wav(path, a_tone(seconds, level, rate=16_000), 16_000)
    os.utime(path, (0, 0))
    return path


def looked(repertoire: Repertoire) -> Repertoire:
    """Look until all is listened to."""
    while repertoire.look():
        pass
    return repertoire


def keys(repertoire: Repertoire, heard: dict[str, float] | None = None) -> list[str]:
    """Return what comes, one after the other, until something comes again."""
    found: list[str] = []
    while (piece := repertoire.next(heard or {}, found)) and piece.key not in found:
        found.append(piece.key)
    return found


def test_an_empty_venue_has_the_bed_which_is_made_before_anything_else(venue: Venue, repertoire: Repertoire) -> None:
    assert repertoire.next({}) is None
    venue.bed.unlink()
    repertoire.look()
    piece = repertoire.next({})
    assert piece
    assert piece.kind == "bed"
    assert pad.is_whole((venue.root / piece.audio).read_bytes())


@pytest.mark.parametrize("damage", [slice(0, 1000), slice(0, 0), slice(0, -1)])
def test_a_damaged_bed_is_not_played(made_bed: bytes, damage: slice) -> None:
    assert pad.is_whole(made_bed)
    assert not pad.is_whole(made_bed[damage])
    assert not pad.is_whole(made_bed[:5000] + b"x" + made_bed[5001:])


def test_the_bed_is_as_loud_as_it_says_soft_all_along_and_without_high_sounds(venue: Venue) -> None:
    sound = media.listen(venue.bed)
    told = bed.piece().sound
    assert sound.loudness_lufs == pytest.approx(pad.LOUDNESS_LUFS, abs=0.5)
    assert told.loudness_lufs == pad.LOUDNESS_LUFS + bed.BELOW_LU
    assert sound.true_peak_dbtp is not None
    assert sound.true_peak_dbtp < pad.TRUE_PEAK_DBTP
    assert (sound.cue_in_s, sound.cue_out_s) == (0.0, pad.LENGTH_S)


def test_house_music_is_offered_with_its_level_also_from_sub_folders(venue: Venue, repertoire: Repertoire) -> None:
    a_file(venue.house_music / "b.wav")
    a_file(venue.house_music / "album" / "a\n🎶.wav")
    assert keys(looked(repertoire)) == ["house/album/a\n🎶.wav", "house/b.wav", "bed"]
    piece = repertoire.next({})
    assert piece
    assert piece.title == "a 🎶"
    assert piece.sound.loudness_lufs is not None
    assert (venue.root / piece.audio).is_file()


def test_what_is_no_music_is_passed_over_and_what_cannot_be_played_is_told(
    venue: Venue, repertoire: Repertoire, tmp_path: Path
) -> None:
    for name in (".DS_Store", "._a.mp3", "cover.jpg", "disc.cue", "notes.txt", "a.mp3.part", "list.m3u"):
        (venue.house_music / name).write_bytes(b"x")
    (venue.house_music / "broken.mp3").write_bytes(b"no sound at all")
    (venue.house_music / "old.wma").write_bytes(b"x")
    a_file(venue.house_music / "silent.wav", level=0)
    a_file(venue.house_music / "short.wav", seconds=1)
    (venue.house_music / "link.wav").symlink_to(a_file(tmp_path / "elsewhere.wav"))
    for path in venue.house_music.iterdir():
        os.utime(path, (0, 0))
    assert keys(looked(repertoire)) == ["bed"]
    told = listened.refused(venue.listened)
    expected = {"broken.mp3", "old.wma", "silent.wav", "short.wav", "link.wav"}
    assert {Path(name).name for name in told} == expected
    assert all(why.it and why.en for why in told.values())
    assert (venue.house_music / "broken.mp3").exists()


@pytest.mark.parametrize("is_there", [True, False])
def test_a_house_music_that_is_a_link_to_elsewhere_is_told_once_and_the_bed_plays(
    venue: Venue, repertoire: Repertoire, tmp_path: Path, *, is_there: bool
) -> None:
    if is_there:
        a_file(tmp_path / "usb" / "a.wav")
        a_file(tmp_path / "usb" / "b.wav")
    venue.house_music.rmdir()
    venue.house_music.symlink_to(tmp_path / "usb")
    looked(repertoire)
    assert keys(looked(repertoire)) == ["bed"]
    told = listened.refused(venue.listened)
    assert list(told) == ["house_music"]
    assert "mount --bind" in told["house_music"].en
    venue.house_music.unlink()
    a_file(venue.house_music / "a.wav")
    assert keys(looked(repertoire)) == ["house/a.wav", "bed"]
    assert not listened.refused(venue.listened)


def test_a_folder_in_house_music_that_is_a_link_is_told_beside_what_plays(
    venue: Venue, repertoire: Repertoire, tmp_path: Path
) -> None:
    a_file(tmp_path / "usb" / "a.wav")
    a_file(venue.house_music / "b.wav")
    (venue.house_music / "usb").symlink_to(tmp_path / "usb")
    looked(repertoire)
    assert keys(looked(repertoire)) == ["house/b.wav", "bed"]
    assert list(listened.refused(venue.listened)) == ["house_music/usb"]


def test_the_bed_follows_itself_without_gap_click_or_change_of_level(made_bed: bytes) -> None:
    """Two beds laid over one another as the DJ does it: equal power, five seconds."""
    left = array("h", made_bed[44:-12])[0::2]
    passage = 5 * pad.RATE
    steps = [math.pi / 2 * at / passage for at in range(passage)]
    seam = [
        old * math.cos(turn) + new * math.sin(turn)
        for old, new, turn in zip(left[-passage:], left, steps, strict=False)
    ]
    joined = [*left[-2 * passage : -passage], *seam, *left[passage : 2 * passage]]

    def level(begin: int) -> float:
        part = joined[begin : begin + pad.RATE]
        return 10 * math.log10(sum(one * one for one in part) / len(part))

    levels = [level(at) for at in range(0, len(joined) - pad.RATE, pad.RATE // 2)]
    assert max(levels) - min(levels) < MOST_BED_LU
    whole = max(abs(one - before) for before, one in pairwise(left))
    assert max(abs(one - before) for before, one in pairwise(joined)) <= whole


def test_a_file_is_listened_to_once_also_after_a_restart_and_again_when_it_changes(
    venue: Venue, repertoire: Repertoire, clock: HandClock
) -> None:
    file = a_file(venue.house_music / "a.wav")
    looked(repertoire)
    rows = json.loads(venue.listened.read_text())
    rows["house_music/a.wav"]["title"] = "Remembered"
    venue.listened.write_text(json.dumps(rows))
    again = looked(Repertoire(venue, Settings(), clock)).next({})
    assert again
    assert again.title == "Remembered"
    a_file(file, seconds=5)
    other = looked(Repertoire(venue, Settings(), clock)).next({})
    assert other
    assert (other.title, round(other.sound.duration_s)) == ("a", 5)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"house_music/a.wav": 3}', b"[" * 100_000])
def test_a_damaged_memory_costs_nothing_but_time(venue: Venue, clock: HandClock, damage: bytes) -> None:
    a_file(venue.house_music / "a.wav")
    venue.listened.write_bytes(damage)
    assert keys(looked(Repertoire(venue, Settings(), clock))) == ["house/a.wav", "bed"]


def test_a_file_that_is_still_being_copied_waits_until_it_stays_as_it_is(
    venue: Venue, repertoire: Repertoire, clock: HandClock
) -> None:
    file = a_file(venue.house_music / "a.wav")
    os.utime(file, (clock.now().timestamp(),) * 2)
    repertoire.look()
    assert keys(repertoire) == ["bed"]
    repertoire.look()
    assert keys(repertoire) == ["house/a.wav", "bed"]


def test_a_file_that_goes_away_or_does_not_play_is_offered_no_more(venue: Venue, repertoire: Repertoire) -> None:
    file = a_file(venue.house_music / "a.wav")
    a_file(venue.house_music / "b.wav")
    first = looked(repertoire).next({})
    assert first
    repertoire.reject(first, PlayerLost("x", Plain("guasto", "broken"), Plain("", "")))
    assert keys(repertoire) == ["house/b.wav", "bed"]
    assert keys(looked(repertoire)) == ["house/b.wav", "bed"]
    assert listened.refused(venue.listened)["house_music/a.wav"].en == "broken"
    a_file(file, seconds=6)
    assert keys(looked(repertoire)) == ["house/a.wav", "house/b.wav", "bed"]
    file.unlink()
    assert keys(looked(repertoire)) == ["house/b.wav", "bed"]


def test_a_bed_that_does_not_play_is_made_anew(venue: Venue, repertoire: Repertoire) -> None:
    looked(repertoire)
    venue.bed.write_bytes(b"x")
    repertoire.reject(bed.piece(), PlayerLost("x", Plain("", ""), Plain("", "")))
    looked(repertoire)
    assert bed.is_whole(venue)


@pytest.fixture
def heard_song(venue: Venue) -> str:
    card = a_card()
    venue.card(card.id).write_text(json.dumps(card.to_json()))
    a_file(venue.songs / card.audio)
    return card.id


def test_tonights_songs_come_again_while_their_files_are_there(
    venue: Venue, repertoire: Repertoire, clock: HandClock, heard_song: str
) -> None:
    heard = {heard_song: (clock.now() - AN_HOUR_AGO).timestamp()}
    repertoire.next(heard)
    piece = looked(repertoire).next(heard)
    assert piece
    assert (piece.key, piece.kind) == (heard_song, "replay")
    (venue.root / piece.audio).unlink()
    assert keys(looked(repertoire), heard) == ["bed"]


def test_songs_of_another_night_do_not_come_again(repertoire: Repertoire, clock: HandClock, heard_song: str) -> None:
    heard = {heard_song: (clock.now() - timedelta(days=2)).timestamp()}
    repertoire.next(heard)
    assert keys(looked(repertoire), heard) == ["bed"]


def test_a_song_whose_card_knows_no_level_is_listened_to_without_waiting(venue: Venue, repertoire: Repertoire) -> None:
    card = a_card()
    a_file(venue.songs / card.audio)
    unknown = Piece.of_song(replace(card, sound=replace(card.sound, loudness_lufs=None)))
    assert repertoire.measured(unknown) == unknown
    looked(repertoire)
    assert repertoire.measured(unknown).sound.loudness_lufs == pytest.approx(-13, abs=2)
    assert repertoire.measured(Piece.of_song(card)).sound == card.sound


def test_a_date_that_no_clock_can_show_is_no_error(repertoire: Repertoire, heard_song: str) -> None:
    repertoire.next({heard_song: 0.0, "gone": datetime(2026, 1, 1, tzinfo=UTC).timestamp()})
    assert keys(looked(repertoire)) == ["bed"]
