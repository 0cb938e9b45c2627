"""Logs: lines that machines can read, without a word of what guests said."""

import io
import json
import logging
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from stornello import logs

WORDS = "Anna ha detto a Marco un segreto"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.delenv("LOG_LEVEL", raising=False)
    house = logging.getLogger("stornello")
    before = house.level, house.propagate, house.handlers[:]
    yield
    for handler in house.handlers:
        handler.close()
    house.level, house.propagate, house.handlers = before


def fall() -> None:
    raise KeyError(WORDS)


def sing() -> None:
    try:
        fall()
    except KeyError as error:
        raise RuntimeError(f"while singing: {WORDS}") from error


def fail_and_log() -> None:
    try:
        sing()
    except RuntimeError:
        logging.getLogger("stornello.ears").exception("recording could not be attended", extra={"recording": "5-a.wav"})


@pytest.mark.parametrize("kind", [io.StringIO, Terminal])
def test_what_a_guest_said_never_reaches_a_line_by_way_of_an_error(kind: type[io.StringIO], tmp_path: Path) -> None:
    stream = kind()
    logs.set_up("watchdog", tmp_path, stream)
    fail_and_log()
    for text in (stream.getvalue(), (tmp_path / "watchdog.log").read_text()):
        assert "recording could not be attended" in text
        assert "RuntimeError at test_logs.py" in text
        assert "segreto" not in text


def test_a_process_that_ends_on_an_error_says_its_kind_and_place_only() -> None:
    stream = io.StringIO()
    logs.set_up("watchdog", None, stream)
    try:
        fall()
    except KeyError as error:
        sys.excepthook(KeyError, error, error.__traceback__)
    line = json.loads(stream.getvalue())
    assert (line["level"], line["event"]) == ("critical", "ended by an unexpected error")
    assert line["error"].startswith("KeyError at test_logs.py:")
    assert "segreto" not in stream.getvalue()


def test_a_thread_that_ends_on_an_error_says_its_kind_and_place_only(capfd: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    logs.set_up("watchdog", None, stream)
    thread = threading.Thread(target=fall)
    thread.start()
    thread.join()
    assert "KeyError at test_logs.py:" in stream.getvalue()
    assert "segreto" not in stream.getvalue() + capfd.readouterr().err


def test_ctrl_c_is_no_error() -> None:
    stream = io.StringIO()
    logs.set_up("watchdog", None, stream)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert not stream.getvalue()


def test_every_line_of_the_file_is_json_with_its_facts(tmp_path: Path) -> None:
    logs.set_up("producer", tmp_path)
    log = logging.getLogger("stornello.producer.manager")
    log.info("job claimed", extra={"job": "5_203000_a1b2c3", "table": 5, "path": tmp_path})
    log.warning("odd", extra={"recording": "5-\n\x1b[2J\u2028zoë\udce9.wav"})
    first, second = map(json.loads, (tmp_path / "producer.log").read_text().strip().split("\n"))
    assert (first["service"], first["event"], first["table"]) == ("producer.manager", "job claimed", 5)
    assert first["path"] == str(tmp_path)
    assert second["recording"] == "5-\n\x1b[2J\u2028zoë\udce9.wav"


def test_a_file_name_cannot_steer_the_terminal() -> None:
    stream = Terminal()
    logs.set_up("watchdog", None, stream)
    logging.getLogger("stornello.watchdog").info("claimed", extra={"recording": "5-\x1b[2J\r\nzoë.wav"})
    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 1
    assert "zoë.wav" in stream.getvalue()


def test_without_a_folder_that_can_be_written_the_stream_is_enough(tmp_path: Path) -> None:
    stream = io.StringIO()
    logs.set_up("watchdog", tmp_path / "missing", stream)
    logging.getLogger("stornello").info("here")
    assert json.loads(stream.getvalue())["event"] == "here"


def test_a_log_whose_folder_is_deleted_begins_anew_and_says_nothing_of_it_on_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    logs.set_up("watchdog", folder)
    for _ in range(2):
        logging.getLogger("stornello").info("here")
        shutil.rmtree(folder)
        logging.getLogger("stornello").info("lost")
        folder.mkdir()
    logging.getLogger("stornello").info("here again")
    assert "here again" in (folder / "watchdog.log").read_text()
    assert capfd.readouterr() == ("", "")


def test_setting_up_again_replaces_the_handlers(tmp_path: Path) -> None:
    stream = io.StringIO()
    for _ in range(3):
        logs.set_up("watchdog", tmp_path, stream)
    logging.getLogger("stornello").info("once")
    assert stream.getvalue().count("once") == (tmp_path / "watchdog.log").read_text().count("once") == 1


@pytest.mark.parametrize(("level", "counts"), [("debug", 3), ("WARNING", 1), ("loud", 2), ("", 2)])
def test_a_log_level_holds_and_a_strange_one_is_info(level: str, counts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", level)
    stream = io.StringIO()
    logs.set_up("watchdog", None, stream)
    log = logging.getLogger("stornello")
    for speak in (log.debug, log.info, log.warning):
        speak("word")
    assert stream.getvalue().count("word") == counts
