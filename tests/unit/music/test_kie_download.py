"""Downloads over real sockets on loopback: each rule that keeps a stranger's address harmless."""

import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpcore2
import pytest

from fake_decks import HandClock
from stornello.domain.errors import ProviderUnreachable
from stornello.providers import public_network
from stornello.providers.download import Downloads
from stornello.providers.public_network import NotPublicError, PublicNetwork, is_public
from stornello.providers.sound_files import ending_of

MP3 = b"ID3\x04" + bytes(5000)

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Place:
    """A server on loopback that answers everything with ``answer`` and remembers what it was asked."""

    answer: Answer
    url: str = ""
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def a_place(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Place]:
    place = Place(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place.headers.append({name.lower(): value for name, value in self.headers.items()})
            try:
                place.answer(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    place.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    try:
        yield place
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def sends(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


class EagerClock(HandClock):
    """A clock on which each look at it takes a second: a slow night without waiting."""

    def monotonic(self) -> float:
        self.time_s += 1
        return self.time_s


def downloads(place: Place, seconds: float = 60, megabytes: float = 1, **more: object) -> Downloads:
    return Downloads(place.url, seconds, megabytes, HandClock(), **more)  # type: ignore[arg-type]  # names of Downloads


def refused(fetching: Downloads, url: str, into: Path) -> str:
    with pytest.raises(ProviderUnreachable) as error:
        fetching.fetch(url, into, "take-1")
    assert list(into.iterdir()) == [], "nothing is left behind"
    return error.value.code


def test_what_arrives_whole_gets_its_name(tmp_path: Path) -> None:
    with a_place(sends(MP3)) as place:
        file = downloads(place).fetch(f"{place.url}/x?y=.wav", tmp_path, "take-1")
    assert file == tmp_path / "take-1.mp3"
    assert file.read_bytes() == MP3
    assert [one.name for one in tmp_path.iterdir()] == ["take-1.mp3"]
    assert place.headers[0]["user-agent"].startswith("Mozilla/5.0")
    assert place.headers[0]["accept-encoding"] == "identity"


def test_a_second_download_takes_the_place_of_the_first(tmp_path: Path) -> None:
    (tmp_path / "take-1.mp3").write_bytes(b"old")
    (tmp_path / ".take-1.part").write_bytes(b"left by a crash")
    with a_place(sends(MP3)) as place:
        downloads(place).fetch(place.url, tmp_path, "take-1")
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"take-1.mp3": MP3}


@pytest.mark.parametrize(
    "host", ["http://127.0.0.1:9/", "https://127.0.0.1:9/", "https://[::1]:9/", "https://localhost:9/"]
)
def test_a_private_address_is_refused(host: str, tmp_path: Path) -> None:
    with a_place(sends(MP3)) as place:
        assert refused(downloads(place), host, tmp_path) == "download-address"
    assert place.headers == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://example.org/x",
        "file:///etc/passwd",
        "https://",
        "http://exa mple/",
        "https://x:y/",
        "http://cdn.invalid/x.mp3",
        "//cdn.invalid/x.mp3",
        "cdn.invalid/x.mp3",
    ],
)
def test_what_is_no_https_address_is_refused(url: str, tmp_path: Path) -> None:
    with a_place(sends(MP3)) as place:
        assert refused(downloads(place), url, tmp_path) == "download-address"


def test_another_port_of_the_services_own_machine_is_no_home(tmp_path: Path) -> None:
    with a_place(sends(MP3)) as place, a_place(sends(MP3)) as other:
        assert refused(downloads(place), other.url, tmp_path) == "download-address"
        assert refused(downloads(place), other.url.replace("http:", "https:"), tmp_path) == "download-address"
    assert other.headers == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_redirect_into_the_private_network_is_refused(scheme: str, tmp_path: Path) -> None:
    with a_place(sends(MP3)) as other:
        onward = other.url.replace("http:", f"{scheme}:")
        with a_place(sends(b"", 302, Location=onward)) as place:
            assert refused(downloads(place), place.url, tmp_path) == "download-address"
    assert other.headers == []


def test_a_redirect_within_the_same_place_is_followed(tmp_path: Path) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        (sends(MP3) if handler.path == "/there" else sends(b"", 307, Location="/there"))(handler)

    with a_place(answer) as place:
        assert downloads(place).fetch(place.url, tmp_path, "take-1").read_bytes() == MP3


def test_redirects_without_end_are_given_up_after_five(tmp_path: Path) -> None:
    with a_place(sends(b"", 302, Location="/again")) as place:
        assert refused(downloads(place), place.url, tmp_path) == "download-astray"
    assert len(place.headers) == 6


def test_what_trickles_is_given_up_when_its_time_is_over(tmp_path: Path) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"\0" * 16)

    with a_place(answer) as place:
        slow = Downloads(place.url, 30, 1e6, EagerClock())
        assert refused(slow, place.url, tmp_path) == "download-slow"


def test_headers_that_trickle_are_given_up_too(tmp_path: Path) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            handler.wfile.write(b"X-More: of the same\r\n")
            handler.wfile.flush()

    with a_place(answer) as place:
        slow = Downloads(place.url, 3, 1, EagerClock())
        assert refused(slow, place.url, tmp_path) == "download-slow"


def test_what_never_answers_is_given_up(tmp_path: Path) -> None:
    let_go = threading.Event()
    with a_place(lambda _: assert_true(let_go.wait(30))) as place:
        assert refused(downloads(place, seconds=0.2), place.url, tmp_path) == "download-slow"
        let_go.set()


