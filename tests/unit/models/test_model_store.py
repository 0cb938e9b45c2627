"""The store: whole and verified, or not at all."""

import hashlib
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from stornello.domain.errors import ModelMissing, SettingsError
from stornello.domain.plain import Plain
from stornello.models import Model, ModelFile, Store
from stornello.models.source import Source, SourceSilent

GOOD = b"do re mi fa sol la si do" * 1000


@dataclass
class FolderSource:
    """Copies real files from a folder."""

    folder: Path
    label: str = "a folder"
    asked: list[str] = field(default_factory=list)

    def fetch(self, files: Sequence[ModelFile], into: Path) -> None:
        for file in files:
            self.asked.append(file.name)
            (into / file.name).write_bytes((self.folder / file.name).read_bytes())


class SilentSource:
    label = "a dead line"

    def fetch(self, files: Sequence[ModelFile], into: Path) -> None:  # noqa: ARG002 - the source's signature
        raise SourceSilent(Plain("la linea è muta", "the line is dead"))


def a_file(name: str, content: bytes = GOOD) -> ModelFile:
    return ModelFile(name, len(content), hashlib.sha256(content).hexdigest())


def a_model(
    *sources: Source, name: str = "voice", files: Sequence[str] = ("a.bin", "b.bin"), instead: str = ""
) -> Model:
    return Model(name, Plain("prova", "test"), "MIT", tuple(map(a_file, files)), sources, instead)


def a_folder(path: Path, content: bytes = GOOD) -> Path:
    path.mkdir()
    for name in ("a.bin", "b.bin"):
        (path / name).write_bytes(content)
    return path


def a_store(root: Path, *models: Model) -> Store:
    return Store(root, {model.name: model for model in models}, "en")


def test_a_model_is_fetched_verified_and_kept(tmp_path: Path) -> None:
    source = FolderSource(a_folder(tmp_path / "origin"))
    store = a_store(tmp_path / "models", a_model(source))
    assert store.find("voice") is None
    folder = store.ensure("voice")
    assert sorted(path.name for path in folder.iterdir()) == ["a.bin", "b.bin"]
    assert (folder / "a.bin").read_bytes() == GOOD
    assert store.verify("voice") == []
    assert store.find("voice") == folder == store.ensure("voice")
    assert source.asked == ["a.bin", "b.bin"]


def test_wrong_bytes_are_refused_and_leave_nothing_behind(tmp_path: Path) -> None:
    liar = FolderSource(a_folder(tmp_path / "origin", GOOD.replace(b"sol", b"lol")))
    store = a_store(tmp_path / "models", a_model(liar))
    with pytest.raises(ModelMissing, match=r"other bytes than expected: a\.bin, b\.bin"):
        store.ensure("voice")
    assert store.find("voice") is None
    assert not list((tmp_path / "models").rglob("*.bin"))


def test_the_second_source_is_used_when_the_first_is_silent_or_lies(tmp_path: Path) -> None:
    liar = FolderSource(a_folder(tmp_path / "lies", b"x" * len(GOOD)))
    honest = FolderSource(a_folder(tmp_path / "origin"))
    store = a_store(tmp_path / "models", a_model(SilentSource(), liar, honest))
    assert (store.ensure("voice") / "b.bin").read_bytes() == GOOD


def test_no_source_says_which_were_tried_why_each_failed_and_what_to_do(tmp_path: Path) -> None:
    store = a_store(tmp_path / "models", a_model(SilentSource()))
    with pytest.raises(ModelMissing) as caught:
        store.ensure("voice")
    assert caught.value.retryable
    assert "a dead line: the line is dead" in caught.value.what.en
    assert "a dead line: la linea è muta" in caught.value.what.it
    assert "stornello models fetch voice" in caught.value.todo.en


def test_a_full_disk_is_a_reason_not_a_traceback(tmp_path: Path) -> None:
    class FullDisk(SilentSource):
        def fetch(self, files: Sequence[ModelFile], into: Path) -> None:  # noqa: ARG002 - the source's signature
            raise OSError(28, "No space left on device")

    with pytest.raises(ModelMissing, match="disk: No space left on device"):
        a_store(tmp_path / "models", a_model(FullDisk())).ensure("voice")


def test_once_fetched_no_source_is_needed(tmp_path: Path) -> None:
    fetched = a_store(tmp_path / "models", a_model(FolderSource(a_folder(tmp_path / "origin")))).ensure("voice")
    assert a_store(tmp_path / "models", a_model(SilentSource())).ensure("voice") == fetched


def test_the_stand_in_serves_where_the_model_cannot_be_had(tmp_path: Path) -> None:
    small = a_model(FolderSource(a_folder(tmp_path / "origin")), name="small", files=["a.bin"])
    store = a_store(tmp_path / "models", a_model(SilentSource(), instead="small"), small)
    assert store.ensure("voice").name.startswith("small-")
    assert store.find("voice") == store.find("small")


