"""playlist.queue: in order, once in, once out, whatever stands in it and whoever else is at it."""

import multiprocessing
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import a_card
from stornello.domain.names import SongId
from stornello.spool.playlist import Playlist


@pytest.fixture
def playlist(tmp_path: Path) -> Playlist:
    return Playlist(tmp_path / "playlist.queue")


def titles(playlist: Playlist) -> list[str]:
    return [card.title for card in playlist.waiting()]


def test_songs_come_out_in_the_order_they_went_in(playlist: Playlist) -> None:
    for n in "abc":
        assert playlist.put(a_card(n, title=n))
    assert playlist.waiting()[0] == a_card("a", title="a")
    assert playlist.take(SongId("a"))
    assert titles(playlist) == ["b", "c"]


def test_a_queue_without_a_file_is_empty(playlist: Playlist) -> None:
    assert playlist.waiting() == []
    assert not playlist.take(SongId("a"))


def test_a_song_is_put_once_also_after_it_was_taken(playlist: Playlist) -> None:
    assert playlist.put(a_card("a"))
    assert not playlist.put(a_card("a"))
    assert playlist.take(SongId("a"))
    assert not playlist.put(a_card("a"))
    assert not playlist.take(SongId("a"))
    assert playlist.waiting() == []


def test_a_take_that_is_repeated_pushes_no_other_song_out_of_memory(playlist: Playlist) -> None:
    for n in "ab":
        playlist.put(a_card(n))
    queue = playlist.path.read_bytes()
    assert playlist.take(SongId("a"))
    for _ in range(3):
        playlist.path.write_bytes(queue)  # the disk took what was taken, but not the queue
        assert playlist.take(SongId("b"))
    assert playlist.taken_path.read_text().split() == ["a", "b"]


def test_a_song_may_be_taken_out_of_turn(playlist: Playlist) -> None:
    for n in "abc":
        playlist.put(a_card(n, title=n))
    assert playlist.take(SongId("b"))
    assert titles(playlist) == ["a", "c"]


@pytest.mark.parametrize(
    "title", ["zwei\u2028Zeilen", "next\x85line", "\u2029", "emoji 🍷", 'a "quote"\n\t', "torn \ud83d"]
)
def test_a_title_with_odd_characters_costs_no_song(playlist: Playlist, title: str) -> None:
    playlist.put(a_card("a", title=title))
    playlist.put(a_card("b"))
    assert [card.id for card in playlist.waiting()] == ["a", "b"]
    assert titles(playlist)[0] == title.encode(errors="replace").decode()
    assert not playlist.path.with_name("playlist.bad").exists()


@pytest.mark.parametrize("damage", [b'{"id": "x"', b"\xff\xfe\x00", b"null", b"[1]", b'"text"', b"{}", b"five"])
def test_a_damaged_line_goes_to_playlist_bad_and_costs_itself_only(playlist: Playlist, damage: bytes) -> None:
    playlist.put(a_card("a", title="a"))
    playlist.path.write_bytes(damage + b"\n" + playlist.path.read_bytes() + b"\n" + damage)
    for _ in range(3):
        assert titles(playlist) == ["a"]
    playlist.put(a_card("b", title="b"))
    assert titles(playlist) == ["a", "b"]
    bad = playlist.path.with_name("playlist.bad").read_text(encoding="utf-8")
    assert bad == damage.decode(errors="replace") + "\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.binary(max_size=200))
def test_whatever_is_written_into_the_queue_good_songs_survive(playlist: Playlist, noise: bytes) -> None:
    for path in playlist.path.parent.iterdir():
        path.unlink()
    playlist.put(a_card("a", title="a"))
    playlist.path.write_bytes(noise + b"\n" + playlist.path.read_bytes())
    assert titles(playlist) == ["a"]
    assert playlist.put(a_card("b", title="b"))
    assert titles(playlist) == ["a", "b"]


def put_all(path: Path, names: list[str]) -> None:
    playlist = Playlist(path)
    for name in names:
        playlist.put(a_card(name))


def take_until_done(path: Path, into: Path, wanted: int) -> None:
    playlist = Playlist(path)
    rng = random.Random(into.name)  # noqa: S311 - a choice, no secret
    with into.open("a", buffering=1) as mine:
        while sum(len(file.read_text().split()) for file in into.parent.glob("*.taken")) < wanted:
            cards = playlist.waiting()
            if cards and playlist.take((song := rng.choice(cards[:3])).id):
                mine.write(song.id + "\n")


def test_many_processes_at_once_lose_and_double_no_song(playlist: Playlist, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    names = [f"song-{n}" for n in range(40)]
    spawn = multiprocessing.get_context("spawn")
    putters = [spawn.Process(target=put_all, args=(playlist.path, names[start:])) for start in (0, 10, 20)]
    takers = [
        spawn.Process(target=take_until_done, args=(playlist.path, tmp_path / "out" / f"{n}.taken", 40))
        for n in range(2)
    ]
    for process in putters + takers:
        process.start()
    for process in putters + takers:
        process.join(60)
        assert process.exitcode == 0
    taken = [song for file in (tmp_path / "out").iterdir() for song in file.read_text().split()]
    assert sorted(taken) == sorted(names)
    assert playlist.waiting() == []
