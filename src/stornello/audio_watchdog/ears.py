"""One recording's way from claimed to staged, short or quarantined; every step can be repeated after a crash."""

import contextlib
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

from stornello import media
from stornello.audio_watchdog import refusals
from stornello.audio_watchdog.flood import Flood
from stornello.domain.clock import Clock
from stornello.domain.errors import ProviderError, RecordingError, StornelloError
from stornello.domain.names import Origin, TableId
from stornello.seams import Hearing
from stornello.spool import atomic, leaving, outside, reasons, recordings
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


class _StillWritten(RecordingError):  # noqa: N818 - a state of the file, no fault of anybody
    """What wrote the recording goes on after it was claimed: only the whole is heard."""

    @classmethod
    def now(cls) -> Self:
        """Return it with what a person is told."""
        return cls(*refusals.STILL_WRITTEN)


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

    _went_on: dict[str, tuple[int, str]] = field(default_factory=dict)
    """How often recordings were still being written, by arrival, and how they looked then."""

    _flood: Flood = field(init=False)

    def __post_init__(self) -> None:
        self._whose = recordings.known_shas(self.venue)
        self._flood = Flood(self.rules.most_an_hour, self.clock)

    def came_in(self, recording: Recording) -> None:
        """Begin to count how long it takes until ``recording`` is staged, or set aside."""
        self._since[recording.arrival] = self.clock.monotonic()

    def attend(self, recording: Recording) -> int:
        """Bring ``recording`` as far as it goes. Return 0, or the failed attempt after which to try again.

        Raises:
            OSError: the disk refuses, or the recording cannot be read; no attempt is counted.
        """
        try:
            self._bring_on(recording)
        except StornelloError as error:
            if isinstance(error, _StillWritten) or recording.has_changed:  # what half a file is says nothing of it
                return self._await_writer(recording)
            return self._failed(recording, error)
        self._went_on.pop(recording.arrival, None)
        return 0

    def excuse(self, recording: Recording) -> None:
        """Take back the attempt in hand, for it is we who stop, or the disk: that is no failure of the recording."""
        try:
            if begun := recording.attempts:
                recording.learn(attempts=str(begun - 1))
        except OSError:  # it came to its end meanwhile, or the disk takes nothing: then the next attempt knows
            self._excused.add(recording.arrival)

    def refused(self, recording: Recording, error: OSError, *, is_last: bool) -> None:
        """Tell that the disk, well otherwise, refused ``recording``; set it aside when that was its last chance.

        Raises:
            OSError: the disk takes nothing.
        """
        refusal = refusals.refused_by_the_disk(error, self.venue.transcription_errors)
        reasons.write(recording.folder, refusal, self.clock.now())
        if not is_last:
            return
        with contextlib.suppress(OSError):  # what is known of it may be what cannot be read
            self._note(recording, recording.origin, "error", 0, refusal.code)
            leaving.archive(self.venue, recording, refused=True)
        leaving.set_aside(self.venue.transcription_errors, recording, refusal, self.clock.now())

    def _bring_on(self, recording: Recording) -> None:
        if not recording.transcript.exists() and not self._is_heard(recording):
            return
        if recording.has_changed:
            raise _StillWritten.now()
        self._settle(recording)

    def _is_heard(self, recording: Recording) -> bool:
        """Hear it; return False for what there is nothing to hear of: nothing came, or it was heard before."""
        audio = recording.audio
        if audio is None:
            leaving.forget(recording)
            return False
        self._refuse_unopened(audio)
        look = recordings.look_of(audio)
        if self._went_on.get(recording.arrival, (0, look))[1] != look:
            raise _StillWritten.now()
        facts = recording.facts
        sha = facts["sha256"] if "sha256" in facts and facts.get("looked") == look else self._sha256(audio)
        if self._was_heard_before(recording, sha):
            if recordings.look_of(audio) != look:
                raise _StillWritten.now()
            atomic.remove(audio)
            leaving.forget(recording)
            return False
        self._hear(recording, audio, sha, look)
        return True

    def _await_writer(self, recording: Recording) -> int:
        """Forget what was made of half a file, and the attempt; return how often it was still being written."""
        if recording.has_changed:
            self._whose.pop(recordings.short_sha(recording), None)
            self.excuse(recording)
            recording.learn(looked="")  # nothing is known of it, and the attempt is given back but once
            atomic.remove(recording.transcript)
        error = _StillWritten.now()
        reasons.write(recording.folder, error, self.clock.now())
        times = self._went_on.get(recording.arrival, (0, ""))[0] + 1
        self._went_on[recording.arrival] = times, recordings.look_of(recording.audio)
        log.warning("recording still being written", extra={"recording": recording.name, "times": times})
        return times

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

    def _hear(self, recording: Recording, audio: Path, sha: str, look: str) -> None:
        """Write what was said into the recording's folder."""
        begun = recording.attempts
        refusal = self._refusal(recording, begun)
        attempts = begun + (refusal is None and recording.arrival not in self._excused)
        recording.learn(sha256=sha, looked=look, attempts=str(attempts))
        self._excused.discard(recording.arrival)
        if refusal:
            raise refusal
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
        in_part = media.is_cut(recording.speech, self.rules.most_s)
        origin = recording.origin
        assert origin is not None  # noqa: S101 - strays were refused before
        heard = self.transcriber.hear(recording.speech, self.rules.languages, origin.table, recording.arrival)
        recording.learn(heard_by=heard.by, in_part="yes" if in_part else "")
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

    def _refusal(self, recording: Recording, begun: int) -> RecordingError | None:
        """Return why it is not to be heard, before anything is paid or an attempt counted; None: it may be.

        What exceeds its table's hour is refused, unless it was begun before, or an operator asked for it.
        """
        origin = recording.origin
        if origin is None:
            return refusals.no_table()
        may_be_heard = begun or recording.is_asked_for or self._flood.admits(origin.table, recording.arrival)
        return None if may_be_heard else refusals.too_many(self.rules.most_an_hour)

    def _settle(self, recording: Recording) -> None:
        """Archive the audio and move the transcript on: to its table, or aside when it is too short for a song."""
        origin = recording.origin
        assert origin is not None  # noqa: S101 - nothing without a table is heard
        chars = len(recording.transcript.read_text(encoding="utf-8"))
        short = chars < self.rules.min_chars
        self._note(recording, origin, "short" if short else "staged", chars)
        if recording.is_heard_in_part:
            log.warning("recording too long, only its beginning is heard", extra={"recording": recording.name})
            leaving.tell_in_part(self.venue, recording, refusals.in_part(self.rules.most_s), self.clock.now())
        leaving.archive(self.venue, recording)
        if short:
            leaving.set_aside(
                self.venue.short_transcriptions,
                recording,
                refusals.too_short(chars, self.rules.min_chars),
                self.clock.now(),
            )
        else:
            leaving.stage(self.venue, recording, origin)

    def _failed(self, recording: Recording, error: StornelloError) -> int:
        attempt = recording.attempts
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
            leaving.archive(self.venue, recording, refused=True)
        leaving.set_aside(self.venue.transcription_errors, recording, error, self.clock.now())
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
