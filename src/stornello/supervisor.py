"""``stornello up``: the three services as child processes, restarted with backoff, stopped together."""

import logging
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from stornello.domain.backoff import backoff
from stornello.domain.clock import Clock
from stornello.processes import environment_of_child, kill_group
from stornello.spool import falls
from stornello.spool.falls import Fall

log = logging.getLogger(__name__)

_HEALTHY_S = 60.0
"""A service that ran this long is well: should it fall, it starts again at once."""

_MOST_OUT_BYTES = 1_000_000
_STOP_S = 2.5
_TICK_S = 0.2


@dataclass(slots=True)
class Service:
    """One child process and its history of falls."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    falls: int = 0
    not_before: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Keeps ``services`` alive until told to stop. Which of them fall is told in the folder ``run_folder``."""

    services: list[Service]
    logs: Path
    clock: Clock
    run_folder: Path

    def run(self, stop: threading.Event) -> None:
        """Start everything, restart what falls, and end everything at ``stop``, within three seconds."""
        try:
            self._forget_falls()  # of an earlier life
            while not stop.is_set():
                self.tick()
                stop.wait(_TICK_S)
        finally:
            stop.set()  # if it is our own fall, whoever waits for the night to end has to know
            self.end()
            self._forget_falls()

    def tick(self) -> None:
        """One pass: note what has fallen and what is well again, start what is due."""
        for service in self.services:
            if service.process and service.process.poll() is not None:
                self._note_fall(service, service.process.returncode)
            if service.process and service.falls and self._is_well(service):
                self._note_well(service)
            if not service.process and service.not_before <= self.clock.monotonic():
                try:
                    self._start(service)
                except OSError as error:  # no memory, no disk: the others go on meanwhile
                    self._note_fall(service, error.errno or 1)

    def end(self) -> None:
        """Ask every service to stop, and kill those that do not in time."""
        running = [service.process for service in self.services if service.process]
        for process in running:
            process.send_signal(signal.SIGTERM)
        until = self.clock.monotonic() + _STOP_S
        for process in running:
            try:
                process.wait(max(0.05, until - self.clock.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("service did not stop in time", extra={"pid": process.pid})
                kill_group(process.pid)
                process.wait()

    def _start(self, service: Service) -> None:
        service.started_at = self.clock.monotonic()
        with _open_out(self.logs / f"{service.name}.out") as last_words:
            service.process = subprocess.Popen(
                service.command,
                stdin=subprocess.DEVNULL,
                stdout=last_words,
                stderr=last_words,
                env=environment_of_child(),
                process_group=0,
            )
        log.info("service started", extra={"started": service.name, "pid": service.process.pid})

    def _note_fall(self, service: Service, code: int) -> None:
        now = self.clock.monotonic()
        service.process = None
        service.falls = 1 if self._is_well(service) else service.falls + 1
        wait_s = 0.0 if service.falls == 1 else backoff(service.falls - 1, 0.5, 30.0)
        service.not_before = now + wait_s
        log.error("service fell", extra={"fell": service.name, "exit": code, "again_in_s": round(wait_s, 1)})
        with suppress(OSError):  # the disk may be why it fell, and that is told by itself
            falls.note(self.run_folder, Fall(service.name, service.falls, code))

    def _note_well(self, service: Service) -> None:
        service.falls = 0
        with suppress(OSError):  # what stays is told until the next fall, or the end
            falls.forget(self.run_folder, service.name)

    def _forget_falls(self) -> None:
        for service in self.services:
            with suppress(OSError):
                falls.forget(self.run_folder, service.name)

    def _is_well(self, service: Service) -> bool:
        return self.clock.monotonic() - service.started_at > _HEALTHY_S


def _open_out(path: Path) -> BinaryIO:
    """Open what a service says outside its log, such as a native crash's last words; begun anew when it is long.

    Where the disk makes no file, a service is worth more than its words.
    """
    try:
        is_long = path.exists() and path.stat().st_size > _MOST_OUT_BYTES
        return path.open("wb" if is_long else "ab")
    except OSError:
        return Path(os.devnull).open("ab")
