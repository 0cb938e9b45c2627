"""What docs/on-disk.md says of recordings and words, as something that can be looked at; see ``residues``."""

import re
from collections import Counter
from pathlib import Path

from evening_engines import AGAIN, GUESTS, IN_PART
from stornello.spool import jobs, reasons
from tracks import Tracks, json_in, seen, sha
from venues import STORY


def the_door(tracks: Tracks) -> bool:
    """Still here, or claimed."""
    venue = tracks.venue
    kept = [*venue.archived_recordings.rglob("*"), *venue.root.glob("*/*/audio*"), *venue.hearing.glob("*/audio*")]
    claimed = Counter({sha(file): 1 for file in kept if file.is_file()})
    for name, content in tracks.contents.items():
        here = (venue.from_tables / name).exists()
        assert here or claimed[content], f"{name} is neither here nor claimed"
        if here:
            assert sha(venue.from_tables / name) == content
            names = [json_in(facts).get("name") for facts in venue.hearing.glob("*/recording.json")]
            held = [facts for facts in venue.hearing.glob("*/audio*") if sha(facts) == content]
            assert name not in names or not held or name == AGAIN or name == GUESTS[0], f"{name} is here and claimed"
    return any(venue.from_tables.iterdir())


def hearing(tracks: Tracks) -> bool:
    """One of the states of the second table."""
    folders = list(tracks.venue.hearing.iterdir())
    for folder in folders:
        names = {path.name for path in seen(folder.iterdir())}
        assert all(re.match(r"recording\.json|reason\.json|transcript\.txt|audio\.|speech\.", name) for name in names)
        if "recording.json" in names:
            assert isinstance(json_in(folder / "recording.json"), dict)
        if "transcript.txt" in names:
            said = (folder / "transcript.txt").read_text()
            assert not said or said.startswith(STORY)
    return bool(folders)


def staged(tracks: Tracks) -> bool:
    """The text is still here, or claimed: whole, and once."""
    venue = tracks.venue
    here = list(seen(venue.work_in_progress.glob("*/*.txt")))
    claimed = [
        *venue.jobs.glob("*/transcripts/*.txt"),
        *venue.archived_transcripts.glob("*/*.txt"),
        *venue.failed_processing.glob("*/transcripts/*.txt"),
        *venue.held.glob("*/transcripts/*.txt"),
    ]
    texts = Counter(path.read_text() for path in (*here, *claimed))
    assert all(text.startswith(STORY) and times == 1 for text, times in texts.items())
    return bool(here)


def archived(tracks: Tracks) -> bool:
    """Whole, under a name that tells its content; a second name of the same file at most where it was heard."""
    found = [path for path in seen(tracks.venue.archived_recordings.iterdir()) if path.is_file()]
    for file in found:
        arrival, sum_, _ = file.name.split("_", 2)
        assert sha(file).startswith(sum_)
        assert all(path.samefile(file) for path in (tracks.venue.hearing / arrival).glob("audio*"))
    return bool(found)


def refused(tracks: Tracks) -> bool:
    """The same, for what could not be used: the other name is where it was heard, or in its quarantine."""
    found = [*seen((tracks.venue.archived_recordings / "refused").glob("*"))]
    for file in found:
        arrival = file.name.split("_", 1)[0]
        others = [*tracks.venue.hearing.glob(f"{arrival}/audio*")]
        others += tracks.venue.transcription_errors.glob(f"{arrival}_*/audio*")
        assert len(others) == 1
        assert others[0].samefile(file)
    return bool(found)


def in_part(tracks: Tracks) -> bool:
    """A whole note, of a recording that is on its way or archived."""
    found = list(seen(tracks.venue.heard_in_part.glob("*")))
    archived = "".join(path.name for path in tracks.venue.archived_recordings.iterdir())
    for note, path in zip(reasons.notes(tracks.venue.heard_in_part), found, strict=True):
        assert note.about == IN_PART
        arrival = path.name.split("_", 1)[0]
        assert arrival in archived or (tracks.venue.hearing / arrival / "transcript.txt").exists()
    return bool(found)


def archived_words(tracks: Tracks) -> bool:
    """All of a song's words, at once."""
    found = list(tracks.venue.archived_transcripts.iterdir())
    for folder in found:
        assert tracks.venue.card(folder.name).exists()  # type: ignore[arg-type]  # as above
        assert list(folder.glob("*.txt"))
    return bool(found)


def set_aside(folder: Path, *must: str) -> bool:
    """Whole entries, each with a reason that can be read."""
    found = list(folder.iterdir())
    for entry in found:
        assert reasons.read(entry)
        assert all(list(entry.glob(pattern)) for pattern in must)
    return bool(found)


def short(tracks: Tracks) -> bool:
    return set_aside(tracks.venue.short_transcriptions, "recording.json", "transcript.txt")


def errors(tracks: Tracks) -> bool:
    return set_aside(tracks.venue.transcription_errors, "recording.json", "audio.*")


def failed(tracks: Tracks) -> bool:
    return set_aside(tracks.venue.failed_processing, "transcripts/*.txt", "status.json")


def held(tracks: Tracks) -> bool:
    """Here or open, never both."""
    entries = {entry.name for entry in tracks.venue.held.iterdir()}
    assert not entries & {job.id for job in jobs.open_jobs(tracks.venue)}
    return set_aside(tracks.venue.held, "transcripts/*.txt", "steps/orders.json")
