"""One look at a venue, again and again: when songs will be heard, what was damaged, at the cost of what has changed."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from builders import a_card, a_sound
from fake_decks import HandClock
from stornello.domain.errors import RecordingError
from stornello.domain.eta import House, Pace
from stornello.domain.money import NO_BUDGET
from stornello.domain.names import JobId, TableId
from stornello.domain.plain import Plain
from stornello.riproduzione import telling
from stornello.spool import atomic, counts, listened, now_playing, reasons
from stornello.spool.counts import Counts, Failures
from stornello.spool.glance import COARSEST_S, Glance
from stornello.spool.jobs import Job
from stornello.spool.journal import Journal
from stornello.spool.listened import Listened
from stornello.spool.locks import LifeLock
from stornello.spool.now_playing import NowPlaying
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from stornello.spool.recordings import Recording
from stornello.spool.snapshot import SERVICES, Lookout, Snapshot
from stornello.wording import awaited, owner
from venues import a_staged_text, a_venue

HOUSE = House(max_workers=1, max_queue_size=5, max_notes=6, crossfade_s=5)
LONG_AGO = 1_000_000_000


def a_night_with_a_pace(folder: Path, clock: HandClock) -> Venue:
    """Here hearing takes 10 seconds, a song 60 to make; each is 185 seconds long."""
    venue = a_venue(folder)
    journal = Journal(venue.journal)
    journal.recording("aa", "1-a.wav", TableId(1), "staged", 40, clock.now(), arrival="x", seconds=10.0)
    for song, seconds in (("one", 50.0), ("two", 60.0), ("three", 400.0), ("unknown", None)):
        journal.song(replace(a_card(song, sound=a_sound(185.0)), created_at=clock.now().isoformat()), seconds)
    return venue


def seen(venue: Venue, clock: HandClock, *running: str) -> Snapshot:
    for service in running or SERVICES:
        assert LifeLock(venue.run / f"{service}.lock").take()
    return Lookout(venue, HOUSE, clock).look(clock.now().date())


def test_all_that_is_on_its_way_is_told_with_its_time(tmp_path: Path) -> None:
    clock = HandClock()
    venue = a_night_with_a_pace(tmp_path, clock)
    now_playing.write(venue, NowPlaying(clock.now().timestamp(), "p", "P", 9, 120.0, 185.0))
    Playlist(venue.playlist).put(a_card("queued", table=4, sound=a_sound(185.0)))
    job = Job(JobId("3_200000_aaaaaa"), venue.job(JobId("3_200000_aaaaaa")))
    (job.folder / "transcripts").mkdir(parents=True)
    job.update(table=TableId(3), claimed_at=clock.now().isoformat())
    a_staged_text(venue, 2)
    stamp = clock.now().strftime("%Y%m%dT%H%M%S%f")
    recording = Recording(stamp, venue.hearing / stamp)
    recording.folder.mkdir()
    recording.learn(name="1-anna.wav")
    (venue.from_tables / "6-luca.wav").write_bytes(b"x")
    told = seen(venue, clock).to_json()
    json.dumps(told)
    assert [(one["what"], one["name"], one["table"], one["in_s"]) for one in told["expected"]] == [
        ("song", "queued", 4, 60),
        ("job", "3_200000_aaaaaa", 3, 240),
        ("notes", None, 2, 420),
        ("hearing", "1-anna.wav", 1, 600),
        ("door", "6-luca.wav", 6, 780),
    ]
    assert (told["arriving"], told["hearing"]) == (1, 1)
    assert Lookout(venue, HOUSE, clock).look(clock.now().date()).outlook.tables == {
        4: 60,
        3: 240,
        2: 420,
        1: 600,
        6: 780,
    }


@pytest.mark.parametrize(
    ("running", "known"),
    [
        (("watchdog", "producer"), [None, None, None, None]),
        (("watchdog", "riproduzione"), [0, None, None, None]),
        (("producer", "riproduzione"), [0, 180, 360, None]),
        (SERVICES, [0, 180, 360, 540]),
    ],
)
def test_what_nobody_works_on_now_has_no_time(
    tmp_path: Path, running: tuple[str, ...], known: list[float | None]
) -> None:
    clock = HandClock()
    venue = a_night_with_a_pace(tmp_path, clock)
    Playlist(venue.playlist).put(a_card("queued", table=4, sound=a_sound(185.0)))
    job = Job(JobId("3_200000_aaaaaa"), venue.job(JobId("3_200000_aaaaaa")))
    (job.folder / "transcripts").mkdir(parents=True)
    job.update(table=TableId(3), claimed_at=clock.now().isoformat())
    a_staged_text(venue, 2)
    (venue.from_tables / "6-luca.wav").write_bytes(b"x")
    told = seen(venue, clock, *running)
    assert [one["in_s"] for one in told.to_json()["expected"]] == known


def test_where_nothing_was_measured_no_time_is_invented(tmp_path: Path) -> None:
    clock = HandClock()
    venue = a_venue(tmp_path)
    a_staged_text(venue, 2)
    looked = seen(venue, clock)
    assert looked.outlook.tables == {2: None}
    (one,) = looked.to_json()["expected"]
    assert (one["in_s"], one["songs_in_s"], one["notes"]) == (None, [], 1)


def test_tonights_pace_counts_and_the_last_one_where_there_is_none_yet(tmp_path: Path) -> None:
    clock = HandClock()
    journal = Journal(a_night_with_a_pace(tmp_path, clock).journal)
    tonight = (clock.now() - timedelta(hours=1)).isoformat()
    assert journal.pace(tonight) == Pace(10.0, 60.0, 185.0)
    tomorrow = (clock.now() + timedelta(hours=1)).isoformat()
    assert journal.pace(tomorrow) == Pace(10.0, 60.0, 185.0)
    later = (clock.now() + timedelta(hours=2)).isoformat()
    journal.song(replace(a_card("late", sound=a_sound(60.0)), created_at=later), 20.0)
    assert journal.pace(tomorrow) == Pace(10.0, 20.0, 60.0)
    assert journal.pace(tonight) == Pace(10.0, 55.0, 185.0)


def test_a_table_that_rests_after_failures_is_expected_after_its_rest(tmp_path: Path) -> None:
    clock = HandClock()
    venue = a_night_with_a_pace(tmp_path, clock)
    a_staged_text(venue, 2)
    until = (clock.now() + timedelta(seconds=100)).isoformat()
    counts.save(venue.producer_state, Counts(failed={TableId(2): Failures(1, until)}))
    assert seen(venue, clock).outlook.tables == {2: pytest.approx(160, abs=1)}


@pytest.mark.parametrize(
    ("in_s", "it", "en"),
    [
        (None, "non si sa ancora", "not known yet"),
        (59, "tra meno di un minuto", "in less than a minute"),
        (60, "tra circa 1 min", "in about 1 min"),
        (725, "tra circa 12 min", "in about 12 min"),
        (3 * 3600, "tra circa 3 ore", "in about 3 hours"),
    ],
)
def test_times_are_told_as_people_say_them(in_s: float | None, it: str, en: str) -> None:
    assert (awaited.awaited(in_s, "it"), awaited.awaited(in_s, "en")) == (it, en)


def test_damaged_files_that_were_kept_aside_are_told_with_what_to_do(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    for name in ("playlist.bad", "producer_state.json.bad.2", "journal.db.bad-3", "journal.db.bad-3-wal"):
        (venue.root / name).write_bytes(b"x")
    looked = Lookout(venue).look()
    assert looked.damaged == ("journal.db.bad-3", "playlist.bad", "producer_state.json.bad.2")
    told = [worry.text for worry in owner.worries(looked, NO_BUDGET, datetime.now(UTC), "en")]
    assert [text.split(":")[0] for text in told] == list(looked.damaged)
    assert all("elete" in text for text in told)


def test_what_is_never_taken_is_told_in_one_sentence(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    (venue.from_tables / "5" / "deep").mkdir(parents=True)
    os.mkfifo(venue.from_tables / "pipe.wav")
    (venue.work_in_progress / "loose.txt").touch()
    looked = Lookout(venue).look()
    assert (looked.strays.from_tables, looked.strays.work_in_progress) == (2, 1)
    (told,) = owner.worries(looked, NO_BUDGET, datetime.now(UTC), "en")
    assert told.text.startswith(
        "Never taken: 2 things in FROM_TABLES, 1 in WORK_IN_PROGRESS (pipe.wav, 5/deep, loose.txt)."
    )


def test_who_is_at_work_is_told_even_when_the_rest_cannot_be_read(tmp_path: Path) -> None:
    clock, venue = HandClock(), a_venue(tmp_path)
    venue.playlist.unlink(missing_ok=True)
    venue.playlist.mkdir()
    looked = seen(venue, clock)
    assert set(looked.running.values()) == {True}
    assert looked.conditions


def test_a_folder_is_read_again_when_it_has_changed_and_only_then(tmp_path: Path) -> None:
    reads: list[Path] = []
    clock = HandClock()
    glance = Glance(tmp_path, lambda folder: reads.append(folder) or len(list(folder.iterdir())), clock)  # type: ignore[func-returns-value]  # counts
    assert [glance.get() for _ in range(2)] == [0, 0]
    assert len(reads) == 2, "its mtime is young: it may hide a change"
    clock.sleep(COARSEST_S)
    assert [glance.get() for _ in range(3)] == [0, 0, 0]
    assert len(reads) == 3
    (tmp_path / "new").touch()
    assert glance.get() == 1


@pytest.mark.parametrize("stamp", [LONG_AGO, 4_000_000_000], ids=["an old", "a future"])
def test_a_share_whose_clock_is_years_off_hides_no_change(tmp_path: Path, stamp: int) -> None:
    """Its mtimes count in whole seconds: two changes in one of them bear the same, however long ago it seems to be."""
    clock = HandClock()
    glance = Glance(tmp_path, lambda folder: len(list(folder.iterdir())), clock)
    for n in range(3):
        (tmp_path / f"{n}").touch()
        os.utime(tmp_path, (stamp, stamp))
        assert glance.get() == n + 1
        clock.sleep(0.3)


def test_a_folder_that_could_not_be_read_is_read_at_the_next_look(tmp_path: Path) -> None:
    """Whoever looks may let the disk's refusal out."""
    refusals = [OSError("away"), OSError("away")]

    def read(_: Path) -> int:
        if refusals:
            raise refusals.pop()
        return 1

    clock = HandClock()
    glance = Glance(tmp_path, read, clock)
    for _ in range(2):
        with pytest.raises(OSError, match="away"):
            glance.get()
        clock.sleep(COARSEST_S)
    assert glance.get() == 1


