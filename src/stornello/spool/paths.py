"""Every path of a venue, in one class. Who writes, who reads and what a crash leaves: docs/on-disk.md."""

import errno
import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from stornello.domain.names import JobId, SongId, TableId
from stornello.spool import atomic


@dataclass(frozen=True, slots=True)
class Venue:
    """One venue is one folder; nothing that belongs to it lies elsewhere."""

    root: Path

    @property
    def from_tables(self) -> Path:
        """Where recorders drop voice notes."""
        return self.root / "FROM_TABLES"

    @property
    def work_in_progress(self) -> Path:
        """Staged transcripts, a folder a table."""
        return self.root / "WORK_IN_PROGRESS"

    def staged(self, table: TableId) -> Path:
        """Return the folder of one table's staged transcripts."""
        return self.work_in_progress / str(table)

    @property
    def scratch(self) -> Path:
        """Everything that is under way."""
        return self.root / ".tmp_player"

    @property
    def hearing(self) -> Path:
        """Claimed recordings, a folder each, until their transcript is staged."""
        return self.scratch / "hearing"

    @property
    def jobs(self) -> Path:
        """Claimed batches, a folder each."""
        return self.scratch / "jobs"

    def job(self, job: JobId) -> Path:
        """Return the folder of one job."""
        return self.jobs / job

    @property
    def ledger(self) -> Path:
        """What paid calls have cost, a file a night."""
        return self.scratch / "ledger"

    @property
    def answers(self) -> Path:
        """What paid engines have answered, by content, so that nothing is asked twice."""
        return self.scratch / "answers"

    @property
    def engines(self) -> Path:
        """How each engine was when it was last asked, a file each."""
        return self.scratch / "engines"

    @property
    def playing(self) -> Path:
        """What the DJ has in hand, durably."""
        return self.scratch / "playing.json"

    @property
    def playing_now(self) -> Path:
        """The same at every second, as far as no power cut takes it."""
        return self.scratch / "playing.now.json"

    @property
    def now_playing(self) -> Path:
        """What the room hears, for dashboards and other programs."""
        return self.root / "now_playing.json"

    @property
    def run(self) -> Path:
        """Sockets, locks and what the services say of themselves; mode 0700."""
        return self.scratch / "run"

    @property
    def logs(self) -> Path:
        """The services' logs, JSON lines."""
        return self.scratch / "logs"

    @property
    def playlist(self) -> Path:
        """The queue of songs, JSON lines, first in first out."""
        return self.root / "playlist.queue"

    @property
    def producer_state(self) -> Path:
        """The producer's memory of who has had how many songs."""
        return self.root / "producer_state.json"

    @property
    def songs(self) -> Path:
        """Finished audio and cards."""
        return self.root / "songs"

    def card(self, song: SongId) -> Path:
        """Return the path of a song's card."""
        return self.songs / f"{song}.json"

    @property
    def archived_recordings(self) -> Path:
        """Every voice note as it came."""
        return self.root / "archive" / "recordings"

    @property
    def heard_in_part(self) -> Path:
        """Of which voice notes only the beginning was heard, and why, a file each."""
        return self.root / "archive" / "heard_in_part"

    @property
    def archived_transcripts(self) -> Path:
        """The transcripts that became songs."""
        return self.root / "archive" / "transcripts"

    @property
    def short_transcriptions(self) -> Path:
        """Recordings with too few words for a song."""
        return self.root / "short_transcriptions"

    @property
    def transcription_errors(self) -> Path:
        """Recordings that could not be used, a folder each, with the reason."""
        return self.root / "transcription_errors"

    @property
    def failed_processing(self) -> Path:
        """Jobs that did not become a song, whole, with the reason."""
        return self.root / "failed_processing"

    @property
    def held(self) -> Path:
        """Jobs that only a person can decide on, whole, with the reason."""
        return self.root / "held"

    @property
    def house_music(self) -> Path:
        """The operator's own filler."""
        return self.root / "house_music"

    @property
    def bed(self) -> Path:
        """The soft sound that plays when there is nothing else; made anew when missing or damaged."""
        return self.scratch / "bed.wav"

    @property
    def listened(self) -> Path:
        """What listening to the house's own music has found, file by file; when lost, it is listened to again."""
        return self.scratch / "listened.json"

    @property
    def journal(self) -> Path:
        """SQLite: what happened. Never decides."""
        return self.root / "journal.db"

    @property
    def settings(self) -> Path:
        """The operator's settings."""
        return self.root / "stornello.toml"

    def folders(self) -> tuple[Path, ...]:
        """Return the folders that a venue has, those above before those below them."""
        return (
            self.from_tables,
            self.work_in_progress,
            self.scratch,
            self.hearing,
            self.jobs,
            self.logs,
            self.songs,
            self.archived_recordings,
            self.archived_transcripts,
            self.short_transcriptions,
            self.transcription_errors,
            self.failed_processing,
            self.held,
            self.ledger,
            self.answers,
            self.engines,
            self.house_music,
            self.run,
        )

    def one_device(self) -> tuple[Path, ...]:
        """Return the folders between which files are renamed, besides :attr:`scratch` and what lies there."""
        return (
            *(self.root, self.work_in_progress, self.hearing, self.jobs),
            *(self.archived_recordings, self.archived_transcripts, self.short_transcriptions),
            *(self.transcription_errors, self.failed_processing, self.held),
        )

    def is_there(self) -> bool:
        """Return whether the folder is a venue now: False also for the empty one that an unmounted disk leaves.

        One thing of ours is not enough: what was under way when the disk went may have left it there.
        """
        ours = (self.scratch, self.work_in_progress, self.songs, self.held, self.failed_processing, self.from_tables)
        return len(list(islice(filter(os.path.exists, ours), 2))) == 2  # noqa: PLR2004 - see above

    def open(self) -> None:
        """Create the venue, its root and the folders that are missing: for a command that a person gives."""
        atomic.make_folder(self.root)
        self._make_missing()

    def make(self) -> None:
        """Create the folders that are missing of a venue that is there: for every pass of a service.

        Raises:
            FileNotFoundError: there is no venue, so that none is made beside the one whose disk is away.
        """
        if not self.is_there():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.root))
        self._make_missing()

    def _make_missing(self) -> None:
        for folder in self.folders():
            if not os.path.isdir(folder):  # noqa: PTH112 - False, not an error, for one that cannot be asked
                atomic.make_folder(folder, mode=0o700 if folder == self.run else 0o777)
