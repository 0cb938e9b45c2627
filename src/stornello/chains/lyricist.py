"""Words from whichever lyricist of the chain can."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from stornello.chains.chain import Chain
from stornello.domain.songs import Lyrics
from stornello.seams import Lyricist, Story
from stornello.spool.ledger import Purpose

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Said(Generic[R]):
    """An answer and who gave it, as the card tells it."""

    by: str
    value: R


@dataclass(frozen=True, slots=True)
class ChainedLyricist:
    """A lyricist that does not fail while any of its engines works. ``about`` is the job."""

    chain: Chain[Lyricist]

    def summarise(self, story: Story, about: str) -> Said[str]:
        """Summarise what was told. Raises ProviderError when no engine can."""
        return self._ask(story, about, lambda engine: engine.summarise(story))

    def write(self, story: Story, summary: str, about: str, *, gently: bool = False) -> Said[Lyrics]:
        """Write the lyrics. Raises ProviderError when no engine can."""
        return self._ask(story, about, lambda engine: engine.write(story, summary, gently=gently))

    def _ask(self, story: Story, about: str, call: Callable[[Lyricist], R]) -> Said[R]:
        purpose = Purpose("lyricists", story.table, about)
        return self.chain.first(lambda link: Said(link.engine.name, self.chain.persist(link, purpose, call)))