def test_what_changes_is_seen_at_the_next_look(tmp_path: Path) -> None:
    venue, clock = a_venue(tmp_path), HandClock()
    lookout = Lookout(venue, HOUSE, clock)
    error = RecordingError("no-table", Plain("x", "x"), Plain("y", "y"))
    for _ in range(2):  # so that everything is known for sure
        assert lookout.look() == lookout.look()
        clock.sleep(COARSEST_S)
    (venue.transcription_errors / "a").mkdir()
    reasons.write(venue.transcription_errors / "a", error, clock.now())
    (venue.short_transcriptions / "b").mkdir()
    (venue.from_tables / "5").mkdir()
    (venue.from_tables / "5" / "anna.wav").touch()
    recording = Recording("20261123T200000000000", venue.hearing / "20261123T200000000000")
    recording.folder.mkdir()
    recording.learn(name="5-anna.wav")
    a_staged_text(venue, 7)
    looked = lookout.look()
    assert ([one.name for one in looked.errors], looked.short, looked.arriving, looked.hearing) == (["a"], 1, 1, 1)
    assert looked.door[0].table == 5
    assert list(looked.waiting) == [7]
    reasons.write(recording.folder, error, clock.now())
    assert [one.name for one in lookout.look().troubles] == ["5-anna.wav"]
    reasons.forget(recording.folder)
    assert lookout.look().troubles == ()
    atomic.remove_tree(recording.folder)
    assert lookout.look().hearing == 0


