"""playlist.queue and producer_state.json edited by hand, cut at any byte, or made by an enemy: what is good stays."""

import json
import os
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_card
from hostile import BOUNDED, MANY
from stornello.domain.names import JobId, TableId
from stornello.domain.songs import SongCard
from stornello.spool import counts
from stornello.spool.counts import Counts, Failures, Night
from stornello.spool.playlist import Playlist

CARDS = [a_card(f"{table}_203000_a1b2c{table}", table) for table in (5, 6, 7)]
NEXT = a_card("8_203000_a1b2c8", 8)
LINES = [json.dumps(card.to_json(), ensure_ascii=False).encode() + b"\n" for card in CARDS]

STATE = Counts(
    "2026-11-23",
    {TableId(5): 2, TableId(6): 1},
    {TableId(5): 2},
    {TableId(5): 40, TableId(10_000): 1},
    (JobId("5_203000_a1b2c3"),),
    frozenset({TableId(5)}),
    {TableId(6): Failures(2, "2026-11-23T21:00:00+00:00")},
    {"2026-11-22": Night({TableId(5): 1}, {TableId(5): 1})},
)


EVERY = 1 if MANY else 3
"""The files are cut at every byte in `make torture`, else at each third."""


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    return tmp_path / "playlist.queue"


def songs(queue: Path) -> list[SongCard]:
    return Playlist(queue).waiting()


def aside(queue: Path) -> list[bytes]:
    bad = queue.with_name("playlist.bad")
    return bad.read_bytes().splitlines() if bad.exists() else []


def test_a_queue_cut_at_any_byte_costs_the_song_that_was_cut_and_no_other(queue: Path) -> None:
    whole = b"".join(LINES)
    ends = [len(b"".join(LINES[:number])) - 1 for number in (1, 2, 3)]  # without its newline a line is whole too
    for length in {*range(0, len(whole), EVERY), *(end + at for end in ends for at in (-1, 0))}:
        queue.write_bytes(whole[:length])
        assert songs(queue) == CARDS[: sum(end <= length for end in ends)], f"cut at byte {length}"


@pytest.mark.parametrize("length", range(1, len(b"".join(LINES)), 211))
def test_what_was_cut_is_kept_aside_and_the_queue_goes_on(queue: Path, length: int) -> None:
    queue.write_bytes(b"".join(LINES)[:length])
    survivors = songs(queue)
    assert Playlist(queue).put(NEXT)
    assert songs(queue) == [*survivors, NEXT]
    whole, torn = queue_lines(b"".join(LINES)[:length]), queue_lines(b"\n".join(aside(queue)))
    assert torn == whole[len(survivors) :]


def queue_lines(data: bytes) -> list[str]:
    return [line for line in data.decode(errors="replace").split("\n") if line]


AWAY = [
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "",
    "a/b",
    "a\nb",
    "a\0b",
    "\u202ea",
    "x" * 201,
    "\x1b[2J",
    "\ud800",
]


@pytest.mark.parametrize("name", AWAY)
@pytest.mark.parametrize("field", ["id", "job", "audio", "spare"])
def test_a_card_whose_names_lead_out_of_the_folder_is_none(queue: Path, field: str, name: str) -> None:
    if (field, name) == ("spare", ""):
        return  # it has none
    queue.write_bytes(json.dumps(CARDS[0].to_json() | {field: name}).encode() + b"\n" + LINES[1])
    assert songs(queue) == [CARDS[1]]
    assert Playlist(queue).damaged() == 1
    Playlist(queue).put(NEXT)
    assert songs(queue) == [CARDS[1], NEXT]
    assert len(aside(queue)) == 1


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b'{"id":' * 50_000,
        b"9" * 5_000,
        b"1e999",
        b"NaN",
        b"\xff" * 100,
        b"\0" * 100_000,
        b'"\\ud800"',
        b"null",
        b"[]",
        b"{}",
        b"# a remark",
        b"MILESTONE: DONE",
    ],
)
def test_a_bad_line_costs_itself_only(queue: Path, line: bytes) -> None:
    queue.write_bytes(LINES[0] + line + b"\n" + LINES[1])
    assert songs(queue) == CARDS[:2]
    assert Playlist(queue).put(NEXT)
    assert songs(queue) == [*CARDS[:2], NEXT]
    assert len(aside(queue)) == 1
    assert Playlist(queue).damaged() == 1, "and is told"


def test_an_editor_of_another_system_costs_no_song(queue: Path) -> None:
    queue.write_bytes(b"\xef\xbb\xbf" + b"".join(LINES).replace(b"\n", b"\r\n"))
    assert songs(queue) == CARDS
    Playlist(queue).put(NEXT)
    assert songs(queue) == [*CARDS, NEXT]
    assert aside(queue) == []


