"""Sound files through ffmpeg, always in a bounded child: what comes from outside may be anything."""

import re
import struct
import wave
from pathlib import Path

from stornello.domain.songs import Sound
from stornello.media import cues, ffmpeg

EXTENSIONS = frozenset({".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus", ".webm"})
"""Names of recordings that are accepted, in small letters; what is in them is decided by decoding, not by the name."""

_HEADER_BYTES = 44
_SILENCE_DB = -50
_LOUDEST_SILENCE = 104
"""-50 dBFS in 16 bits."""

_SHORTEST_SILENCE_S = 0.3
_HEAD_S = 60
"""So much of the beginning is told on the other output too: of an hour's moments the first ones are no longer known."""

_TOLD = "ametadata=mode=print:key=lavfi.r128.M:file"
_METER = f"ebur128=peak=true:metadata=1:framelog=verbose,{_TOLD}=-,{_TOLD}=pipe\\\\:2:enable=lt(t\\,{_HEAD_S})"
_MOMENT = re.compile(r"pts_time:([\d.]+)\s+lavfi\.r128\.M=(-?[\d.]+)")
"""A moment's loudness: ten times a second, of the last 0.4 s."""

_A_MOMENT_S = 0.01


def to_speech(source: Path, target: Path, most_s: float) -> None:
    """Decode the first ``most_s`` seconds of ``source`` into ``target``: 16 kHz mono 16-bit WAV, for recognition.

    Raises:
        RecordingError: there is no sound in it that can be decoded, or decoding took more than a recording may.
        ProviderUnreachable: ffmpeg is not installed, or was killed.
        OSError: the disk is full.
    """
    if _as_it_is(source, target, most_s):
        return
    done = ffmpeg.run(
        *("-v", "error", "-y", "-t", str(most_s), "-i", f"file:{source}", "-map", "0:a:0", "-vn", "-sn", "-dn"),
        *("-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le", "-bitexact", "-f", "wav", f"file:{target}"),
        seconds=most_s,
    )
    ffmpeg.refuse_full_disk(done, target)
    if done.returncode or not target.exists() or target.stat().st_size <= _HEADER_BYTES:
        raise ffmpeg.not_sound()


def _as_it_is(source: Path, target: Path, most_s: float) -> bool:
    """Copy a recording that is what recognition wants already, as ffmpeg would; False, and nothing, for any other.

    Spares a process, a tenth of a second of work. Only for the plainest of headers, and only when all of it is true.
    """
    size = source.stat().st_size
    with source.open("rb") as sound:
        if (
            size % 2
            or not _HEADER_BYTES < size < 1 << 32
            or sound.read(_HEADER_BYTES) != _speech_header(size - _HEADER_BYTES)
        ):
            return False
        left = min(size - _HEADER_BYTES, round(most_s * 16_000) * 2)
        with target.open("wb") as speech:
            speech.write(_speech_header(left))
            while left and (block := sound.read(min(left, 1 << 20))):
                speech.write(block)
                left -= len(block)
    return not left


def _speech_header(data: int) -> bytes:
    """Return the header of a 16 kHz mono 16-bit WAV with so many bytes of samples.

    Source: Multimedia Programming Interface and Data Specifications 1.0 (RIFF).
    """
    about = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 16_000, 32_000, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", data + 36, b"WAVE") + about + struct.pack("<4sI", b"data", data)


def is_cut(speech: Path, most_s: float) -> bool:
    """Return whether :func:`to_speech` left something out, because there was more than ``most_s`` of it."""
    return length_s(speech) >= most_s - _A_MOMENT_S


def to_flac(speech: Path, target: Path) -> None:
    """Pack a WAV of :func:`to_speech` into ``target`` without loss: half the size, for services that limit it.

    Raises:
        RecordingError: it holds no sound.
        ProviderUnreachable: ffmpeg is not installed, or was killed.
        OSError: the disk is full.
    """
    done = ffmpeg.run(
        *("-v", "error", "-y", "-i", f"file:{speech}", "-map", "0:a:0", "-ac", "1", "-ar", "16000", "-c:a", "flac"),
        *("-sample_fmt", "s16", "-bitexact", "-f", "flac", f"file:{target}"),
        seconds=length_s(speech),
    )
    ffmpeg.refuse_full_disk(done, target)
    if done.returncode:
        raise ffmpeg.not_sound()


def length_s(speech: Path) -> float:
    """Return the length of a WAV of :func:`to_speech`, in seconds. Raises RecordingError when it is none."""
    try:
        with wave.open(str(speech), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError):
        raise ffmpeg.not_sound() from None


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
        RecordingError: it holds no sound that can be decoded, or measuring it took more than an hour's sound may.
        ProviderUnreachable: ffmpeg is not installed, or was killed.
    Source: EBU R 128 through ffmpeg's ebur128; silence is below -50 dBFS for 0.3 s, unless the piece itself is quiet,
    and what nobody hears beside the rest, see :mod:`.cues`.
    """
    done = ffmpeg.run(
        *("-v", "info", "-nostats", "-progress", "pipe:1", "-i", f"file:{audio}", "-map", "0:a:0", "-vn"),
        *("-af", f"{_METER},silencedetect=n={_SILENCE_DB}dB:d={_SHORTEST_SILENCE_S}"),
        *("-f", "null", "-"),
        seconds=ffmpeg.HOUR_S,
    )
    lengths = re.findall(r"out_time_us=(\d+)", done.stdout)
    if done.returncode or not lengths or not int(lengths[-1]):
        raise ffmpeg.not_sound()
    duration_s = int(lengths[-1]) / 1e6
    cue_in_s, cue_out_s = _audible(done.stderr, duration_s)
    loudness, peak = _number(r"I:\s+(\S+) LUFS", done.stderr), _number(r"Peak:\s+(\S+) dBFS", done.stderr)
    if loudness is None or loudness <= -70:  # noqa: PLR2004 - the gate's floor
        return Sound(duration_s, None, peak, cue_in_s, cue_out_s)
    if loudness - cues.UNHEARD_LU < _SILENCE_DB:  # a quiet recording: its own music may lie below that
        cue_in_s, cue_out_s = 0.0, duration_s
    cue_in_s = cues.heard_from(_moments(done.stderr), loudness, cue_in_s, cue_out_s)
    cue_out_s = cues.heard_until(_moments(done.stdout), loudness, cue_in_s, cue_out_s)
    return Sound(duration_s, loudness, peak, cue_in_s, cue_out_s)


def _moments(text: str) -> list[tuple[float, float]]:
    return [(float(at), float(lufs)) for at, lufs in _MOMENT.findall(text)]


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
