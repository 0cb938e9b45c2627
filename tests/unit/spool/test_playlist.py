"""playlist.queue: in order, once in, once out, whatever stands in it and whoever else is at it."""

import multiprocessing
import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import stornello.spool.playlist
from builders import a_card
from stornello.domain.names import SongId
from stornello.domain.songs import SongCard
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


def ids(playlist: Playlist) -> list[str]:
    return [card.id for card in playlist.waiting()]


def test_a_song_that_is_removed_comes_back_by_nobody_but_who_asks_for_it_again(playlist: Playlist) -> None:
    for n in "abc":
        playlist.put(a_card(n))
    assert playlist.remove(SongId("a"))
    assert not playlist.remove(SongId("a"))
    assert not playlist.put(a_card("a"))
    assert ids(playlist) == ["b", "c"]
    assert playlist.again(a_card("a"))
    assert not playlist.again(a_card("a")), "it waits already"
    assert ids(playlist) == ["b", "c", "a"]
    assert playlist.length() == 3
    assert not playlist.put(a_card("a"))
    assert playlist.take(SongId("a"))
    assert not playlist.put(a_card("a"))
    assert ids(Playlist(playlist.path)) == ["b", "c"]


def test_any_song_may_be_asked_for_also_one_that_nobody_remembers(playlist: Playlist) -> None:
    assert playlist.again(a_card("old"))
    assert ids(playlist) == ["old"]
    assert not playlist.taken_path.exists()


@pytest.mark.parametrize(
    ("song", "to", "place", "after"),
    [
        ("c", 1, 1, "cabd"),
        ("a", 3, 3, "bcad"),
        ("a", 99, 4, "bcda"),
        ("b", 2, 2, "abcd"),
        ("d", 0, 1, "dabc"),
        ("x", 1, 0, "abcd"),
    ],
)
def test_a_song_moves_to_its_place_or_to_the_end(
    playlist: Playlist, song: str, to: int, place: int, after: str
) -> None:
    for n in "abcd":
        playlist.put(a_card(n))
    assert playlist.move(SongId(song), to) == place
    assert ids(playlist) == list(after) == ids(Playlist(playlist.path))


def test_who_moves_a_song_counts_those_that_wait_only(playlist: Playlist) -> None:
    for n in "abc":
        playlist.put(a_card(n))
    before = playlist.path.read_bytes()
    playlist.take(SongId("a"))
    playlist.path.write_bytes(before)  # as a crash in the midst of a take leaves it
    assert playlist.move(SongId("c"), 1) == 1
    assert playlist.move(SongId("a"), 1) == 0
    assert ids(playlist) == ["c", "b"]


def test_the_queue_is_edited_by_several_processes_and_no_song_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "playlist.queue"
    songs = [f"s{n}" for n in range(24)]
    for song in songs:
        Playlist(path).put(a_card(song))
    context = multiprocessing.get_context("spawn")
    editors = [context.Process(target=edit_at_random, args=(path, songs, seed)) for seed in range(3)]
    for editor in editors:
        editor.start()
    for editor in editors:
        editor.join()
    assert [editor.exitcode for editor in editors] == [0, 0, 0]
    waiting, taken = ids(Playlist(path)), Playlist(path).taken_path.read_text().split()
    assert sorted([*waiting, *taken]) == sorted(songs), "each waits once, or was removed once"


def edit_at_random(path: Path, songs: list[str], seed: int) -> None:
    dice, queue = random.Random(seed), Playlist(path)  # noqa: S311 - not for secrets
    for _ in range(40):
        song = dice.choice(songs)
        act = dice.choice(["remove", "again", "move"])
        if act == "remove":
            queue.remove(SongId(song))
        elif act == "again":
            queue.again(a_card(song))
        else:
            queue.move(SongId(song), dice.randint(1, 30))


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


def test_a_line_written_twice_by_hand_is_one_song(playlist: Playlist) -> None:
    for n in "ab":
        playlist.put(a_card(n, title=n))
    lines = playlist.path.read_text().splitlines(keepends=True)
    playlist.path.write_text("".join([*lines, lines[0]]))
    assert titles(playlist) == ["a", "b"]
    assert playlist.take(SongId("a"))
    assert titles(playlist) == ["b"]
    playlist.path.write_text("".join(lines))
    assert titles(playlist) == ["b"], "it was taken"
    assert playlist.length() == 1
    playlist.put(a_card("c", title="c"))
    assert "a" not in [card.id for card in Playlist(playlist.path).waiting()]


def test_a_queue_cut_short_costs_its_last_song_only_and_is_told(playlist: Playlist) -> None:
    for n in "abc":
        playlist.put(a_card(n, title=n))
    playlist.path.write_bytes(playlist.path.read_bytes()[:-20])
    assert (titles(playlist), playlist.damaged()) == (["a", "b"], 1)
    playlist.take(SongId("a"))
    assert (titles(playlist), playlist.damaged()) == (["b"], 1)


def test_an_edit_in_place_is_seen_at_once(playlist: Playlist) -> None:
    playlist.put(a_card("a", title="old"))
    assert titles(playlist) == ["old"]
    edited = playlist.path.read_text().replace("old", "new")
    playlist.path.write_text(edited)
    assert titles(playlist) == ["new"]
    playlist.path.unlink()
    assert (titles(playlist), playlist.length()) == ([], 0)


def test_a_queue_replaced_by_another_process_is_seen_though_size_and_time_are_the_same(playlist: Playlist) -> None:
    playlist.put(a_card("a", title="one"))
    assert titles(playlist) == ["one"]
    facts, line = playlist.path.stat(), playlist.path.read_text()
    for title in ("two", "six", "ten"):  # inode numbers are given again at once, where nobody holds them
        playlist.path.unlink()
        playlist.path.write_text(line.replace("one", title))
        os.utime(playlist.path, ns=(facts.st_mtime_ns, facts.st_mtime_ns))
        assert titles(playlist) == [title]


def test_while_nothing_changes_the_queue_is_read_once(playlist: Playlist, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in "abc":
        playlist.put(a_card(n, title=n))
    monkeypatch.delattr(SongCard, "from_json")
    for _ in range(3):
        assert titles(playlist) == ["a", "b", "c"]
    playlist.take(SongId("b"))
    assert titles(playlist) == ["a", "c"]


def test_what_was_taken_is_remembered_in_a_file_that_stays_small(
    playlist: Playlist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stornello.spool.playlist, "REMEMBERED", 3)
    for n in range(20):
        playlist.put(a_card(f"song-{n}"))
        assert playlist.take(SongId(f"song-{n}"))
        assert not playlist.put(a_card(f"song-{n}"))
        assert len(playlist.taken_path.read_text().split()) <= 6


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
