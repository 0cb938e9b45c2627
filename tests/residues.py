"""What docs/on-disk.md says of each path, as something that can be looked at in any moment of a venue's life.

Each proof returns whether there was anything to look at, and fails where the document is not true.
"""

import hashlib
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from evening import AGAIN, GUESTS, House
from stornello.domain.songs import SongCard
from stornello.spool import counts, jobs, orders, reasons
from stornello.spool.jobs import Job
from stornello.spool.paths import Venue
from venues import STORY

OPERATORS: Final = {
    "house_music/filler.ogg": b"a filler",
    "stornello.toml": b"max_workers = 2\n",
    ".env": b"OPENAI_API_KEY=none\n",
    "prompts.toml": b"# theirs\n",
}
"""What the operator has put there, and nobody else may touch."""

_HIDDEN = re.compile(r"^\..*\.part$")
_STEPS = {"summary.json", "lyrics.json", "lyrics-gently.json", "take.json", "orders.json"}


class Tracks:
    """Where each recording of the house is, by its content."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.contents = {name: _sha(house.venue.from_tables / name) for name in (*GUESTS, AGAIN)}
        for name, data in OPERATORS.items():
            (house.venue.root / name).write_bytes(data)

    @property
    def venue(self) -> Venue:
        return self.house.venue


def _sha(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _seen(paths: Iterable[Path]) -> Iterator[Path]:
    """Leave out what is being written: it is hidden, and of no use."""
    return (path for path in paths if not _HIDDEN.match(path.name))


def _json(file: Path) -> Any:  # noqa: ANN401 - whatever JSON holds
    return json.loads(file.read_bytes())


def the_door(tracks: Tracks) -> bool:
    """Still here, or claimed."""
    venue = tracks.venue
    kept = [*venue.archived_recordings.rglob("*"), *venue.root.glob("*/*/audio*"), *venue.hearing.glob("*/audio*")]
    claimed = Counter({_sha(file): 1 for file in kept if file.is_file()})
    for name, sha in tracks.contents.items():
        here = (venue.from_tables / name).exists()
        assert here or claimed[sha], f"{name} is neither here nor claimed"
        if here:
            assert _sha(venue.from_tables / name) == sha
            names = [_json(facts).get("name") for facts in venue.hearing.glob("*/recording.json")]
            held = [facts for facts in venue.hearing.glob("*/audio*") if _sha(facts) == sha]
            assert name not in names or not held or name == AGAIN or name == GUESTS[0], f"{name} is here and claimed"
    return any(venue.from_tables.iterdir())


def hearing(tracks: Tracks) -> bool:
    """One of the states of the second table."""
    folders = list(tracks.venue.hearing.iterdir())
    for folder in folders:
        names = {path.name for path in _seen(folder.iterdir())}
        assert all(re.match(r"recording\.json|reason\.json|transcript\.txt|audio\.|speech\.", name) for name in names)
        if "recording.json" in names:
            assert isinstance(_json(folder / "recording.json"), dict)
        if "transcript.txt" in names:
            said = (folder / "transcript.txt").read_text()
            assert not said or said.startswith(STORY)
    return bool(folders)


def staged(tracks: Tracks) -> bool:
    """The text is still here, or claimed: whole, and once."""
    venue = tracks.venue
    here = list(_seen(venue.work_in_progress.glob("*/*.txt")))
    claimed = [
        *venue.jobs.glob("*/transcripts/*.txt"),
        *venue.archived_transcripts.glob("*/*.txt"),
        *venue.failed_processing.glob("*/transcripts/*.txt"),
        *venue.held.glob("*/transcripts/*.txt"),
    ]
    texts = Counter(path.read_text() for path in (*here, *claimed))
    assert all(text.startswith(STORY) and times == 1 for text, times in texts.items())
    return bool(here)


def partial(tracks: Tracks) -> bool:
    """A claim half way: a job's name, texts of its table only."""
    found = list(tracks.venue.jobs.glob("*.partial"))
    for folder in found:
        assert jobs.is_job_name(folder.name.removesuffix(".partial"))
        assert {path.name for path in _seen(folder.iterdir())} <= {"transcripts", "status.json"}
    return bool(found)


def a_job(tracks: Tracks) -> bool:
    """A job to be resumed: its texts are there, or its song is whole."""
    found = jobs.open_jobs(tracks.venue)
    for job in found:
        is_sung = tracks.venue.card(job.id).exists()  # type: ignore[arg-type]  # a song has its job's id
        assert list(job.transcripts.glob("*.txt")) if job.transcripts.is_dir() else is_sung
        if (job.folder / "status.json").exists():
            assert _json(job.folder / "status.json")["table"] == jobs.table_of(job.id)
    return bool(found)


def _in_open_jobs(tracks: Tracks, pattern: str) -> Iterator[Path]:
    return (path for job in jobs.open_jobs(tracks.venue) for path in job.folder.glob(pattern))


