"""Whatever happens in a night, the keys are in no file, no log, no command line and on no screen afterwards."""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from night import DOUBLES, Night, a_noise, wait_until
from servers.aimock import Aimock, Fixture, says
from stornello.fake_kie import FakeKie
from stornello.spool.paths import Venue

KEYS = {
    "environment": "sk-env-ZXCVBNM-4815162342",
    "dotenv": "kie-dot-QWERTYU-2342161584",
    "file": "sk-file-ASDFGHJ-1516234248",
    "toml": "ace-toml-POIUYTR-4223161508",
}
WORDS = "Zanzibarda"
"""What every guest says."""

_LOOK_S = 0.02


@pytest.fixture
def secretive(night: Night, tmp_path: Path) -> Night:
    """A venue whose keys come from four places, in a home and a scratch folder of its own."""
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    home.mkdir()
    scratch.mkdir()
    night.settings |= {
        "HOME": str(home),
        "TMPDIR": str(scratch),
        "LOG_LEVEL": "DEBUG",
        "OPENAI_API_KEY": KEYS["environment"],
        "MAX_WORKERS": "2",
        "POLL_SECONDS": "0.1",
        "STABLE_SECONDS": "0.1",
        "STORNELLO_MAX_NOTES_PER_SONG": "1",
        "STORNELLO_POLL_FIRST_SECONDS": "0.1",
        "STORNELLO_REQUEST_TIMEOUT_SECONDS": "2",
        "STORNELLO_ENGINE_REST_SECONDS": "0.5",
        "RETRY": "1",
    }
    assert night.run("init").returncode == 0
    for name, text in {
        ".env": f"KIE_API_KEY={KEYS['dotenv']}\n",
        "lyrics.key": f"{KEYS['file']}\n",
        "stornello.toml": f"acestep_api_key = '{KEYS['toml']}'\nacestep_base_url = 'http://127.0.0.1:9'\n",
    }.items():
        file = night.folder / name
        file.write_text(text)
        file.chmod(0o600)
    night.settings["STORNELLO_LYRICS_API_KEY_FILE"] = "lyrics.key"
    return night