def assert_true(value: object) -> None:
    assert value


def test_what_is_too_big_is_given_up(tmp_path: Path) -> None:
    with a_place(sends(MP3)) as place:
        assert refused(downloads(place, megabytes=0.004), place.url, tmp_path) == "download-too-big"


def test_what_is_cut_short_is_no_song(tmp_path: Path) -> None:
    with a_place(sends(MP3, Content_Length=str(len(MP3) + 1))) as place:
        assert refused(downloads(place), place.url, tmp_path) == "download-broken"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (sends(b""), "download-empty"),
        (sends(b"<html><body>Not found</body></html>", Content_Type="audio/mpeg"), "download-no-sound"),
        (sends(b'{"code":404}'), "download-no-sound"),
        (sends(MP3, 404), "download-not-there"),
        (sends(MP3, 206), "download-not-there"),
        (sends(MP3, Content_Encoding="gzip"), "download-not-there"),
    ],
)
def test_what_is_no_song_is_refused(answer: Answer, code: str, tmp_path: Path) -> None:
    with a_place(answer) as place:
        assert refused(downloads(place), f"{place.url}/song.mp3", tmp_path) == code


def test_the_key_goes_home_and_nowhere_else(tmp_path: Path) -> None:
    with a_place(sends(MP3)) as place:
        fetching = downloads(place, headers={"Authorization": "Bearer secret"})
        fetching.fetch(place.url, tmp_path, "take-1")
    assert place.headers[0]["authorization"] == "Bearer secret"
    assert "secret" not in repr(fetching)
    assert "Authorization" not in fetching._headers(is_home=False)


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """A server's TLS for 127.0.0.1, with a certificate that is trusted for the length of one test."""
    folder = tmp_path / "tls"
    folder.mkdir()
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=test"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    public_network.tls.cache_clear()
    yield context
    public_network.tls.cache_clear()


def test_https_is_spoken_with_who_can_prove_the_name(certified: ssl.SSLContext, tmp_path: Path) -> None:
    with a_place(sends(MP3), certified) as place:
        assert downloads(place).fetch(place.url, tmp_path, "take-1").read_bytes() == MP3


def test_a_name_that_the_certificate_does_not_prove_is_refused(certified: ssl.SSLContext, tmp_path: Path) -> None:
    into = tmp_path / "into"
    into.mkdir()
    with a_place(sends(MP3), certified) as place:
        place.url = place.url.replace("127.0.0.1", "localhost")
        assert refused(downloads(place), place.url, into) == "download-broken"
    assert place.headers == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - nothing is bound to it
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff0e::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "::127.0.0.1",
        "::8.8.8.8",
        "fec0::1",
        "5f00::1",
        "3fff::1",
        "2001:db8::1",
        "2001:0:7f00:1::",
        "192.88.99.1",
    ],
)
def test_private_addresses_are_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1", "64:ff9b::808:808"])
def test_public_addresses_are_known(address: str) -> None:
    assert is_public(address)


@dataclass
class Sockets(httpcore2.NetworkBackend):
    """Where a connection would have gone."""

    to: list[str] = field(default_factory=list)

    def connect_tcp(self, host: str, *_: object, **__: object) -> httpcore2.NetworkStream:
        self.to.append(host)
        raise httpcore2.ConnectError


def a_network(*answers: list[str]) -> tuple[PublicNetwork, Sockets]:
    names, sockets = iter(answers), Sockets()
    return PublicNetwork(("home", 443), 9e9, HandClock(), lambda *_: next(names), sockets), sockets


def test_a_name_is_looked_up_once_and_the_address_checked_is_the_one_used() -> None:
    network, sockets = a_network(["93.184.216.34", "8.8.8.8"], ["127.0.0.1"])
    with pytest.raises(httpcore2.ConnectError):
        network.connect_tcp("rebinding.example", 443)
    assert sockets.to == ["93.184.216.34", "8.8.8.8"]


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    network, sockets = a_network(["8.8.8.8", "127.0.0.1"])
    with pytest.raises(NotPublicError):
        network.connect_tcp("half.example", 443)
    assert sockets.to == []


@pytest.mark.parametrize(
    ("head", "url", "ending"),
    [
        (b"\xff\xfb\x90\x00", "", ".mp3"),
        (b"RIFF\0\0\0\0WAVEfmt ", "", ".wav"),
        (b"\0\0\0\x20ftypM4A ", "x.mp3", ".m4a"),
        (b"fLaC\0", "", ".flac"),
        (b"OggS\0", "", ".ogg"),
        (b"\x1a\x45\xdf\xa3", "", ".webm"),
        (b"\x00\x80\xff\xfb", "https://h/x.MP3?y", ".mp3"),
        (b"\x00\x80\xff\xfb", "https://us[er@h/x.mp3", ".mp3"),
        (b"\x00\x80\xff\xfb", "https://u\u2100ser@h/x.mp3", ".mp3"),
        (b"\x00\x80\xff\xfb", "https://h/\ud800.mp3?x.exe#y", ".mp3"),
        (b"\x00\x80\xff\xfb", "https://h/x.mp3#y.exe", ".mp3"),
        (b"\x00\x80\xff\xfb", "https://h/x.exe", ""),
        (b"\xff\xfe<\0h\0", "https://h/x", ""),
        (b"<!doctype html>", "https://h/x.mp3", ""),
        (b"\xff", "", ""),
    ],
)
def test_endings_fit_the_sound(head: bytes, url: str, ending: str, tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(head)
    assert ending_of(file, url) == ending
