"""What may come back from a song's card, whoever wrote it."""

import json
from typing import Any

import pytest

from builders import a_card
from stornello.domain.songs import SongCard, SungLine

WHOLE = a_card(synced_lyrics=(SungLine(1.5, "Anna è arrivata"),))


def test_a_card_comes_back_as_it_was() -> None:
    assert SongCard.from_json(json.loads(json.dumps(WHOLE.to_json()))) == WHOLE


@pytest.mark.parametrize(
    "value", [None, 7, True, "x", "\ud800", [], [7], {}, {"a": 1}, float("nan"), float("inf"), 10**400]
)
@pytest.mark.parametrize("name", list(WHOLE.to_json()))
def test_a_card_with_anything_else_in_it_is_none_or_holds_what_it_says(name: str, value: object) -> None:
    changed = WHOLE.to_json() | {name: value}
    try:
        card = SongCard.from_json(changed)
    except (KeyError, TypeError, ValueError):
        return
    assert json.loads(json.dumps(card.to_json())) == json.loads(json.dumps(changed))
    assert type(getattr(card, name)) is type(getattr(WHOLE, name))


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "../../etc"},
        {"id": ""},
        {"table": "5"},
        {"title": 5},
        {"guests": "Anna"},
        {"guests": [5]},
        {"title": "\ud800"},
        {"sound": WHOLE.to_json()["sound"] | {"cue_in_s": "1"}},
        {"sound": WHOLE.to_json()["sound"] | {"duration_s": float("nan")}},
        {"sound": WHOLE.to_json()["sound"] | {"loudness_lufs": "loud"}},
        {"lyrics": WHOLE.to_json()["lyrics"] | {"sections": [{"kind": "verse", "lines": [5]}]}},
        {"lyrics": WHOLE.to_json()["lyrics"] | {"sections": [{"kind": "verse", "lines": "Anna"}]}},
        {"lyrics": WHOLE.to_json()["lyrics"] | {"sections": [{"kind": "shout", "lines": []}]}},
        {"synced_lyrics": [{"at_s": "1", "text": "Anna"}]},
        {"synced_lyrics": [{"at_s": 1, "text": 5}]},
        {"engines": {"music": 5}},
    ],
)
def test_a_card_with_a_wrong_type_in_it_is_none(changed: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        SongCard.from_json(WHOLE.to_json() | changed)


@pytest.mark.parametrize("data", [None, [], "card", 5, {}])
def test_what_is_no_object_is_no_card(data: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        SongCard.from_json(data)
