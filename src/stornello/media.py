"""Sound files through ffmpeg, always in a bounded child: what comes from outside may be anything."""

import errno
import os
import re
import subprocess
import wave
from pathlib import Path

from stornello import processes
from stornello.domain.errors import ProviderUnreachable, RecordingError
from stornello.domain.plain import Plain
from stornello.domain.songs import Sound

EXTENSIONS = frozenset({".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus", ".webm"})
"""Names of recordings that are accepted, in small letters; what is in them is decided by decoding, not by the name."""

_CONTAINERS = "wav,w64,flac,mp3,mov,mp4,m4a,3gp,3g2,mj2,ogg,matroska,webm"
"""Demuxers that hold sound and nothing else: no playlists, which could make ffmpeg open other files."""

_GUARDED = ("ffmpeg", "-hide_banner", "-nostdin", "-protocol_whitelist", "file", "-format_whitelist", _CONTAINERS)
_SILENCE_DB = -50
_LOUDEST_SILENCE = 104
"""-50 dBFS in 16 bits."""

_SHORTEST_SILENCE_S = 0.3
_SLOWEST = 0.5
"""A child may need this share of the sound's own length, and a minute more."""


def to_speech(source: Path, target: Path, most_s: float) -> None:
    """Decode the first ``most_s`` seconds of ``source`` into ``target``: 16 kHz mono 16-bit WAV, for recognition.

    Raises:
        RecordingError: there is no sound in it that can be decoded, or decoding took too long.
        ProviderUnreachable: ffmpeg is not installed.
        OSError: the disk is full.
    """
    done = _ffmpeg(
        *("-v", "error", "-y", "-t", str(most_s), "-i", f"file:{source}", "-map", "0:a:0", "-vn", "-sn", "-dn"),
        *("-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le", "-bitexact", "-f", "wav", f"file:{target}"),
        timeout_s=60 + most_s * _SLOWEST,
    )
    _refuse_full_disk(done, target)
    if done.returncode or not target.exists() or target.stat().st_size <= 44:  # noqa: PLR2004 - an empty WAV's header
        raise _not_sound()


def to_flac(speech: Path, target: Path) -> None:
    """Pack a WAV of :func:`to_speech` into ``target`` without loss: half the size, for services that limit it.

    Raises:
        RecordingError: it holds no sound.
        ProviderUnreachable: ffmpeg is not installed.
        OSError: the disk is full.
    """
    done = _ffmpeg(
        *("-v", "error", "-y", "-i", f"file:{speech}", "-map", "0:a:0", "-ac", "1", "-ar", "16000", "-c:a", "flac"),
        *("-sample_fmt", "s16", "-bitexact", "-f", "flac", f"file:{target}"),
        timeout_s=600,
    )
    _refuse_full_disk(done, target)
    if done.returncode:
        raise _not_sound()


def length_s(speech: Path) -> float:
    """Return the length of a WAV of :func:`to_speech`, in seconds. Raises RecordingError when it is none."""
    try:
        with wave.open(str(speech), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError):
        raise _not_sound() from None


def is_silent(speech: Path) -> bool:
    """Return whether nobody can be heard in a WAV of :func:`to_speech`: all of it lies below -50 dBFS."""
    with wave.open(str(speech), "rb") as file:
        while block := file.readframes(16_000):
            samples = memoryview(block).cast("h")
            if max(samples) > _LOUDEST_SILENCE or min(samples) < -_LOUDEST_SILENCE:
                return False
    return True


def parts(speech: Path, longest_s: float) -> list[Path]:
    """Cut a WAV of :func:`to_speech` into files beside it of at most ``longest_s``, each cut in the quietest moment.

    A short one is returned as it is. The quietest moment is sought in the last quarter of each part.
    """
    with wave.open(str(speech), "rb") as file:
        rate, frames = file.getframerate(), file.getnframes()
        if frames <= longest_s * rate:
            return [speech]
        cut: list[Path] = []
        begin = 0
        while begin < frames:
            end = frames if frames - begin <= longest_s * rate else _quietest(file, begin, int(longest_s * rate))
            file.setpos(begin)
            target = speech.with_name(f"{speech.stem}.{len(cut)}.wav")
            with wave.open(str(target), "wb") as part:
                part.setparams(file.getparams())
                part.writeframes(file.readframes(end - begin))
            cut.append(target)
            begin = end
    return cut


