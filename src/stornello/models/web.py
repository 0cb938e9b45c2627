"""A file at a plain address."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from stornello.domain.plain import Plain
from stornello.models.source import ANSWER_S, ModelFile, SourceSilent, no_answer, within


@dataclass(frozen=True, slots=True)
class WebSource:
    """One file at ``url``, resumed where the server knows ranges."""

    url: str

    @property
    def label(self) -> str:
        """Return the address."""
        return self.url

    def fetch(self, files: Sequence[ModelFile], into: Path) -> None:
        """Download the one file into ``into``."""
        (file,) = files
        part = into / f"{file.name}.part"
        try:
            self._download(part)
        except (OSError, ValueError) as error:
            if isinstance(error, HTTPError) and error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink(missing_ok=True)
            raise no_answer(error) from error
        if part.stat().st_size < file.size:
            raise SourceSilent(Plain("la connessione è caduta", "the connection broke off"))
        part.replace(into / file.name)

    def _download(self, part: Path) -> None:
        have = part.stat().st_size if part.exists() else 0
        request = Request(self.url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 - the manifest's
        with within(ANSWER_S, lambda: urlopen(request, timeout=ANSWER_S)) as answer:  # noqa: S310 - as above
            mode = "ab" if answer.status == HTTPStatus.PARTIAL_CONTENT else "wb"
            with part.open(mode) as out:
                shutil.copyfileobj(answer, out, 1 << 20)
