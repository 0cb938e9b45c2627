"""What an operator can set, with defaults, bounds and meaning in both languages."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stornello.domain.money import Caps
from stornello.settings import reading
from stornello.settings.explaining import explain
from stornello.settings.kinds import HTTP, PRICES, Engines, Key, Languages, Prices, Sum, Url

PROMPTS = "prompts.toml"
"""In the venue's folder: what its language models are told."""


def _setting(default: Any, it: str, en: str, **bounds: Any) -> Any:  # noqa: ANN401 - pydantic's own Field returns Any
    """Return a field that knows how to explain itself in both languages, see :func:`meaning`."""
    return Field(default, description=en, json_schema_extra={"it": it}, **bounds)


class Settings(BaseModel):
    """What an operator can change. Defaults suit one small computer with no account and no key."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    languages: Languages = _setting(
        ("it", "en"),
        "Lingue parlate ai tavoli; la prima è quella del locale.",
        "Languages spoken at the tables; the first is the venue's own.",
        min_length=1,
    )

    poll_seconds: float = _setting(
        1.0,
        "Ogni quanto i servizi guardano le loro cartelle, in secondi.",
        "How often the services look at their folders, in seconds.",
        gt=0,
        le=60,
    )
    stable_seconds: float = _setting(
        1.0,
        "Una registrazione è finita quando per tanti secondi dimensione e data non cambiano.",
        "A recording is finished when its size and time have not changed for this many seconds.",
        ge=0,
        le=600,
    )
    min_chars_transcription: int = _setting(
        20,
        "Con meno caratteri non si fa una canzone: la registrazione va in short_transcriptions/.",
        "Fewer characters make no song: the recording goes to short_transcriptions/.",
        ge=1,
    )
    hearing_workers: int = _setting(
        1, "Registrazioni ascoltate insieme.", "Recordings transcribed at the same time.", ge=1, le=8
    )
    retry: int = _setting(
        5,
        "Altri tentativi dopo un errore passeggero del motore di ascolto.",
        "Further attempts after a passing error of the speech engine.",
        ge=0,
        le=20,
    )
    max_recording_seconds: float = _setting(
        600.0,
        "Di una registrazione si ascoltano al massimo i primi secondi, tanti così.",
        "Only this many seconds from the start of a recording are heard.",
        gt=0,
    )
    max_recording_mb: float = _setting(
        200.0,
        "Le registrazioni più grandi vengono messe da parte, in megabyte.",
        "Larger recordings are set aside, in megabytes.",
        gt=0,
    )

    max_arrivals_per_hour: int = _setting(
        60,
        "Registrazioni di un tavolo che si ascoltano in un'ora; le altre vengono messe da parte. 0: tutte.",
        "Recordings of one table that are heard within an hour; the others are set aside. 0: all.",
        ge=0,
    )
    free_space_floor_mb: int = _setting(
        500,
        "Con meno spazio libero sul disco non si comincia niente di nuovo, in megabyte. 0: mai.",
        "With less free space on the disk nothing new is begun, in megabytes. 0: never.",
        ge=0,
    )

    max_workers: int = _setting(1, "Canzoni fatte insieme.", "Songs made at the same time.", ge=1, le=64)
    max_queue_size: int = _setting(
        5,
        "Non si comincia un'altra canzone finché tante sono in coda o in lavorazione.",
        "No new song is begun while this many are queued or in the making.",
        ge=1,
        le=1000,
    )
    max_notes_per_song: int = _setting(
        6,
        "Messaggi di un tavolo che entrano in una canzone.",
        "Voice notes of one table that go into one song.",
        ge=1,
        le=100,
    )
    fairness: Literal["fair", "fewest"] = _setting(
        "fair",
        "Di chi è il turno. fair: chi ha meno canzoni stasera, chi arriva tardi recupera al massimo un giro. "
        "fewest: chi ne ha meno da sempre.",
        "Whose turn it is. fair: fewest songs tonight, a late table catches up by at most one round. "
        "fewest: fewest songs ever.",
    )
    job_deadline_seconds: float = _setting(
        1200.0,
        "Una canzone che ci mette di più viene interrotta e ritentata.",
        "A song that takes longer is stopped and tried again.",
        gt=0,
    )
    night_begins: int = _setting(
        6,
        "L'ora (locale) in cui comincia il conto di una nuova serata.",
        "The hour (local time) at which a new night's counts begin.",
        ge=0,
        le=23,
    )

    transcriber: Engines = _setting(
        ("auto",),
        "Chi ascolta, in ordine: chi non può passa la mano. auto: openai se ha chiave o indirizzo, poi embedded.",
        "Who hears, in order: who cannot, passes on. auto: openai if it has a key or an address, then embedded.",
        min_length=1,
    )
    lyricist: Engines = _setting(
        ("auto",),
        "Chi scrive i testi, in ordine. auto: openai se ha una chiave o un indirizzo, poi embedded.",
        "Who writes the lyrics, in order. auto: openai if it has a key or an address, then embedded.",
        min_length=1,
    )
    studio: Engines = _setting(
        ("auto",),
        "Chi suona e canta, in ordine. auto: kie se ha una chiave, acestep se ha un indirizzo, poi embedded.",
        "Who plays and sings, in order. auto: kie if it has a key, acestep if it has an address, then embedded.",
        min_length=1,
    )
    speech_model: str = _setting(
        "auto",
        "Modello di ascolto: auto (small, altrimenti base), oppure nome o cartella di un modello faster-whisper.",
        "Speech model: auto (small, else base), or the name or folder of any faster-whisper model.",
    )

    crossfade_seconds: float = _setting(
        5.0, "Durata della dissolvenza tra due canzoni.", "Length of the crossfade between two songs.", ge=0, le=30
    )
    play_only_seconds: float = _setting(
        0.0,
        "Suona solo l'inizio di ogni canzone, tanti secondi; 0 la suona tutta.",
        "Play only this many seconds of each song; 0 plays all of it.",
        ge=0,
    )
    volume: int = _setting(85, "Volume all'inizio, in percento.", "Volume at start, in percent.", ge=0, le=100)
    sound_output: str = _setting(
        "auto",
        "Uscita audio di mpv: auto, oppure un nome come pulse, alsa, null.",
        "mpv's audio output: auto, or a name such as pulse, alsa, null.",
    )

    engine_rest_seconds: float = _setting(
        600.0,
        "Un motore che continua a fallire, o col conto chiuso, si lascia stare al massimo per tanti secondi.",
        "An engine that keeps failing, or whose account is closed, is left alone for at most this many seconds.",
        gt=0,
    )

    openai_api_key: Key = _setting(
        None,
        "Chiave per ascolto e testi (meglio nell'ambiente o in .env: OPENAI_API_KEY).",
        "Key for speech and words (better in the environment or in .env: OPENAI_API_KEY).",
    )
    openai_base_url: Url = _setting(
        None,
        "Indirizzo del servizio per ascolto e testi; niente: api.openai.com. Va bene ogni server compatibile.",
        "Address of the service for speech and words; none: api.openai.com. Any compatible server will do.",
    )
    openai_timeout_seconds: float = _setting(
        60.0,
        "Attesa massima di una risposta di ascolto o testi.",
        "Longest wait for an answer of speech or words.",
        gt=0,
    )
    transcription_model: str = _setting(
        "gpt-transcribe", "Modello che ascolta (openai).", "Model that hears (openai).", min_length=1
    )
    transcription_base_url: Url = _setting(
        None, "Indirizzo per il solo ascolto, se è un altro.", "Address for hearing alone, if another."
    )
    transcription_api_key: Key = _setting(
        None, "Chiave per quell'indirizzo, se la vuole.", "Key for that address, if it wants one."
    )
    summary_model: str = _setting(
        "gpt-6-luna", "Modello che riassume (openai).", "Model that summarises (openai).", min_length=1
    )
    summary_base_url: Url = _setting(
        None, "Indirizzo per i soli riassunti, se è un altro.", "Address for summaries alone, if another."
    )
    summary_api_key: Key = _setting(
        None, "Chiave per quell'indirizzo, se la vuole.", "Key for that address, if it wants one."
    )
    lyrics_model: str = _setting(
        "gpt-6.1-terra", "Modello che scrive i testi (openai).", "Model that writes the lyrics (openai).", min_length=1
    )
    lyrics_base_url: Url = _setting(
        None, "Indirizzo per i soli testi, se è un altro.", "Address for lyrics alone, if another."
    )
    lyrics_api_key: Key = _setting(
        None, "Chiave per quell'indirizzo, se la vuole.", "Key for that address, if it wants one."
    )
    lyrics_temperature: float | None = _setting(
        None, "Temperatura dei testi; niente: quella del modello.", "Temperature of the lyrics; none: the model's own."
    )
    reasoning_effort: str | None = _setting(
        None,
        "Impegno di ragionamento dei modelli che lo conoscono; niente: il loro.",
        "Reasoning effort of models that know it; none: their own.",
    )

    prompts_file: str | None = _setting(
        None,
        "Le istruzioni per i modelli di testo; niente: prompts.toml accanto a stornello.toml, o quelle di casa.",
        "What the models of words are told; none: prompts.toml beside stornello.toml if it is there, then our own.",
    )

    kie_api_key: Key = _setting(
        None,
        "Chiave per la musica (meglio nell'ambiente o in .env: KIE_API_KEY).",
        "Key for music (better in the environment or in .env: KIE_API_KEY).",
    )
    kie_base_url: str = _setting("https://api.kie.ai", "Indirizzo di Kie.", "Kie's address.", pattern=HTTP)
    kie_model: str = _setting(
        "V6", "Modello di kie: V6, V6_MINI o V6_WILD.", "kie's model: V6, V6_MINI or V6_WILD.", min_length=1
    )
    kie_flat_model: str = _setting(
        "V5", "Modello di kie-flat e sunoapi.", "Model of kie-flat and sunoapi.", min_length=1
    )
    sunoapi_api_key: Key = _setting(
        None, "Chiave di sunoapi.org (studio sunoapi).", "Key of sunoapi.org (studio sunoapi)."
    )
    sunoapi_base_url: str = _setting(
        "https://api.sunoapi.org", "Indirizzo di sunoapi.", "sunoapi's address.", pattern=HTTP
    )
    vocal_gender: Literal["any", "f", "m"] = _setting("any", "Voce: any, f o m (kie).", "Voice: any, f or m (kie).")
    song_seconds: int = _setting(
        90,
        "Durata chiesta agli studi che la sanno rispettare.",
        "Length asked of studios that can keep it.",
        ge=10,
        le=360,
    )
    acestep_base_url: Url = _setting(
        None, "Indirizzo del proprio server ACE-Step.", "Address of one's own ACE-Step server."
    )
    acestep_api_key: Key = _setting(None, "La sua chiave, se ne ha una.", "Its key, if it has one.")
    acestep_thinking: bool = _setting(
        default=True,
        it="Usa anche il suo modello di linguaggio: canzoni migliori, ma vuole più memoria grafica.",
        en="Use its language model too: better songs, but it wants more graphics memory.",
    )

    request_timeout_seconds: float = _setting(
        30.0,
        "Attesa massima di una risposta di uno studio.",
        "Longest wait for an answer of a studio.",
        gt=0,
    )
    download_seconds: float = _setting(
        180.0, "Tempo massimo per scaricare una canzone.", "Longest time for a song's download.", gt=0
    )
    download_mb: float = _setting(
        60.0, "Una canzone più grande si rifiuta, in megabyte.", "A larger song is refused, in megabytes.", gt=0
    )
    poll_attempts: int = _setting(
        400, "Domande a uno studio per una canzone, al massimo.", "Most questions to a studio about one song.", ge=1
    )
    poll_first_seconds: float = _setting(
        2.0,
        "Attesa prima della seconda domanda; poi raddoppia.",
        "Wait before the second question; then it doubles.",
        gt=0,
    )
    poll_longest_seconds: float = _setting(
        3.0, "Attesa più lunga tra due domande.", "Longest wait between two questions.", gt=0
    )

    budget_per_night: Sum = _setting(
        None,
        "Tetto di spesa della serata, per esempio «10 euro» o «500 credits»; oltre, si lavora in casa.",
        "Cap on the night's spending, such as '10 euro' or '500 credits'; beyond it the house works by itself.",
    )
    budget_per_song: Sum = _setting(None, "Tetto di spesa per canzone.", "Cap on the spending for one song.")
    budget_per_table: Sum = _setting(
        None, "Tetto di spesa per tavolo e serata.", "Cap on the spending for one table in a night."
    )
    prices: Prices = _setting(
        PRICES,
        "Prezzi in euro: canzoni per richiesta, testi per chiamata, ascolto al minuto; 0 per un server proprio.",
        "Prices in euro: songs a request, words a call, hearing a minute; 0 for one's own server.",
    )
    credit_price: float = _setting(
        0.0046, "Quanto costa un credito di Kie, in euro.", "What a Kie credit costs, in euro.", gt=0
    )
    low_credits: float = _setting(100.0, "Con meno crediti si avvisa.", "With fewer credits there is a warning.", ge=0)

    @property
    def caps(self) -> Caps:
        """The budgets, in euro."""
        night, song, table = (
            None if cap is None else cap.euro(self.credit_price)
            for cap in (self.budget_per_night, self.budget_per_song, self.budget_per_table)
        )
        return Caps(night, song, table)

    @classmethod
    def load(cls, file: Path, environment: Mapping[str, str] = os.environ) -> Self:
        """Read ``file`` (may be missing), ``.env`` beside it and the environment, which wins. An empty value is none.

        Raises:
            SettingsError: an unreadable file, an unknown name (with the nearest one), a value that does not fit, or a
                file with a key in it that others may read.
        """
        values = reading.values(file, environment, cls.model_fields)
        try:
            return cls.model_validate(_with_prompts(values, file.parent))
        except ValidationError as error:
            raise explain(error, file, environment) from None


def _with_prompts(values: dict[str, Any], home: Path) -> dict[str, Any]:
    """Name the venue's own prompts by their full path: those it names, else a prompts.toml in its folder."""
    named = values.get("prompts_file")
    if named or (home / PROMPTS).exists():
        return {**values, "prompts_file": str(home / Path(f"{named or PROMPTS}").expanduser())}
    return values
