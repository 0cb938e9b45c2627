"""Whose song a sound is: told at once, once, whoever asks at the same time and whatever was there before."""

import multiprocessing
from pathlib import Path

import pytest

from builders import a_card
from stornello.domain.names import JobId, SongId
from stornello.spool import atomic, takes
from stornello.spool.paths import Venue
from venues import a_venue

ONE, TWO = SongId("5_203000_aaaaaa"), SongId("6_203000_bbbbbb")
SHA, OTHER = 64 * "a", 64 * "b"


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    return a_venue(tmp_path)


def sing(venue: Venue, song: SongId, sha256: str) -> None:
    card = a_card(song)
    atomic.write_json(venue.card(song), card.to_json() | {"sha256": sha256})


def test_a_sound_is_the_first_songs_that_comes_with_it(venue: Venue) -> None:
    venue.job(JobId(ONE)).mkdir()
    assert takes.claim(venue, SHA, ONE)
    assert takes.claim(venue, SHA, ONE), "asked again after a crash"
    assert not takes.claim(venue, SHA, TWO)
    assert takes.claim(venue, OTHER, TWO)


def test_songs_of_before_the_index_are_known(venue: Venue) -> None:
    sing(venue, ONE, SHA)
    sing(venue, TWO, "")
    venue.card(SongId("damaged")).write_text("[")
    (venue.scratch / "takes.partial").mkdir()
    (venue.scratch / "takes.partial" / SHA).write_text("half")
    assert not takes.claim(venue, SHA, TWO)
    assert takes.claim(venue, SHA, ONE)


def test_a_song_that_came_to_nothing_keeps_no_sound(venue: Venue) -> None:
    venue.job(JobId(ONE)).mkdir()
    assert takes.claim(venue, SHA, ONE)
    venue.job(JobId(ONE)).rmdir()
    assert takes.claim(venue, SHA, TWO)
    sing(venue, TWO, SHA)
    assert not takes.claim(venue, SHA, ONE)


@pytest.mark.parametrize("damage", [b"", b"\xff", b"../../etc/passwd", b"\0"])
def test_a_damaged_entry_is_nobodys(venue: Venue, damage: bytes) -> None:
    assert takes.claim(venue, SHA, ONE)
    (venue.scratch / "takes" / SHA).write_bytes(damage)
    assert takes.claim(venue, SHA, TWO)


def claim_many(root: Path, song: SongId) -> None:
    won = [sha for sha in (f"{n:064x}" for n in range(30)) if takes.claim(Venue(root), sha, song)]
    (root / song).write_text("\n".join(won))


def test_workers_that_ask_at_once_get_a_sound_once(venue: Venue) -> None:
    fork = multiprocessing.get_context("forkserver")
    for song in (ONE, TWO):
        venue.job(JobId(song)).mkdir()
    workers = [fork.Process(target=claim_many, args=(venue.root, song)) for song in (ONE, TWO)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    won = [(venue.root / song).read_text().split() for song in (ONE, TWO)]
    assert sorted(won[0] + won[1]) == [f"{n:064x}" for n in range(30)]
