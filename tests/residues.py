"""What docs/on-disk.md says of each path, as something that can be looked at in any moment of a venue's life.

Each proof returns whether there was anything to look at, and fails where the document is not true.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from residues_of_recordings import (
    archived,
    archived_words,
    errors,
    failed,
    hearing,
    held,
    in_part,
    refused,
    short,
    staged,
    the_door,
)
from stornello.domain.songs import SongCard
from stornello.spool import counts, jobs, orders, playing
from stornello.spool.jobs import Job
from tracks import OPERATORS, Tracks, json_in, seen

_STEPS = {"summary.json", "lyrics.json", "lyrics-gently.json", "take.json", "orders.json"}


def partial(tracks: Tracks) -> bool:
    """A claim half way: a job's name, texts of its table only."""
    found = list(tracks.venue.jobs.glob("*.partial"))
    for folder in found:
        assert jobs.is_job_name(folder.name.removesuffix(".partial"))
        assert {path.name for path in seen(folder.iterdir())} <= {"transcripts", "status.json"}
    return bool(found)


def a_job(tracks: Tracks) -> bool:
    """A job to be resumed: its texts are there, or its song is whole."""
    found = jobs.open_jobs(tracks.venue)
    for job in found:
        is_sung = tracks.venue.card(job.id).exists()  # type: ignore[arg-type]  # a song has its job's id
        assert list(job.transcripts.glob("*.txt")) if job.transcripts.is_dir() else is_sung
        if (job.folder / "status.json").exists():
            assert json_in(job.folder / "status.json")["table"] == jobs.table_of(job.id)
    return bool(found)


def _in_open_jobs(tracks: Tracks, pattern: str) -> Iterator[Path]:
    return (path for job in jobs.open_jobs(tracks.venue) for path in job.folder.glob(pattern))


def steps(tracks: Tracks) -> bool:
    """Finished steps, whole."""
    found = list(seen(_in_open_jobs(tracks, "steps/*.json")))
    for step in found:
        assert step.name in _STEPS
        assert json_in(step)
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
        assert json_in(step)["song"]["audio"]
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
    found = list(seen(venue.songs.iterdir()))
    for file in found:
        job = file.name.split(".")[0]
        if file.suffix == ".json":
            card = SongCard.from_json(json_in(file))
            assert (venue.songs / card.audio).stat().st_size > 1000
        elif not venue.card(job).exists():  # type: ignore[arg-type]  # as above
            assert Job(job, venue.jobs / job).transcripts.is_dir()  # type: ignore[arg-type]  # as above
    return bool(found)


def takes(tracks: Tracks) -> bool:
    """Whose song each sound is."""
    found = list(seen((tracks.venue.scratch / "takes").glob("*")))
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


def journal(tracks: Tracks) -> bool:
    """SQLite's own word for it."""
    if not tracks.venue.journal.exists():
        return False
    with closing(sqlite3.connect(f"file:{tracks.venue.journal}?mode=ro", uri=True)) as db:
        assert db.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    return True


def now_playing(tracks: Tracks) -> bool:
    """What the room hears, or half of it after a power cut; whoever reads that reads nothing."""
    return tracks.venue.now_playing.exists()


def in_hand(tracks: Tracks) -> bool:
    """What the DJ has in hand, whole; of a song that counts as taken the playlist knows."""
    if not tracks.venue.playing.exists():
        return False
    known = playing.Playing.from_json(json_in(tracks.venue.playing))
    waiting = {card.id for card in tracks.house.room.playlist.waiting()}
    assert not waiting.intersection(spot.piece.key for spot in known.spots if spot.taken)
    return bool(known.spots)


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
    found = list(seen(tracks.venue.answers.glob("*")))
    for file in found:
        assert file.suffix in {".json", ".room"}
        assert file.suffix == ".room" or json_in(file)
    return bool(found)


def engines(tracks: Tracks) -> bool:
    """The state before or after."""
    found = list(seen(tracks.venue.engines.glob("*.json")))
    assert all(json_in(file)["engine"] for file in found)
    return bool(found)


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
    "`.tmp_player/jobs/{job}/milestone.json`": "faults/test_worker_processes.py::test_a_torn_milestone_is_none",
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
    "`archive/heard_in_part/{arrival}_{name}.json`": in_part,
    "`archive/transcripts/{job}/`": archived_words,
    "`short_transcriptions/{arrival}_{name}/`": short,
    "`transcription_errors/{arrival}_{name}/`": errors,
    "`failed_processing/{job or song}/`": failed,
    "`held/{job}/`": held,
    "`house_music/`": the_operators("house_music/filler.ogg"),
    "`now_playing.json`": now_playing,
    "`.tmp_player/playing.json`": in_hand,
    "`.tmp_player/playing.now.json`": (
        "faults/test_played_once.py::test_dj_and_players_killed_at_an_operation_or_by_a_power_cut"
    ),
    "`.tmp_player/sound.json`": "unit/spool/test_sound_device.py::test_a_damaged_memory_of_it_is_none",
    "`journal.db` (+ `-wal`, `-shm`, `.lock`)": journal,
    "`journal.db.bad`, `.bad-2`, ... (+ `-wal`)": REBUILT,
    "`.journal.db.part`": REBUILT,
    "`.tmp_player/ledger/{night}.jsonl` (+ `lock`)": ledger,
    "`.tmp_player/answers/{key}.json`": answers,
    "`.tmp_player/engines/{seam}.{engine}.json` (+ `lock`)": engines,
    "`.tmp_player/run/` (0700)": (
        "faults/test_player_faults.py::test_sockets_that_are_deleted_come_back_and_the_song_goes_on"
    ),
    "`.tmp_player/bed.wav`": "unit/riproduzione/test_repertoire.py::test_a_damaged_bed_is_not_played",
    "`.tmp_player/listened.json`": "unit/riproduzione/test_repertoire.py::test_a_damaged_memory_costs_nothing_but_time",
    "`.tmp_player/run/{service}.fell.json`": (
        "unit/spool/test_falls.py::test_it_is_told_with_how_often_and_where_to_look"
    ),
    "`.tmp_player/logs/`": "faults/test_supervisor.py::test_last_words_are_kept_until_they_are_long",
    "`stornello.toml`": the_operators("stornello.toml"),
    "`.env` (0600)": the_operators(".env"),
    "`prompts.toml`": the_operators("prompts.toml"),
}
"""What proves each row of the document: something to look at in any moment, or a test by its own name."""


def look(tracks: Tracks) -> set[str]:
    """Look at all of the venue as it is now; return the rows of which there was something."""
    return {row for row, proof in PROOFS.items() if not isinstance(proof, str) and proof(tracks)}
