"""Words from whichever lyricist of the chain can; for an unusable answer it is asked once more, with the reason."""

import logging
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from stornello.chains.chain import Chain, Link
from stornello.domain.errors import AnswerUnusable
from stornello.domain.songs import Lyrics
from stornello.seams import Lyricist, Story
from stornello.spool.ledger import Purpose

log = logging.getLogger(__name__)

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Said(Generic[R]):
    """An answer and who gave it, as the card tells it."""

    by: str
    value: R


class _Question(Protocol[R_co]):
    """What is asked of an engine; with ``complaint`` only when there is one, for engines that know none."""

    def __call__(self, engine: Lyricist, **complaint: str) -> R_co: ...


@dataclass(frozen=True, slots=True)
class ChainedLyricist:
    """A lyricist that does not fail while any of its engines works. ``about`` is the job."""

    chain: Chain[Lyricist]

    def summarise(self, story: Story, about: str) -> Said[str]:
        """Summarise what was told. Raises ProviderError when no engine can."""
        return self._ask(story, about, lambda engine, **complaint: engine.summarise(story, **complaint))

    def write(self, story: Story, summary: str, about: str, *, gently: bool = False) -> Said[Lyrics]:
        """Write the lyrics. Raises ProviderError when no engine can."""
        return self._ask(
            story, about, lambda engine, **complaint: engine.write(story, summary, gently=gently, **complaint)
        )

    def _ask(self, story: Story, about: str, question: _Question[R]) -> Said[R]:
        purpose = Purpose("lyricists", story.table, about)
        return self.chain.first(lambda link: Said(link.engine.name, self._answer(link, purpose, question)))

    def _answer(self, link: Link[Lyricist], purpose: Purpose, question: _Question[R]) -> R:
        """Return a usable answer; each attempt is paid for by itself."""
        try:
            return self.chain.persist(link, purpose, question)
        except AnswerUnusable as unusable:
            complaint = unusable.reason
            log.warning("answer unusable, asked once more", extra={"engine": link.name, "code": unusable.code})
        return self.chain.persist(link, purpose, lambda engine: question(engine, complaint=complaint))
