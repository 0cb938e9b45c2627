"""Clients that nobody here wrote take our fake Kie for the real one: PyPI arioso and npm kie-ai-mcp-server."""

import contextlib
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from arioso.platforms.sunoapi.adapter import Adapter
from arioso.platforms.sunoapi.config import PLATFORM_CONFIG
from arioso.platforms.sunoapi.task_store import SunoTasks

from stornello import media
from stornello.fake_kie import FakeKie

NODE = Path(sys.executable).with_name("node")
MCP_SERVER = Path(__file__).parents[1] / "peers/node_modules/@felores/kie-ai-mcp-server/dist/index.js"
LYRICS = "[Verse]\nMarta è arrivata\ne ha portato il vino"


@pytest.fixture
def kie() -> Iterator[FakeKie]:
    with FakeKie(cook_s=0.2, seconds=12) as kie:
        yield kie


@pytest.fixture
def arioso(kie: FakeKie, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Adapter]:
    monkeypatch.setenv("SUNO_API_KEY", "any")
    config = {**PLATFORM_CONFIG, "api": {**PLATFORM_CONFIG["api"], "base_url": kie.url}}
    adapter = Adapter(config, task_store=SunoTasks(tmp_path / "arioso"))
    yield adapter
    adapter.session.close()


def test_arioso_orders_a_song_waits_for_it_and_gets_two_takes_that_play(
    kie: FakeKie, arioso: Adapter, tmp_path: Path
) -> None:
    songs = arioso.generate(
        "", lyrics=LYRICS, genre="italian pop", title="Marta", wait_for_completion=True, poll_interval=0.05, timeout=30
    )

    assert [song.title for song in songs] == ["Marta", "Marta"]
    assert kie.charges == 1
    lengths = [heard_s(song.audio.audio_url, tmp_path / f"{n}.mp3") for n, song in enumerate(songs)]
    assert lengths == [pytest.approx(song.audio.duration_seconds, abs=0.1) for song in songs]


def test_arioso_has_the_length_it_asked_for(arioso: Adapter, tmp_path: Path) -> None:
    (song, _) = arioso.generate(
        "", lyrics=LYRICS, genre="pop", title="Marta", duration=20, wait_for_completion=True, poll_interval=0.05
    )

    assert heard_s(song.audio.audio_url, tmp_path / "take.mp3") == pytest.approx(20, abs=0.1)


def test_arioso_sees_that_there_is_no_credit(kie: FakeKie, arioso: Adapter) -> None:
    kie.next("submit-402")

    with pytest.raises(RuntimeError, match=r"code 402.*[Cc]redits"):
        arioso.generate("", lyrics=LYRICS, genre="pop", title="Marta")
    assert kie.charges == 0


def test_arioso_sees_that_a_song_has_failed(kie: FakeKie, arioso: Adapter) -> None:
    kie.next("generate-audio-failed")

    with pytest.raises(RuntimeError, match=r"GENERATE_AUDIO_FAILED\) \[501\]"):
        arioso.generate("", lyrics=LYRICS, genre="pop", title="Marta", wait_for_completion=True, poll_interval=0.05)


@pytest.fixture
def mcp(kie: FakeKie, tmp_path: Path) -> "Iterator[McpServer]":
    with McpServer.on(kie, tmp_path) as server:
        yield server


def test_the_mcp_server_orders_a_song_and_finds_two_takes_that_play(
    kie: FakeKie, mcp: "McpServer", tmp_path: Path
) -> None:
    order = mcp.order()

    assert order["success"] is True
    assert kie.accepted == [order["task_id"]]
    told = mcp.wait_for(order["task_id"])
    assert told["status"] == "SUCCESS"
    assert [take["title"] for take in told["audio_files"]] == ["Marta", "Marta"]
    lengths = [heard_s(url, tmp_path / f"{n}.mp3") for n, url in enumerate(told["result_urls"])]
    assert lengths == [pytest.approx(12, abs=0.1), pytest.approx(12, abs=0.1)]


def test_the_mcp_server_sees_that_there_is_no_credit(kie: FakeKie, mcp: "McpServer") -> None:
    kie.next("submit-402")

    told = mcp.order()

    assert told["success"] is False
    assert "credits" in json.dumps(told)
    assert kie.charges == 0


def test_the_mcp_server_sees_that_a_song_has_failed(kie: FakeKie, mcp: "McpServer") -> None:
    kie.next("generate-audio-failed")

    told = mcp.wait_for(mcp.order()["task_id"])

    assert told["status"] == "GENERATE_AUDIO_FAILED"
    assert told["suno_metadata"]["error_code"] == 501
    assert told["error"] == "Generation failed."


class McpServer:
    """The npm server on its standard streams. Source: Model Context Protocol, JSON-RPC 2.0, a message a line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._numbers = itertools.count(1)
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "tests", "version": "1"}}
        self._ask("initialize", hello)
        self._say({"method": "notifications/initialized"})

    @classmethod
    @contextlib.contextmanager
    def on(cls, kie: FakeKie, folder: Path) -> "Iterator[McpServer]":
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "KIE_AI_DB_PATH": str(folder / "tasks.db"),
            "KIE_AI_BASE_URL": f"{kie.url}/api/v1",
            "KIE_AI_API_KEY": "any",
            "KIE_AI_ALLOW_DIRECT_GENERATION": "true",  # without its plan and approval: nothing here costs anything
        }
        process = subprocess.Popen(
            [str(NODE), str(MCP_SERVER)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        with process:
            try:
                yield cls(process)
            finally:
                process.kill()

    def order(self) -> dict[str, Any]:
        return self._call(
            "suno_generate_music",
            {
                "prompt": LYRICS,
                "customMode": True,
                "instrumental": False,
                "model": "V5",
                "style": "italian pop",
                "title": "Marta",
                "callBackUrl": "https://example.com/callback",
            },
        )

    def wait_for(self, task: str) -> dict[str, Any]:
        told = self._call("get_task_status", {"task_id": task})
        while told["status"] in {"PENDING", "TEXT_SUCCESS", "FIRST_SUCCESS"}:
            told = self._call("get_task_status", {"task_id": task})
        return told

    def _call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        answer = self._ask("tools/call", {"name": tool, "arguments": arguments})
        return dict(json.loads(answer["content"][0]["text"]))

    def _ask(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        self._say({"id": number, "method": method, "params": parameters})
        assert self._process.stdout
        for line in self._process.stdout:
            told = json.loads(line)
            if told.get("id") == number:
                assert "result" in told, told
                return dict(told["result"])
        raise AssertionError(f"the server has ended: {self._process.poll()}")

    def _say(self, message: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self._process.stdin.flush()


def heard_s(url: str, file: Path) -> float:
    """Download a take and return its real length in seconds."""
    file.write_bytes(httpx2.get(url).raise_for_status().content)
    return media.listen(file).duration_s
