"""From a job's transcripts to a song in songs/: summary, lyrics, request, collect, measure, publish."""

import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stornello import media
from stornello.chains import Chain, ChainedLyricist, Said
from stornello.domain.backoff import backoff
from stornello.domain.clock import Clock
from stornello.domain.errors import GenerationFailed, ProviderUnreachable, RecordingError
from stornello.domain.names import SongId
from stornello.domain.plain import Plain
from stornello.domain.songs import Lyrics, SongCard, Sound, SungLine
from stornello.generate_song import tags
from stornello.generate_song.language import language_of
from stornello.generate_song.steps import Steps
from stornello.seams import MusicStudio, RequestId, SongOrder, Story, Take
from stornello.spool import atomic, staging
from stornello.spool.jobs import Job, table_of
from stornello.spool.paths import Venue

_POLL_BASE_S = 2.0
_POLL_CAP_S = 20.0


@dataclass(frozen=True, slots=True)
class SongMaker:
    """Makes the song of one job. ``milestone`` hears of every step as it begins or ends."""

    venue: Venue
    lyricist: ChainedLyricist
    studios: Chain[MusicStudio]
    languages: Sequence[str]
    heard_by: Callable[[Sequence[str]], str]
    deadline_s: float
    clock: Clock
    milestone: Callable[[str], None]

    def make(self, job: Job) -> SongCard:
        """Return the card of the finished song. Each step is saved: a second call continues after the last one.

        Raises:
            GenerationFailed: there is nothing to sing of, or the studio failed for good.
            ProviderUnreachable, ProviderRefused: an engine did not deliver.
        """
        steps = Steps(job.folder / "steps")
        story = self._story(job)
        told = Said(**steps.once("summary", lambda: asdict(self.lyricist.summarise(story, job.id))))
        summary: str = told.value
        self.milestone("SUMMARY")
        words = Said(**steps.once("lyrics", lambda: asdict(self.lyricist.write(story, summary, job.id))))
        lyrics = Lyrics.from_json(words.value)
        self.milestone(f"LYRICS {len(lyrics.text().split())} words")
        order = SongOrder(lyrics, story.seed)
        request = RequestId(steps.once("request", lambda: self.studios.links[0].engine.request(order)))
        self.milestone("REQUESTED")
        take = self._take(steps, request, job.folder)
        self.milestone("COLLECTED")
        sound = self._measure(take)
        self.milestone(f"MEASURED {sound.duration_s:.0f} s")
        card = self._publish(job, story, summary, words.by, lyrics, take, sound)
        self.milestone("DONE")
        return card

    def _story(self, job: Job) -> Story:
        told = staging.told_in(job.transcripts)
        if not told:
            raise GenerationFailed(
                "nothing-told",
                Plain("Nei testi di questo lavoro non c'è niente.", "The texts of this job hold nothing."),
                Plain(
                    "Metti un testo in transcripts/ e: stornello retry NOME",
                    "Put a text into transcripts/ and: stornello retry NAME",
                ),
            )
        language = language_of(" ".join(note.text for note in told), self.languages)
        seed = int.from_bytes(hashlib.sha256(job.id.encode()).digest()[:4])
        return Story(table_of(job.id), language, told, seed)

    def _take(self, steps: Steps, request: RequestId, folder: Path) -> Take:
        """Return the studio's take; a checkpoint whose audio is gone counts for nothing."""
        take = _take_from(steps.once("take", lambda: _kept(self._collect(request, folder))), folder)
        if take.audio.is_file():
            return take
        steps.forget("take")
        return self._take(steps, request, folder)

    def _collect(self, request: RequestId, folder: Path) -> Take:
        """Ask the studio until the song is there; unreachable for a while is no failure, the deadline is."""
        until = self.clock.monotonic() + self.deadline_s
        attempt = 0
        self.milestone("COOKING")
        while True:
            attempt += 1
            last_error = None
            try:
                if take := self.studios.links[0].engine.collect(request, folder):
                    return take
            except ProviderUnreachable as error:
                last_error = error
            wait_s = backoff(attempt, _POLL_BASE_S, _POLL_CAP_S)
            if self.clock.monotonic() + wait_s > until:
                raise last_error or _never_ready()
            self.clock.sleep(wait_s)

    def _measure(self, take: Take) -> Sound:
        try:
            return media.listen(take.audio)
        except RecordingError as error:
            raise GenerationFailed(
                "song-unreadable",
                Plain(
                    "Lo studio ha consegnato un file che non si può ascoltare.",
                    "The studio delivered a file that cannot be played.",
                ),
                Plain("Per riprovare: stornello retry NOME", "To try again: stornello retry NAME"),
            ) from error

    def _publish(
        self, job: Job, story: Story, summary: str, by: str, lyrics: Lyrics, take: Take, sound: Sound
    ) -> SongCard:
        """Put audio and card into songs/, audio first: a card on disk means that its song is whole."""
        card = SongCard(
            id=SongId(job.id),
            job=job.id,
            table=story.table,
            guests=tuple(dict.fromkeys(note.guest for note in story.told if note.guest)),
            title=lyrics.title,
            language=lyrics.language,
            lyrics=lyrics,
            summary=summary,
            audio=f"{job.id}{take.audio.suffix}",
            sound=sound,
            engines={"speech": self.heard_by(staging.shas_in(job.transcripts)), "words": by, "music": take.engine},
            created_at=self.clock.now().isoformat(timespec="seconds"),
            synced_lyrics=take.synced_lyrics,
        )
        part = self.venue.songs / f".{card.audio}{atomic.PART}"
        shutil.copyfile(take.audio, part)
        tags.write(part, card)
        _sync(part)
        part.replace(self.venue.songs / card.audio)
        atomic.write_json(self.venue.card(card.id), card.to_json())
        return card


def _kept(take: Take) -> dict[str, Any]:
    """Return ``take`` as JSON, its audio safe on disk. The file's name is enough: the job's folder may move."""
    _sync(take.audio)
    return {"audio": take.audio.name, "engine": take.engine, "synced_lyrics": [asdict(x) for x in take.synced_lyrics]}


def _take_from(data: dict[str, Any], folder: Path) -> Take:
    return Take(folder / data["audio"], data["engine"], tuple(SungLine(**line) for line in data["synced_lyrics"]))


def _sync(file: Path) -> None:
    with file.open("rb") as handle:
        os.fsync(handle.fileno())


def _never_ready() -> GenerationFailed:
    return GenerationFailed(
        "song-never-ready",
        Plain("Lo studio non ha finito la canzone in tempo.", "The studio did not finish the song in time."),
        Plain("Per riprovare: stornello retry NOME", "To try again: stornello retry NAME"),
    )
