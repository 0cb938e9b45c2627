"""The venue's settings: stornello.toml, then the environment on top; read once, frozen, passed down."""

import difflib
import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from stornello.domain.errors import SettingsError
from stornello.domain.plain import Language, Plain
from stornello.processes import PARENT

PREFIX = "STORNELLO_"
"""Every setting can come from the environment under this prefix; those in BARE also without it."""

BARE = frozenset(
    {
        "MAX_WORKERS",
        "MAX_QUEUE_SIZE",
        "MIN_CHARS_TRANSCRIPTION",
        "POLL_SECONDS",
        "STABLE_SECONDS",
        "RETRY",
        "SPEECH_MODEL",
        "OPENAI_API_KEY",
        "KIE_API_KEY",
    }
)
"""The names that operators already use in their environment."""

NOT_SETTINGS = frozenset({"STORNELLO_MODELS", "STORNELLO_LANG", PARENT})
"""Ours in the environment, but read elsewhere: the models' folder, the language on screen, a child's parent."""


def _setting(default: Any, it: str, en: str, **bounds: Any) -> Any:  # noqa: ANN401 - pydantic's own Field returns Any
    """Return a field that knows how to explain itself in both languages, see :func:`meaning`."""
    return Field(default, description=en, json_schema_extra={"it": it}, **bounds)


class Settings(BaseModel):
    """What an operator can change. Defaults suit one small computer with no account and no key."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    languages: tuple[Literal["it", "en"], ...] = _setting(
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

    max_workers: int = _setting(1, "Canzoni fatte insieme.", "Songs made at the same time.", ge=1, le=16)
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

    transcriber: str = _setting("auto", "Chi ascolta: auto o embedded.", "Who hears: auto or embedded.")
    lyricist: str = _setting("auto", "Chi scrive i testi: auto o embedded.", "Who writes the lyrics: auto or embedded.")
    studio: str = _setting("auto", "Chi suona e canta: auto o embedded.", "Who plays and sings: auto or embedded.")
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

    openai_api_key: SecretStr | None = _setting(
        None,
        "Chiave per ascolto e testi (meglio nell'ambiente: OPENAI_API_KEY).",
        "Key for speech and words (better in the environment: OPENAI_API_KEY).",
    )
    kie_api_key: SecretStr | None = _setting(
        None,
        "Chiave per la musica (meglio nell'ambiente: KIE_API_KEY).",
        "Key for music (better in the environment: KIE_API_KEY).",
    )

    @classmethod
    def load(cls, file: Path, environment: Mapping[str, str] = os.environ) -> Self:
        """Read ``file`` (may be missing) and the environment. An empty value is none: the default holds.

        Raises:
            SettingsError: an unreadable file, an unknown name (with the nearest one), or a value that does not fit.
        """
        values = _from_file(file) | _from_environment(environment)
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise _explain(error, file) from None


def meaning(name: str) -> Plain:
    """Return what the setting ``name`` does."""
    field = Settings.model_fields[name]
    extra = field.json_schema_extra
    return Plain(str(extra["it"]) if isinstance(extra, dict) else "", field.description or "")


def as_toml(language: Language) -> str:
    """Return a commented settings file in which everything has its default."""
    lines = []
    for name, field in Settings.model_fields.items():
        value = "" if field.default is None else json.dumps(field.default)
        lines += [f"# {meaning(name).within(language)}", f"# {name} = {value}" if value else f'# {name} = ""', ""]
    return "\n".join(lines)


def _from_file(file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            "settings-unreadable",
            Plain(f"{file} non è TOML valido: {error}.", f"{file} is not valid TOML: {error}."),
            Plain("Correggilo, oppure toglilo e: stornello init", "Mend it, or remove it and: stornello init"),
        ) from None
    except OSError as error:
        raise SettingsError(
            "settings-unreadable",
            Plain(f"{file} non si può leggere ({error.strerror}).", f"{file} cannot be read ({error.strerror})."),
            Plain("Dev'essere un file che puoi leggere.", "It must be a file that you may read."),
        ) from None
    named = [(_known(name, str(file)), value) for name, value in table.items() if value != ""]
    _refuse_doubles([name for name, _ in named], file)
    return dict(named)


def _refuse_doubles(names: list[str], file: Path) -> None:
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled:
        raise SettingsError(
            "setting-twice",
            Plain(f"{doubled} c'è due volte in {file}.", f"{doubled} is in {file} twice."),
            Plain("Togline una.", "Remove one of them."),
        )


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    told = {name: value for name, value in environment.items() if value and name not in NOT_SETTINGS}
    ours = {_known(name.removeprefix(PREFIX), name): value for name, value in told.items() if name.startswith(PREFIX)}
    values: dict[str, Any] = {name.lower(): told[name] for name in BARE & told.keys()} | ours
    if "languages" in values:
        values["languages"] = [language.strip() for language in values["languages"].split(",")]
    return values


def misspelt(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the names that look like a slip for one of BARE, each with that one.

    The environment belongs to other programs too, so a slip there is worth a word but is no error.
    """
    strangers = sorted(name for name in environment if "_" in name and name not in BARE)
    near = ((name, difflib.get_close_matches(name, BARE, n=1, cutoff=0.85)) for name in strangers)
    return [(name, found[0]) for name, found in near if found]


def _known(name: str, where: str) -> str:
    """Return the setting called ``name`` in any case."""
    names = Settings.model_fields
    if name.lower() in names:
        return name.lower()
    near = difflib.get_close_matches(name.lower(), names, n=1)
    raise SettingsError(
        "unknown-setting",
        Plain(f"«{name}» ({where}) non è un'impostazione.", f"'{name}' ({where}) is not a setting."),
        Plain(f"Forse {near[0]}?", f"Did you mean {near[0]}?")
        if near
        else Plain("L'elenco: stornello config", "For the list: stornello config"),
    )


def _explain(error: ValidationError, file: Path) -> SettingsError:
    first = error.errors(include_input=False, include_url=False)[0]
    name, fits = first["loc"][0], _fitting(first["type"], first.get("ctx", {}))
    return SettingsError(
        "setting-out-of-range",
        Plain(f"L'impostazione {name} non va bene: ci vuole {fits.it}.", f"The setting {name} must be {fits.en}."),
        Plain(f"Correggila in {file} o nell'ambiente.", f"Mend it in {file} or in the environment."),
    )


def _fitting(kind: str, bounds: Mapping[str, Any]) -> Plain:
    """Return what value would do; ``kind`` and ``bounds`` are pydantic's error type and context, never the value."""
    for start, it, en in _FITTING:
        if kind.startswith(start):
            return Plain(it.format(**bounds).replace(" or ", " o "), en.format(**bounds))
    return Plain("un altro valore", "another value")


_FITTING = (
    ("greater_than_equal", "almeno {ge}", "at least {ge}"),
    ("greater_than", "più di {gt}", "more than {gt}"),
    ("less_than_equal", "al massimo {le}", "at most {le}"),
    ("int", "un numero intero", "a whole number"),
    ("float", "un numero", "a number"),
    ("finite", "un numero finito", "a finite number"),
    ("literal", "uno fra: {expected}", "one of: {expected}"),
    ("too_short", "almeno una voce", "at least one entry"),
    ("tuple", "un elenco", "a list"),
    ("string", "un testo fra virgolette", "a text in quotes"),
)
