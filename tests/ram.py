"""Fixtures of the tests in which processes die: imported by the conftest beside them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crashes import a_machine
from stornello import media
from stornello.domain.songs import Sound

_decoded: dict[bytes, bytes] = {}
_measured: dict[bytes, Sound] = {}


@pytest.fixture
def ram() -> Iterator[Path]:
    """A folder in memory, on a machine whose disk forgets what was not synced; see ``crashes.dying_at``."""
    with a_machine() as folder:
        yield folder


@pytest.fixture
def each_sound_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decode and measure what is new, remember what is not: hundreds of lives hear the same sounds."""

    def to_speech(
        source: Path, target: Path, most_s: float, decode: Callable[[Path, Path, float], None] = media.to_speech
    ) -> None:
        content = source.read_bytes()
        if content not in _decoded:
            decode(source, target, most_s)
            _decoded[content] = target.read_bytes()
        target.write_bytes(_decoded[content])

    def listen(audio: Path, measure: Callable[[Path], Sound] = media.listen) -> Sound:
        content = audio.read_bytes()
        if content not in _measured:
            _measured[content] = measure(audio)
        return _measured[content]

    monkeypatch.setattr(media, "to_speech", to_speech)
    monkeypatch.setattr(media, "listen", listen)