def test_a_pipe_in_the_queues_place_holds_nobody_up(queue: Path) -> None:
    os.mkfifo(queue)
    reader = threading.Thread(target=songs, args=(queue,), daemon=True)
    reader.start()
    reader.join(20)
    assert not reader.is_alive()


_LINE = st.one_of(
    st.sampled_from(LINES),
    st.binary(max_size=60).map(lambda noise: noise.replace(b"\n", b" ") + b"\n"),
    st.tuples(
        st.sampled_from(sorted(CARDS[0].to_json())),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda of: st.lists(of) | st.dictionaries(st.text(), of),
        ),
    ).map(lambda change: json.dumps(CARDS[0].to_json() | {change[0]: change[1]}).encode() + b"\n"),
)


@BOUNDED
@given(st.lists(_LINE, max_size=8))
def test_whatever_the_queue_is_made_of_good_songs_stay_in_order_and_the_rest_is_kept(lines: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        queue = Path(folder) / "playlist.queue"
        queue.write_bytes(b"".join(lines))
        known = songs(queue)
        assert len({card.id for card in known}) == len(known)
        assert {card.id for card in known} >= {
            card.id for card, line in zip(CARDS, LINES, strict=True) if line in lines
        }
        assert Playlist(queue).put(NEXT)
        assert songs(queue) == [*known, NEXT]
        assert all("/" not in name for card in known for name in (card.id, card.audio, card.spare))


def saved(path: Path) -> bytes:
    counts.save(path, STATE)
    return path.read_bytes()


def test_a_producers_memory_cut_at_any_byte_tells_nothing_that_was_not_so(tmp_path: Path) -> None:
    path, last = tmp_path / "producer_state.json", 0
    whole = saved(path)
    for length in range(0, len(whole), EVERY):
        path.write_bytes(whole[:length])
        found = counts.look(path)
        assert found.tonight.items() <= STATE.tonight.items(), f"cut at byte {length}"
        assert found.ever.items() <= STATE.ever.items(), f"cut at byte {length}"
        assert set(found.counted) <= set(STATE.counted)
        known = len(found.tonight) + len(found.counted) + len(found.ever)
        assert known >= last, "what stands before the cut is there"
        last = known


@pytest.mark.parametrize("share", [0.1, 0.35, 0.5, 0.65, 0.8, 0.9])
def test_a_memory_that_was_cut_is_kept_and_its_good_parts_go_on(tmp_path: Path, share: float) -> None:
    path = tmp_path / "producer_state.json"
    cut = saved(path)[: int(len(path.read_bytes()) * share)]
    path.write_bytes(cut)
    found = counts.load(path)
    assert [name.read_bytes() for name in counts.set_aside(path)] == [cut]
    assert counts.load(path) == found
    assert len(counts.set_aside(path)) == 1, "it is whole again"


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda of: st.lists(of) | st.dictionaries(st.text(), of),
)


@BOUNDED
@given(
    st.sampled_from(["night", "fair", "songs_tonight", "songs_ever", "counted", "present", "failed", "nights"]), _JSON
)
def test_any_value_in_the_producers_memory_costs_its_own_member_only(member: str, value: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "producer_state.json"
        data = json.loads(saved(path)) | {member: value}
        path.write_text(json.dumps(data))
        found = counts.load(path)
        assert counts.load(path) == found
        others = {"songs_ever": found.ever == STATE.ever, "counted": found.counted == STATE.counted}
        assert all(is_there for name, is_there in others.items() if name != member)
        assert all(1 <= table <= 10_000 for table in found.ever)


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\0" * 1_000_000,
        b"[" * 100_000,
        b'{"night":' * 50_000,
        b'"a": [\n' * 2_000,
        b'{"fair": {"5": Infinity}}',
        b"null",
        *(b"\xff\xfe" * 1_000, b'{"songs_ever": {"5": 1e400, "0": 1, "-1": 1, "99999999": 1, "x": 1}}', b'"' * 100_000),
    ],
)
def test_whatever_lies_in_its_place_the_producer_goes_on_and_keeps_it(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "producer_state.json"
    path.write_bytes(damage)
    assert counts.look(path) == counts.load(path) == Counts()
    assert [name.read_bytes() for name in counts.set_aside(path)] == [damage]
    path.write_bytes(damage + b" ")
    counts.load(path)
    assert len(counts.set_aside(path)) == 2, "nothing that was kept is replaced"
