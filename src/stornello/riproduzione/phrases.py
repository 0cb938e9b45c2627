"""What the dashboard says, in both languages."""

from stornello.domain.plain import Plain

NOW = Plain("In sala", "In the room")
NOTHING_PLAYS = Plain("Silenzio: si aspetta la prima canzone.", "Silence: waiting for a song.")
NO_PLAYER = Plain(
    "La musica è lasciata a sé: riproduzione non è in funzione.",
    "The music is left to itself: the player is not running.",
)
QUEUE = Plain("Poi", "Next")
QUEUE_EMPTY = Plain("Nessuna canzone in coda.", "No song in the queue.")
QUEUE_HELD = Plain("trattenuta", "held")
MORE = Plain("e altre {n}", "and {n} more")
MAKING = Plain("In preparazione", "In the making")
MAKING_NONE = Plain("Nessuna canzone in preparazione.", "No song in the making.")
TRY = Plain("{n}ª volta", "try {n}")
TABLES = Plain("Tavoli", "Tables")
TABLES_NONE = Plain("Nessun tavolo ha ancora parlato.", "No table has spoken yet.")
NOTES = Plain("messaggi", "notes")
PAUSED = Plain("in pausa", "paused")
CROSSFADING = Plain("dissolvenza", "crossfade")
LEVEL = Plain("livello", "level")
VOLUME = Plain("volume", "volume")
ARRIVING = Plain("in arrivo", "arriving")
HEARING = Plain("in ascolto", "being heard")
SHORT = Plain("troppo corti", "too short")
ERRORS = Plain("da guardare", "to look at")
PLAYED = Plain("suonate", "played")
SOUND_BACK = Plain("La scheda audio è tornata.", "The sound card is back.")
NO_PANIC = Plain("Fine del panico: la coda va avanti.", "The panic is over: the queue goes on.")
NOT_PAUSED = Plain("La musica va avanti.", "The music goes on.")
NOT_MUTED = Plain("La sala sente di nuovo.", "The room hears again.")
SPENT = Plain("Spesa", "Spent")
DISK_WELL = Plain("il disco del locale è di nuovo a posto", "the venue's disk is well again")
BACK = Plain("{engine}: risponde di nuovo", "{engine}: answers again")
LAST_ERROR = Plain("Ultimo problema", "Last problem")
NO_ANSWER = Plain("Riproduzione non risponde.", "The player does not answer.")
SURE = Plain(
    "q chiude tutta la serata. Sicuro? Premi ancora q entro 3 secondi",
    "q ends the whole night. Sure? Press q again within 3 seconds",
)
KEYS = Plain(
    "spazio pausa · n prossima · ←→ 10 s · +/- volume · m muto · P panico · q esci",
    "space pause · n next · ←→ 10 s · +/- volume · m mute · P panic · q quit",
)
KEYS_IN_PANIC = Plain(
    "r riprendi · spazio pausa · n prossima · +/- volume · m muto · q esci",
    "r resume · space pause · n next · +/- volume · m mute · q quit",
)
