"""Only spool/atomic changes a venue, through spool/disk: nowhere else in the sources is anything renamed or written."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import stornello

SOURCES = Path(stornello.__file__).parent

OF_PATHS = {
    *("rename", "unlink", "rmdir", "mkdir", "touch", "write_text", "write_bytes", "symlink_to", "hardlink_to"),
    *("chmod", "lchmod"),
}
"""Methods of Path that change a disk, whatever they are called on but ``spool.atomic`` itself."""

OF_OS = {
    *("rename", "renames", "replace", "remove", "unlink", "removedirs", "rmdir", "mkdir", "makedirs", "link"),
    *("symlink", "truncate", "ftruncate", "mkfifo", "mknod", "chmod", "chown", "utime"),
}
OF_SHUTIL = {"copy", "copy2", "copyfile", "copyfileobj", "copytree", "move", "rmtree", "unpack_archive"}
MAKERS = {"TemporaryDirectory", "NamedTemporaryFile", "TemporaryFile", "mkdtemp", "mkstemp", "FileLock"} | {
    *("RotatingFileHandler", "FileHandler"),
}

OF = {"os": OF_OS, "shutil": OF_SHUTIL, "sqlite3": {"connect"}}
OURS = {"atomic", "_disk"}

ALLOWED = {
    "spool/disk.py": "the disk itself",
    "spool/locks.py": "lock files, which hold nothing: the kernel's lock on them is all",
    "spool/engines.py": "the same",
    "spool/held.py": "the same",
    "spool/ledger.py": "the same",
    "spool/playlist.py": "the same",
    "spool/takes.py": "the same",
    "spool/journal_file.py": "the same, beside SQLite, whose file decides nothing",
    "spool/journal_rebuild.py": "SQLite's file beside the one that it replaces through spool/atomic",
    "media/": "scratch: sound as engines want it, made anew by whoever needs it",
    "providers/download.py": "scratch: a hidden file until it is whole, which spool/atomic then names",
    "providers/music/embedded/master.py": "the same",
    "providers/player/deck.py": "sockets",
    "riproduzione/control_socket.py": "sockets",
    "riproduzione/sockets.py": "a folder for sockets outside the venue",
    "riproduzione/proof.py": "scratch: a second of sound to try a player with",
    "producer/child.py": "job.log",
    "supervisor.py": "logs/*.out",
    "cli/venue.py": "the mode of the settings that init has just written",
    "models/": "the models' cache, outside every venue",
    "contract/": "folders of its own, outside every venue",
    "demo/": "plays the recorders of a new venue's guests",
    "doctor/machine.py": "a folder of its own, to try a player in",
    "fake_kie/": "a folder of its own, to compress sound in",
    "samples/": "made once, by hand, for the sources",
}


def changes_in(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and name of every call in ``source`` that may change a disk."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = _called(node)
            if name and _changes(node, name):
                yield node.lineno, ".".join(filter(None, name))


def _called(call: ast.Call) -> tuple[str, str] | None:
    """Return on what, as far as that has a name, and what is called."""
    match call.func:
        case ast.Name(id=name):
            return "", name
        case ast.Attribute(value=ast.Name(id=of), attr=name):
            return of, name
        case ast.Attribute(attr=name):
            return "?", name
    return None


def _changes(call: ast.Call, name: tuple[str, str]) -> bool:
    of, what = name
    if of in OURS:
        return False
    if name == ("os", "open"):
        return any(flag in ast.unparse(call) for flag in ("O_CREAT", "O_RDWR", "O_WRONLY"))
    if what == "open":
        return any(_is_writing(value) for value in (*call.args, *(word.value for word in call.keywords)))
    if what == "replace" and of != "os":  # a path's takes one argument; a text's two, a time's none
        return of != "" and len(call.args) == 1 and not call.keywords
    return what in MAKERS | OF.get(of, OF_PATHS if of else set())


def _is_writing(value: ast.expr) -> bool:
    is_mode = isinstance(value, ast.Constant) and isinstance(value.value, str) and set(value.value) <= set("rwxabt+")
    if isinstance(value, ast.IfExp):
        return _is_writing(value.body) or _is_writing(value.orelse)
    return is_mode and bool(set(str(ast.literal_eval(value))) & set("wxa+"))


@cache
def found() -> dict[str, list[str]]:
    modules = {str(path.relative_to(SOURCES)): path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py")}
    each = {module: [f"{module}:{line} {name}" for line, name in changes_in(text)] for module, text in modules.items()}
    return {module: changes for module, changes in each.items() if changes}


def reason_for(module: str) -> str | None:
    return next((allowed for allowed in ALLOWED if module == allowed or module.startswith(allowed)), None)


def test_no_other_module_changes_a_venue() -> None:
    assert [change for module, changes in found().items() if not reason_for(module) for change in changes] == []


def test_every_exception_is_still_one() -> None:
    assert {reason_for(module) for module in found()} - {None} == set(ALLOWED)


@pytest.mark.parametrize(
    "line",
    [
        "path.rename(other)",
        "path.with_name('a').replace(other)",
        "os.replace(a, b)",
        "(folder / 'a').unlink(missing_ok=True)",
        "open(path, 'w')",
        "path.open('ab', buffering=0)",
        "path.open(mode='x')",
        "wave.open(str(path), 'wb')",
        "os.open(path, os.O_RDWR | os.O_CREAT)",
        "shutil.rmtree(folder)",
        "self.folder.mkdir()",
        "path.write_text('words')",
    ],
)
def test_it_sees_what_changes_a_disk(line: str) -> None:
    assert list(changes_in(line))


@pytest.mark.parametrize(
    "line",
    [
        "text.replace('a', 'b')",
        "now.replace(microsecond=0)",
        "replace(card, title='a')",
        "atomic.write_text(path, 'a')",
        "path.open('rb')",
        "open(path)",
        "names.remove('a')",
        "os.open(folder, os.O_RDONLY | os.O_DIRECTORY)",
    ],
)
def test_it_minds_nothing_else(line: str) -> None:
    assert not list(changes_in(line))
