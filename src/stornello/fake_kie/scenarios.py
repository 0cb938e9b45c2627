"""Every fault that the fake Kie can show, one row each: data, not code."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Literal

from stornello.domain.plain import Plain
from stornello.fake_kie.faults import Fault

AudioTrouble = Literal["", "empty", "truncated", "short", "html", "404", "reset", "slow", "late", "twin", "copy"]
Address = Literal["here", "private", "http"]
Shape = Literal["plain", "snake", "object", "urls"]


@dataclass(frozen=True, slots=True)
class End:
    """How a task ends: the flat status with its errorCode, the market state with its failCode."""

    status: str = "SUCCESS"
    error: int | None = None
    state: str = "success"
    has_audio: bool = True

    @property
    def failed(self) -> bool:
        """Whether the provider itself has declared the task failed."""
        return not self.has_audio


_COOKED = End()


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens to one submit and to the task that comes of it.

    ``accepts``: the order is taken, and charged, even where ``submit`` spoils the answer. ``poll`` spoils the first two
    polls. ``strange`` is shown as status for as many. ``end`` None: it never ends. ``audio`` is the trouble of take 1
    and of take 2.
    """

    told: Plain
    submit: Fault | None = None
    accepts: bool = True
    duplicate: bool = False
    poll: Fault | None = None
    strange: str = ""
    end: End | None = _COOKED
    audio: tuple[AudioTrouble, AudioTrouble] = ("", "")
    address: Address = "here"
    shape: Shape = "plain"
    lyrics_times: bool = True
    credit: Literal["", "low", "broken"] = ""


_CODES = {
    400: Plain("contenuto rifiutato", "content refused"),
    401: Plain("chiave sbagliata", "wrong key"),
    402: Plain("crediti finiti", "no credits"),
    404: Plain("non trovato", "not found"),
    405: Plain("troppe richieste (sunoapi)", "too many requests (sunoapi)"),
    409: Plain("conflitto", "conflict"),
    413: Plain("testo troppo lungo (sunoapi)", "text too long (sunoapi)"),
    422: Plain("richiesta non valida", "request not valid"),
    429: Plain("troppe richieste (sunoapi: crediti finiti)", "too many requests (sunoapi: no credits)"),
    430: Plain("troppo di frequente (sunoapi)", "too frequent (sunoapi)"),
    433: Plain("limite della chiave", "the key's limit"),
    451: Plain("file non accessibile", "fetch denied"),
    455: Plain("manutenzione", "maintenance"),
    500: Plain("errore del server", "server error"),
    505: Plain("funzione non disponibile", "feature not available"),
}

_SUBMIT = {
    "submit-http-429": (Fault("http", 429), False, Plain("HTTP 429 con Retry-After: 1", "HTTP 429, Retry-After: 1")),
    "submit-http-500": (Fault("http", 500), False, Plain("HTTP 500", "HTTP 500")),
    "submit-html-502": (Fault("html", 502), False, Plain("pagina HTML 502, non accettato", "HTML 502, not accepted")),
    "submit-html-502-accepted": (
        Fault("html", 502),
        True,
        Plain("pagina HTML 502, eppure accettato e addebitato", "HTML 502, yet accepted and charged"),
    ),
    "submit-null": (Fault("null"), False, Plain("data null, non accettato", "data null, not accepted")),
    "submit-cut": (
        Fault("cut"),
        True,
        Plain("accettato e addebitato, poi cade la linea", "accepted and charged, then no answer"),
    ),
    "submit-cut-unaccepted": (Fault("cut"), False, Plain("cade la linea, non accettato", "cut, not accepted")),
    "submit-half-body": (
        Fault("half"),
        True,
        Plain("accettato e addebitato, linea caduta a metà risposta", "accepted and charged, reset in mid-answer"),
    ),
    "submit-slow": (Fault("slow"), True, Plain("accettato, risposta lenta", "accepted, slow to answer")),
}  # fmt: skip  # a table

_ENDS = {
    "create-task-failed": (
        End("CREATE_TASK_FAILED", 500, "fail", has_audio=False),
        Plain("creazione non riuscita", "the task could not be created"),
    ),
    "generate-audio-failed": (
        End("GENERATE_AUDIO_FAILED", 501, "fail", has_audio=False),
        Plain("canzone non riuscita (501)", "generation failed (501)"),
    ),
    "generate-audio-refused": (
        End("GENERATE_AUDIO_FAILED", 400, "fail", has_audio=False),
        Plain("canzone rifiutata (400)", "generation refused (400)"),
    ),
    "sensitive-word": (
        End("SENSITIVE_WORD_ERROR", 400, "fail", has_audio=False),
        Plain("parole rifiutate", "the words were refused"),
    ),
    "callback-exception": (
        End("CALLBACK_EXCEPTION", 500, "fail", has_audio=False),
        Plain("errore di callback, senza audio", "callback error, no audio"),
    ),
    "callback-exception-with-audio": (
        End("CALLBACK_EXCEPTION"),
        Plain("errore di callback, ma l'audio c'è", "callback error, yet the audio is there"),
    ),
    "never": (None, Plain("non finisce mai", "never ends")),
}

