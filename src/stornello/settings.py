"""The venue's settings: stornello.toml, then the environment on top; read once, frozen, passed down."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from stornello.domain.errors import SettingsError
from stornello.domain.plain import Plain

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

NOT_SETTINGS = frozenset({"STORNELLO_MODELS", "STORNELLO_LANG"})
"""Ours in the environment, but read elsewhere: the models' folder and the language on screen."""


class Settings(BaseModel):
    """What an operator can change. Defaults suit one small computer with no account and no key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    languages: tuple[Literal["it", "en"], ...] = Field(
        ("it", "en"), min_length=1, description="Languages spoken at the tables; the first is the venue's own."
    )

    poll_seconds: float = Field(
        1.0, gt=0, le=60, description="How often the services look at their folders, in seconds."
    )
    stable_seconds: float = Field(
        1.0, ge=0, le=600, description="A recording is finished when its size and time have not changed for this long."
    )
    min_chars_transcription: int = Field(
        20, ge=1, description="Fewer characters than this make no song: the recording goes to short_transcriptions/."
    )
    hearing_workers: int = Field(1, ge=1, le=8, description="Recordings transcribed at the same time.")
    retry: int = Field(3, ge=0, le=20, description="Further attempts after a passing error of an engine.")
    max_recording_seconds: float = Field(
        600, gt=0, description="What is spoken later than this in one file is not heard."
    )
    max_recording_mb: float = Field(200, gt=0, description="Larger recordings are set aside, in megabytes.")

    max_workers: int = Field(1, ge=1, le=16, description="Songs made at the same time.")
    max_queue_size: int = Field(
        5, ge=1, le=1000, description="No new song is begun while this many wait or are in the making."
    )
    max_notes_per_song: int = Field(6, ge=1, le=100, description="Voice notes of one table that go into one song.")
    job_deadline_seconds: float = Field(1200, gt=0, description="A song that takes longer is given up and tried again.")
    night_begins: int = Field(6, ge=0, le=23, description="The hour at which a new night's counts begin, local time.")

    transcriber: str = Field("auto", description="Who hears: auto or embedded.")
    lyricist: str = Field("auto", description="Who writes: auto or embedded.")
    studio: str = Field("auto", description="Who sings: auto or embedded.")
    speech_model: str = Field(
        "auto",
        description="Embedded speech model: auto (small, else base), or any faster-whisper model name or folder.",
    )

    crossfade_seconds: float = Field(5.0, ge=0, le=30, description="Length of the crossfade between songs.")
    play_only_seconds: float = Field(0.0, ge=0, description="Play only the start of each song; 0 plays all of it.")
    volume: int = Field(85, ge=0, le=100, description="Volume at start, in percent.")
    sound_output: str = Field("auto", description="mpv's audio output: auto, or a name such as pulse, alsa, null.")

    openai_api_key: SecretStr | None = Field(None, description="Key for speech and words (better in the environment).")
    kie_api_key: SecretStr | None = Field(None, description="Key for music (better in the environment).")

    @classmethod
    def load(cls, file: Path, environment: Mapping[str, str] = os.environ) -> Self:
        """Read ``file`` (may be missing) and the environment.

        Raises:
            SettingsError: unreadable TOML, an unknown name (with the nearest known one), or a value that does not fit.
        """
        values = _from_file(file) | _from_environment(environment)
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise _explain(error, file) from None


def _from_file(file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            "settings-unreadable",
            Plain(f"{file} non è TOML valido: {error}.", f"{file} is not valid TOML: {error}."),
            Plain("Correggilo, o rifallo con: stornello init", "Mend it, or write it anew with: stornello init"),
        ) from None
    return {_known(name, str(file)): value for name, value in table.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in environment.items():
        if name in BARE:
            values.setdefault(name.lower(), value)
        elif name.startswith(PREFIX) and name not in NOT_SETTINGS:
            values[_known(name.removeprefix(PREFIX), name)] = value
    return {name: value.split(",") if name == "languages" else value for name, value in values.items() if value}


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
    name = ".".join(str(part) for part in first["loc"])
    return SettingsError(
        "setting-out-of-range",
        Plain(
            f"L'impostazione {name} non va bene: {first['msg']}.", f"The setting {name} does not fit: {first['msg']}."
        ),
        Plain(f"Correggila in {file} o nell'ambiente.", f"Mend it in {file} or in the environment."),
    )