@contextmanager
def command_lines() -> Iterator[set[str]]:
    """Collect the command lines of all processes while the block runs."""
    seen: set[str] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_S):
            for process in Path("/proc").iterdir():
                if process.name.isdecimal():
                    try:
                        seen.add((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                    except OSError:
                        continue

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def what_is_left(night: Night) -> dict[str, bytes]:
    """Every file that the run has left behind, but for those that the keys came from."""
    sources = {night.folder / name for name in (".env", "lyrics.key", "stornello.toml")}
    files = (path for path in night.folder.parent.rglob("*") if path.is_file() and path not in sources)
    return {str(path.relative_to(night.folder.parent)): path.read_bytes() for path in files}


OF_TROUBLE = (("status", "--json"), ("report",))
"""The commands that show what an engine's failure has left."""

OF_ALL = (*OF_TROUBLE, ("status",), ("config",), ("queue",), ("provider", "list"), ("doctor",))
"""The commands that show anything."""


def what_is_said(night: Night, commands: Sequence[tuple[str, ...]]) -> dict[str, bytes]:
    """What commands show."""
    shown = {}
    for command in commands:
        done = night.run(*command)
        shown[" ".join(command)] = (done.stdout + done.stderr).encode()
    return shown


def holding(texts: Mapping[str, bytes], secrets: Mapping[str, str]) -> set[tuple[str, str]]:
    """Where which secret shows."""
    return {
        (place, name) for place, text in texts.items() for name, secret in secrets.items() if secret.encode() in text
    }


def ended(venue: Venue) -> int:
    folders = (venue.failed_processing, venue.transcription_errors, venue.held)
    return len(list(venue.songs.glob("*.json"))) + sum(len(list(folder.iterdir())) for folder in folders)


def run_to_the_end(night: Night, recordings: int, seconds: float) -> set[str]:
    """Hear and sing until each recording has come to an end; return all command lines seen meanwhile."""
    before = ended(night.venue)
    chance = Random(recordings)  # noqa: S311 - a seed
    with command_lines() as seen:
        services = [night.start("watchdog"), night.start("producer")]
        for number in range(recordings):
            a_noise(night.venue.from_tables / f"{number + 1}-anna.wav", chance)
        wait_until(lambda: ended(night.venue) >= before + recordings, seconds, 0.1)
        for service in services:
            service.terminate()
        assert [service.wait(20) for service in services] == [0, 0]
    return seen


def told() -> dict[str, object]:
    return {"text": f"Ci siamo conosciuti a {WORDS} e stasera brindiamo a Marco e ad Anna."}


HEARS = {"match": {"endpoint": "transcription"}, "response": {"transcription": told()}}


def nothing_shows(
    night: Night, lines: set[str], commands: Sequence[tuple[str, ...]] = OF_TROUBLE, words: str = WORDS
) -> None:
    """Check all that was left, said and started."""
    left, said = what_is_left(night), what_is_said(night, commands)
    assert any("stornello" in line for line in lines)
    assert not holding(left | said, KEYS)
    assert not [line for line in lines if any(key in line for key in KEYS.values())]
    logs = {name: text for name, text in left.items() if name.endswith((".log", ".said", "reason.json"))}
    assert {"watchdog.said", "producer.said"} <= {Path(name).name for name in logs}
    assert not holding(logs | said, {"words": words})


@pytest.mark.timeout(240)
def test_a_night_that_goes_well_shows_no_key(secretive: Night) -> None:
    with Aimock([HEARS]) as openai, FakeKie(seconds=10, key=KEYS["dotenv"]) as kie:
        secretive.settings |= at(openai.url, kie.url)
        lines = run_to_the_end(secretive, 2, 120)
        assert len(list(secretive.venue.songs.glob("*.json"))) == 2
        assert kie.charges == 2
        assert all("authorization" in entry["headers"] for entry in openai.journal())  # its value aimock hides
    nothing_shows(secretive, lines, OF_ALL)


def quoting(key: str, endpoint: str) -> Fixture:
    """A refusal that repeats the key, as some gateways' do."""
    error = {"message": f"Incorrect API key provided: {key}", "type": "invalid_request", "code": "invalid_api_key"}
    return {"match": {"endpoint": endpoint}, "response": {"error": error, "status": 401}}


@pytest.mark.timeout(240)
def test_services_that_refuse_their_keys_make_none_show(secretive: Night) -> None:
    refusals = [quoting(KEYS["environment"], "transcription"), quoting(KEYS["file"], "chat")]
    with Aimock(refusals) as openai, FakeKie(seconds=10, key="another") as kie:
        secretive.settings |= at(openai.url, kie.url) | {
            "STORNELLO_TRANSCRIBER": "openai,instant",
            "STORNELLO_LYRICIST": "openai,instant",
            "STORNELLO_STUDIO": "kie,acestep,instant",
            "PYTHONPATH": str(DOUBLES),
        }
        lines = run_to_the_end(secretive, 1, 120)
        assert failures(secretive) >= {"transcribers.openai", "lyricists.openai", "studios.kie", "studios.acestep"}
        assert kie.charges == 0
    assert list(secretive.venue.songs.glob("*.json")), "who is refused is passed over"
    nothing_shows(secretive, lines, words="all here together tonight")


@pytest.mark.timeout(240)
def test_words_that_are_no_song_and_a_crash_with_words_and_key_in_its_error_make_neither_show(secretive: Night) -> None:
    nonsense = [HEARS, says('{"title": "broken', endpoint="chat")]
    with Aimock(nonsense) as openai, FakeKie(seconds=10, key=KEYS["dotenv"]) as kie:
        secretive.settings |= at(openai.url, kie.url) | {
            "STORNELLO_LYRICIST": "openai,instant",
            "PYTHONPATH": str(DOUBLES),
            "DOUBLES_BUG": KEYS["environment"],
        }
        lines = run_to_the_end(secretive, 1, 120)
    (job,) = secretive.venue.failed_processing.iterdir()
    assert '"engine": "openai", "code": "words-unusable"' in (job / "job.log").read_text(), "words that are no song"
    assert "lyricists.instant" in failures(secretive), "whose bug it is; words nobody can use say nothing of an engine"
    nothing_shows(secretive, lines)


def failures(night: Night) -> set[str]:
    """The engines, with their seams, whose failure has been written down."""
    states = night.venue.engines.glob("*.json")
    return {file.stem for file in states if '"failures": 0' not in file.read_text()}


def at(openai: str, kie: str) -> dict[str, str]:
    return {
        "OPENAI_BASE_URL": openai,
        "STORNELLO_LYRICS_BASE_URL": openai,
        "KIE_BASE_URL": kie,
        "STORNELLO_TRANSCRIBER": "openai",
        "STORNELLO_LYRICIST": "openai",
        "STORNELLO_STUDIO": "kie",
    }


def test_the_search_itself_finds_a_key_wherever_it_lies(secretive: Night) -> None:
    hidden = secretive.venue.jobs / "9_1" / "job.log"
    hidden.parent.mkdir(parents=True)
    hidden.write_bytes(b"\x00" + os.fsencode(KEYS["file"]) + b"\xff")
    assert holding(what_is_left(secretive), KEYS) == {(str(hidden.relative_to(secretive.folder.parent)), "file")}
