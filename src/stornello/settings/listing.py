"""All settings, for people: what each does, and a file to start from."""

import json
from collections.abc import Mapping

from stornello.domain.plain import Language, Plain
from stornello.settings.model import Settings


def meaning(name: str) -> Plain:
    """Return what the setting ``name`` does."""
    field = Settings.model_fields[name]
    extra = field.json_schema_extra
    return Plain(str(extra["it"]) if isinstance(extra, dict) else "", field.description or "")


def as_toml(language: Language) -> str:
    """Return a commented settings file in which everything has its default."""
    lines = []
    for name, field in Settings.model_fields.items():
        value = _in_toml(field.default)
        lines += [f"# {meaning(name).within(language)}", f"# {name} = {value}" if value else f'# {name} = ""', ""]
    return "\n".join(lines)


def _in_toml(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(name)} = {json.dumps(one)}" for name, one in value.items()) + " }"
    return json.dumps(value)
