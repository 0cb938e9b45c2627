"""What the three services cost while nothing happens, and how fast songs are made."""

import os
import subprocess
import time
from pathlib import Path

from house import environment, open_venue, running, stornello, wait_for
from stornello.domain.names import SongId
from stornello.spool.paths import Venue
from stornello.spool.snapshot import SERVICES, read_card

_STORIES = (
    "Ieri sera Giulia ha portato la chitarra e abbiamo cantato tutti insieme fino a tardi. Marco ha rovesciato il vino "
    "sulla tovaglia bianca, ma nessuno si è arrabbiato. Alla fine siamo andati al mare a vedere l'alba.",
    "We drove all night to get here and the car broke down twice. Maggie fixed it with a hairpin and a bit of luck. "
    "Now we are finally at the table, the food is wonderful and we are never going home again.",
)
_TICKS = os.sysconf("SC_CLK_TCK")
_SETTLE_S = 6.0


def idle(seconds: float) -> dict[str, float]:
    """Measure each service's resident memory and CPU share over ``seconds`` of an empty venue."""
    figures: dict[str, float] = {}
    with open_venue() as venue, running(venue, "up", {"STORNELLO_SOUND_OUTPUT": "null"}) as up:
        wait_for(lambda: len(_services(up)) == len(SERVICES))
        time.sleep(_SETTLE_S)
        services = _services(up)
        before = {name: cpu_s(pid) for name, pid in services.items()}
        time.sleep(seconds)
        for name, pid in services.items():
            figures[f"idle_{name}_mb"] = _memory_mb(pid)
            figures[f"idle_{name}_cpu_percent"] = 100 * (cpu_s(pid) - before[name]) / seconds
    figures["idle_all_mb"] = sum(figures[f"idle_{name}_mb"] for name in SERVICES)
    figures["idle_all_cpu_percent"] = sum(figures[f"idle_{name}_cpu_percent"] for name in SERVICES)
    return figures


def _services(up: int) -> dict[str, int]:
    """Return the process ids of the services that ``up`` has started."""
    found: dict[str, int] = {}
    for pid in Path(f"/proc/{up}/task").glob("*/children"):
        for child in pid.read_text().split():
            words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            found |= {name: int(child) for name in SERVICES if name.encode() in words}
    return found


def _memory_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def cpu_s(pid: int) -> float:
    """Return user and system time so far. Source: proc(5), fields 14 and 15 of stat."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def songs_made(songs: int) -> dict[str, float]:
    """Measure seconds of song per second of work, process start and all, with the embedded engines."""
    with open_venue() as venue:
        made = [_one_song(venue, number) for number in range(songs)]
    lengths, times = [sum(column) for column in zip(*made, strict=True)]
    return {"song_seconds_made_per_second": lengths / times, "songs_made": songs, "seconds_a_song": times / songs}


def _one_song(venue: Venue, number: int) -> tuple[float, float]:
    job = venue.jobs / f"5_203000_{number:06}"
    (job / "transcripts").mkdir(parents=True)
    (job / "transcripts" / "anna.txt").write_text(_STORIES[number % len(_STORIES)])
    began = time.monotonic()
    subprocess.run(stornello("generate-song", str(job)), env=environment({}), capture_output=True, check=True)
    took = time.monotonic() - began
    card = read_card(venue, SongId(job.name))
    assert card is not None  # noqa: S101 - the command has just made it
    return card.sound.duration_s, took
