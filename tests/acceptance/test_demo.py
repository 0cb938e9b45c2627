"""``stornello demo``: a whole night in minutes."""

import json

import pytest

from night import Night
from stornello.domain.names import SongId
from stornello.spool import reasons
from stornello.spool.journal import Journal
from stornello.spool.snapshot import read_card


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("whisper_base", "soundfont")
def test_the_demo_plays_three_songs_and_tells_where_everything_is(night: Night) -> None:
    done = night.run("demo", "--fast", timeout_s=380)
    assert done.returncode == 0, done.stdout + done.stderr
    venue = night.venue
    songs = [song for song, _, _ in Journal(venue.journal).plays()]
    cards = [card for song in songs if (card := read_card(venue, SongId(song)))]
    assert len(cards) >= 3
    assert len({card.table for card in cards}) >= 3
    assert len(list(venue.short_transcriptions.iterdir())) == 1
    assert [reason.code for reason in reasons.read_all(venue.transcription_errors)] == ["not-audio"]
    for card in cards:
        assert str(venue.songs / card.audio) in done.stdout
        assert card.title in done.stdout
    assert str(venue.transcription_errors) in done.stdout
    assert str(venue.short_transcriptions) in done.stdout
    assert not night.left()
    assert json.loads(night.run("status", "--json").stdout)["errors"]
