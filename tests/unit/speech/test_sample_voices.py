"""The sample voice notes: what the demo promises of them. That they are heard well is in the demo's own test."""

import subprocess
from pathlib import Path

import pytest

from stornello import samples
from stornello.domain.names import origin_of


def seconds(note: Path) -> float:
    ask = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(note)]
    return float(subprocess.run(ask, check=True, capture_output=True, text=True).stdout)


def test_eight_notes_of_four_tables_in_two_languages_under_a_megabyte() -> None:
    origins = [origin_of(note.name) for note in samples.voices()]
    assert len(origins) == 8
    assert len({origin.guest for origin in origins if origin}) == 8
    assert len({origin.table for origin in origins if origin}) == 4
    assert sum(note.stat().st_size for note in [*samples.voices(), samples.too_short()]) < 1_000_000


@pytest.mark.parametrize("note", samples.voices(), ids=lambda note: note.stem)
def test_each_note_is_a_short_story(note: Path) -> None:
    assert 8 < seconds(note) < 16


def test_the_short_one_is_short() -> None:
    assert seconds(samples.too_short()) < 2
