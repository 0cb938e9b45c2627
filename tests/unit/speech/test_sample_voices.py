"""The sample voice notes: what the demo promises of them. Only this test knows what they say."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from stornello import samples
from stornello.domain.names import origin_of
from stornello.providers.speech.embedded import FasterWhisperTranscriber

SAMPLES = Path(samples.__file__).parent
TEXTS = {story["name"]: story["text"] for story in tomllib.loads((SAMPLES / "stories.toml").read_text())["story"]}
ITALIAN_TABLES = {3, 5}


def seconds(note: Path) -> float:
    ask = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(note)]
    return float(subprocess.run(ask, check=True, capture_output=True, text=True).stdout)


def words(text: str) -> list[str]:
    numbers = {"forty": "40", "nine": "9", "five": "5", "three": "3", "mister": "mr", "ottanta": "80", "venti": "20"}
    return [numbers.get(word, word) for word in re.findall(r"\w+", text.casefold())]


def word_error_rate(said: list[str], heard: list[str]) -> float:
    """Return insertions, deletions and substitutions per word said (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1] / len(said)


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


@pytest.fixture(scope="module")
def transcriber(whisper_base: Path) -> FasterWhisperTranscriber:
    return FasterWhisperTranscriber(whisper_base)


@pytest.mark.parametrize("note", samples.voices(), ids=lambda note: note.stem)
def test_each_note_is_heard_well_by_the_smallest_model(note: Path, transcriber: FasterWhisperTranscriber) -> None:
    heard = transcriber.hear(note, ("it", "en"))
    origin = origin_of(note.name)
    assert origin
    assert heard.language == ("it" if origin.table in ITALIAN_TABLES else "en")
    wrong = word_error_rate(words(TEXTS[note.stem]), words(heard.text))
    print(f"{note.stem}: {wrong:.1%} of {len(words(TEXTS[note.stem]))} words wrong")  # noqa: T201 - shown with -rP
    assert wrong < 0.25
