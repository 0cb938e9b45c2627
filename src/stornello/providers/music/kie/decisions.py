"""What each answer of Kie means for the song and for the money: the decision table, as data.

Source: shared/design/providers.md (vendors' documents and recorded traffic). Two rules stand behind the rows. On a
submit, only a documented no is a no: whatever leaves it open whether the order was taken is ``UNKNOWN``, so that nobody
pays twice. On a poll, the song is already ordered: only a terminal status ends the asking.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final, Literal

Dialect = Literal["market", "flat", "sunoapi"]
Where = Literal["submit", "poll", "account"]
Kind = Literal["http", "code", "status", "shape", "transport"]
"""``http``: a status without a code of Kie's, or a gateway's. ``code``: Kie's own, in JSON. ``status``: a task's."""

ANY: Final = "*"
"""The row for every value that has none of its own."""

GATEWAYS: Final = frozenset({408, *range(502, 600)} - {505})
"""HTTP statuses of those who stand before Kie: whatever such an answer holds, they do not know what Kie has done."""


_NUMBER: Final = re.compile("[0-9]{3,9}")
_SERVER: Final = 500


class Do(Enum):
    """What the house does."""

    COOKING = "ask again later"
    DONE = "fetch the song"
    UNREACHABLE = "the same call may work later; certainly nothing was ordered by it"
    NOT_DELIVERED = "done, but not to be had: ask again, not for ever"
    UNKNOWN = "it may have been ordered: never repeat it, hold"
    RESUBMIT = "failed for good; one new order may work"
    SOFTEN = "the words were refused; gentler ones may pass"
    ACCOUNT = "key or credit: a person must mend it"
    REFUSED = "the same call will be refused again"
    FAILED = "failed for good"


@dataclass(frozen=True, slots=True)
class Decision:
    """``why`` is the error's code and finds its sentences. ``charged``: it cost something, as far as we know."""

    do: Do
    why: str = ""
    charged: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """An answer. ``value``: a code, a status (``STATUS/errorCode``), a name, :data:`ANY`; or a class of them.

    Classes are such as ``5xx`` and ``STATUS/500+``.
    """

    dialect: Dialect
    where: Where
    kind: Kind
    value: str


_COOKING, _DONE = Decision(Do.COOKING), Decision(Do.DONE)
_BUSY = Decision(Do.UNREACHABLE, "studio-busy")
_MAINTENANCE = Decision(Do.UNREACHABLE, "studio-maintenance")
_TROUBLE = Decision(Do.UNREACHABLE, "studio-trouble")
_AWAY = Decision(Do.UNREACHABLE, "studio-unreachable")
_UNCLEAR = Decision(Do.UNREACHABLE, "studio-unclear")
_UNKNOWN = Decision(Do.UNKNOWN, "studio-outcome-unknown")
_KEY, _KEY_LATER = Decision(Do.ACCOUNT, "studio-key"), Decision(Do.UNREACHABLE, "studio-key-later")
_NO_KEY, _NO_KEY_LATER = Decision(Do.ACCOUNT, "studio-key-missing"), Decision(Do.UNREACHABLE, "studio-key-missing")
_CREDIT = Decision(Do.ACCOUNT, "studio-no-credits")
_LIMIT = Decision(Do.ACCOUNT, "studio-key-limit")
_WORDS, _WORDS_LATER = Decision(Do.SOFTEN, "studio-words"), Decision(Do.SOFTEN, "studio-words", charged=True)
_INVALID = Decision(Do.REFUSED, "studio-invalid")
_NO_ID = Decision(Do.REFUSED, "studio-no-id")
_TOO_LONG = Decision(Do.REFUSED, "studio-too-long")
_ADDRESS = Decision(Do.REFUSED, "studio-address")
_NO_AUDIO = Decision(Do.NOT_DELIVERED, "audio-not-there")
_NOT_CREATED = Decision(Do.RESUBMIT, "studio-not-created")
_HICCUP = Decision(Do.RESUBMIT, "studio-generation-failed", charged=True)
_FAILED = Decision(Do.FAILED, "studio-generation-failed", charged=True)

_NO_TO_SUBMIT: Final = {
    "400": _WORDS,
    "401": _KEY,
    "402": _CREDIT,
    "404": _ADDRESS,
    "409": _INVALID,
    "422": _INVALID,
    "429": _BUSY,
    "433": _LIMIT,
    "451": _INVALID,
    "455": _MAINTENANCE,
    "500": _TROUBLE,
    "501": _TROUBLE,
    "505": _TROUBLE,
    ANY: _UNKNOWN,
}
"""Kie's documented codes on a submit: nothing was ordered. Any other number may be a gateway's, or a yes of its own."""

_NO_TO_SUBMIT_SUNOAPI: Final = _NO_TO_SUBMIT | {"405": _BUSY, "413": _TOO_LONG, "429": _CREDIT, "430": _BUSY}

