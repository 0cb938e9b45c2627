"""The official hub, through its own client (part of the ``embedded`` extra)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from stornello.domain.plain import Plain
from stornello.models.source import ANSWER_S, ModelFile, SourceSilent, no_answer, within


@dataclass(frozen=True, slots=True)
class HubSource:
    """A repository at one revision, of ``endpoint`` (None: the client's own choice, ``HF_ENDPOINT`` included).

    Broken downloads are resumed by the hub's client.
    """

    repository: str
    revision: str
    endpoint: str | None = None
    answer_s: float = ANSWER_S

    @property
    def label(self) -> str:
        """Return the repository's name."""
        return f"Hugging Face, {self.repository}"

    def fetch(self, files: Sequence[ModelFile], into: Path) -> None:
        """Download ``files`` into ``into``."""
        hub = _client()
        pinned = {"revision": self.revision, "endpoint": self.endpoint}
        probe = hub.hf_hub_url(self.repository, files[0].name, **pinned)
        try:
            # The client itself asks six times, 23 s and more, before it gives up.
            within(self.answer_s, lambda: hub.get_hf_file_metadata(probe, timeout=self.answer_s))
            for file in files:
                hub.hf_hub_download(self.repository, file.name, local_dir=into, **pinned)
        except Exception as error:  # its transport's errors differ from version to version
            raise no_answer(error) from error


def _client() -> ModuleType:
    try:
        import huggingface_hub  # noqa: PLC0415 - a light venue does not have it
        import huggingface_hub.utils  # noqa: PLC0415 - as above
    except ImportError as error:
        why = Plain("manca huggingface_hub (stornello[embedded])", "huggingface_hub (stornello[embedded]) is missing")
        raise SourceSilent(why) from error
    huggingface_hub.utils.disable_progress_bars()  # type: ignore[attr-defined]  # ours is shown
    return huggingface_hub
