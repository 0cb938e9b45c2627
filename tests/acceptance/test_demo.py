"""``stornello demo``: a whole night in minutes, with the real engines and a real mpv."""

import json

import pytest

from night import Night
from stornello.domain.names import SongId
from stornello.domain.songs import SongCard
from stornello.spool import reasons
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.spool.snapshot import read_card
from told_and_heard import SAID, word_error_rate, words


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("whisper_base", "soundfont")
def test_the_demo_plays_three_songs_and_tells_where_everything_is(night: Night) -> None:
    night.settings |= {"SPEECH_MODEL": "base", "MAX_QUEUE_SIZE": "1"}  # the smallest ear; no song that nobody waits for
    done = night.run("demo", "--fast", timeout_s=380)
    assert done.returncode == 0, done.stdout + done.stderr
    venue = night.venue
    songs = [play.song for play in Journal(venue.journal).plays()]
    cards = [card for song in songs if (card := read_card(venue, SongId(song)))]
    assert len(cards) >= 3
    assert len({card.table for card in cards}) >= 3
    assert len(list(venue.short_transcriptions.iterdir())) == 1
    assert [reason.code for reason in reasons.read_all(venue.transcription_errors)] == ["not-audio"]
    everybody_was_heard_well(venue)
    for card in cards:
        is_their_song(card)
        assert str(venue.songs / card.audio) in done.stdout
        assert card.title in done.stdout
    assert str(venue.transcription_errors) in done.stdout
    assert str(venue.short_transcriptions) in done.stdout
    assert not night.left()
    assert json.loads(night.run("status", "--json").stdout)["errors"]


TOLD = {
    "Giulia": ("it", {"aldo", "nonno", "rimini", "spiaggia"}),
    "Marco": ("it", {"macchina", "panda", "pescare", "nipote"}),
    "Tom": ("en", {"drinking", "maggie", "van", "goat"}),
    "Maggie": ("en", {"tom", "goat", "farmer", "glasses"}),
    "Anna": ("it", {"teresa", "treno", "torta", "novembre"}),
    "Carlo": ("it", {"carlo", "teresa", "torta", "briciole"}),
    "Rose": ("en", {"rose", "bakery", "bread", "morning"}),
    "Walter": ("en", {"walter", "bus", "rose", "light"}),
}
"""The language of each guest, and some of the words."""


def everybody_was_heard_well(venue: Venue) -> None:
    """Check what the smallest model has made of each guest's words, wherever the text lies by now."""
    heard = {file.stem.rpartition("_")[2]: file.read_text() for file in venue.root.rglob("*_*.txt")}
    assert set(heard) == set(TOLD)
    wrong = {guest: word_error_rate(words(SAID[guest]), words(heard[guest])) for guest in TOLD}
    assert all(share < 0.25 for share in wrong.values()), wrong


def is_their_song(card: SongCard) -> None:
    """Check that a song is in its guests' language and words, and sounds like a song."""
    sung = card.lyrics.text().casefold()
    for language, some in (TOLD[guest] for guest in card.guests):
        assert card.language == language
        assert any(word in sung for word in some), sung
    assert card.sound.duration_s > 30
    assert -17 < (card.sound.loudness_lufs or -99) < -11
    assert (card.sound.true_peak_dbtp or 0) < -1
    assert card.synced_lyrics
