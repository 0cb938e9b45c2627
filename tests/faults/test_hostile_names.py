"""Whatever a file is called: one end, the sound kept, a plain reason, and nothing outside the venue is touched."""

import ast
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile import BOUNDED, Siege, a_sound, sha
from odd_files import BYTES, CORPUS
from stornello.spool.strays import LITTER


def is_let_in(name: bytes) -> bool:
    """Return whether the door takes such a name for a file that is finished."""
    plain = os.fsdecode(name).lower()
    unfinished = (".part", ".partial", ".tmp", ".crdownload", ".filepart", "~")
    return not (plain.startswith(".") or plain.endswith(unfinished) or plain in LITTER)


def besiege(names: list[bytes]) -> None:
    """Let recordings of these names come in and hold them against all that must hold."""
    with tempfile.TemporaryDirectory() as folder:
        siege = Siege(Path(folder) / "place")
        sounds = {name: a_sound(number) for number, name in enumerate(names)}
        for name, sound in sounds.items():
            siege.drop(name, sound)
        siege.settle()
        let_in = [sound for name, sound in sounds.items() if is_let_in(name)]
        assert siege.archived() == {sha(sound): 1 for sound in let_in}, "each is archived once"
        assert siege.ends().total() == len(let_in), "each has one end"
        assert set(siege.ends()) <= {"song", "no-table", "not-a-recording"}
        assert len(list(siege.venue.from_tables.iterdir())) == len(sounds) - len(let_in)
        assert siege.is_intact()
        assert all(
            folder.name.isascii() and folder.name.isdecimal() for folder in siege.venue.work_in_progress.iterdir()
        )
        siege.hears_the_next()


def test_the_corpus_of_names() -> None:
    besiege([*map(os.fsencode, CORPUS), *BYTES])


_PIECES = st.sampled_from(
    [*map(os.fsencode, CORPUS), *BYTES, b"..", b"-", b"5", b"5-", b"tavolo 5 ", b"0", b"99999999"]
)
_ENDINGS = st.sampled_from([b"", b".wav", b".WAV", b".mp3", b".txt", b".\xff"])
_ANY = st.one_of(st.text().map(lambda text: text.encode(errors="surrogatepass")), st.binary(), _PIECES)


@st.composite
def names(draw: st.DrawFn) -> bytes:
    """Draw what Linux takes for a name: up to 255 bytes of anything but a slash and a NUL."""
    drawn = draw(_PIECES) + draw(_ANY) + draw(_ENDINGS)
    name = drawn.replace(b"/", b"").replace(b"\0", b"")[:255]
    return name if name not in {b"", b".", b".."} else b"5.wav"


@BOUNDED
@given(st.lists(names(), min_size=1, max_size=8, unique=True))
def test_any_names(drawn: list[bytes]) -> None:
    besiege(drawn)


@pytest.mark.parametrize(
    "folder", ["5", "05", "0", "-1", "99999999", "x.wav", "$(touch canary)", "a\nb", "…", "tavolo 5"]
)
def test_a_folder_of_any_name_gives_its_files_one_end(tmp_path: Path, folder: str) -> None:
    siege = Siege(tmp_path / "place")
    (siege.venue.from_tables / folder).mkdir()
    siege.drop(f"{folder}/anna.wav", a_sound(1))
    siege.settle()
    tables = {"5", "05", "-1", "tavolo 5"}  # a dash is what stands between, no sign
    assert siege.ends() == {"song" if folder in tables else "no-table": 1}
    assert siege.is_intact()


def test_no_program_is_ever_started_by_a_shell() -> None:
    for file in sorted((Path(__file__).parents[2] / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword):
                assert node.arg != "shell", file
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"system", "popen", "getoutput", "getstatusoutput", "spawnlp"}, file
