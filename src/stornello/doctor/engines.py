"""Who is asked, in which order; what leaves this computer; models that end; keys."""

from collections.abc import Iterator
from datetime import date, timedelta
from fnmatch import fnmatch
from urllib.parse import urlsplit

from stornello.doctor.finding import Finding
from stornello.doctor.places import DOES, SENT, Place, places
from stornello.domain.errors import StornelloError
from stornello.domain.plain import Plain
from stornello.domain.seam import SEAMS
from stornello.providers.openai_client import OPENAI_URL
from stornello.settings import Settings
from stornello.wiring.engines import chosen, require_engines

ENDS = (
    ("gpt-3.5-turbo*", date(2026, 10, 23), "gpt-6-luna"),
    ("gpt-4o", date(2027, 1, 14), "gpt-6-luna"),
    ("gpt-4o-20*", date(2027, 1, 14), "gpt-6-luna"),
    ("whisper-1", date(2027, 2, 26), "gpt-transcribe"),
    ("gpt-4o-*transcribe*", date(2027, 2, 26), "gpt-transcribe"),
)
"""Models of OpenAI's own that end: name, last day, successor. Source: its deprecations page, November 2026."""

SOON = timedelta(days=60)

_NOTHING = Plain("Da questo computer non esce niente.", "Nothing leaves this computer.")


def examine(settings: Settings, today: date) -> Iterator[Finding]:
    """Look at the chains, without asking anybody."""
    yield _installed(settings)
    yield from _order(settings)
    sent = places(settings)
    yield Finding("well", leaving(settings) or _NOTHING)
    yield from _ends(sent, today)
    yield from _keys(sent, settings)


def _installed(settings: Settings) -> Finding:
    try:
        require_engines(settings)
    except StornelloError as error:
        return Finding("ill", error.what, error.todo)
    return Finding("well", Plain("I motori scelti sono installati.", "The chosen engines are installed."))


def _order(settings: Settings) -> Iterator[Finding]:
    for seam in SEAMS:
        names, does = " → ".join(chosen(seam, settings)), DOES[seam]
        yield Finding("well", Plain(f"{does.it}: {names}", f"{does.en}: {names}"))


def leaving(settings: Settings) -> Plain | None:
    """Return what leaves this computer, and to whom; None for nothing."""
    going = [place for place in places(settings) if not place.is_here]
    if not going:
        return None
    it = "; ".join(dict.fromkeys(f"{SENT[place.seam].it} a {_whom(place).it}" for place in going))
    en = "; ".join(dict.fromkeys(f"{SENT[place.seam].en} to {_whom(place).en}" for place in going))
    return Plain(f"Da questo computer escono: {it}.", f"What leaves this computer: {en}.")


def _whom(place: Place) -> Plain:
    if place.address:
        return Plain(place.address, place.address)
    return Plain(f"chi dice il motore «{place.engine}»", f"whomever the engine '{place.engine}' asks")


def _ends(sent: list[Place], today: date) -> Iterator[Finding]:
    ours = urlsplit(OPENAI_URL).hostname
    for model in dict.fromkeys(place.model for place in sent if place.address == ours):
        for pattern, last, successor in ENDS:
            if fnmatch(model, pattern) and today + SOON >= last:
                yield _ending(model, last, successor, today)


def _ending(model: str, last: date, successor: str, today: date) -> Finding:
    mend = Plain(f"Al suo posto: {successor}.", f"Use {successor} instead.")
    if today > last:
        what = Plain(f"Il modello {model} non c'è più dal {last}.", f"The model {model} has ended on {last}.")
    else:
        what = Plain(f"Il modello {model} finisce il {last}.", f"The model {model} ends on {last}.")
    return Finding("warning", what, mend)


def _keys(sent: list[Place], settings: Settings) -> Iterator[Finding]:
    """Tell of each key that is there who uses it; never the key."""
    present = [name for name in type(settings).model_fields if name.endswith("_api_key") and getattr(settings, name)]
    for name in present:
        users = dict.fromkeys(place.engine for place in sent if place.key_name == name)
        yield _used(name.upper(), ", ".join(users)) if users else _unused(name)
    if not present:
        yield Finding("well", Plain("Chiavi: nessuna.", "Keys: none."))


def _used(name: str, users: str) -> Finding:
    return Finding("well", Plain(f"Chiave {name}: presente, la usa {users}.", f"Key {name}: present, used by {users}."))


def _unused(name: str) -> Finding:
    owner = name.removesuffix("_api_key")
    mend = Plain(
        "Non viene mandata a nessuno. Per usarla scegli il suo motore, altrimenti toglila.",
        "It is sent to nobody. To use it choose its engine; else take it away.",
    )
    what = Plain(
        f"Chiave {name.upper()}: presente, ma nessun motore scelto la usa ({owner}).",
        f"Key {name.upper()}: present, but no chosen engine uses it ({owner}).",
    )
    return Finding("warning", what, mend)
