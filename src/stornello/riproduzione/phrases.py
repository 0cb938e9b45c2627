"""What the dashboard says, in both languages."""

import unicodedata

from stornello.domain.plain import Language, Plain

NOW = Plain("In sala", "In the room")
NOTHING_PLAYS = Plain("Silenzio: si aspetta la prima canzone.", "Silence: waiting for a song.")
NO_PLAYER = Plain("La musica è ferma: riproduzione non è in funzione.", "No music: the player is not running.")
QUEUE = Plain("Poi", "Next")
QUEUE_EMPTY = Plain("Nessuna canzone in coda.", "No song in the queue.")
MORE = Plain("e altre {n}", "and {n} more")
MAKING = Plain("In preparazione", "In the making")
MAKING_NONE = Plain("Nessuna canzone in preparazione.", "No song in the making.")
TABLES = Plain("Tavoli", "Tables")
TABLES_NONE = Plain("Nessun tavolo ha ancora parlato.", "No table has spoken yet.")
TABLE = Plain("Tavolo", "Table")
NOTES = Plain("messaggi", "notes")
SONGS = Plain("canzoni", "songs")
PAUSED = Plain("in pausa", "paused")
CROSSFADING = Plain("dissolvenza", "crossfade")
VOLUME = Plain("volume", "volume")
ARRIVING = Plain("in arrivo", "arriving")
HEARING = Plain("in ascolto", "being heard")
SHORT = Plain("troppo corti", "too short")
ERRORS = Plain("da guardare", "to look at")
PLAYED = Plain("suonate", "played")
VOID = Plain("nel vuoto: nessuna scheda audio", "into the void: no sound card")
NO_SOUND = Plain(
    "Nessuna scheda audio: la musica va nel vuoto, in tempo reale.",
    "No sound card: the music plays into the void, in real time.",
)
TROUBLE = Plain("Il lettore audio non va: stornello doctor", "The audio player does not work: stornello doctor")
SPENT = Plain("Spesa", "Spent")
BACK = Plain("{engine}: risponde di nuovo", "{engine}: answers again")
LAST_ERROR = Plain("Ultimo problema", "Last problem")
NO_ANSWER = Plain("Riproduzione non risponde.", "The player does not answer.")
KEYS = Plain(
    "spazio pausa · n prossima · ←→ 10 s · +/- volume · q esci",
    "space pause · n next · ←→ 10 s · +/- volume · q quit",
)

SERVICES = {
    "watchdog": Plain("ascolto", "ingestion"),
    "producer": Plain("produzione", "production"),
    "riproduzione": Plain("musica", "music"),
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


def milestone(said: str, language: Language) -> str:
    """Return a milestone as people read it; one that we do not know is shown as it came."""
    code, _, rest = said.partition(" ")
    known = MILESTONES.get(code)
    if known:
        return known.within(language)
    return safe(rest or code) or STARTING.within(language)


def safe(text: str) -> str:
    """Return ``text`` without what could move the cursor, hide or turn words round: it comes from outside."""
    return "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def clock(seconds: float) -> str:
    """Return a length as people read it: ``2:05``, from an hour ``1:02:05``."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
