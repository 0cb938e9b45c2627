"""``stornello fake-kie`` as a process of its own: ``with fake_kie(cook=0) as kie: kie.next("submit-cut")``."""

import contextlib
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2

STORNELLO = str(Path(sys.executable).with_name("stornello"))


class RemoteKie:
    """A fake Kie in another process, seen through its ``/_fake`` addresses."""

    def __init__(self, url: str, process: subprocess.Popen[str], said: list[str]) -> None:
        self.url = url
        self.said = said
        self.process = process
        self._client = httpx2.Client(base_url=url, timeout=30)

    @property
    def environment(self) -> dict[str, str]:
        """What makes Stornello use it."""
        urls = dict.fromkeys(("KIE_BASE_URL", "SUNOAPI_BASE_URL"), self.url)
        return urls | dict.fromkeys(("KIE_API_KEY", "SUNOAPI_API_KEY"), "fake")

    def state(self) -> dict[str, Any]:
        """Return charges, paid_twice, accepted, requests, tasks, titles, scenarios and more."""
        return self._told(self._client.get("/_fake/state"))

    @property
    def charges(self) -> int:
        return int(self.state()["charges"])

    @property
    def paid_twice(self) -> int:
        return int(self.state()["paid_twice"])

    @property
    def accepted(self) -> list[str]:
        return list(self.state()["accepted"])

    @property
    def requests(self) -> dict[str, int]:
        return dict(self.state()["requests"])

    def next(self, *scenarios: str) -> None:
        """Queue scenarios for the next submits."""
        self._told(self._client.post("/_fake/next", json={"scenarios": list(scenarios)}))

    def reset(self) -> None:
        """Forget everything."""
        self._told(self._client.post("/_fake/reset"))

    def close(self) -> None:
        self._client.close()

    def _told(self, response: httpx2.Response) -> dict[str, Any]:
        assert response.status_code == 200, response.text
        return dict(response.json())


@contextlib.contextmanager
def fake_kie(*options: str, port: int = 0, cook: float = 0, seconds: float = 12) -> Iterator[RemoteKie]:
    """Start it on a free port, with further ``options`` such as ``"--storm", "7"``; it must end with 0.

    It has credit without end and no rate limit, unless ``options`` say otherwise.
    """
    figures = ["--port", str(port), "--cook", str(cook), "--seconds", str(seconds), "--credits", "1e6"]
    figures.append("--no-rate-limit")
    process = subprocess.Popen(
        [STORNELLO, "fake-kie", "--lang", "en", *figures, *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    with process, contextlib.ExitStack() as ending:
        said: list[str] = []
        reader = threading.Thread(target=said.extend, args=(process.stdout,))
        ending.callback(process.kill)
        first = process.stdout.readline()
        where = re.search(r"http://\S+", first)
        assert where, f"fake-kie did not come up: {first!r}"
        reader.start()
        ending.pop_all()
        ending.callback(reader.join)
        ending.callback(process.kill)
        kie = RemoteKie(where[0], process, said)
        ending.callback(kie.close)
        yield kie
        process.terminate()
        assert process.wait(timeout=20) == 0
