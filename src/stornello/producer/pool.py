"""The pool: at most ``size`` worker processes, each for one job.

Why not multiprocessing.Pool: a worker of it that is killed never returns its result, and a killed idle one hangs all
later tasks (measured). Here each worker is a process that the manager itself waits for; there is no shared queue or
lock that a dying worker could keep, and idle workers cost nothing: there are none. See docs/decisions/worker-pool.md.
"""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.context import SpawnProcess
from multiprocessing.process import BaseProcess
from pathlib import Path

from stornello.domain.names import JobId
from stornello.processes import naming_the_parent
from stornello.producer import worker
from stornello.spool.jobs import Job

_STOP_S = 1.5


class Pool:
    """Starts workers and tells which have ended. ``command`` gives the child's command line for a job's folder."""

    def __init__(self, size: int, command: Callable[[Path], Sequence[str]], deadline_s: float, logs: Path) -> None:
        self.size = size
        self._command = command
        self._deadline_s = deadline_s
        self._logs = logs
        self._workers: dict[JobId, SpawnProcess] = {}
        self._context = multiprocessing.get_context("spawn")

    @property
    def jobs(self) -> frozenset[JobId]:
        """The jobs that have a worker."""
        return frozenset(self._workers)

    def is_full(self) -> bool:
        """Return whether every place is taken."""
        return len(self._workers) >= self.size

    def start(self, job: Job) -> None:
        """Give ``job`` a worker, under the ``run`` that its status names."""
        process = self._context.Process(
            target=worker.work,
            args=(job.folder, job.status.run, list(self._command(job.folder)), self._deadline_s, self._logs),
            name=f"worker-{job.id}",
        )
        with naming_the_parent():
            process.start()
        self._workers[job.id] = process

    def ended(self) -> Iterator[tuple[JobId, int]]:
        """Yield each job whose worker has ended since the last call, and its exit code (negative: a signal)."""
        for job, process in list(self._workers.items()):
            if process.exitcode is not None:
                del self._workers[job]
                process.join()
                yield job, process.exitcode

    def sentinels(self) -> list[int]:
        """Return handles that become ready when a worker ends, for multiprocessing.connection.wait."""
        return [process.sentinel for process in self._workers.values()]

    def stop(self) -> frozenset[JobId]:
        """End all workers and their children, gently at first; return the jobs that were interrupted."""
        interrupted = self.jobs
        for process in self._workers.values():
            process.terminate()
        for process in self._workers.values():
            _end(process)
        self._workers.clear()
        return interrupted


def _end(process: BaseProcess) -> None:
    process.join(_STOP_S)
    if process.is_alive():
        process.kill()
        process.join()
