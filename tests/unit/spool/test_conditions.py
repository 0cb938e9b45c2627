"""What is wrong with a venue's disk is found by looking: a sentence, what to do, and whether anything may be begun."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import pytest

from stornello.domain.money import NO_BUDGET
from stornello.riproduzione import telling
from stornello.spool import conditions
from stornello.spool.paths import Venue
from stornello.spool.snapshot import look
from stornello.wording import owner
from venues import EIGHT, a_venue, files_below

FLOOR_MB = 1
MORE_THAN_ANY_DISK_MB = 10**9


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    return a_venue(tmp_path)


def codes(venue: Venue, floor_mb: int = FLOOR_MB) -> list[str]:
    return [one.code for one in conditions.look(venue, floor_mb)]


def test_a_well_disk_has_no_conditions_and_everything_may_begin(venue: Venue) -> None:
    assert codes(venue) == []
    assert conditions.may_begin(venue, FLOOR_MB)


def test_below_the_floor_nothing_is_begun_and_people_are_told_in_both_languages(venue: Venue) -> None:
    [low] = conditions.look(venue, MORE_THAN_ANY_DISK_MB)
    assert (low.code, low.stops) == ("disk-low", True)
    assert "niente di nuovo si comincia" in low.within("it")
    assert "nothing new is begun" in low.within("en")
    assert not conditions.may_begin(venue, MORE_THAN_ANY_DISK_MB)
    assert conditions.may_begin(venue, 0)


def test_looking_changes_nothing_on_disk(venue: Venue) -> None:
    shutil.rmtree(venue.house_music)
    before = sorted(venue.root.rglob("*"))
    conditions.look(venue, MORE_THAN_ANY_DISK_MB)
    assert sorted(venue.root.rglob("*")) == before


def test_a_missing_folder_is_told_and_stops_nothing_for_the_next_pass_makes_it(venue: Venue) -> None:
    shutil.rmtree(venue.scratch / "run")
    venue.held.rmdir()
    [missing] = conditions.look(venue, FLOOR_MB)
    assert (missing.code, missing.stops) == ("folder-missing", False)
    assert "held, .tmp_player/run" in missing.plain.en
    venue.make()
    assert codes(venue) == []
    assert venue.run.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("left", ["nothing", "the mount point", "a stray folder"])
def test_a_venue_that_is_away_is_told_and_none_is_made_in_its_place(venue: Venue, left: str) -> None:
    away = venue.root.rename(venue.root.with_name("away"))
    if left != "nothing":
        venue.root.mkdir()
    if left == "a stray folder":
        venue.staged(5).mkdir(parents=True)  # type: ignore[arg-type]  # a table
    assert codes(venue) == ["venue-missing"]
    with pytest.raises(FileNotFoundError):
        venue.make()
    assert not venue.hearing.exists()
    if left != "nothing":
        shutil.rmtree(venue.root)
    away.rename(venue.root)
    venue.make()
    assert codes(venue) == []


def test_what_is_wrong_with_the_disk_stands_first_on_the_dashboard_and_in_status(venue: Venue) -> None:
    seen = look(venue, floor_mb=MORE_THAN_ANY_DISK_MB)
    first = owner.worries(seen, NO_BUDGET, EIGHT, "en")[0]
    assert first.grave
    assert first.text.startswith("Disk space:")
    assert seen.to_json()["conditions"][0]["code"] == "disk-low"


def test_where_there_is_no_screen_a_line_tells_that_it_begins_and_another_that_it_is_over(venue: Venue) -> None:
    well, low = look(venue), look(venue, floor_mb=MORE_THAN_ANY_DISK_MB)
    assert any("nothing new is begun" in line for line in telling.changes(well, low, "en"))
    assert telling.changes(low, low, "en") == []
    assert telling.changes(low, well, "it") == ["il disco del locale è di nuovo a posto"]


def test_a_venue_that_is_away_can_still_be_looked_at(venue: Venue) -> None:
    shutil.rmtree(venue.root)
    seen = look(venue)
    assert ([one.code for one in seen.conditions], seen.queue) == (["venue-missing"], ())
    assert files_below(venue.root) == []


def told_by(command: list[str]) -> dict[str, str]:
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert not said.stderr
    return dict(line.partition(":")[::2] for line in said.stdout.splitlines())


MOUNTED: Final = ["unshare", "-rm", sys.executable, str(Path(__file__).with_name("a_small_disk.py")), "mounted"]
PRETENDED: Final = [*MOUNTED[2:4], "pretended"]
MAY_MOUNT: Final = (
    bool(shutil.which("unshare")) and not subprocess.run(["unshare", "-rm", "true"], check=False).returncode
)
"""Whether this machine lets anybody mount in a room of their own; where it does not, its answers are pretended only."""


@pytest.mark.parametrize("script", [PRETENDED, *([MOUNTED] if MAY_MOUNT else [])], ids=lambda script: script[-1])
def test_a_small_file_system_that_fills_up_empties_and_goes_is_known_for_what_it_is(
    tmp_path: Path, script: list[str]
) -> None:
    assert told_by([*script, str(tmp_path)]) == {
        "well": "",
        "low": "disk-low",
        "full": "disk-full",
        "full-and-never-mind": "disk-full",
        "emptied": "",
        "read-only": "read-only",
        "bound": "two-devices",
        "door-elsewhere": "",
        "giant": "no-room-for-recording",
        "songs-elsewhere": "",
        "songs-read-only": "read-only",
        "unmounted": "venue-missing",
    }


AS_ANOTHER = r"""
import os, sys, tempfile
from pathlib import Path
from stornello.spool import conditions
from stornello.spool.paths import Venue

place = Path(sys.argv[1])
place.chmod(0o755)
venue = Venue(place / "venue")
venue.open()
if os.getuid() == 0:
    for folder, _, _ in os.walk(venue.root):
        os.chown(folder, 65534, 65534)
    os.setuid(65534)
for closed in (venue.songs, venue.from_tables, venue.root):
    closed.chmod(0o555)
    print(closed.name, *(one.code for one in conditions.look(venue, 1)), sep=":")
    closed.chmod(0o755)
"""


def test_folders_in_which_we_have_no_rights_are_told() -> None:
    with tempfile.TemporaryDirectory() as place:
        told = told_by([sys.executable, "-c", AS_ANOTHER, place])
    assert told == {"songs": "not-writable", "FROM_TABLES": "door-not-writable", "venue": "not-writable"}
