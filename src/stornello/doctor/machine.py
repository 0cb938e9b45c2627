"""This machine: programs, sound, models, disk."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from stornello import media, models, processes
from stornello.doctor.finding import Finding
from stornello.domain.errors import StornelloError
from stornello.domain.plain import Plain
from stornello.providers.player.mpv import MpvPlayer
from stornello.settings import Settings
from stornello.spool import conditions
from stornello.spool.paths import Venue
from stornello.wiring import engines

_LEAST_FREE_MB = 2000
_SONG_MB = 4
_INSTALL = Plain(
    "Debian/Ubuntu: apt install {0}; macOS: brew install {0}.",
    "Debian/Ubuntu: apt install {0}; macOS: brew install {0}.",
)

_GUARDS = {
    "prlimit": Plain(
        "una registrazione fatta apposta può prendersi memoria e disco, solo il tempo ha un limite",
        "a recording made to do so can take all memory and disk, only its time is bounded",
    ),
    "setpriv": Plain(
        "se un servizio muore, i programmi che ha avviato possono restare in funzione",
        "when a service dies, the programs that it has started may run on",
    ),
}
_UTIL_LINUX = Plain(
    "Installa util-linux (Debian: apt install util-linux).", "Install util-linux (Debian: apt install util-linux)."
)


def examine(venue: Venue, settings: Settings) -> list[Finding]:
    """Look at all that a night needs of this machine; models only where our own engines are in a chain."""
    hears, plays = (engines.uses_embedded(seam, settings) for seam in ("transcribers", "studios"))
    return [
        _program("ffmpeg"),
        _program("mpv"),
        *(_guards() if sys.platform == "linux" else ()),
        *([_player_answers(), _sound(settings)] if shutil.which("mpv") else []),
        *([speech_model(settings.speech_model)] if hears else []),
        *([_model("soundfont")] if plays else []),
        *_disk(venue, settings.free_space_floor_mb),
        *_house_music(venue),
    ]


def _program(name: str) -> Finding:
    place = shutil.which(name)
    if place:
        return Finding("well", Plain(f"{name}: {place}", f"{name}: {place}"))
    return Finding("ill", Plain(f"{name} manca.", f"{name} is missing."), _install(name))


def _guards() -> Iterator[Finding]:
    """Look for what has the kernel bound our children and end them with us; without it the night runs, less safely."""
    for name, lack in _GUARDS.items():
        if not shutil.which(name):
            yield Finding("warning", Plain(f"{name} manca: {lack.it}.", f"{name} is missing: {lack.en}."), _UTIL_LINUX)


def _install(package: str) -> Plain:
    return Plain(_INSTALL.it.format(package), _INSTALL.en.format(package))


def _player_answers() -> Finding:
    with tempfile.TemporaryDirectory(prefix="stornello-") as folder:
        try:
            MpvPlayer(Path(folder), "null").open("doctor").close()
        except StornelloError as error:
            return Finding("ill", error.what, error.todo)
    return Finding("well", Plain("mpv risponde sul suo socket.", "mpv answers on its socket."))


def sounds(settings: Settings) -> bool:
    """Return whether the sound output opens: mpv plays a third of a second of silence, with no falling back to null."""
    output = [] if settings.sound_output == "auto" else [f"--ao={settings.sound_output}"]
    silence = ["mpv", "--no-config", "--no-terminal", "--no-video", *output, "--length=0.3", "av://lavfi:anullsrc"]
    try:
        return processes.run(silence, 10).returncode == 0
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False


def _sound(settings: Settings) -> Finding:
    if sounds(settings):
        return Finding("well", Plain("L'uscita audio si apre.", "The sound output opens."))
    return Finding(
        "warning",
        Plain("Nessuna uscita audio: si suonerebbe nel vuoto.", "No sound output: songs would play into the void."),
        Plain(
            "Collega la scheda audio, controlla PulseAudio/PipeWire/ALSA, o scegli sound_output.",
            "Connect the sound card, check PulseAudio/PipeWire/ALSA, or choose sound_output.",
        ),
    )


def speech_model(name: str) -> Finding:
    """Look for the chosen speech model."""
    if name == "auto":
        return _model("whisper-base", "whisper-small")
    if f"whisper-{name}" in models.names():
        return _model(f"whisper-{name}")
    if Path(name).is_dir():
        return Finding("well", Plain(f"Modello di ascolto: {name}", f"Speech model: {name}"))
    return Finding(
        "warning",
        Plain(
            f"Il modello {name} viene da faster-whisper: si vede solo al primo uso.",
            f"The model {name} comes from faster-whisper: whether it is to be had shows when it is first used.",
        ),
        Plain("Provalo prima della serata: stornello models fetch", "Try it before the night: stornello models fetch"),
    )


def _model(name: str, *better: str) -> Finding:
    found = next((place for one in (*better, name) if (place := models.find(one))), None)
    if found:
        return Finding("well", Plain(f"Modello {name}: {found}", f"Model {name}: {found}"))
    return Finding(
        "warning",
        Plain(f"Il modello {name} non c'è ancora.", f"The model {name} is not here yet."),
        Plain(
            "stornello models fetch (altrimenti si scarica al primo uso)",
            "stornello models fetch (or it is fetched when first used)",
        ),
    )


def _disk(venue: Venue, floor_mb: int) -> Iterator[Finding]:
    """Look at the disk as a venue that is open does, or at the place where one is to be."""
    if not venue.is_there():
        yield _writable(venue.root)
        yield _free_space(venue.root)
        return
    found = conditions.look(venue, floor_mb)
    for one in found:
        yield Finding("ill" if one.stops else "warning", one.plain, one.todo)
    if not found:
        yield _writable(venue.root)
    if not {"disk-full", "disk-low"} & {one.code for one in found}:
        yield _free_space(venue.root)


def _house_music(venue: Venue) -> Iterator[Finding]:
    """Tell what the room hears when no guests' song waits, where that is no music of the house's own."""
    folder = venue.house_music
    if folder.is_symlink() and not folder.resolve().is_relative_to(venue.root.resolve()):
        yield Finding(
            "warning",
            Plain(
                "house_music è un collegamento a una cartella fuori dal locale: quella musica non si suona.",
                "house_music is a link to a folder outside the venue: that music is not played.",
            ),
            Plain(
                "Copia la musica in house_music, o monta lì quella cartella (mount --bind).",
                "Copy the music into house_music, or mount that folder there (mount --bind).",
            ),
        )
    elif venue.is_there() and not _holds_sound(folder):
        yield Finding(
            "well",
            Plain(
                "house_music è vuota: quando mancano canzoni la sala risente quelle di stasera, o un tappeto sonoro.",
                "house_music is empty: when songs are lacking the room hears tonight's again, or a soft pad.",
            ),
            Plain("Mettici musica tua, se vuoi.", "Put music of your own there if you like."),
        )


def _holds_sound(folder: Path) -> bool:
    return any(path.suffix.lower() in media.EXTENSIONS for path in folder.rglob("[!.]*"))


def _writable(root: Path) -> Finding:
    place = next(folder for folder in (root, *root.parents) if folder.exists())
    if os.access(place, os.W_OK | os.X_OK):
        return Finding("well", Plain(f"In {root} si può scrivere.", f"{root} can be written."))
    return Finding(
        "ill",
        Plain(f"In {root} non si può scrivere.", f"{root} cannot be written."),
        Plain("Cambia i permessi, o scegli --folder.", "Change its permissions, or choose --folder."),
    )


def _free_space(root: Path) -> Finding:
    place = next(folder for folder in (root, *root.parents) if folder.exists())
    free_mb = shutil.disk_usage(place).free // 1_000_000
    what = Plain(
        f"Spazio libero: {free_mb} MB, circa {free_mb // _SONG_MB} canzoni.",
        f"Free space: {free_mb} MB, about {free_mb // _SONG_MB} songs.",
    )
    if free_mb >= _LEAST_FREE_MB:
        return Finding("well", what)
    return Finding(
        "warning", what, Plain(f"Liberane almeno {_LEAST_FREE_MB} MB.", f"Free at least {_LEAST_FREE_MB} MB.")
    )
