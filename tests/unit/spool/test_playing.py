"""playing.json: what the DJ after us goes on from; whatever is wrong with it, it is read as it was or not at all."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from builders import a_card
from stornello.domain.crossfade import Fade, Handover, Part
from stornello.domain.pieces import Piece
from stornello.spool import playing
from stornello.spool.paths import Venue
from stornello.spool.playing import Kept, Playing, Quiet, Spot

EIGHT = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
ONE = Spot(
    role="current",
    slot="a",
    piece=Piece.of_song(a_card("one")),
    part=Part(0.5, 60.0),
    from_s=0.5,
    rise=Fade(0.5, 5.0),
    handover=Handover(55.0, 5.0),
    fall=Fade(30.0, 0.15, "smooth"),
    position_s=31.5,
    due_at=EIGHT,
    started_at=EIGHT,
    taken=True,
    heard_s=31.0,
)
ALL = Playing(
    at=EIGHT.timestamp(),
    monotonic_s=1000.0,
    number=7,
    spots=(ONE, replace(ONE, role="cued", slot="b", handover=None, fall=None, started_at=None)),
    paused=True,
    panic=True,
    volume=85,
    kept=Kept(piece=Piece.of_song(a_card("two")), position_s=12.0, started_at=EIGHT, heard_s=11.5),
    heard={"one": EIGHT.timestamp(), "house/jazz.mp3": 3.5},
    quiet=Quiet(night="2026-11-23", longest_s=0.4, until=5.0, heard_at=6.0),
)


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    venue = Venue(tmp_path / "venue")
    venue.open()
    return venue


def test_what_is_written_is_read(venue: Venue) -> None:
    playing.write(venue, ALL, durable=True)
    assert playing.read(venue) == ALL


def test_the_later_of_the_two_that_can_be_read_counts(venue: Venue) -> None:
    playing.write(venue, ALL, durable=True)
    later = replace(ALL, number=8, paused=False)
    playing.write(venue, later, durable=False)
    assert playing.read(venue) == later
    venue.playing_now.write_bytes(venue.playing_now.read_bytes()[:100])
    assert playing.read(venue) == ALL


def _paths(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value in a JSON document."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in entries:
        yield (*path, key)
        yield from _paths(below, (*path, key))


@pytest.mark.parametrize("odd", [None, "x", -1e400, [], {}, True])
def test_a_value_of_another_kind_anywhere_is_read_as_something_or_as_nothing(venue: Venue, odd: object) -> None:
    playing.write(venue, ALL, durable=True)
    whole = venue.playing.read_text()
    for path in _paths(json.loads(whole)):
        data = json.loads(whole)
        place = data
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = odd
        venue.playing.write_text(json.dumps(data))
        known = playing.read(venue)
        assert known is None or isinstance(known, Playing)


@pytest.mark.parametrize("content", [b"", b"[" * 100_000, b"[]", b"7", b'{"version": 2}', b"\xff\xfe"])
def test_what_is_none_is_nothing(venue: Venue, content: bytes) -> None:
    venue.playing.write_bytes(content)
    assert playing.read(venue) is None


@pytest.mark.parametrize("audio", ["/etc/passwd", "songs/../../x.mp3"])
def test_no_piece_leads_out_of_the_venue(venue: Venue, audio: str) -> None:
    playing.write(venue, replace(ALL, spots=(replace(ONE, piece=replace(ONE.piece, audio=audio)),)), durable=True)
    assert playing.read(venue) is None
