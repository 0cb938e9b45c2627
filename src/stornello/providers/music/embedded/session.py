"""One recording session: the whole way from lyrics to a mastered song in memory."""

from dataclasses import dataclass
from pathlib import Path

from stornello.domain.songs import Lyrics, SungLine
from stornello.providers.music.embedded import form, master, mix, vocals
from stornello.providers.music.embedded.arrangement import arrange
from stornello.providers.music.embedded.instruments import Band
from stornello.providers.music.embedded.score import Cue, Passage
from stornello.providers.music.embedded.singer import RATE, Samples, Singer, Voice
from stornello.providers.music.embedded.singing import cues
from stornello.providers.music.embedded.styles import Style, style_for


@dataclass(frozen=True, slots=True)
class Song:
    """A song as written: everything is decided, nothing sounds yet."""

    style: Style
    passages: tuple[Passage, ...]
    cues: tuple[Cue, ...]
    lead: Voice
    second: Voice
    seed: int

    @property
    def frames(self) -> int:
        """Return the song's length in samples."""
        return int(form.duration_s(self.passages, self.style) * RATE)

    def synced_lyrics(self) -> tuple[SungLine, ...]:
        """Return each sung line with the time of its first syllable."""
        return tuple(SungLine(round(cue.at_s + cue.phrase.notes[0].start_s, 3), cue.text) for cue in self.cues)


def compose(lyrics: Lyrics, seed: int, singer: Singer) -> Song | None:
    """Write the song; None when no line of the lyrics can be sung."""
    lead, second = singer.cast(lyrics.language, seed)
    style, passages = form.plan(lyrics, style_for(seed), lambda said: singer.stresses(said, lead))
    if not passages:
        return None
    return Song(style, tuple(passages), tuple(cues(passages, style, lead, second, seed)), lead, second, seed)


def record(song: Song, singer: Singer, soundfont: Path) -> Samples:
    """Sing, play, mix and master the song: stereo (2, n) at 48 kHz, -14 LUFS."""
    lead = vocals.lead_track(song.cues, singer, song.lead, song.frames)
    second = vocals.second_track(song.cues, singer, song.second, song.frames)
    voices = mix.voice_bus(lead, 60 / song.style.tempo.bpm) + mix.second_bus(second)
    return master.mastered(mix.glued(voices + _band(song, lead, soundfont), form.RING_S))


def _band(song: Song, lead: Samples, soundfont: Path) -> Samples:
    band, bus = Band(soundfont), mix.BandBus(lead)
    for part in arrange(song.passages, song.style, song.seed):
        bus.add(part.instrument, band.play(part, song.style.tempo, song.frames))
    return bus.sound()
