"""What the guests of the sample voice notes say, and how much of it was heard."""

import re
import tomllib
from pathlib import Path

from stornello import samples

_STORIES = tomllib.loads((Path(samples.__file__).parent / "stories.toml").read_text())["story"]

SAID = {str(story["name"]).partition("-")[2].capitalize(): str(story["text"]) for story in _STORIES}
"""The words of each guest."""


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
