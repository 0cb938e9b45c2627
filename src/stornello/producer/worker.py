"""One worker process: runs one job's child and tells how far it is. The disk is its only result."""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from stornello import logs
from stornello.domain.clock import SystemClock
from stornello.domain.names import JobId
from stornello.processes import NICENESS, end_with_parent
from stornello.producer.child import follow
from stornello.spool import conditions, milestones
from stornello.spool.jobs import Job
from stornello.spool.milestones import Milestone

DEADLINE_PASSED = 124
"""The worker's exit code when it had to end its child (as timeout(1) has it)."""

DISK_REFUSED = conditions.EXIT_CODE
"""The child's exit code, and so the worker's, when the venue's disk would not take what it wrote."""


def work(folder: Path, run: str, command: Sequence[str], deadline_s: float, log_folder: Path) -> None:
    """Run the job in ``folder`` to its end and exit with the child's code; a signal's code is 128 + the signal.

    ``run`` is the worker's name for its milestones, and the job's output is in its job.log.
    """
    os.nice(NICENESS)  # the song's child and all that it starts inherit it: the player goes first
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    logs.set_up("producer-worker", log_folder)

    def on_milestone(text: str) -> None:
        milestones.write(folder, Milestone(run, text, SystemClock().now().isoformat(timespec="seconds")))

    code = follow(command, Job(JobId(folder.name), folder).log, deadline_s, on_milestone)
    sys.exit(DEADLINE_PASSED if code is None else code if code >= 0 else 128 - code)
