"""stornello why: what is said of a table is what the producer does with it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from kitchen import Kitchen, refused
from stornello.audio_watchdog import refusals
from stornello.cli.why_words import reasons
from stornello.domain.errors import StudioAway
from stornello.domain.fairness import FAIR
from stornello.domain.names import TableId
from stornello.domain.plain import Plain
from stornello.producer import why
from stornello.producer.why import Rules, Standing
from stornello.spool import reasons as spool_reasons
from stornello.spool.locks import LifeLock
from stornello.spool.paths import Venue
from venues import EIGHT, a_claimed_note, a_voice_note


def standing(kitchen: Kitchen, table: int, floor_mb: int = 0) -> Standing:
    rules = Rules(FAIR, 6, kitchen.workers, kitchen.max_queue_size, floor_mb)
    return why.look(kitchen.venue, TableId(table), rules, kitchen.clock.now())


def told(kitchen: Kitchen, table: int, **more: int) -> dict[str, Plain]:
    with a_producer_at_work(kitchen.venue):
        return dict(reasons(standing(kitchen, table, **more)))


@contextmanager
def a_producer_at_work(venue: Venue) -> Iterator[None]:
    locks = [LifeLock(venue.run / f"{service}.lock") for service in ("producer", "watchdog")]
    assert [lock.take() for lock in locks] == [True, True]
    yield
    for lock in locks:
        lock.release()


def test_a_table_without_notes_hears_that_nothing_waits(kitchen: Kitchen) -> None:
    assert told(kitchen, 5) == {
        "nothing-waiting": Plain("Dal tavolo 5 non aspetta niente.", "Nothing from table 5 is waiting.")
    }


def test_a_table_whose_notes_are_being_heard_or_held_hears_so(kitchen: Kitchen) -> None:
    a_claimed_note(kitchen.venue)
    (kitchen.venue.held / "5_203000_a1b2c3").mkdir()
    assert {code: sentence.en for code, sentence in told(kitchen, 5).items()} == {
        "held": "Yours to decide (stornello resolve): 5_203000_a1b2c3.",
        "nothing-waiting": "Table 5's notes are still being heard (1).",
    }


def test_a_table_hears_what_of_it_lies_aside_and_why_the_last(kitchen: Kitchen) -> None:
    for arrival, name, refusal in (
        ("20261123T200000000000", "5-giant.wav", refusals.too_large(0.3)),
        ("20261123T200000000001", "6-other.wav", refusals.empty()),
    ):
        entry = kitchen.venue.transcription_errors / f"{arrival}_{name}"
        entry.mkdir()
        spool_reasons.write(entry, refusal, EIGHT)
    job = kitchen.venue.failed_processing / "5_203000_a1b2c3"
    job.mkdir()
    spool_reasons.write(job, refused(), EIGHT.replace(hour=19))
    assert told(kitchen, 5)["set-aside"].it == (
        "Messe da parte del tavolo 5: 2. L'ultima, 5-giant.wav: La registrazione supera 0,3 MB. "
        "Accorciala, o alza MAX_RECORDING_MB, riavvia e poi: stornello retry NOME"
    )
    assert "set-aside" not in told(kitchen, 7)


def test_who_is_next_hears_so_and_who_is_not_hears_who_is_before_and_why(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1)
    kitchen.note(7)
    kitchen.serve(1)
    kitchen.note(6)
    kitchen.note(7)
    assert "Next is table 6 (0 songs, waits since " in told(kitchen, 6)["next"].en
    behind = told(kitchen, 7)["in-line"]
    assert behind.en.startswith("Number 2 in line: table 7 (1 song, waits since ")
    assert "Fewest songs first, then the longest wait: table 6 (0 songs" in behind.en
    assert behind.it.startswith("2º in fila: tavolo 7 (1 canzone, aspetta dalle ")


def test_who_came_late_hears_what_it_counts_as(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1)
    kitchen.note(1, count=6)
    kitchen.serve(5)
    kitchen.note(2)
    assert "0 songs, counted as 5 since it came later" in told(kitchen, 2)["in-line"].en


def test_whose_song_is_in_the_making_hears_which_and_how_far(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1)
    kitchen.note(5, count=2)
    kitchen.tick()
    job = kitchen.pool.in_hand[-1]
    said = told(kitchen, 5)
    assert said["in-the-making"].en == f"Table 5's song is in the making: {job}, notes collected."
    assert "one-at-a-time" in said
    assert "workers-busy" in said


def test_whose_studio_is_away_hears_that_it_is_waited_for(kitchen: Kitchen) -> None:
    kitchen.note(5)
    kitchen.tick()
    kitchen.fail(kitchen.pool.in_hand[-1], StudioAway("studio-unreachable", Plain("", ""), Plain("", "")))
    kitchen.tick()
    assert "waiting for a service to answer" in told(kitchen, 5)["parked"].en


def test_who_rests_hears_until_when_and_after_how_many_failures(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1)
    kitchen.note(5, count=2)
    kitchen.tick()
    kitchen.fail(kitchen.pool.in_hand[-1], refused())
    kitchen.tick()
    said = told(kitchen, 5)["resting"].en
    at = kitchen.clock.now().astimezone()
    assert "songs that failed in a row: 1" in said
    assert f"until {at:%H}:" in said
    kitchen.later(61)
    assert "next" in told(kitchen, 5)


def test_a_song_that_lets_others_go_first_says_whom_and_how_many(venue: Venue) -> None:
    kitchen = Kitchen(venue, workers=3, max_queue_size=100, max_notes=1)
    kitchen.note(1, count=2)
    kitchen.note(2)
    kitchen.tick()
    for _ in range(2):
        kitchen.sing(kitchen.pool.in_hand[-1] if kitchen.pool.in_hand[0].startswith("2") else kitchen.pool.in_hand[0])
        kitchen.tick()
    assert "It lets tables with fewer songs go first (2), 4 songs more at most" in told(kitchen, 1)["song-held"].en


def test_a_table_whose_recordings_stand_at_the_door_hears_so_and_that_nobody_listens(kitchen: Kitchen) -> None:
    for name in ("5-anna.wav", "5/luca.wav", "6-zoe.wav"):
        a_voice_note(kitchen.venue.from_tables / name)
    assert {code: sentence.en for code, sentence in told(kitchen, 5).items()} == {
        "arriving": "Table 5's recordings in FROM_TABLES, not taken in yet: 2."
    }
    assert "no recording is taken in" in dict(reasons(standing(kitchen, 5)))["not-listening"].en


def test_an_empty_text_is_no_turn_for_the_producer_nor_for_who_looks(kitchen: Kitchen) -> None:
    kitchen.venue.staged(TableId(5)).mkdir()
    (kitchen.venue.staged(TableId(5)) / "zia.txt").touch()
    assert set(told(kitchen, 5)) == {"nothing-waiting"}
    assert kitchen.tick() == []


def test_counts_that_somebody_deleted_are_written_again_at_the_next_pass(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1)
    kitchen.note(7, count=2)
    kitchen.serve(1)
    venue.producer_state.unlink()
    kitchen.tick()
    assert standing(kitchen, 7).tonight == 1


def test_a_full_queue_is_told_by_its_songs(venue: Venue) -> None:
    kitchen = Kitchen(venue, max_notes=1, max_queue_size=2)
    kitchen.note(5, count=4)
    kitchen.serve(2)
    assert told(kitchen, 5)["queue-full"].en == (
        "The queue has no room (queued + in the making: 2 + 0 / 2). Queued: La notte di Anna, La notte di Anna."
    )


def test_a_producer_that_is_away_and_a_full_disk_are_told(kitchen: Kitchen) -> None:
    kitchen.note(5)
    assert "not-running" in dict(reasons(standing(kitchen, 5)))
    assert any(code.startswith("disk") for code in told(kitchen, 5, floor_mb=10**9))


def test_a_queue_that_cannot_be_read_is_told_and_the_rest_too(kitchen: Kitchen) -> None:
    kitchen.note(5)
    kitchen.venue.playlist.unlink(missing_ok=True)
    kitchen.venue.playlist.mkdir()
    assert {"next", "unreadable"} <= told(kitchen, 5).keys()


def test_looking_changes_nothing_on_the_disk(kitchen: Kitchen) -> None:
    kitchen.note(5)
    kitchen.venue.producer_state.write_text("{ torn")
    before = sorted(path for path in kitchen.venue.root.rglob("*"))
    standing(kitchen, 5)
    assert sorted(path for path in kitchen.venue.root.rglob("*")) == before


@how(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(evening=st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=12))
def test_who_is_told_to_be_next_is_next(
    tmp_path_factory: pytest.TempPathFactory, evening: list[tuple[int, bool]]
) -> None:
    kitchen = Kitchen(Venue(tmp_path_factory.mktemp("venue")), max_notes=1, max_queue_size=100)
    for table, sings in evening:
        kitchen.note(table)
        foretold = standing(kitchen, table)
        first = foretold.line[0].table if foretold.line else None
        begun = kitchen.tick()
        assert begun == ([first] if begun else [])
        assert not begun or (foretold.place == 1) == (begun == [table])
        if sings:
            kitchen.sing_all()
        elif kitchen.pool.in_hand:
            kitchen.fail(kitchen.pool.in_hand[0], refused())
        kitchen.tick() if not kitchen.pool.in_hand else None
