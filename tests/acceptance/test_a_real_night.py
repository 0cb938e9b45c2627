"""The real engines and a real mpv: what people say at the tables is sung in the room."""

import shutil
from pathlib import Path

import pytest

from night import Night, wait_until
from stornello.domain.names import SongId, TableId
from stornello.domain.songs import SongCard
from stornello.spool.journal import Journal
from stornello.spool.snapshot import read_card

PLAY_S = 3


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("whisper_base", "soundfont")
def test_people_speak_and_the_room_sings_their_words(night: Night, jfk: Path, italian_voice: Path) -> None:
    night.settings |= {"STORNELLO_SOUND_OUTPUT": "null", "STORNELLO_PLAY_ONLY_SECONDS": str(PLAY_S)}
    assert night.run("init").returncode == 0
    up = night.start("up")
    shutil.copy(jfk, night.venue.from_tables / "5-jack.wav")
    shutil.copy(italian_voice, night.venue.from_tables / "7-carlo.wav")
    wait_until(lambda: up.poll() is not None or len(plays(night)) >= 2, 240)

    songs = {card.table: card for card in (card_of(night, song) for song in plays(night))}
    assert set(songs) == {5, 7}
    sings(songs[TableId(5)], "en", "Jack", {"fellow", "americans", "country", "ask"})
    sings(songs[TableId(7)], "it", "Carlo", {"spiacente", "grado", "connessione", "informazioni", "console"})
    for heard_s in plays(night).values():
        assert heard_s == pytest.approx(PLAY_S, abs=1.5)

    up.terminate()
    assert up.wait(5) == 0
    wait_until(lambda: not night.left(), 2)
    assert not list(night.venue.transcription_errors.iterdir())
    assert not list(night.venue.failed_processing.iterdir())


def plays(night: Night) -> dict[str, float]:
    """The songs that the room has heard, and for how long."""
    return {song: heard_s for song, _, heard_s in Journal(night.venue.journal).plays()}


def card_of(night: Night, song: str) -> SongCard:
    card = read_card(night.venue, SongId(song))
    assert card is not None
    return card


def sings(card: SongCard, language: str, guest: str, words: set[str]) -> None:
    """Check that the song is in the guest's language and words, and a song."""
    assert card.language == language
    assert card.guests == (guest,)
    sung = card.lyrics.text().casefold()
    assert len([word for word in words if word in sung]) >= len(words) - 1, sung
    assert card.sound.duration_s > 30
    assert -17 < (card.sound.loudness_lufs or -99) < -11
    assert (card.sound.true_peak_dbtp or 0) < -1
    assert card.synced_lyrics
