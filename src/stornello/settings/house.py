"""What an operator can set of the house itself: hearing, turns, making, playing, and which engines are asked."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from stornello.domain.crossfade import Curve
from stornello.settings.kinds import Engines, Languages, TimeOfDay, setting


class HouseSettings(BaseModel):
    """The settings that say nothing of a single service."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    languages: Languages = setting(
        ("it", "en"),
        "Lingue parlate ai tavoli; la prima è quella del locale.",
        "Languages spoken at the tables; the first is the venue's own.",
        min_length=1,
    )

    poll_seconds: float = setting(
        1.0,
        "Ogni quanto i servizi guardano le loro cartelle, in secondi.",
        "How often the services look at their folders, in seconds.",
        gt=0,
        le=60,
    )
    stable_seconds: float = setting(
        1.0,
        "Una registrazione è finita quando per tanti secondi dimensione e data non cambiano.",
        "A recording is finished when its size and time have not changed for this many seconds.",
        ge=0,
        le=600,
    )
    min_chars_transcription: int = setting(
        20,
        "Con meno caratteri non si fa una canzone: la registrazione va in short_transcriptions/.",
        "Fewer characters make no song: the recording goes to short_transcriptions/.",
        ge=1,
    )
    hearing_workers: int = setting(
        1, "Registrazioni ascoltate insieme.", "Recordings transcribed at the same time.", ge=1, le=8
    )
    retry: int = setting(
        5,
        "Altri tentativi dopo un errore passeggero del motore di ascolto.",
        "Further attempts after a passing error of the speech engine.",
        ge=0,
        le=20,
    )
    max_recording_seconds: float = setting(
        600.0,
        "Di una registrazione si ascoltano al massimo i primi secondi, tanti così.",
        "Only this many seconds from the start of a recording are heard.",
        gt=0,
    )
    max_recording_mb: float = setting(
        200.0,
        "Le registrazioni più grandi vengono messe da parte, in megabyte.",
        "Larger recordings are set aside, in megabytes.",
        gt=0,
    )

    max_arrivals_per_hour: int = setting(
        60,
        "Registrazioni di un tavolo che si ascoltano in un'ora; le altre vengono messe da parte. 0: tutte.",
        "Recordings of one table that are heard within an hour; the others are set aside. 0: all.",
        ge=0,
    )
    free_space_floor_mb: int = setting(
        500,
        "Con meno spazio libero sul disco non si comincia niente di nuovo, in megabyte. 0: mai.",
        "With less free space on the disk nothing new is begun, in megabytes. 0: never.",
        ge=0,
    )

    max_workers: int = setting(1, "Canzoni fatte insieme.", "Songs made at the same time.", ge=1, le=64)
    max_queue_size: int = setting(
        5,
        "Non si comincia un'altra canzone finché tante sono in coda o in lavorazione.",
        "No new song is begun while this many are queued or in the making.",
        ge=1,
        le=1000,
    )
    max_notes_per_song: int = setting(
        6,
        "Messaggi di un tavolo che entrano in una canzone.",
        "Voice notes of one table that go into one song.",
        ge=1,
        le=100,
    )
    fairness: Literal["fair", "fewest"] = setting(
        "fair",
        "Di chi è il turno. fair: chi ha meno canzoni stasera, chi arriva tardi recupera al massimo un giro. "
        "fewest: chi ne ha meno da sempre.",
        "Whose turn it is. fair: fewest songs tonight, a late table catches up by at most one round. "
        "fewest: fewest songs ever.",
    )
    job_deadline_seconds: float = setting(
        1200.0,
        "Una canzone che ci mette di più viene interrotta e ritentata.",
        "A song that takes longer is stopped and tried again.",
        gt=0,
    )
    night_begins: int = setting(
        6,
        "L'ora (locale) in cui comincia il conto di una nuova serata.",
        "The hour (local time) at which a new night's counts begin.",
        ge=0,
        le=23,
    )

    transcriber: Engines = setting(
        ("auto",),
        "Chi ascolta, in ordine: chi non può passa la mano. auto: openai se ha chiave o indirizzo, poi embedded.",
        "Who hears, in order: who cannot, passes on. auto: openai if it has a key or an address, then embedded.",
        min_length=1,
    )
    lyricist: Engines = setting(
        ("auto",),
        "Chi scrive i testi, in ordine. auto: openai se ha una chiave o un indirizzo, poi embedded.",
        "Who writes the lyrics, in order. auto: openai if it has a key or an address, then embedded.",
        min_length=1,
    )
    studio: Engines = setting(
        ("auto",),
        "Chi suona e canta, in ordine. auto: kie se ha una chiave, acestep se ha un indirizzo, poi embedded.",
        "Who plays and sings, in order. auto: kie if it has a key, acestep if it has an address, then embedded.",
        min_length=1,
    )
    speech_model: str = setting(
        "auto",
        "Modello di ascolto: auto (small, altrimenti base), oppure nome o cartella di un modello faster-whisper.",
        "Speech model: auto (small, else base), or the name or folder of any faster-whisper model.",
    )

    crossfade_seconds: float = setting(
        5.0, "Durata della dissolvenza tra due canzoni.", "Length of the crossfade between two songs.", ge=0, le=30
    )
    crossfade_curve: Curve = setting(
        "equal-power",
        "Forma della dissolvenza. equal-power: livello costante in sala; smooth: più morbida; linear: retta.",
        "Shape of the crossfade. equal-power: constant level in the room; smooth: softer; linear: straight.",
    )
    fade_at_cue_out: bool = setting(
        default=True,
        it="La dissolvenza finisce dove finisce il suono della canzone; se no, dove finisce il file.",
        en="The crossfade ends where the song's sound ends; if not, where its file ends.",
    )
    play_only_seconds: float = setting(
        0.0,
        "Suona solo l'inizio di ogni canzone, tanti secondi; 0 la suona tutta.",
        "Play only this many seconds of each song; 0 plays all of it.",
        ge=0,
    )
    target_lufs: float = setting(
        -16.0,
        "Il livello a cui si porta ogni brano, in LUFS (EBU R 128).",
        "The level that every piece is brought to, in LUFS (EBU R 128).",
        ge=-30,
        le=-9,
    )
    interrupt: Literal["filler", "never", "always"] = setting(
        "filler",
        "Quando una canzone nuova entra prima della fine di quello che suona. filler: se è un riempitivo (repliche, "
        "house_music, tappeto); never: mai, salvo il tappeto; always: anche se è la canzone di un tavolo.",
        "When a fresh song enters before the end of what plays. filler: if that is filler (repeats, house_music, the "
        "bed); never: not at all, but for the bed; always: also over a table's song.",
    )
    repeat_window_minutes: float = setting(
        30.0,
        "Niente si ripete prima di tanti minuti, se c'è altro da suonare.",
        "Nothing is repeated within this many minutes while there is anything else to play.",
        ge=0,
    )
    volume: int = setting(85, "Volume all'inizio, in percento.", "Volume at start, in percent.", ge=0, le=100)
    max_volume: int = setting(
        100, "Volume massimo, in percento: oltre non si va.", "Highest volume, in percent: no further.", ge=1, le=100
    )
    curfew_from: TimeOfDay = setting(
        None,
        "Da quest'ora (HH:MM) la musica è più bassa, fino a night_begins; niente: mai.",
        "From this time (HH:MM) on the music is quieter, until night_begins; none: never.",
    )
    curfew_db: float = setting(
        6.0, "Di quanto è più bassa allora, in dB.", "How much quieter it is then, in dB.", ge=0, le=60
    )
    sound_output: str = setting(
        "auto",
        "Uscita audio di mpv: auto, oppure un nome come pulse, alsa, null.",
        "mpv's audio output: auto, or a name such as pulse, alsa, null.",
    )
    sound_device: str = setting(
        "auto",
        "La scheda audio: auto, oppure un nome di «stornello devices», che ricorda quella scelta lì.",
        "The sound device: auto, or a name that 'stornello devices' shows, which remembers the one chosen there.",
    )