def steps(tracks: Tracks) -> bool:
    """Finished steps, whole."""
    found = list(_seen(_in_open_jobs(tracks, "steps/*.json")))
    for step in found:
        assert step.name in _STEPS
        assert _json(step)
    return bool(found)


def the_orders(tracks: Tracks) -> bool:
    """Every request as it stood, and none of the studio's that is not here, or about to be."""
    found = [job for job in jobs.open_jobs(tracks.venue) if orders.read(job.folder)]
    for job in found:
        requests = orders.read(job.folder)
        ordered = tracks.house.engines.accepted.count(jobs.table_of(job.id))
        assert ordered <= sum(one.state in {"asking", "cooking", "done"} for one in requests)
    return bool(found)


def the_take(tracks: Tracks) -> bool:
    """The song that was listened to; its order is known to be taken."""
    found = list(_in_open_jobs(tracks, "steps/take.json"))
    for step in found:
        assert _json(step)["song"]["audio"]
        assert orders.read(step.parents[1])[-1].state in {"cooking", "done"}
    return bool(found)


def takes_in_jobs(tracks: Tracks) -> bool:
    """Files of a job, and gone with it."""
    found = list(_in_open_jobs(tracks, "take*"))
    assert all(file.is_file() for file in found)
    return bool(found)


def done(tracks: Tracks) -> bool:
    """What is removed is needed no more: the song is whole, its words are archived."""
    found = list(tracks.venue.jobs.glob("*.done"))
    for folder in found:
        job = folder.name.removesuffix(".done")
        assert tracks.venue.card(job).exists()  # type: ignore[arg-type]  # as above
        assert list((tracks.venue.archived_transcripts / job).glob("*.txt"))
        assert not (folder / "transcripts").exists()
    return bool(found)


def songs(tracks: Tracks) -> bool:
    """A card means that the sound is whole; sound without a card belongs to an open job."""
    venue = tracks.venue
    found = list(_seen(venue.songs.iterdir()))
    for file in found:
        job = file.name.split(".")[0]
        if file.suffix == ".json":
            card = SongCard.from_json(_json(file))
            assert (venue.songs / card.audio).stat().st_size > 1000
        elif not venue.card(job).exists():  # type: ignore[arg-type]  # as above
            assert Job(job, venue.jobs / job).transcripts.is_dir()  # type: ignore[arg-type]  # as above
    return bool(found)


def takes(tracks: Tracks) -> bool:
    """Whose song each sound is."""
    found = list(_seen((tracks.venue.scratch / "takes").glob("*")))
    for entry in found:
        assert re.fullmatch("[0-9a-f]{64}", entry.name)
        assert jobs.is_job_name(entry.read_text())
    return bool(found)


def the_queue(tracks: Tracks) -> bool:
    """Whole lines, each song once."""
    if not tracks.venue.playlist.exists():
        return False
    cards = [SongCard.from_json(json.loads(line)) for line in tracks.venue.playlist.read_text().splitlines()]
    assert len({card.id for card in cards}) == len(cards)
    return bool(cards)


def taken(tracks: Tracks) -> bool:
    """A line a song, each once, but for a torn last one."""
    path = tracks.venue.playlist.with_name("playlist.taken")
    if not path.exists():
        return False
    whole = path.read_text().split("\n")[:-1]
    songs_ = [line for line in whole if jobs.is_job_name(line)]
    assert len(set(songs_)) == len(songs_)
    assert len(whole) - len(songs_) <= 1
    return bool(songs_)


def producer_state(tracks: Tracks) -> bool:
    """Counts that are true: of every job that is counted there is a song."""
    if not tracks.venue.producer_state.exists():
        return False
    known = counts.look(tracks.venue.producer_state)
    assert sum(known.tonight.values()) == len(known.counted)
    assert all(tracks.venue.card(job).exists() for job in known.counted)  # type: ignore[arg-type]  # as above
    return bool(known.counted)


def archived(tracks: Tracks) -> bool:
    """Whole, under a name that tells its content; a second name of the same file at most where it was heard."""
    found = [path for path in _seen(tracks.venue.archived_recordings.iterdir()) if path.is_file()]
    for file in found:
        arrival, sha, _ = file.name.split("_", 2)
        assert _sha(file).startswith(sha)
        assert all(path.samefile(file) for path in (tracks.venue.hearing / arrival).glob("audio*"))
    return bool(found)


def refused(tracks: Tracks) -> bool:
    """The same, for what could not be used: the other name is where it was heard, or in its quarantine."""
    found = [*_seen((tracks.venue.archived_recordings / "refused").glob("*"))]
    for file in found:
        arrival = file.name.split("_", 1)[0]
        others = [*tracks.venue.hearing.glob(f"{arrival}/audio*")]
        others += tracks.venue.transcription_errors.glob(f"{arrival}_*/audio*")
        assert len(others) == 1
        assert others[0].samefile(file)
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


