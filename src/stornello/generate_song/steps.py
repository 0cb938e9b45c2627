"""Checkpoints in the job's folder: what is on disk is never asked for, or paid for, again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stornello.spool import atomic


class Steps:
    """The finished steps of one job, a JSON file each in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        atomic.sync_folder(folder.parent)

    def once(self, name: str, do: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Return the result of step ``name``: from its checkpoint, or by ``do`` and then saved first."""
        file = self.folder / f"{name}.json"
        try:
            return json.loads(file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            value = do()
            atomic.write_json(file, value)
            return value

    def forget(self, name: str) -> None:
        """Let step ``name`` be done again."""
        (self.folder / f"{name}.json").unlink(missing_ok=True)
