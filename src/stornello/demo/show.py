"""The show: a new venue, ``stornello up`` underneath, guests who speak, the dashboard until the songs were heard."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from stornello import processes
from stornello.demo.recorder import Recorder
from stornello.domain.plain import Language
from stornello.spool.paths import Venue
from stornello.spool.snapshot import Snapshot

_STOP_S = 5.0

_CERTAIN_LOOKS = 6
"""A note on its way from one folder to the next may be in neither while somebody looks."""


@dataclass(slots=True)
class Show:
    """One run of the demo in ``venue``, whose settings are on disk. ``fell``: the services ended by themselves."""

    venue: Venue
    recorder: Recorder
    language: Language
    songs: int
    fell: bool = False
    _up: subprocess.Popen[bytes] | None = field(default=None)
    _quiet_looks: int = 0

    def run(self, watch: Callable[[Callable[[Snapshot], bool]], object], *, keep: bool) -> None:
        """Open the room, let ``watch`` show it until the songs were played (or for ever with ``keep``), close it."""
        self._open()
        self.recorder.start()
        try:
            watch(lambda now: self._has_fallen() or (not keep and self.is_over(now)))
        finally:
            self.recorder.stop()
            self._close()

    def is_over(self, now: Snapshot) -> bool:
        """Return whether the songs were played and every guest was listened to, or nothing more can come."""
        played = now.playing.songs_played if now.playing else 0
        listened = self.recorder.is_done() and not (now.arriving or now.hearing)
        quiet = self.recorder.is_done() and self._is_exhausted(now)
        self._quiet_looks = self._quiet_looks + 1 if quiet else 0
        return (played >= self.songs and listened) or self._quiet_looks >= _CERTAIN_LOOKS

    @staticmethod
    def _is_exhausted(now: Snapshot) -> bool:
        playing = bool(now.playing and now.playing.song)
        return not (now.arriving or now.hearing or now.waiting or now.making or now.queue or playing)

    def _open(self) -> None:
        command = [sys.executable, "-m", "stornello", "up", "--folder", str(self.venue.root), "--lang", self.language]
        with (self.venue.logs / "up.out").open("ab") as said:
            self._up = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=processes.environment_of_child(),
                start_new_session=True,
            )

    def _has_fallen(self) -> bool:
        self.fell = self._up is not None and self._up.poll() is not None
        return self.fell

    def _close(self) -> None:
        if self._up is None:
            return
        self._up.terminate()
        try:
            self._up.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            processes.kill_group(self._up.pid)
            self._up.wait()
