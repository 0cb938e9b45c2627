"""The folder that keeps the models. A model's own folder appears whole and verified, or not at all."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from stornello.domain.errors import ModelMissing
from stornello.domain.plain import Language, Plain
from stornello.models import sentences
from stornello.models.checked import same_bytes, size_of, sync
from stornello.models.manifest import Model
from stornello.models.progress import say, shown
from stornello.models.source import Source, SourceSilent


@dataclass(frozen=True, slots=True)
class Row:
    """One model, for a table that people read. ``path`` is None when it is not here, ``size`` is in bytes."""

    name: str
    purpose: Plain
    licence: str
    size: int
    path: Path | None


class Store:
    """The models below ``root``; safe for any number of processes at once.

    ``.partial/`` below it holds what is being fetched and the locks; it may be deleted when nobody fetches.
    """

    def __init__(self, root: Path, manifest: Mapping[str, Model], language: Language | None = None) -> None:
        self._root = root
        self._manifest = manifest
        self._language = language

    def find(self, name: str) -> Path | None:
        """Return the folder of ``name`` or of its stand-in, if complete."""
        model = self._model(name)
        return self._own(model) or (self.find(model.instead) if model.instead else None)

    def ensure(self, name: str) -> Path:
        """Return the folder of ``name``, fetching it if needed; of its stand-in where it cannot be had."""
        return self.find(name) or self._fetch(self._model(name))

    def renew(self, name: str) -> Path:
        """Return what :meth:`ensure` would, after reading every byte; what is missing or damaged is fetched again."""
        return self._fetch(self._model(name)) if self.verify(name) else self._target(self._model(name))

    def verify(self, name: str) -> list[Plain]:
        """Read every byte of ``name`` and return what is wrong, one sentence per file."""
        model = self._model(name)
        target = self._target(model)
        wrong = [target / file.name for file in model.files if not same_bytes(file, target / file.name)]
        return [sentences.damaged(path) if path.exists() else sentences.absent(path) for path in wrong]

    def listing(self) -> list[Row]:
        """Return one row per model."""
        return [Row(m.name, m.purpose, m.licence, m.size, self._own(m)) for m in self._manifest.values()]

    def _model(self, name: str) -> Model:
        if name not in self._manifest:
            raise sentences.unknown(name, list(self._manifest))
        return self._manifest[name]

    def _target(self, model: Model) -> Path:
        return self._root / model.folder_name

    def _partial(self, model: Model) -> Path:
        return self._root / ".partial" / model.folder_name

    def _own(self, model: Model) -> Path | None:
        """Sizes suffice here: a folder only ever appears after every byte was verified."""
        target = self._target(model)
        return target if all(size_of(target / file.name) == file.size for file in model.files) else None

    def _fetch(self, model: Model) -> Path:
        with self._alone(model):
            fetched_meanwhile = not self.verify(model.name)
            failures = None if fetched_meanwhile else self._try_sources(model)
        if failures is None:
            return self._target(model)
        return self._stand_in(model, failures)

    def _stand_in(self, model: Model, failures: sentences.Failures) -> Path:
        """Return the folder of the model's stand-in; without one, tell why the model itself cannot be had."""
        missing = sentences.missing(model, failures, self._target(model))
        if not model.instead:
            raise missing
        try:
            return self.ensure(model.instead)
        except ModelMissing as error:
            raise missing from error

    def _try_sources(self, model: Model) -> sentences.Failures | None:
        """Return None when a source delivered, else why each did not."""
        failures: list[tuple[Source, Plain]] = []
        for number, source in enumerate(model.sources):
            say(sentences.fetching(model, source), self._language)
            try:
                self._deliver(model, source, self._partial(model) / str(number))
            except SourceSilent as silent:
                failures.append((source, silent.why))
            except OSError as error:
                failures.append((source, sentences.disk_trouble(error)))
            else:
                return None
        return failures

    def _deliver(self, model: Model, source: Source, into: Path) -> None:
        """Fetch into a folder that outlives us, verify, publish."""
        into.mkdir(parents=True, exist_ok=True)
        wanted = [file for file in model.files if not same_bytes(file, into / file.name)]
        if wanted:
            with shown(model.name, model.size, into):
                source.fetch(wanted, into)
        if wrong := [file.name for file in wanted if not same_bytes(file, into / file.name)]:
            shutil.rmtree(into)
            raise sentences.other_bytes(wrong)
        self._publish(model, into)

    def _publish(self, model: Model, verified: Path) -> None:
        """Make the model's folder appear by one rename."""
        whole, target = self._partial(model) / "whole", self._target(model)
        shutil.rmtree(whole, ignore_errors=True)
        whole.mkdir()
        for file in model.files:
            sync(verified / file.name)
            (verified / file.name).rename(whole / file.name)
        sync(whole)
        if target.exists():  # damaged, or half deleted by hand
            shutil.rmtree(target)
        whole.rename(target)
        sync(self._root)
        shutil.rmtree(self._partial(model), ignore_errors=True)

    @contextmanager
    def _alone(self, model: Model) -> Iterator[None]:
        """Hold the model's lock; the system frees it when its holder dies, however it dies."""
        locks = self._root / ".partial"
        try:
            locks.mkdir(parents=True, exist_ok=True)
            lock = FileLock(locks / f"{model.name}.lock", poll_interval=0.1)
            self._acquire(lock, model)
        except OSError as error:
            raise sentences.unwritable(self._root, error) from error
        try:
            yield
        finally:
            lock.release()

    def _acquire(self, lock: FileLock, model: Model) -> None:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say(sentences.waiting(model), self._language)
            lock.acquire()