def test_what_the_house_cannot_play_is_told_with_its_reason(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    why = Plain("non è musica", "it is no music")
    rows = {f"house_music/{n}.mp3": Listened(1, 1, "", None, why) for n in "ba"}
    listened.write(venue.listened, rows | {"house_music/c.mp3": Listened(1, 1, "c", a_sound())})
    lookout = Lookout(venue)
    looked = lookout.look()
    (told,) = owner.worries(looked, NO_BUDGET, datetime.now(UTC), "en")
    assert told.text == "house_music/a.mp3 is not played: it is no music (and 1 more like it)"
    assert telling.changes(None, looked, "en")[-1:] == [told.text]
    assert telling.changes(looked, lookout.look(), "en") == []
    assert json.loads(json.dumps(looked.to_json()))["unplayable"]["house_music/b.mp3"]["it"] == "non è musica"


@pytest.mark.parametrize(
    ("plays", "interrupts", "in_s"),
    [
        (NowPlaying(0, "p", "P", 9, 120.0, 185.0, kind="song"), True, 60),
        (NowPlaying(0, "p", "P", 9, 120.0, 185.0, kind="replay"), True, 0),
        (NowPlaying(0, "house/x", "X", 0, 120.0, 185.0, kind="house"), True, 0),
        (NowPlaying(0, "house/x", "X", 0, 120.0, 185.0, kind="house"), False, 60),
        (NowPlaying(0, "bed", "", 0, 120.0, 600.0, kind="bed"), False, 0),
        (NowPlaying(0, "house/x", "X", 0, 120.0, 185.0, kind="house", panic=True), True, None),
        (NowPlaying(0, "p", "P", 9, 120.0, 185.0, kind="song", paused=True), True, None),
    ],
)
def test_the_queues_first_song_is_told_by_what_plays(
    tmp_path: Path, plays: NowPlaying, *, interrupts: bool, in_s: float | None
) -> None:
    clock = HandClock()
    venue = a_night_with_a_pace(tmp_path, clock)
    now_playing.write(venue, replace(plays, at=clock.now().timestamp()))
    Playlist(venue.playlist).put(a_card("queued", table=4, sound=a_sound(185.0)))
    lock = LifeLock(venue.run / "riproduzione.lock")
    assert lock.take()
    looked = Lookout(venue, replace(HOUSE, interrupts=interrupts), clock).look(clock.now().date())
    (song,) = looked.to_json()["queue"]
    assert (song["id"], song["place"], song["in_s"]) == ("queued", 1, in_s)