def test_the_model_itself_is_preferred_as_soon_as_it_can_be_had(tmp_path: Path) -> None:
    origin = FolderSource(a_folder(tmp_path / "origin"))
    small = a_model(origin, name="small", files=["a.bin"])
    a_store(tmp_path / "models", small).ensure("small")
    store = a_store(tmp_path / "models", a_model(origin, instead="small"), small)
    assert store.renew("voice").name.startswith("voice-")
    assert store.find("voice") == store.renew("voice")


def test_a_damaged_file_is_found_and_fetched_again(tmp_path: Path) -> None:
    store = a_store(tmp_path / "models", a_model(FolderSource(a_folder(tmp_path / "origin"))))
    folder = store.ensure("voice")
    (folder / "a.bin").write_bytes(b"x" * len(GOOD))
    (folder / "b.bin").unlink()
    assert [trouble.en for trouble in store.verify("voice")] == [
        f"{folder / 'a.bin'} is damaged",
        f"{folder / 'b.bin'} is missing",
    ]
    assert store.find("voice") is None
    assert store.renew("voice") == folder
    assert store.verify("voice") == []


def test_a_new_manifest_never_takes_old_files_for_its_own(tmp_path: Path) -> None:
    source = FolderSource(a_folder(tmp_path / "origin"))
    old = a_store(tmp_path / "models", a_model(source)).ensure("voice")
    newer = Model("voice", Plain("", ""), "MIT", (a_file("a.bin", GOOD[::-1]),), (SilentSource(),))
    assert newer.folder_name != old.name
    assert a_store(tmp_path / "models", newer).find("voice") is None


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"There are: voice\."):
        a_store(tmp_path / "models", a_model(SilentSource())).ensure("vioce")


def test_a_folder_that_cannot_be_written_says_what_to_set(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(ModelMissing, match="STORNELLO_MODELS"):
        a_store(tmp_path / "models", a_model(SilentSource())).ensure("voice")


def test_the_listing_tells_what_is_here(tmp_path: Path) -> None:
    store = a_store(tmp_path / "models", a_model(FolderSource(a_folder(tmp_path / "origin"))))
    assert [(row.name, row.size, row.path) for row in store.listing()] == [("voice", 2 * len(GOOD), None)]
    folder = store.ensure("voice")
    assert [row.path for row in store.listing()] == [folder]


FETCHER = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from test_model_store import FolderSource, a_model, a_store

class Watched(FolderSource):
    def fetch(self, files, into):
        {on_fetch}
        super().fetch(files, into)

root = Path({root!r})
print(a_store(root / "models", a_model(Watched(root / "origin"))).ensure("voice"), flush=True)
"""


def a_fetcher(root: Path, on_fetch: str) -> subprocess.Popen[str]:
    code = FETCHER.format(here=str(Path(__file__).parent), root=str(root), on_fetch=on_fetch)
    return subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_kill_9_leaves_nothing_that_looks_complete_and_the_next_one_gets_it(tmp_path: Path) -> None:
    a_folder(tmp_path / "origin")
    halfway = '(into / "a.bin").write_bytes(b"half of it"); print("halfway", flush=True); sys.stdin.read()'
    with a_fetcher(tmp_path, halfway) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "halfway\n"
        victim.send_signal(signal.SIGKILL)
    store = a_store(tmp_path / "models", a_model(FolderSource(tmp_path / "origin")))
    assert store.find("voice") is None
    assert len(store.verify("voice")) == 2
    assert (store.ensure("voice") / "a.bin").read_bytes() == GOOD


def test_a_file_that_was_whole_when_the_power_went_is_not_fetched_again(tmp_path: Path) -> None:
    source = FolderSource(a_folder(tmp_path / "origin"))
    model = a_model(source)
    attempt = tmp_path / "models" / ".partial" / model.folder_name / "0"
    attempt.mkdir(parents=True)
    (attempt / "a.bin").write_bytes(GOOD)
    a_store(tmp_path / "models", model).ensure("voice")
    assert source.asked == ["b.bin"]


def test_two_processes_at_once_fetch_once(tmp_path: Path) -> None:
    a_folder(tmp_path / "origin")
    once = 'print("fetching", flush=True); sys.stdin.readline()'
    with a_fetcher(tmp_path, once) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "fetching\n"
        with a_fetcher(tmp_path, once) as second:
            assert second.stderr is not None
            assert "waiting" in second.stderr.readline()
            found, _ = first.communicate("go on\n", timeout=60)
            heard, _ = second.communicate(timeout=60)
    assert found == heard
    assert "fetching" not in heard
