"""Logs: static event text, facts in ``extra``. JSON lines for files and machines, short lines for a terminal.

What guests said never gets here: a log call passes names, counts and codes only.
"""

import contextlib
import json
import logging
import os
import sys
import threading
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def _facts(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


class JsonLines(logging.Formatter):
    """One JSON object a line: when, level, service, event, facts; an exception as its type and place only."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "service": record.name.removeprefix("stornello."),
            "event": record.getMessage(),
        }
        line |= _facts(record)
        if record.exc_info and record.exc_info[0]:
            line["error"] = _where(record)
        return json.dumps(line, ensure_ascii=False, default=str)


class ShortLines(logging.Formatter):
    """For a terminal: time, service, event and facts."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        facts = _facts(record)
        if record.exc_info and record.exc_info[0]:
            facts["error"] = _where(record)
        told = " ".join(f"{name}={_printable(value)}" for name, value in facts.items())
        service = record.name.removeprefix("stornello.").split(".")[0]
        return f"{self.formatTime(record, '%H:%M:%S')} {service:<15} {record.getMessage()}" + (
            f"  {told}" if told else ""
        )


def _printable(value: object) -> str:
    """Return ``value`` as text that cannot steer a terminal: file names come from anybody."""
    return "".join(char if char.isprintable() else "�" for char in str(value))


def _where(record: logging.LogRecord) -> str:
    """Name the error's type and the lines it passed, but not its text: that may hold a guest's words."""
    kind, _, trace = record.exc_info or (None, None, None)
    places = []
    while trace:
        places.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{kind.__name__ if kind else ''} at {' < '.join(reversed(places[-6:]))}"


class _LogFile(RotatingFileHandler):
    """A log that outlives its disk's troubles: what cannot be written is lost, and a deleted file begins anew."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, if that can be done."""
        if self.stream and not os.path.exists(self.baseFilename):  # noqa: PTH110 - False, not an error, when it cannot be told
            with contextlib.suppress(OSError):
                self.stream.close()
            self.stream = None
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Do nothing: to say on the terminal, at every line, that a disk is full helps nobody."""


def set_up(service: str, folder: Path | None, stream: TextIO | None = None) -> None:
    """Log ``service`` to ``folder``/{service}.log (JSON, 3 x 5 MB) and to ``stream``, replacing earlier handlers.

    ``folder`` None or unwritable: the stream only. ``stream`` None: the file only.
    """
    handlers: list[logging.Handler] = []
    if stream is not None:
        handlers.append(logging.StreamHandler(stream))
        handlers[-1].setFormatter(ShortLines() if stream.isatty() else JsonLines())
    if folder is not None and os.access(folder, os.W_OK):
        file = _LogFile(
            folder / f"{service}.log",
            maxBytes=5_000_000,
            backupCount=2,
            encoding="utf-8",
            errors="backslashreplace",
            delay=True,
        )
        file.setFormatter(JsonLines())
        handlers.append(file)
    root = logging.getLogger("stornello")
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(logging.getLevelNamesMapping().get(os.environ.get("LOG_LEVEL", "").upper(), logging.INFO))
    root.propagate = False
    sys.excepthook = _last_words
    threading.excepthook = lambda end: _last_words(end.exc_type, end.exc_value, end.exc_traceback)


def _last_words(kind: type[BaseException], error: BaseException | None, trace: object) -> None:
    """Say that a process or thread ended on an unexpected error without printing what the error's text may hold."""
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("stornello").critical("ended by an unexpected error", exc_info=(kind, error, trace))  # type: ignore[arg-type]  # the hook's own three, which logging takes as they are
