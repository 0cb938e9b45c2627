"""What guests said, as data for a model: JSON between two marks that nothing in it can imitate."""

import json
import re
from collections.abc import Sequence
from typing import Final

from stornello.providers.words.cleaning import plain, shortened
from stornello.seams import Story

MOST_CHARACTERS: Final = 12_000
"""Of all notes together: some fifteen minutes of talk. Longer ones are cut, the longest first, at a sentence's end."""

_MOST_OF_A_NAME: Final = 60
_MARKUP: Final = re.compile("[<>]")


def material(story: Story, summary: str = "") -> str:
    """Return the block that stands where a prompt says ``{material}``.

    Every ``<`` and ``>`` of the guests is escaped, so that the closing mark is the only one.
    """
    texts = [plain(note.text) for note in story.told]
    shares = _shares([len(text) for text in texts], MOST_CHARACTERS)
    told = [
        {"guest": shortened(plain(note.guest), _MOST_OF_A_NAME), "text": shortened(text, share)}
        for note, text, share in zip(story.told, texts, shares, strict=True)
    ]
    data = {"language": story.language, "told": told} | ({"summary": plain(summary)} if summary else {})
    inert = _MARKUP.sub(lambda mark: f"\\u{ord(mark[0]):04x}", json.dumps(data, ensure_ascii=False))
    return f"<material>\n{inert}\n</material>"


def _shares(lengths: Sequence[int], most: int) -> list[int]:
    """Share ``most`` out: what a short text does not need goes to the longer ones."""
    shares = [0] * len(lengths)
    for rank, at in enumerate(sorted(range(len(lengths)), key=lambda at: lengths[at])):
        shares[at] = min(lengths[at], most // (len(lengths) - rank))
        most -= shares[at]
    return shares