_NO_TO_POLL: Final = {
    "401": _KEY_LATER,  # a person can put it right while the song cooks
    "405": _BUSY,
    "429": _BUSY,
    "430": _BUSY,
    "455": _MAINTENANCE,
    "5xx": _TROUBLE,
    ANY: _UNCLEAR,
}
"""The same for every dialect. Asking costs nothing, so a lack of credit says nothing about a song already ordered."""

_HTTP_TO_SUBMIT: Final = {
    "3xx": _ADDRESS,
    "401": _KEY,
    "403": _KEY,
    "404": _ADDRESS,
    "408": _UNKNOWN,
    "429": _BUSY,
    "4xx": _INVALID,
    ANY: _UNKNOWN,
}
_HTTP_TO_POLL: Final = {"401": _KEY_LATER, "429": _BUSY, "5xx": _TROUBLE, ANY: _UNCLEAR}

_FLAT_STATUS: Final = {
    "PENDING": _COOKING,
    "TEXT_SUCCESS": _COOKING,
    "FIRST_SUCCESS": _COOKING,
    "SUCCESS": _DONE,
    "CREATE_TASK_FAILED": _NOT_CREATED,
    "GENERATE_AUDIO_FAILED": _FAILED,
    "GENERATE_AUDIO_FAILED/500+": _HICCUP,
    "SENSITIVE_WORD_ERROR": _WORDS_LATER,
    "CALLBACK_EXCEPTION": _FAILED,
    "CALLBACK_EXCEPTION/audio": _DONE,
    ANY: _COOKING,
}
_MARKET_STATUS: Final = {
    "WAITING": _COOKING,
    "QUEUING": _COOKING,
    "GENERATING": _COOKING,
    "SUCCESS": _DONE,
    "FAIL": _FAILED,
    "FAIL/400": _WORDS_LATER,
    "FAIL/500+": _HICCUP,
    ANY: _COOKING,
}


Tables = Mapping[tuple[Where, Kind], Mapping[str, Decision]]

_COMMON: Final[Tables] = {
    ("submit", "http"): _HTTP_TO_SUBMIT,
    ("submit", "shape"): {"no-key": _NO_KEY, "no-task-id": _UNKNOWN, "task-id": _UNKNOWN, ANY: _UNKNOWN},
    ("submit", "transport"): {"not-sent": _AWAY, "sent": _UNKNOWN},
    ("poll", "code"): _NO_TO_POLL,
    ("poll", "http"): _HTTP_TO_POLL,
    ("poll", "shape"): {
        "no-key": _NO_KEY_LATER,
        "no-id": _NO_ID,
        "null": _COOKING,
        "no-audio": _NO_AUDIO,
        ANY: _UNCLEAR,
    },
    ("poll", "transport"): {"not-sent": _AWAY, "sent": _AWAY},
    ("account", "code"): _NO_TO_POLL | {"401": _KEY},
    ("account", "http"): _HTTP_TO_POLL | {"401": _KEY},
    ("account", "shape"): {"no-key": _NO_KEY, ANY: _UNCLEAR},
    ("account", "transport"): {"not-sent": _AWAY, "sent": _AWAY},
}
"""Transport: ``not-sent``: refused, no such name, TLS, connect time-out. ``sent``: no answer, or half of one.

``task-id``: an answer that is no plain yes and holds one all the same. ``account``: a question about no song.
"""

_OF: Final[Mapping[Dialect, Tables]] = {
    "market": {**_COMMON, ("submit", "code"): _NO_TO_SUBMIT, ("poll", "status"): _MARKET_STATUS},
    "flat": {**_COMMON, ("submit", "code"): _NO_TO_SUBMIT, ("poll", "status"): _FLAT_STATUS},
    "sunoapi": {**_COMMON, ("submit", "code"): _NO_TO_SUBMIT_SUNOAPI, ("poll", "status"): _FLAT_STATUS},
}

TABLE: Final[Mapping[Row, Decision]] = MappingProxyType(
    {
        Row(dialect, where, kind, value): decision
        for dialect, tables in _OF.items()
        for (where, kind), rows in tables.items()
        for value, decision in rows.items()
    }
)


def decide(dialect: Dialect, where: Where, kind: Kind, value: str) -> Decision:
    """Return what to do: by the value's own row, its class (``503`` -> ``5xx``), the status alone, or :data:`ANY`."""
    rows = (Row(dialect, where, kind, one) for one in (value, _class_of(value), value.partition("/")[0], ANY))
    return next(TABLE[row] for row in rows if row in TABLE)


def _class_of(value: str) -> str:
    """Return ``5xx`` for a number such as ``503``, ``STATUS/500+`` for a status with an errorCode of 500 and above."""
    status, _, number = value.rpartition("/")
    if not _NUMBER.fullmatch(number):
        return value
    return f"{number[0]}xx" if not status else f"{status}/500+" if int(number) >= _SERVER else status
