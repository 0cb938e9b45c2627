"""Who is at work, and how far a song is, as people read it."""

from stornello.domain.plain import Language, Plain
from stornello.wording.text import safe

SERVICES = {
    "watchdog": Plain("ascolto", "ingestion"),
    "producer": Plain("produzione", "production"),
    "riproduzione": Plain("musica", "music"),
}

SEAMS = {
    "transcribers": Plain("ascolto", "hearing"),
    "lyricists": Plain("parole", "words"),
    "studios": Plain("musica", "music"),
}

MILESTONES = {
    "CLAIMED": Plain("raccolti i messaggi", "notes collected"),
    "SUMMARY": Plain("riassunto fatto", "summary done"),
    "LYRICS": Plain("parole scritte", "lyrics written"),
    "GENTLER": Plain("parole più delicate", "gentler words"),
    "WAITING": Plain("si aspetta che un servizio risponda", "waiting for a service to answer"),
    "ASKING": Plain("si ordina la canzone", "ordering the song"),
    "REQUESTED": Plain("canzone ordinata", "song ordered"),
    "COOKING": Plain("si compone e si canta", "composing and singing"),
    "COLLECTED": Plain("canzone arrivata", "song delivered"),
    "MEASURED": Plain("livello misurato", "level measured"),
    "DONE": Plain("pronta", "ready"),
}

STARTING = Plain("si comincia", "starting")


def seam(name: str, language: Language) -> str:
    """Return what engines of a seam do; one that we do not know is shown as it is called."""
    return SEAMS[name].within(language) if name in SEAMS else safe(name)


def milestone(said: str, language: Language) -> str:
    """Return a milestone as people read it; one that we do not know is shown as it came."""
    code, _, rest = said.partition(" ")
    known = MILESTONES.get(code)
    if known:
        return known.within(language)
    return safe(rest or code) or STARTING.within(language)
