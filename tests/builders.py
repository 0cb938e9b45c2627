"""Builders of the house's nouns for tests: ``a_card(table=5)``."""

from stornello.domain.names import JobId, SongId, TableId
from stornello.domain.songs import Lyrics, Section, SongCard, Sound, SungLine


def a_sound(duration_s: float = 60.0, cue_in_s: float = 0.0, cue_out_s: float | None = None) -> Sound:
    """Return the analysis of a song at the room's own level."""
    return Sound(duration_s, -16.0, -3.0, cue_in_s, duration_s if cue_out_s is None else cue_out_s)


def some_lyrics(title: str = "La notte di Anna") -> Lyrics:
    """Return two short sections."""
    verse = Section("verse", ("Anna è arrivata tardi", "e ha portato il vino"))
    return Lyrics(title, "it", ("pop", "warm"), (verse, Section("chorus", ("Tutta la notte", "tutta la sala"))))


def a_card(
    song: str = "5_203000_a1b2c3",
    table: int = 5,
    title: str = "La notte di Anna",
    sound: Sound | None = None,
    audio: str | None = None,
    guests: tuple[str, ...] = ("Anna",),
    synced_lyrics: tuple[SungLine, ...] = (),
) -> SongCard:
    """Return the card of a finished song; its audio is ``{song}.wav``."""
    return SongCard(
        id=SongId(song),
        job=JobId(song),
        table=TableId(table),
        guests=guests,
        title=title,
        language="it",
        lyrics=some_lyrics(title),
        summary="Anna racconta la sua serata.",
        audio=audio or f"{song}.wav",
        sound=sound or a_sound(),
        engines={"speech": "test", "words": "test", "music": "test"},
        created_at="2026-11-23T20:30:00+00:00",
        synced_lyrics=synced_lyrics,
    )