def _quietest(file: wave.Wave_read, begin: int, most: int) -> int:
    """Return the middle of the quietest tenth of a second in the last quarter of the ``most`` frames from ``begin``."""
    step = file.getframerate() // 10
    first = begin + most - most // 4
    file.setpos(first)
    levels = []
    for at in range(first, begin + most - step, step):
        samples = memoryview(file.readframes(step)).cast("h")
        levels.append((sum(abs(sample) for sample in samples), at + step // 2))
    return min(levels)[1] if levels else begin + most


def listen(audio: Path) -> Sound:
    """Measure a song in one decoding pass: real length, integrated loudness, true peak and the audible part.

    Raises:
        RecordingError: it holds no sound that can be decoded.
        ProviderUnreachable: ffmpeg is not installed.
    Source: EBU R 128 through ffmpeg's ebur128; silence is below -50 dBFS for 0.3 s.
    """
    done = _ffmpeg(
        *("-v", "info", "-nostats", "-progress", "pipe:1", "-i", f"file:{audio}", "-map", "0:a:0", "-vn"),
        *("-af", f"ebur128=peak=true:framelog=verbose,silencedetect=n={_SILENCE_DB}dB:d={_SHORTEST_SILENCE_S}"),
        *("-f", "null", "-"),
        timeout_s=600,
    )
    lengths = re.findall(r"out_time_us=(\d+)", done.stdout)
    if done.returncode or not lengths or not int(lengths[-1]):
        raise _not_sound()
    duration_s = int(lengths[-1]) / 1e6
    cue_in_s, cue_out_s = _audible(done.stderr, duration_s)
    loudness, peak = _number(r"I:\s+(\S+) LUFS", done.stderr), _number(r"Peak:\s+(\S+) dBFS", done.stderr)
    return Sound(duration_s, None if loudness is None or loudness <= -70 else loudness, peak, cue_in_s, cue_out_s)  # noqa: PLR2004 - the gate's floor


def _number(pattern: str, text: str) -> float | None:
    found = re.findall(pattern, text)
    return float(found[-1]) if found and found[-1] not in {"-inf", "nan"} else None


def _audible(report: str, duration_s: float) -> tuple[float, float]:
    """Return where the sound begins and ends, from silencedetect's report. All silent: the whole file."""
    starts = [float(s) for s in re.findall(r"silence_start: (-?[\d.]+)", report)]
    ends = [float(s) for s in re.findall(r"silence_end: (-?[\d.]+)", report)]
    cue_in_s = ends[0] if starts and ends and starts[0] <= 0.05 else 0.0  # noqa: PLR2004 - silent from the first block
    closing = (
        starts[-1:]
        if len(starts) > len(ends)
        else [s for s, e in zip(starts, ends, strict=False) if e >= duration_s - 0.05]
    )
    cue_out_s = closing[-1] if closing else duration_s
    return (cue_in_s, cue_out_s) if cue_in_s < cue_out_s else (0.0, duration_s)


def _refuse_full_disk(done: subprocess.CompletedProcess[str], target: Path) -> None:
    if os.strerror(errno.ENOSPC) in done.stderr:  # for a short file ffmpeg says so and yet ends with 0
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))


def _ffmpeg(*arguments: str, timeout_s: float) -> subprocess.CompletedProcess[str]:
    try:
        return processes.run([*_GUARDED, *arguments], timeout_s)
    except subprocess.TimeoutExpired:
        raise _not_sound() from None
    except FileNotFoundError:
        raise ProviderUnreachable(
            "ffmpeg-missing",
            Plain("ffmpeg non è installato.", "ffmpeg is not installed."),
            Plain("Installalo (Debian: apt install ffmpeg).", "Install it (Debian: apt install ffmpeg)."),
        ) from None


def _not_sound() -> RecordingError:
    return RecordingError(
        "not-audio",
        Plain("Il file non contiene audio che si possa leggere.", "The file holds no sound that can be read."),
        Plain(
            "Ascoltalo con un lettore; se lì si sente, salvalo di nuovo come WAV e rimettilo in FROM_TABLES.",
            "Try it in a player; if you hear it there, save it again as WAV and drop it into FROM_TABLES.",
        ),
    )
