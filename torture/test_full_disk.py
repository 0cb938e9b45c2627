"""A real file system that is low, full, read-only and bereft of its locks, in turn, under all services."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("small_disk.py")


@pytest.mark.timeout(1800)
def test_a_small_disk_in_trouble_loses_nothing_and_work_goes_on_alone(tmp_path: Path, seed: int) -> None:
    may_mount = shutil.which("unshare") and not subprocess.run(["unshare", "-rm", "true"], check=False).returncode
    assert may_mount, "needs a machine that lets you mount (unshare -rm); tests/faults/test_disk_refuses.py does not"
    command = ["unshare", "-rm", sys.executable, str(SCRIPT), str(tmp_path / "venue"), str(seed)]
    assert subprocess.run(command, check=False).returncode == 0, f"to repeat: {' '.join(command)}"
