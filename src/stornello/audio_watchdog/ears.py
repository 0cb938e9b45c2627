"""One recording's way from claimed to staged, short or quarantined; every step can be repeated after a crash."""

import contextlib
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from stornello import media
from stornello.audio_watchdog import refusals
from stornello.audio_watchdog.flood import Flood
from stornello.domain.clock import Clock
from stornello.domain.errors import ProviderError, StornelloError
from stornello.domain.names import Origin, TableId
from stornello.seams import Hearing
from stornello.spool import atomic, outside, reasons, recordings
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.spool.recordings import Recording

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides a recording's fate; see the settings of the same names."""

    languages: Sequence[str]
    min_chars: int
    retry: int
    most_s: float
    most_mb: float
    most_an_hour: int = 0


class Hears(Protocol):
    """Whoever hears for the house: a chain of engines."""

    def hear(self, audio: Path, languages: Sequence[str], table: TableId, about: str) -> Hearing:
        """Return what is said in ``audio``, for ``table``; ``about`` is the recording's arrival."""
        ...


@dataclass(slots=True)
class Ears:
    """Hears recordings. ``attend`` may be called from several threads, one recording each."""

    venue: Venue
    transcriber: Hears
    rules: Rules
    journal: Journal
    clock: Clock
    _whose: dict[str, str] = field(default_factory=dict)
    """Contents that are known: sha256 (16 hex digits) -> the arrival they belong to."""
    _since: dict[str, float] = field(default_factory=dict)
    """When recordings came in (monotonic), by arrival; those of an earlier life are not known."""
    _excused: set[str] = field(default_factory=set)
    """Whose last attempt does not count, though the disk could not be told."""

    _flood: Flood = field(init=False)

    def __post_init__(self) -> None:
        self._whose = recordings.known_shas(self.venue)
        self._flood = Flood(self.rules.most_an_hour, self.clock)

    def came_in(self, recording: Recording) -> None:
        """Begin to count how long it takes until ``recording`` is staged, or set aside."""
        self._since[recording.arrival] = self.clock.monotonic()

    def attend(self, recording: Recording) -> int:
        """Bring ``recording`` as far as it goes. Return 0, or the failed attempt after which to try again."""
        try:
            self._bring_on(recording)
        except StornelloError as error:
            return self._failed(recording, error)
        return 0

    def excuse(self, recording: Recording) -> None:
        """Take back the attempt in hand, for it is we who stop, or the disk: that is no failure of the recording."""
        try:
            if begun := int(recording.facts.get("attempts", "0")):
                recording.learn(attempts=str(begun - 1))
        except OSError:  # it came to its end meanwhile, or the disk takes nothing: then the next attempt knows
            self._excused.add(recording.arrival)

    def _bring_on(self, recording: Recording) -> None:
        if not recording.transcript.exists():
            audio = recording.audio
            if audio is None:
                recordings.forget(recording)
                return
            self._refuse_unopened(audio)
            sha = recording.facts.get("sha256") or self._sha256(audio)
            if self._was_heard_before(recording, sha):
                recordings.forget(recording)
                return
            self._hear(recording, audio, sha)
        self._settle(recording)

    def _was_heard_before(self, recording: Recording, sha: str) -> bool:
        """Return whether another arrival has, or had, the same content."""
        if self._whose.setdefault(sha[:16], recording.arrival) == recording.arrival:  # one atomic step
            return False
        self.journal.recording(sha, recording.name, None, "duplicate", 0, self.clock.now(), arrival=recording.arrival)
        log.info("recording heard before", extra={"recording": recording.name})
        return True

    def _sha256(self, audio: Path) -> str:
        try:
            with outside.open_file(audio) as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except PermissionError:
            raise refusals.unreadable(self.venue.transcription_errors) from None

    def _hear(self, recording: Recording, audio: Path, sha: str) -> None:
        """Write what was said into the recording's folder."""
        attempts = int(recording.facts.get("attempts", "0")) + (recording.arrival not in self._excused)
        recording.learn(sha256=sha, attempts=str(attempts))
        self._excused.discard(recording.arrival)
        self._refuse_strays(recording)
        if attempts == 1:  # what was begun was let through before
            self._refuse_flood(recording)
        if attempts > self.rules.retry + 1:
            raise refusals.engine_keeps_dying()
        try:
            self._transcribe(recording, audio)
        except OSError:  # a full disk is no failure of the recording, however long it lasts
            with contextlib.suppress(OSError):
                atomic.remove(recording.speech)  # which may make the room that taking the attempt back needs
            self.excuse(recording)
            raise

    def _transcribe(self, recording: Recording, audio: Path) -> None:
        media.to_speech(audio, recording.speech, self.rules.most_s)
        if media.is_cut(recording.speech, self.rules.most_s):
            facts = {"recording": recording.name, "seconds": self.rules.most_s}
            log.warning("recording too long, only its beginning is heard", extra=facts)
        origin = recording.origin
        assert origin is not None  # noqa: S101 - strays were refused before
        heard = self.transcriber.hear(recording.speech, self.rules.languages, origin.table, recording.arrival)
        recording.learn(heard_by=heard.by)
        atomic.remove(recording.speech)
        atomic.write_text(recording.transcript, heard.text.strip())

    def _refuse_unopened(self, audio: Path) -> None:
        """Refuse by kind, name and size what is not worth a byte read."""
        if not outside.is_file(audio):  # something else has taken its name between the look and the claim
            raise refusals.not_a_file()
        if audio.suffix not in media.EXTENSIONS:
            raise refusals.not_a_recording()
        if not audio.stat().st_size:
            raise refusals.empty()
        if audio.stat().st_size > self.rules.most_mb * 1e6:
            raise refusals.too_large(self.rules.most_mb)

    def _refuse_strays(self, recording: Recording) -> None:
        if recording.origin is None:
            raise refusals.no_table()

    def _refuse_flood(self, recording: Recording) -> None:
        """Refuse, before anything is paid, what exceeds its table's hour, unless an operator asked for it."""
        origin = recording.origin
        assert origin is not None  # noqa: S101 - strays were refused before
        if not recording.is_asked_for and not self._flood.admits(origin.table, recording.arrival):
            raise refusals.too_many(self.rules.most_an_hour)

    def _settle(self, recording: Recording) -> None:
        """Archive the audio and move the transcript on: to its table, or aside when it is too short for a song."""
        origin = recording.origin
        assert origin is not None  # noqa: S101 - nothing without a table is heard
        chars = len(recording.transcript.read_text(encoding="utf-8"))
        short = chars < self.rules.min_chars
        self._note(recording, origin, "short" if short else "staged", chars)
        recordings.archive(self.venue, recording)
        if short:
            recordings.set_aside(
                self.venue.short_transcriptions,
                recording,
                refusals.too_short(chars, self.rules.min_chars),
                self.clock.now(),
            )
        else:
            recordings.stage(self.venue, recording, origin)

    def _failed(self, recording: Recording, error: StornelloError) -> int:
        attempt = int(recording.facts.get("attempts", "0"))
        if isinstance(error, ProviderError) and error.retryable and attempt <= self.rules.retry:
            log.warning(
                "hearing failed, will try again",
                extra={"recording": recording.name, "code": error.code, "attempt": attempt},
            )
            reasons.write(recording.folder, error, self.clock.now())
            return attempt
        sha = recordings.short_sha(recording)
        self._note(recording, recording.origin, "error", 0, error.code)
        if (audio := recording.audio) and outside.is_file(audio):
            recordings.archive(self.venue, recording, refused=True)
        recordings.set_aside(self.venue.transcription_errors, recording, error, self.clock.now())
        self._whose.pop(sha, None)  # quarantined is not heard: dropped again, it gets another chance
        return 0

    def _note(self, recording: Recording, origin: Origin | None, outcome: str, chars: int, code: str = "") -> None:
        table = origin.table if origin else None
        sha = recording.facts.get("sha256", "")
        heard_by = recording.facts.get("heard_by", "")
        since = self._since.pop(recording.arrival, None)
        self.journal.recording(
            *(sha, recording.name, table, outcome, chars, self.clock.now(), heard_by),
            arrival=recording.arrival,
            seconds=None if since is None else self.clock.monotonic() - since,
        )
        facts = {"recording": recording.name, "table": table, "outcome": outcome, "chars": chars} | (
            {"code": code} if code else {}
        )
        log.log(logging.WARNING if code else logging.INFO, "recording attended", extra=facts)
