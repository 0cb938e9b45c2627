"""The band's sound: one part after the other through a General MIDI SoundFont."""

import io
from pathlib import Path
from typing import Final

import midirenderer
import mido
import numpy as np
import soundfile

from stornello.providers.music.embedded.score import BandNote, Instrument, Part, Tempo
from stornello.providers.music.embedded.singer import RATE, Samples

_TICKS: Final = 480
_DRUM_CHANNEL: Final = 9
_PAN_CONTROL, _REVERB_CONTROL, _CHORUS_CONTROL = 10, 91, 93
_PANS: Final[dict[Instrument, int]] = {"drums": 64, "bass": 64, "keys": 30, "guitar": 104, "pad": 64, "lead": 20}


class Band:
    """Plays parts on the instruments of one SoundFont file."""

    def __init__(self, soundfont: Path) -> None:
        self._sounds = soundfont.read_bytes()

    def play(self, part: Part, tempo: Tempo, frames: int) -> Samples:
        """Return the part as stereo (2, ``frames``) at RATE; silence when there are no notes."""
        if not part.notes:
            return np.zeros((2, frames), np.float32)
        wave = midirenderer.render_wave_from(self._sounds, _midi(part, tempo))
        samples, rate = soundfile.read(io.BytesIO(wave), dtype="float32", always_2d=True, frames=frames)
        if rate != RATE:
            raise ValueError(f"the renderer delivers {rate} Hz, the studio works at {RATE} Hz")
        return np.pad(samples.T, ((0, 0), (0, frames - len(samples))))


def _midi(part: Part, tempo: Tempo) -> bytes:
    channel = _DRUM_CHANNEL if part.instrument == "drums" else 0
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo.bpm)))
    track.append(mido.Message("program_change", channel=channel, program=part.program))
    # Our own mix adds the room; the SoundFont's own reverb would blur it.
    for control, value in ((_PAN_CONTROL, _PANS[part.instrument]), (_REVERB_CONTROL, 0), (_CHORUS_CONTROL, 0)):
        track.append(mido.Message("control_change", channel=channel, control=control, value=value))
    now = 0
    for tick, velocity, pitch in sorted(event for note in part.notes for event in _events(note, tempo)):
        track.append(mido.Message("note_on", channel=channel, note=pitch, velocity=velocity, time=tick - now))
        now = tick
    song = mido.MidiFile(ticks_per_beat=_TICKS, tracks=[track])
    written = io.BytesIO()
    song.save(file=written)
    return written.getvalue()


def _events(note: BandNote, tempo: Tempo) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Return (tick, velocity, pitch) of the note's start and end; an end is a start with velocity 0."""
    start = round(tempo.swung(note.beat) * _TICKS)
    end = max(start + 1, round(tempo.swung(note.beat + note.beats) * _TICKS))
    return (start, note.velocity, note.pitch), (end, 0, note.pitch)
