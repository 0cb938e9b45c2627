"""From a job's transcripts to a song in songs/: summary, lyrics, request, collect, measure, publish."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from stornello.chains import Chain, ChainedLyricist, Link, Said
from stornello.domain.clock import Clock
from stornello.domain.errors import GenerationFailed
from stornello.domain.names import SongId
from stornello.domain.plain import Plain
from stornello.domain.songs import Lyrics, SongCard
from stornello.generate_song import delivery, publishing
from stornello.generate_song.delivery import Delivered
from stornello.generate_song.language import language_of
from stornello.generate_song.ordering import Ordering
from stornello.generate_song.patience import Patience, Polls
from stornello.generate_song.steps import Steps
from stornello.seams import MusicStudio, SongOrder, Story, Take
from stornello.spool import orders, staging, takes
from stornello.spool.jobs import Job, table_of
from stornello.spool.ledger import Purpose
from stornello.spool.paths import Venue

_HOPELESS = 3
"""A studio may be away for so many times the song's deadline."""


@dataclass(frozen=True, slots=True)
class SongMaker:
    """Makes the song of one job.

    ``former_studio`` finds a studio that holds a song for us though the settings no longer name it. ``heard_by`` tells
    for the card who heard the recordings with these shas. ``milestone`` hears of every step as it begins or ends.
    """

    venue: Venue
    lyricist: ChainedLyricist
    studios: Chain[MusicStudio]
    former_studio: Callable[[str], Link[MusicStudio]]
    languages: Sequence[str]
    heard_by: Callable[[Sequence[str]], str]
    deadline_s: float
    clock: Clock
    milestone: Callable[[str], None]
    polls: Polls

    def make(self, job: Job) -> SongCard:
        """Return the card of the finished song. Each step is saved: a second call continues after the last one.

        Raises:
            GenerationFailed: there is nothing to sing of, or every studio failed for good.
            JobHeldError: only a person can tell whether the song is paid for already.
            ProviderError: engines did not deliver until the deadline.
        """
        patience = Patience(self.clock, self.clock.monotonic() + self.deadline_s, self.milestone)
        steps = Steps(job.folder / "steps")
        story = self._story(job)
        summary = patience.outlast(lambda: self._summary(steps, story, job))
        self.milestone("SUMMARY")
        words = patience.outlast(lambda: self._lyrics(steps, story, summary, job))
        self.milestone(f"LYRICS {len(words.value.text().split())} words")

        def order(gently: bool) -> SongOrder:  # noqa: FBT001 - a callback
            if not gently:
                return SongOrder(words.value, story.seed)
            softer = patience.outlast(lambda: self._lyrics(steps, story, summary, job, gently=True))
            self.milestone("GENTLER")
            return SongOrder(softer.value, story.seed)

        song, gently = self._delivered(steps, job, self._ordering(job, order, patience))
        self.milestone("COLLECTED")
        if gently:
            words = self._lyrics(steps, story, summary, job, gently=True)
        self.milestone(f"MEASURED {song.sound.duration_s:.0f} s")
        card = self._card(job, story, summary, words, song)
        publishing.publish(self.venue, card, song)
        self.milestone("DONE")
        return card

    def _summary(self, steps: Steps, story: Story, job: Job) -> str:
        def read(kept: dict[str, Any]) -> str:
            return str(kept["value"])

        return steps.once("summary", lambda: asdict(self.lyricist.summarise(story, job.id)), read)

    def _lyrics(self, steps: Steps, story: Story, summary: str, job: Job, *, gently: bool = False) -> Said[Lyrics]:
        def read(kept: dict[str, Any]) -> Said[Lyrics]:
            return Said(str(kept["by"]), Lyrics.from_json(kept["value"]))

        name = "lyrics-gently" if gently else "lyrics"
        return steps.once(name, lambda: asdict(self.lyricist.write(story, summary, job.id, gently=gently)), read)

    def _ordering(self, job: Job, words: Callable[[bool], SongOrder], patience: Patience) -> Ordering:
        def inspect(take: Take) -> Delivered:
            return delivery.inspect(take, lambda sha256: takes.claim(self.venue, sha256, SongId(job.id)))

        purpose = Purpose("studios", table_of(job.id), job.id)
        return Ordering(
            job.folder,
            self.venue.answers,
            purpose,
            self.studios,
            self.former_studio,
            words,
            inspect,
            self.polls,
            patience,
            is_overdue=job.status.age_s >= self.deadline_s,
            is_hopeless=job.status.age_s >= _HOPELESS * self.deadline_s,
        )

    def _delivered(self, steps: Steps, job: Job, ordering: Ordering) -> tuple[Delivered, bool]:
        """Return the song, from its checkpoint or from a studio, and whether its lyrics are the gentle ones."""

        def get() -> dict[str, Any]:
            song, gently = ordering.deliver()
            return {"song": song.to_json(job.folder), "gently": gently}

        def read(kept: dict[str, Any]) -> tuple[Delivered, bool]:
            return Delivered.from_json(kept["song"], job.folder), kept["gently"] is True

        delivered = steps.once("take", get, read)
        orders.mark_done(job.folder)
        return delivered

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

    def _card(self, job: Job, story: Story, summary: str, words: Said[Lyrics], song: Delivered) -> SongCard:
        told_at = staging.since(job.transcripts)
        return SongCard(
            id=SongId(job.id),
            job=job.id,
            table=story.table,
            guests=tuple(dict.fromkeys(note.guest for note in story.told if note.guest)),
            title=words.value.title,
            language=words.value.language,
            lyrics=words.value,
            summary=summary,
            audio=f"{job.id}{song.audio.suffix}",
            sound=song.sound,
            engines={
                "speech": self.heard_by(staging.shas_in(job.transcripts)),
                "words": words.by,
                "music": song.engine,
            },
            created_at=self.clock.now().isoformat(timespec="seconds"),
            synced_lyrics=song.synced_lyrics,
            told_at=told_at.isoformat(timespec="seconds") if told_at else "",
            spare=f"{job.id}.spare{song.spare.suffix}" if song.spare else "",
            sha256=song.sha256,
        )
