"""Checkpoints in the job's folder: what is on disk is never asked for, or paid for, again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from stornello.domain.disk import is_of_the_disk
from stornello.spool import answers, atomic

T = TypeVar("T")


class Steps:
    """The finished steps of one job, a JSON file each in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        atomic.make_folder(folder)

    def once(self, name: str, do: Callable[[], Any], read: Callable[[Any], T]) -> T:
        """Return what ``read`` makes of step ``name``'s JSON: from its checkpoint, or from ``do``, saved first.

        A checkpoint that ``read`` cannot use (KeyError, TypeError, ValueError, OSError) counts for nothing.

        Raises:
            OSError: the disk does not tell whether there is a checkpoint, or takes none.
        """
        file = self.folder / f"{name}.json"
        try:
            return read(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, OSError) and is_of_the_disk(error):
                raise
            with answers.room(self.folder, name):  # it may be paid for: not asked where it could not be kept
                value = do()
                answers.save(self.folder, name, value)
            return read(value)
