"""Files that a killed process had begun to write are gone after the next start; those of the living stay."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stornello.spool import atomic, litter, lives
from stornello.spool.paths import Venue

WRITES_AND_DIES = """
import os, signal, sys
from pathlib import Path
from stornello.spool import atomic
from stornello.spool.disk import Disk

class Kills(Disk):
    def sync(self, file):
        os.kill(os.getpid(), signal.SIGKILL)

with atomic.on(Kills()):
    atomic.write_text(Path(sys.argv[1]), "half")
"""

PLACES = (
    "playlist.queue",
    "songs/5_203000_abcdef.json",
    "now_playing.json",
    ".tmp_player/playing.json",
    ".tmp_player/takes/0123456789abcdef",
    ".tmp_player/answers/0123456789abcdef.json",
    ".tmp_player/jobs/5_203000_abcdef/status.json",
    ".tmp_player/jobs/5_203000_abcdef/steps/orders.json",
    ".tmp_player/hearing/20261123T200000000000/recording.json",
    "held/5_203000_abcdef/steps/orders.json",
    "failed_processing/5_203000_abcdef/status.json",
    "transcription_errors/20261123T200000000000_5-anna.wav/recording.json",
    "short_transcriptions/20261123T200000000000_5-anna.wav/reason.json",
)


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    venue = Venue(tmp_path / "venue")
    venue.open()
    for place in PLACES:
        (venue.root / place).parent.mkdir(parents=True, exist_ok=True)
    return venue


@pytest.fixture
def writer() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process


def begun_by(target: Path, mark: str) -> Path:
    part = target.with_name(f".{target.name}.{mark}.01234567{atomic.PART}")
    part.touch()
    return part


def test_what_a_killed_process_had_begun_to_write_is_removed(venue: Venue) -> None:
    target = venue.playlist
    assert subprocess.run([sys.executable, "-c", WRITES_AND_DIES, target], check=False).returncode == -9
    assert len(list(venue.root.glob(".*.part"))) == 1, "the crash leaves it"
    dead = next(venue.root.glob(".*.part")).name.removeprefix(f".{target.name}.").split(".")[0]
    for place in PLACES:
        begun_by(venue.root / place, dead)
    litter.sweep(venue)
    assert not list(venue.root.rglob("*.part"))


def test_what_somebody_is_writing_stays(venue: Venue, writer: subprocess.Popen[bytes]) -> None:
    boot, _, start = lives.life(writer.pid).partition(" ")
    mine = begun_by(venue.playlist, lives.mark())
    others = begun_by(venue.producer_state, f"{writer.pid}-{start}-{boot[:8]}")
    litter.sweep(venue)
    assert mine.exists()
    assert others.exists()
    writer.kill()
    writer.wait()
    litter.sweep(venue)
    assert mine.exists()
    assert not others.exists()


def test_a_process_that_got_the_number_of_a_dead_one_keeps_nobodys_litter(venue: Venue) -> None:
    pid, start, boot = lives.mark().split("-")
    for former in (f"{pid}-{int(start) - 1}-{boot}", f"{pid}-{start}-00000000{boot[8:]}"):
        begun_by(venue.playlist, former)
    litter.sweep(venue)
    assert not list(venue.root.rglob("*.part"))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there are no namespaces")
def test_what_a_process_in_another_container_is_writing_stays_until_the_next_boot(venue: Venue) -> None:
    """Its number is nobody's here, or somebody else's."""
    pid, start, word = lives.mark().split("-")
    boot, namespace = word[:8], word[8:]
    writing = begun_by(venue.playlist, f"{pid}-{int(start) - 1}-{boot}{int(namespace, 16) - 1:x}")
    before_the_boot = begun_by(venue.producer_state, f"{pid}-{start}-00000000{int(namespace, 16) - 1:x}")
    litter.sweep(venue)
    assert writing.exists()
    assert not before_the_boot.exists()


def test_files_that_only_look_so_are_none_of_ours(venue: Venue) -> None:
    strangers = [venue.root / name for name in ("film.part", ".x.part", ".a.1-2.part", ".a.x-2-3.01234567.part")]
    for stranger in strangers:
        stranger.touch()
    litter.sweep(venue)
    assert all(stranger.exists() for stranger in strangers)


def test_a_venue_without_its_folders_is_no_trouble(tmp_path: Path) -> None:
    litter.sweep(Venue(tmp_path / "nowhere"))
    litter.sweep_tree(tmp_path / "nowhere")
