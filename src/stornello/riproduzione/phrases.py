"""What the dashboard says, in both languages."""

from stornello.domain.plain import Plain

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
DISK_WELL = Plain("il disco del locale è di nuovo a posto", "the venue's disk is well again")
BACK = Plain("{engine}: risponde di nuovo", "{engine}: answers again")
LAST_ERROR = Plain("Ultimo problema", "Last problem")
NO_ANSWER = Plain("Riproduzione non risponde.", "The player does not answer.")
KEYS = Plain(
    "spazio pausa · n prossima · ←→ 10 s · +/- volume · q esci",
    "space pause · n next · ←→ 10 s · +/- volume · q quit",
)
