"""ffmpeg as a child that is held to what a recording may ask for: what comes from outside may be anything."""

import errno
import os
import signal
import subprocess
from pathlib import Path

from stornello import processes
from stornello.domain import disk
from stornello.domain.clock import SystemClock
from stornello.domain.errors import ProviderUnreachable, RecordingError
from stornello.domain.plain import Plain

_CONTAINERS = "wav,w64,flac,mp3,mov,mp4,m4a,3gp,3g2,mj2,ogg,matroska,webm"
"""Demuxers that hold sound and nothing else: no playlists, which could make ffmpeg open other files."""

_DECODERS = ",".join(
    (
        *("aac", "aac_latm", "libfdk_aac", "alac", "flac", "mp3", "mp3float", "mp2", "mp2float", "opus", "libopus"),
        *("vorbis", "libvorbis", "amrnb", "amrwb", "libopencore_amrnb", "libopencore_amrwb", "speex", "libspeex"),
        *("ac3", "eac3", "gsm", "libgsm", "gsm_ms", "libgsm_ms", "adpcm_ima_wav", "adpcm_ima_qt", "adpcm_ms"),
        *("adpcm_yamaha", "adpcm_g722", "g722", "g726", "pcm_alaw", "pcm_mulaw", "pcm_u8", "pcm_s8", "pcm_s16le"),
        *("pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_f64le"),
    )
)
"""What recorders and phones write. No pictures: ffmpeg would open a film, or a cover of any size, just to look."""

_GUARDED = (
    *("ffmpeg", "-hide_banner", "-nostdin", "-threads", "1", "-protocol_whitelist", "file"),
    *("-format_whitelist", _CONTAINERS, "-codec_whitelist", _DECODERS),
)
"""One thread, so that the memory it takes does not grow with the machine."""

_MEMORY_BYTES = 1 << 30
"""Measured: ffmpeg 5.1 and 9.0 need 0.3 to 0.6 GB of address space, most of it their own libraries, for any length."""

_LEAST_CPU_S = 30
_SLOWEST_CPU = 0.1
"""Measured: an hour takes 2 to 6 s of a processor to decode, 12 s to measure; slow machines are ten times slower."""

_SPEECH_BYTES_A_SECOND = 32_000
_SPARE_BYTES = 1_000_000
HOUR_S = 3600
_DAY_S = 24 * HOUR_S
_SLOWEST = 0.5
"""A child may need this share of the sound's own length, and a minute more."""

_ENDED_BY_A_LIMIT = frozenset({signal.SIGXCPU, signal.SIGXFSZ})
_LIMITS_TOLD = (os.strerror(errno.ENOMEM), os.strerror(errno.EFBIG))
"""ffmpeg's own words when it gets no memory, or may write no more."""

_OF_THE_DISK = disk.OURS - {errno.EIO}
"""Not EIO, which ffmpeg says of damaged sound too."""

_WAS_ASKED_TO_END = 255
"""How it ends when its processor time is up, or when somebody asks it to (SIGTERM): it catches these signals."""

_MOST_THREADS = 4
"""So much faster than the clock may its processor time run, with demuxer, decoder, filter and encoder at work."""


def run(*arguments: str, seconds: float) -> subprocess.CompletedProcess[str]:
    """Run ffmpeg within what ``seconds`` of sound may take; it gives way to what the room hears.

    Raises:
        RecordingError: it took more.
        ProviderUnreachable: ffmpeg is not installed, or somebody else has killed it.
    """
    limits, began_s = _limits(seconds), SystemClock().monotonic()
    try:
        done = processes.run([*_GUARDED, *arguments], 60 + seconds * _SLOWEST, limits, gives_way=True)
    except subprocess.TimeoutExpired:
        raise _too_heavy() from None
    except FileNotFoundError:
        raise ProviderUnreachable(
            "ffmpeg-missing",
            Plain("ffmpeg non è installato.", "ffmpeg is not installed."),
            Plain("Installalo (Debian: apt install ffmpeg).", "Install it (Debian: apt install ffmpeg)."),
        ) from None
    if -done.returncode in _ENDED_BY_A_LIMIT or (done.returncode and any(said in done.stderr for said in _LIMITS_TOLD)):
        raise _too_heavy()
    if done.returncode and (SystemClock().monotonic() - began_s) * _MOST_THREADS >= limits.cpu_s:
        raise _too_heavy()  # asked to end before there was any sound, it ends with 1 and says nothing of it
    if done.returncode in {_WAS_ASKED_TO_END, -signal.SIGKILL, -signal.SIGTERM}:
        raise _killed()
    return done


def _limits(seconds: float) -> processes.Limits:
    speech = int(min(seconds, _DAY_S) * _SPEECH_BYTES_A_SECOND) + _SPARE_BYTES
    return processes.Limits(int(_LEAST_CPU_S + min(seconds, _DAY_S) * _SLOWEST_CPU), _MEMORY_BYTES, speech)


def _killed() -> ProviderUnreachable:
    """Nothing against the recording: the kernel, short of memory, or a person did it."""
    return ProviderUnreachable(
        "ffmpeg-killed",
        Plain("ffmpeg è stato interrotto mentre leggeva l'audio.", "ffmpeg was killed while it read the sound."),
        Plain(
            "Si riprova da solo. Se succede spesso, al computer manca memoria.",
            "It is tried again by itself. If that happens often, the computer is short of memory.",
        ),
    )


def _too_heavy() -> RecordingError:
    return RecordingError(
        "too-heavy",
        Plain(
            "Leggere il file chiede più tempo o memoria di quanto possa una registrazione: è rovinato o fatto apposta.",
            "Reading the file takes more time or memory than a recording may: it is damaged, or made to do so.",
        ),
        Plain(
            "Ascoltalo con un lettore; se lì si sente, salvalo di nuovo come WAV e rimettilo in FROM_TABLES.",
            "Try it in a player; if you hear it there, save it again as WAV and drop it into FROM_TABLES.",
        ),
    )


def not_sound() -> RecordingError:
    """Nothing in the file can be decoded."""
    return RecordingError(
        "not-audio",
        Plain("Il file non contiene audio che si possa leggere.", "The file holds no sound that can be read."),
        Plain(
            "Ascoltalo con un lettore; se lì si sente, salvalo di nuovo come WAV e rimettilo in FROM_TABLES.",
            "Try it in a player; if you hear it there, save it again as WAV and drop it into FROM_TABLES.",
        ),
    )


def refuse_full_disk(done: subprocess.CompletedProcess[str], target: Path) -> None:
    """Raise OSError when ffmpeg had no room for ``target``, or might not write it: the sound is not to blame."""
    for code in _OF_THE_DISK:
        if os.strerror(code) in done.stderr:  # for a short file ffmpeg says so and yet ends with 0
            raise OSError(code, os.strerror(code), str(target))
