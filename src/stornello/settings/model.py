"""What an operator can set, with defaults, bounds and meaning in both languages: the house's, services and money."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import ValidationError

from stornello.domain.money import Caps
from stornello.settings import reading
from stornello.settings.explaining import explain
from stornello.settings.house import HouseSettings
from stornello.settings.kinds import HTTP, PRICES, Key, Prices, Sum, Url, setting

PROMPTS = "prompts.toml"
"""In the venue's folder: what its language models are told."""


class Settings(HouseSettings):
    """All that an operator can change. Defaults suit one small computer with no account and no key."""

    engine_rest_seconds: float = setting(
        600.0,
        "Un motore che continua a fallire, o col conto chiuso, si lascia stare al massimo per tanti secondi.",
        "An engine that keeps failing, or whose account is closed, is left alone for at most this many seconds.",
        gt=0,
    )

    openai_api_key: Key = setting(
        None,
        "Chiave per ascolto e testi (meglio nell'ambiente o in .env: OPENAI_API_KEY).",
        "Key for speech and words (better in the environment or in .env: OPENAI_API_KEY).",
    )
    openai_base_url: Url = setting(
        None,
        "Indirizzo del servizio per ascolto e testi; niente: api.openai.com. Va bene ogni server compatibile.",
        "Address of the service for speech and words; none: api.openai.com. Any compatible server will do.",
    )
    openai_timeout_seconds: float = setting(
        60.0,
        "Attesa massima di una risposta di ascolto o testi.",
        "Longest wait for an answer of speech or words.",
        gt=0,
    )
    transcription_model: str = setting(
        "gpt-transcribe", "Modello che ascolta (openai).", "Model that hears (openai).", min_length=1
    )
    transcription_base_url: Url = setting(
        None, "Indirizzo per il solo ascolto, se è un altro.", "Address for hearing alone, if another."
    )
    transcription_api_key: Key = setting(
        None, "Chiave per quell'indirizzo, se la vuole.", "Key for that address, if it wants one."
    )
    summary_model: str = setting(
        "gpt-6-luna", "Modello che riassume (openai).", "Model that summarises (openai).", min_length=1
    )
    summary_base_url: Url = setting(
        None, "Indirizzo per i soli riassunti, se è un altro.", "Address for summaries alone, if another."
    )
    summary_api_key: Key = setting(
        None, "Chiave per quell'indirizzo, se la vuole.", "Key for that address, if it wants one."
    )
    lyrics_model: str = setting(
        "gpt-6.1-terra", "Modello che scrive i testi (openai).", "Model that writes the lyrics (openai).", min_length=1
    )
    lyrics_base_url: Url = setting(
        None, "Indirizzo per i soli testi, se è un altro.", "Address for lyrics alone, if another."
    )
    lyrics_api_key: Key = setting(
        None, "Chiave per quell'indirizzo, se la vuole.", "Key for that address, if it wants one."
    )
    lyrics_temperature: float | None = setting(
        None, "Temperatura dei testi; niente: quella del modello.", "Temperature of the lyrics; none: the model's own."
    )
    reasoning_effort: str | None = setting(
        None,
        "Impegno di ragionamento dei modelli che lo conoscono; niente: il loro.",
        "Reasoning effort of models that know it; none: their own.",
    )

    prompts_file: str | None = setting(
        None,
        "Le istruzioni per i modelli di testo; niente: prompts.toml accanto a stornello.toml, o quelle di casa.",
        "What the models of words are told; none: prompts.toml beside stornello.toml if it is there, then our own.",
    )

    kie_api_key: Key = setting(
        None,
        "Chiave per la musica (meglio nell'ambiente o in .env: KIE_API_KEY).",
        "Key for music (better in the environment or in .env: KIE_API_KEY).",
    )
    kie_base_url: str = setting("https://api.kie.ai", "Indirizzo di Kie.", "Kie's address.", pattern=HTTP)
    kie_model: str = setting(
        "V6", "Modello di kie: V6, V6_MINI o V6_WILD.", "kie's model: V6, V6_MINI or V6_WILD.", min_length=1
    )
    kie_flat_model: str = setting(
        "V5", "Modello di kie-flat e sunoapi.", "Model of kie-flat and sunoapi.", min_length=1
    )
    sunoapi_api_key: Key = setting(
        None, "Chiave di sunoapi.org (studio sunoapi).", "Key of sunoapi.org (studio sunoapi)."
    )
    sunoapi_base_url: str = setting(
        "https://api.sunoapi.org", "Indirizzo di sunoapi.", "sunoapi's address.", pattern=HTTP
    )
    vocal_gender: Literal["any", "f", "m"] = setting("any", "Voce: any, f o m (kie).", "Voice: any, f or m (kie).")
    song_seconds: int = setting(
        90,
        "Durata chiesta agli studi che la sanno rispettare.",
        "Length asked of studios that can keep it.",
        ge=10,
        le=360,
    )
    acestep_base_url: Url = setting(
        None, "Indirizzo del proprio server ACE-Step.", "Address of one's own ACE-Step server."
    )
    acestep_api_key: Key = setting(None, "La sua chiave, se ne ha una.", "Its key, if it has one.")
    acestep_thinking: bool = setting(
        default=True,
        it="Usa anche il suo modello di linguaggio: canzoni migliori, ma vuole più memoria grafica.",
        en="Use its language model too: better songs, but it wants more graphics memory.",
    )

    request_timeout_seconds: float = setting(
        30.0,
        "Attesa massima di una risposta di uno studio.",
        "Longest wait for an answer of a studio.",
        gt=0,
    )
    download_seconds: float = setting(
        180.0, "Tempo massimo per scaricare una canzone.", "Longest time for a song's download.", gt=0
    )
    download_mb: float = setting(
        60.0, "Una canzone più grande si rifiuta, in megabyte.", "A larger song is refused, in megabytes.", gt=0
    )
    poll_attempts: int = setting(
        400, "Domande a uno studio per una canzone, al massimo.", "Most questions to a studio about one song.", ge=1
    )
    poll_first_seconds: float = setting(
        2.0,
        "Attesa prima della seconda domanda; poi raddoppia.",
        "Wait before the second question; then it doubles.",
        gt=0,
    )
    poll_longest_seconds: float = setting(
        3.0, "Attesa più lunga tra due domande.", "Longest wait between two questions.", gt=0
    )

    budget_per_night: Sum = setting(
        None,
        "Tetto di spesa della serata, per esempio «10 euro» o «500 credits»; oltre, si lavora in casa.",
        "Cap on the night's spending, such as '10 euro' or '500 credits'; beyond it the house works by itself.",
    )
    budget_per_song: Sum = setting(None, "Tetto di spesa per canzone.", "Cap on the spending for one song.")
    budget_per_table: Sum = setting(
        None, "Tetto di spesa per tavolo e serata.", "Cap on the spending for one table in a night."
    )
    prices: Prices = setting(
        PRICES,
        "Prezzi in euro: canzoni per richiesta, testi per chiamata, ascolto al minuto; 0 per un server proprio.",
        "Prices in euro: songs a request, words a call, hearing a minute; 0 for one's own server.",
    )
    credit_price: float = setting(
        0.0046, "Quanto costa un credito di Kie, in euro.", "What a Kie credit costs, in euro.", gt=0
    )
    low_credits: float = setting(100.0, "Con meno crediti si avvisa.", "With fewer credits there is a warning.", ge=0)

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
