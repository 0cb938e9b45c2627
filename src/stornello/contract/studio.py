"""What a music studio must do."""

import json
from pathlib import Path

from stornello import media
from stornello.contract.check import Bench, Broken, Check, discreet, raw, require
from stornello.domain.errors import ProviderError, RecordingError
from stornello.domain.plain import Plain
from stornello.domain.songs import SungLine
from stornello.seams import RequestId, Take

_UNKNOWN = RequestId("00000000000000000000000000000000")
_ALIKE_S = 0.5


def _request(bench: Bench) -> None:
    request = bench.ordered
    require(json.loads(json.dumps(request)) == request, "L'id cambia passando per JSON.", "JSON changes the id.")
    leaked = any(key in request for key in bench.subject.secrets if key)
    require(not leaked, "L'id contiene una chiave.", "The id holds a key.")


def _take(bench: Bench) -> None:
    take = bench.take
    _inside(take.audio, bench.folder / "first")
    if take.spare is not None:
        _inside(take.spare, bench.folder / "first")
    require(isinstance(take.engine, str) and take.engine, "engine è vuoto.", "engine is empty.")
    lines = all(isinstance(line, SungLine) and line.at_s >= 0 for line in take.synced_lyrics)
    require(lines, "synced_lyrics non sono SungLine.", "synced_lyrics are no SungLines.")


def _inside(file: Path, folder: Path) -> None:
    require(
        file.resolve().is_relative_to(folder.resolve()),
        "Il file non sta nella cartella chiesta.",
        "The file is not in the folder that was asked for.",
    )
    require(file.is_file(), "Il file non c'è.", "The file is not there.")


def _decodes(bench: Bench) -> None:
    _heard(bench.take)


def _heard(take: Take) -> float:
    try:
        sound = media.listen(take.audio)
    except RecordingError:
        raise Broken("Il file non si decodifica.", "The file does not decode.") from None
    require(sound.loudness_lufs is not None, "Il file è muto.", "The file is silent.")
    return sound.duration_s


def _twice(bench: Bench) -> None:
    first_s, again_s = _heard(bench.take), _heard(bench.collected("again"))
    require(
        abs(first_s - again_s) <= _ALIKE_S,
        f"La prima volta {first_s:.1f} s, la seconda {again_s:.1f} s.",
        f"{first_s:.1f} s at first, {again_s:.1f} s then.",
    )


def _unknown(bench: Bench) -> None:
    into = bench.folder / "unknown"
    into.mkdir(exist_ok=True)
    for request in (_UNKNOWN, RequestId(""), RequestId('{"task": 5, "è": [')):
        try:
            take = bench.engine.collect(request, into)
        except ProviderError as error:
            discreet(error, bench.subject.secrets)
            continue
        except Exception as error:  # noqa: BLE001 - that is the question
            raise raw(error, "collect()") from None
        require(take is None, "Dà una canzone per un id mai dato.", "It has a song for an id that never was.")


STUDIO = (
    Check(
        "request",
        Plain(
            "Chi ordina può morire (SIGKILL): l'id è un testo che basta a un altro processo",
            "Who orders may die (SIGKILL): the id is a text that is enough for another process",
        ),
        Plain("Metti nell'id tutto ciò che serve per ritrovare la canzone.", "Put all it takes to find it in the id."),
        _request,
    ),
    Check(
        "take",
        Plain("La canzone arriva nella cartella chiesta", "The song arrives in the folder that was asked for"),
        Plain("Fa' che collect() scriva solo sotto into.", "Have collect() write below into only."),
        _take,
    ),
    Check(
        "decodes",
        Plain("La canzone si decodifica e si sente", "The song decodes and can be heard"),
        Plain("Consegna WAV, MP3, FLAC, Ogg o M4A interi.", "Deliver whole WAV, MP3, FLAC, Ogg or M4A."),
        _decodes,
    ),
    Check(
        "twice",
        Plain("Ritirata due volte è la stessa canzone", "Collected twice it is the same song"),
        Plain("collect() non deve ordinare di nuovo.", "collect() must not order again."),
        _twice,
    ),
    Check(
        "unknown id",
        Plain("Un id sconosciuto dà un ProviderError, o None", "An unknown id gives a ProviderError, or None"),
        Plain("Controlla l'id prima di usarlo.", "Check the id before you use it."),
        _unknown,
    ),
)
"""In the order in which they are asked: the first has the song made, the others share it."""