def journal(tracks: Tracks) -> bool:
    """SQLite's own word for it."""
    if not tracks.venue.journal.exists():
        return False
    with closing(sqlite3.connect(f"file:{tracks.venue.journal}?mode=ro", uri=True)) as db:
        assert db.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    return True


def ledger(tracks: Tracks) -> bool:
    """Whole lines but for a torn one, and no order that it does not know."""
    found = list(tracks.venue.ledger.glob("*.jsonl"))
    for file in found:
        whole = [line for line in file.read_bytes().split(b"\n")[:-1] if line]
        known = [line for line in whole if _is_json(line)]
        assert len(whole) - len(known) <= 1
        begun = {line["id"] for line in map(json.loads, known) if line["seam"] == "studios"}
        assert len(begun) >= len(tracks.house.engines.accepted)
    return bool(found)


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def answers(tracks: Tracks) -> bool:
    """The answer, whole; or room for one."""
    found = list(_seen(tracks.venue.answers.glob("*")))
    for file in found:
        assert file.suffix in {".json", ".room"}
        assert file.suffix == ".room" or _json(file)
    return bool(found)


def engines(tracks: Tracks) -> bool:
    """The state before or after."""
    found = list(_seen(tracks.venue.engines.glob("*.json")))
    assert all(_json(file)["engine"] for file in found)
    return bool(found)


def run(tracks: Tracks) -> bool:
    """What is said of oneself, or half of it after a power cut; whoever reads that reads nothing."""
    return any(_seen(tracks.venue.run.iterdir()))


def the_operators(name: str) -> Callable[[Tracks], bool]:
    def proof(tracks: Tracks) -> bool:
        assert (tracks.venue.root / name).read_bytes() == OPERATORS[name]
        return True

    return proof


REBUILT: Final = "faults/test_journal_crashes.py::test_a_journal_is_built_anew_whenever_its_builder_dies"

PROOFS: Final[dict[str, Callable[[Tracks], bool] | str]] = {
    "`FROM_TABLES/`": the_door,
    "`.tmp_player/hearing/{arrival}/`": hearing,
    "`WORK_IN_PROGRESS/{table}/*.txt`": staged,
    "`.tmp_player/jobs/{job}.partial/`": partial,
    "`.tmp_player/jobs/{job}/`": a_job,
    "`.tmp_player/jobs/{job}/steps/*.json`": steps,
    "`.tmp_player/jobs/{job}/steps/orders.json`": the_orders,
    "`.tmp_player/jobs/{job}/steps/take.json`": the_take,
    "`.tmp_player/jobs/{job}/` sound files (`take*`, `song.mp3` ...)": takes_in_jobs,
    "`.tmp_player/jobs/{job}.done/`": done,
    "`songs/{job}.spare.*`, `songs/{job}.*`, `songs/{job}.json`": songs,
    "`.tmp_player/takes/{sha256}` (`.lock` beside the folder)": takes,
    "`playlist.queue` (+ `.lock`)": the_queue,
    "`playlist.taken`": taken,
    "`playlist.bad`": "faults/test_spool_crashes.py::test_damaged_lines_are_kept_whenever_their_finder_dies",
    "`producer_state.json`": producer_state,
    "`archive/recordings/{arrival}_{sha}_{name}`": archived,
    "`archive/recordings/refused/`": refused,
    "`archive/transcripts/{job}/`": archived_words,
    "`short_transcriptions/{arrival}_{name}/`": short,
    "`transcription_errors/{arrival}_{name}/`": errors,
    "`failed_processing/{job or song}/`": failed,
    "`held/{job}/`": held,
    "`house_music/`": the_operators("house_music/filler.ogg"),
    "`journal.db` (+ `-wal`, `-shm`, `.lock`)": journal,
    "`journal.db.bad`, `.bad-2`, ... (+ `-wal`)": REBUILT,
    "`.journal.db.part`": REBUILT,
    "`.tmp_player/ledger/{night}.jsonl` (+ `lock`)": ledger,
    "`.tmp_player/answers/{key}.json`": answers,
    "`.tmp_player/engines/{seam}.{engine}.json` (+ `lock`)": engines,
    "`.tmp_player/run/` (0700)": run,
    "`.tmp_player/logs/`": "faults/test_supervisor.py::test_last_words_are_kept_until_they_are_long",
    "`stornello.toml`": the_operators("stornello.toml"),
    "`.env` (0600)": the_operators(".env"),
    "`prompts.toml`": the_operators("prompts.toml"),
}
"""What proves each row of the document: something to look at in any moment, or a test by its own name."""


def look(tracks: Tracks) -> set[str]:
    """Look at all of the venue as it is now; return the rows of which there was something."""
    return {row for row, proof in PROOFS.items() if not isinstance(proof, str) and proof(tracks)}
