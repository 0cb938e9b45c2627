"""What the store says to people."""

from collections.abc import Sequence
from pathlib import Path

from stornello.domain.errors import ModelMissing, SettingsError
from stornello.domain.plain import Language, Plain
from stornello.models.manifest import Model
from stornello.models.source import Source, SourceSilent

Failures = Sequence[tuple[Source, Plain]]


def fetching(model: Model, source: Source) -> Plain:
    """Announce a download."""
    size = f"{model.size / 1e6:.0f} MB"
    return Plain(
        f"Scarico {model.name} ({size}) da {source.label}", f"Fetching {model.name} ({size}) from {source.label}"
    )


def waiting(model: Model) -> Plain:
    """Announce that another process holds the lock."""
    return Plain(
        f"Un altro processo scarica {model.name}: aspetto", f"Another process is fetching {model.name}: waiting"
    )


def other_bytes(names: Sequence[str]) -> SourceSilent:
    """Return the reason for a source that sent something else."""
    listed = ", ".join(names)
    return SourceSilent(Plain(f"byte diversi dal previsto: {listed}", f"other bytes than expected: {listed}"))


def disk_trouble(error: OSError) -> Plain:
    """Return the reason for a disk that refused."""
    return Plain(f"disco: {error.strerror or error}", f"disk: {error.strerror or error}")


def damaged(path: Path) -> Plain:
    """Tell that a file is not what it was."""
    return Plain(f"{path} è rovinato", f"{path} is damaged")


def absent(path: Path) -> Plain:
    """Tell that a file is not there."""
    return Plain(f"{path} manca", f"{path} is missing")


def missing(model: Model, failures: Failures, target: Path) -> ModelMissing:
    """Return the error that tells which sources were tried, why each failed and what to do."""

    def why(language: Language) -> str:
        return "; ".join(f"{source.label}: {reason.within(language)}" for source, reason in failures)

    what = Plain(
        f"Il modello {model.name} non è su questa macchina e nessuna fonte risponde ({why('it')}).",
        f"The model {model.name} is not on this machine and no source answers ({why('en')}).",
    )
    todo = Plain(
        f"Controlla la rete e lancia «stornello models fetch {model.name}», o copia {target} da un'altra macchina.",
        f"Check the network and run “stornello models fetch {model.name}”, or copy {target} from another machine.",
    )
    return ModelMissing("model-missing", what, todo)


def unwritable(root: Path, error: OSError) -> ModelMissing:
    """Return the error for a cache folder that cannot be written."""
    what = Plain(f"Non posso scrivere in {root} ({error.strerror}).", f"Cannot write to {root} ({error.strerror}).")
    todo = Plain("Scegli un'altra cartella con STORNELLO_MODELS.", "Choose another folder with STORNELLO_MODELS.")
    return ModelMissing("models-folder-unwritable", what, todo)


def unknown(name: str, known: Sequence[str]) -> SettingsError:
    """Return the error for a model that the manifest does not have."""
    listed = ", ".join(known)
    what = Plain(f"Non c'è un modello «{name}».", f"There is no model “{name}”.")
    return SettingsError("unknown-model", what, Plain(f"Ci sono: {listed}.", f"There are: {listed}."))
