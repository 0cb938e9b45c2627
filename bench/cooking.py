"""While songs cook at a music service: how soon a finished one is noticed, what asking costs. Rival: PyPI arioso."""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from arioso.platforms.sunoapi.adapter import Adapter

from house import INSTANT, environment, open_venue, running, wait_for
from servers.kie import RemoteKie, fake_kie
from stornello.domain.names import TableId
from stornello.spool.paths import Venue

_KEY = "fake"
_TICKS = os.sysconf("SC_CLK_TCK")
_POLLS = ("record", "Record")


def noticed_after(songs: int, cook_s: float) -> dict[str, float]:
    """Return the median time from SUCCESS at the service to the card in playlist.queue, and to the rival's answer.

    Songs cook for ``cook_s`` and up to 5 s more, the rival's interval, so that it meets them at any moment of it.
    """
    with fake_kie("--spread", "5", cook=cook_s, seconds=20) as service:
        ours = _ours_noticed(service, songs)
    with fake_kie("--spread", "5", cook=cook_s, seconds=20) as service:
        rival = _rival_noticed(service, songs)
    return {
        "success_to_playlist_s": statistics.median(ours),
        "success_to_playlist_worst_s": max(ours),
        "rival_success_to_noticed_s": statistics.median(rival),
        "success_to_playlist_ratio": statistics.median(ours) / statistics.median(rival),
    }


def _ours_noticed(service: RemoteKie, songs: int) -> list[float]:
    with open_venue() as venue:
        _stage(venue, songs)
        with running(venue, "producer", _settings(service, songs)):
            seen: dict[str, float] = {}
            wait_for(lambda: _note_arrivals(venue, seen) == songs, 90, 0.02)
    finished = _finished_at(service)
    return [at - finished[title] for title, at in seen.items()]


def _note_arrivals(venue: Venue, seen: dict[str, float]) -> int:
    lines = venue.playlist.read_text(encoding="utf-8").splitlines() if venue.playlist.exists() else []
    for line in lines:
        seen.setdefault(json.loads(line)["title"], time.time())
    return len(seen)


def _rival_noticed(service: RemoteKie, songs: int) -> list[float]:
    known: dict[str, float] = {}

    def one(number: int) -> None:
        title = f"Rival {number}"
        _rival(service.url).generate("", lyrics=f"la la {title}", genre="pop", title=title, wait_for_completion=True)
        known[title] = time.time()

    _together(songs, one)
    finished = _finished_at(service)
    return [at - finished[title] for title, at in known.items()]


def polling(jobs: int, seconds: float) -> dict[str, float]:
    """Return what it costs to wait for ``jobs`` songs that cook at once: processor time and requests a minute."""
    with fake_kie("--scenario", "never") as service, open_venue() as venue:
        _stage(venue, jobs)
        with running(venue, "producer", _settings(service, jobs)) as pid:
            wait_for(lambda: _polls(service) >= 2 * jobs, 120, 0.2)
            cpu_s, polls = _over(seconds, lambda: _cpu_s(_tree(pid)), service)
    with fake_kie("--scenario", "never") as service, _rival_process(service, jobs) as pid:
        wait_for(lambda: _polls(service) >= jobs, 120, 0.2)
        rival_cpu_s, rival_polls = _over(seconds, lambda: _cpu_s([pid]), service)
    return {
        "cooking_jobs": jobs,
        "polling_cpu_percent": 100 * cpu_s / seconds,
        "rival_polling_cpu_percent": 100 * rival_cpu_s / seconds,
        "polls_a_minute": 60 * polls / seconds,
        "rival_polls_a_minute": 60 * rival_polls / seconds,
        "polling_cpu_ms_a_poll": 1000 * cpu_s / max(1, polls),
        "rival_polling_cpu_ms_a_poll": 1000 * rival_cpu_s / max(1, rival_polls),
    }


def _polls(service: RemoteKie) -> int:
    return sum(count for path, count in service.requests.items() if any(word in path for word in _POLLS))


def _finished_at(service: RemoteKie) -> dict[str, float]:
    """Return when each song was finished, by title (time of day)."""
    return {task["title"]: task["success_epoch"] for task in service.state()["tasks"].values()}


def _over(seconds: float, cpu_s: Callable[[], float], service: RemoteKie) -> tuple[float, int]:
    before_s, before = cpu_s(), _polls(service)
    time.sleep(seconds)
    return cpu_s() - before_s, _polls(service) - before


def _stage(venue: Venue, songs: int) -> None:
    for table in range(1, songs + 1):
        folder = venue.staged(TableId(table))
        folder.mkdir()
        (folder / "a.txt").write_text(f"We were all here together tonight, said table {table}.")


def _settings(service: RemoteKie, workers: int) -> dict[str, str]:
    return INSTANT | {
        "STORNELLO_STUDIO": "kie-flat",
        "KIE_BASE_URL": service.url,
        "KIE_API_KEY": _KEY,
        "MAX_WORKERS": str(workers),
        "MAX_QUEUE_SIZE": "1000",
    }


def _rival(url: str) -> Adapter:
    adapter = Adapter({"api": {"base_url": url}, "auth": {}}, task_store=_Forgetful())
    adapter.session.headers["Authorization"] = f"Bearer {_KEY}"
    return adapter


class _Forgetful(dict[str, object]):
    """The rival's own memory of its tasks, which it would keep in the user's folders."""

    def save(self, record: object) -> None:
        """Forget it."""


@contextmanager
def _rival_process(service: RemoteKie, jobs: int) -> Iterator[int]:
    line = [sys.executable, __file__, service.url, str(jobs)]
    with subprocess.Popen(line, env=environment({}), stdout=subprocess.DEVNULL) as process:
        try:
            yield process.pid
        finally:
            process.kill()


def _together(times: int, do: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=do, args=(number,), daemon=True) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _tree(pid: int) -> list[int]:
    parents = {int(path.name): _stat(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdecimal()}
    found = [pid]
    for one in found:
        found += [child for child, stat in parents.items() if stat and int(stat[1]) == one]
    return found


def _cpu_s(pids: list[int]) -> float:
    return sum(int(ticks) for pid in pids if (stat := _stat(pid)) for ticks in stat[11:13]) / _TICKS


def _stat(pid: int) -> list[str]:
    """Return the fields behind the name, from state (0). Source: proc(5)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


if __name__ == "__main__":
    _together(
        int(sys.argv[2]),
        lambda n: _rival(sys.argv[1]).generate(
            "", lyrics=f"la {n}", title=f"Rival {n}", genre="pop", wait_for_completion=True
        ),
    )
