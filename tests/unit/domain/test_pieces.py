"""What is written of a piece, and read again, by whatever version."""

from dataclasses import asdict
from typing import Any

import pytest

from builders import a_card
from stornello.domain.pieces import Piece

WRITTEN: dict[str, Any] = asdict(Piece.of_song(a_card(), "replay"))
GARBAGE: tuple[object, ...] = (None, "", "x", -1, 3.5, True, [], [[]], {}, {"a": 1})
FIELDS = ("key", "kind", "title", "audio", "sound", "table")


def test_what_is_written_is_read_again() -> None:
    assert Piece.from_json(WRITTEN) == Piece.of_song(a_card(), "replay")


def test_what_another_version_adds_is_passed_over_and_guests_may_be_missing() -> None:
    piece = Piece.from_json({**WRITTEN, "colour": "red", "guests": []})
    assert piece == Piece.from_json({name: value for name, value in WRITTEN.items() if name != "guests"})


@pytest.mark.parametrize("name", FIELDS)
def test_without_a_field_it_is_none(name: str) -> None:
    with pytest.raises(KeyError):
        Piece.from_json({key: value for key, value in WRITTEN.items() if key != name})


@pytest.mark.parametrize("name", [*WRITTEN, "sound.duration_s", "sound.cue_in_s", "sound.loudness_lufs"])
@pytest.mark.parametrize("value", GARBAGE, ids=repr)
def test_garbage_is_refused_in_the_way_that_readers_expect_or_is_a_piece(name: str, value: object) -> None:
    outer, _, inner = name.partition(".")
    data = {**WRITTEN, outer: {**WRITTEN[outer], inner: value} if inner else value}
    try:
        piece = Piece.from_json(data)
    except (KeyError, TypeError, ValueError):
        return
    assert all(isinstance(text, str) for text in (piece.key, piece.title, piece.audio, *piece.guests))
    assert isinstance(piece.sound.duration_s, int | float)


@pytest.mark.parametrize("data", [None, 3, "song", [], [WRITTEN]], ids=["none", "number", "text", "empty", "list"])
def test_what_is_no_object_is_refused_likewise(data: Any) -> None:  # noqa: ANN401 - whatever JSON holds
    with pytest.raises((KeyError, TypeError, ValueError)):
        Piece.from_json(data)
