"""Hearing by whichever transcriber of the chain can; what a paid one has heard is never sent again."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from stornello import media
from stornello.chains.chain import Chain, Link
from stornello.domain.names import TableId
from stornello.seams import Hearing, Transcriber
from stornello.spool import answers, atomic
from stornello.spool.ledger import Purpose

log = logging.getLogger(__name__)

_BYTES_A_SECOND = 32_000
"""16 kHz mono 16-bit."""


@dataclass(frozen=True, slots=True)
class ChainedTranscriber:
    """A transcriber that does not fail while any of its engines works; paid answers are kept in ``memory``.

    Safe to call from several threads.
    """

    chain: Chain[Transcriber]
    memory: Path
    _unsaved: dict[str, Hearing] = field(default_factory=dict)
    """Answers that the disk did not take, by key: they are tried again with each one to come."""

    def hear(self, audio: Path, languages: Sequence[str], table: TableId, about: str) -> Hearing:
        """Return what is said in ``audio`` (16 kHz mono 16-bit WAV). ``about`` is the recording's arrival.

        Raises:
            ProviderError: no engine can.
            OSError: the disk is full; nothing was asked that costs.
        """
        purpose = Purpose("transcribers", table, about)
        if known := self._known(_key(audio)):
            return known
        return self.chain.first(lambda link: self._hear(link, audio, languages, purpose), self._may_have_heard(about))

    def _may_have_heard(self, about: str) -> frozenset[str]:
        """Return who was sent this recording and never answered: others hear it first, so that nobody is paid twice."""
        return frozenset(
            charge.engine
            for charge in self.chain.ledger.lately()
            if (charge.seam, charge.about) == ("transcribers", about) and charge.state in {"begun", "unknown"}
        )

    def _hear(self, link: Link[Transcriber], audio: Path, languages: Sequence[str], purpose: Purpose) -> Hearing:
        engine = link.engine
        parts = media.parts(audio, engine.longest_s) if engine.longest_s else [audio]
        try:
            heard = [self._part(link, part, languages, purpose) for part in parts]
        finally:
            for part in parts:
                if part != audio:
                    atomic.remove(part)
        whole = _joined(heard)
        if engine.is_paid and len(parts) > 1:
            self._keep(_key(audio), whole)
        return whole

    def _part(self, link: Link[Transcriber], part: Path, languages: Sequence[str], purpose: Purpose) -> Hearing:
        if not link.engine.is_paid:
            return _by(link, self.chain.persist(link, purpose, lambda engine: engine.hear(part, languages)))
        if media.is_silent(part):
            return Hearing("", languages[0], 0.0, "")
        key = _key(part)
        if known := self._known(key):
            return known

        def ask(engine: Transcriber) -> Hearing:
            heard = _by(link, engine.hear(part, languages))
            self._keep(key, heard)
            return heard

        minutes = part.stat().st_size / _BYTES_A_SECOND / 60
        is_alone = len(self.chain.usable()) <= 1
        with answers.room(self.memory, key):
            return self.chain.persist(link, purpose, ask, minutes, though_unknown=is_alone)

    def _known(self, key: str) -> Hearing | None:
        kept: Any = answers.read(self.memory, key)
        try:
            return Hearing(**kept) if kept else self._unsaved.get(key)
        except TypeError:
            return None

    def _keep(self, key: str, heard: Hearing) -> None:
        """Keep what was paid for, on disk or, while that takes nothing, here."""
        self._unsaved[key] = heard
        for waiting, answer in list(self._unsaved.items()):
            try:
                answers.save(self.memory, waiting, asdict(answer))
            except OSError as error:
                log.warning("answer not saved, kept in memory", extra={"errno": error.errno})
            else:
                self._unsaved.pop(waiting, None)


def _by(link: Link[Transcriber], heard: Hearing) -> Hearing:
    return heard if heard.by else replace(heard, by=link.engine.name)


def _key(audio: Path) -> str:
    return answers.key_of("hearing", audio.read_bytes())


def _joined(parts: Sequence[Hearing]) -> Hearing:
    if len(parts) == 1:
        return parts[0]
    longest = max(parts, key=lambda part: part.speech_s)
    text = " ".join(part.text for part in parts if part.text)
    return Hearing(text, longest.language, sum(part.speech_s for part in parts), longest.by)
