"""Model files: pinned by a manifest, fetched from the first source that answers, verified to the byte, kept for ever.

Everything here works on the cache folder of this machine: the platform's own, or ``STORNELLO_MODELS``.
"""

import os
from collections.abc import Collection
from pathlib import Path

import platformdirs

from stornello.domain.plain import Language
from stornello.models.manifest import MANIFEST, Model
from stornello.models.progress import spoken_here
from stornello.models.source import ModelFile
from stornello.models.store import Row, Store

__all__ = [
    "MANIFEST",
    "Model",
    "ModelFile",
    "Row",
    "Store",
    "ensure",
    "fetch_all",
    "find",
    "folder",
    "listing",
    "names",
    "verify",
]


def folder() -> Path:
    """Return the folder that keeps the models, made or not."""
    chosen = os.environ.get("STORNELLO_MODELS")
    return Path(chosen).expanduser() if chosen else platformdirs.user_cache_path("stornello") / "models"


def names() -> list[str]:
    """Return the models we know, in the manifest's order."""
    return list(MANIFEST)


def ensure(name: str, language: Language | None = None) -> Path:
    """Return the folder with the verified files of ``name``, fetching them if they are not here.

    Where no source of ``name`` answers but its stand-in is to be had, that one's folder is returned.
    ``language`` is for the lines printed meanwhile (default: from the locale).

    Raises:
        ModelMissing: no source answered; says which were tried, why each failed and what to do.
        SettingsError: there is no model of that name.
    """
    return _store(language).ensure(name)


def find(name: str) -> Path | None:
    """Return the folder of ``name`` (or of its stand-in) if it is here and complete. Never uses the network."""
    return _store().find(name)


def verify(name: str, language: Language | None = None) -> list[str]:
    """Read every byte of ``name`` again and return what is wrong, one sentence per file; empty when all is well."""
    return [trouble.within(language or spoken_here()) for trouble in _store().verify(name)]


def fetch_all(wanted: Collection[str] = (), language: Language | None = None) -> list[Path]:
    """Verify the models ``wanted`` (default: all), fetch what is missing or damaged and return their folders.

    Raises:
        ModelMissing: as :func:`ensure`, at the first that cannot be had.
    """
    store = _store(language)
    return [store.renew(name) for name in wanted or names()]


def listing() -> list[Row]:
    """Return one row per model, for people to read."""
    return _store().listing()


def _store(language: Language | None = None) -> Store:
    return Store(folder(), MANIFEST, language)