_POLL = {
    "poll-reset": (Fault("reset"), Plain("connessione chiusa di colpo", "connection reset")),
    "poll-cut-body": (Fault("half"), Plain("risposta a metà", "half an answer")),
    "poll-html-502": (Fault("html", 502), Plain("pagina HTML 502", "HTML 502")),
    "poll-http-429": (Fault("http", 429), Plain("HTTP 429 con Retry-After: 1", "HTTP 429, Retry-After: 1")),
    "poll-http-500": (Fault("http", 500), Plain("HTTP 500", "HTTP 500")),
    "poll-429": (Fault("code", 429), Plain("code 429", "code 429")),
    "poll-500": (Fault("code", 500), Plain("code 500", "code 500")),
    "poll-455": (Fault("code", 455), Plain("code 455, manutenzione", "code 455, maintenance")),
    "poll-null": (Fault("null"), Plain("data null", "data null")),
    "poll-garbage": (Fault("garbage"), Plain("JSON spezzato", "broken JSON")),
    "poll-slow": (Fault("slow"), Plain("risposta lenta", "slow answer")),
}

_AUDIO: dict[str, tuple[tuple[AudioTrouble, AudioTrouble], Plain]] = {
    "audio-empty": (("empty", ""), Plain("primo brano di 0 byte, secondo buono", "take 1 has 0 bytes, take 2 is good")),
    "audio-empty-both": (("empty", "empty"), Plain("due brani di 0 byte", "both takes have 0 bytes")),
    "audio-truncated": (("truncated", "truncated"), Plain("audio interrotto a metà", "audio cut in the middle")),
    "audio-short": (("short", "short"), Plain("audio lungo un decimo del dichiarato", "a tenth of the claimed length")),
    "audio-html": (("html", "html"), Plain("una pagina HTML al posto dell'audio", "an HTML page for audio")),
    "audio-404": (("404", "404"), Plain("HTTP 404 al posto dell'audio", "HTTP 404 for audio")),
    "audio-reset": (("reset", "reset"), Plain("linea caduta prima dell'audio", "reset before the audio")),
    "audio-slow": (("slow", "slow"), Plain("audio che tarda", "audio slow to come")),
    "audio-late": (("late", "late"), Plain("0 byte la prima volta, poi buono", "0 bytes the first time, then good")),
    "identical-takes": (("", "twin"), Plain("due brani identici", "two identical takes")),
    "copy-of-other-song": (("copy", "copy"), Plain("l'audio di una canzone precedente", "an earlier song's audio")),
}


def _rows() -> Iterator[tuple[str, Scenario]]:
    yield "ok", Scenario(Plain("tutto bene", "all well"))
    for code, told in _CODES.items():
        yield f"submit-{code}", Scenario(told, Fault("code", code), accepts=False)
    for name, (fault, accepts, told) in _SUBMIT.items():
        yield name, Scenario(told, fault, accepts)
    yield "duplicate-task", Scenario(Plain("l'id di un ordine precedente", "an earlier order's id"), duplicate=True)
    for name, (end, told) in _ENDS.items():
        yield name, Scenario(told, end=end)
    yield (
        "unknown-status",
        Scenario(Plain("uno stato sconosciuto, poi SUCCESS", "an unknown status, then SUCCESS"), strange="MASTERING"),
    )
    for name, (fault, told) in _POLL.items():
        twice = Plain(f"due volte: {told.it}", f"twice: {told.en}")
        yield name, Scenario(twice, poll=fault)
    for name, (audio, told) in _AUDIO.items():
        yield name, Scenario(told, audio=audio)
    yield from _ODD.items()


_ODD = {
    "audio-private": Scenario(Plain("indirizzo privato, 10.0.0.1", "private address, 10.0.0.1"), address="private"),
    "audio-http": Scenario(Plain("http in chiaro su un altro host", "plain http on another host"), address="http"),
    "snake-case": Scenario(Plain("flat in snake_case", "flat in snake_case"), shape="snake"),
    "result-object": Scenario(Plain("market: resultJson oggetto", "market: resultJson an object"), shape="object"),
    "result-urls": Scenario(Plain("market: solo resultUrls", "market: resultUrls only"), shape="urls"),
    "no-lyrics-times": Scenario(Plain("nessun tempo delle parole", "no word times"), lyrics_times=False),
    "credits-low": Scenario(Plain("restano 5 crediti", "5 credits are left"), credit="low"),
    "credits-broken": Scenario(Plain("i crediti rispondono 500", "credits answer 500"), credit="broken"),
}  # fmt: skip  # a table

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(dict(_rows()))
"""Name to what it does."""

_STORMY = tuple(name for name, row in SCENARIOS.items() if name != "ok" and not row.credit)


def drawn(dice: Random) -> str:
    """Return a scenario for a storm: half of them ok, the other half any fault."""
    return "ok" if dice.random() < 0.5 else dice.choice(_STORMY)  # noqa: PLR2004 - half
