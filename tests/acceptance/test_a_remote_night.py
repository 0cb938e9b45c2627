"""Voices to songs through OpenAI's API and Kie's, as others speak them, on loopback; nothing is paid twice.

The other dialect of Kie has its night in faults/test_paid_songs_killed.py.
"""

import pytest

from night import Night, wait_until
from remote_night import books, check_a_storm_of_faults, drop, settings, songs_that_differ
from servers.aimock import Aimock
from servers.kie import fake_kie
from stornello.domain.names import SongId
from stornello.spool.snapshot import read_card


@pytest.mark.timeout(180)
def test_recordings_become_songs_with_nothing_but_the_two_addresses_changed(night: Night) -> None:
    with Aimock(songs_that_differ(10)) as openai, fake_kie(cook=1) as kie:
        night.settings |= settings(openai.url, kie.url, "kie", workers=2)
        assert night.run("init").returncode == 0
        drop(night.venue.from_tables, recordings=2, tables=2)
        up = night.start("up")
        wait_until(lambda: books(night.venue).songs == 2, 120, 0.2)
        up.terminate()
        assert up.wait(10) == 0
        assert (books(night.venue).ended, kie.charges, kie.paid_twice) == (2, 2, 0)
        assert len(openai.journal("/audio/transcriptions")) == 2
    cards = [read_card(night.venue, SongId(file.stem)) for file in night.venue.songs.glob("*.json")]
    assert all(card and card.spare and card.synced_lyrics for card in cards)
    engines = {tuple(card.engines.values()) for card in cards if card}
    assert len(engines) == 1, engines
    assert all(name in str(engines) for name in ("gpt-transcribe", "gpt-6.1-terra", "kie"))


@pytest.mark.timeout(300)
def test_a_storm_of_all_faults_ends_every_job_with_a_song_or_a_reason_and_pays_nothing_twice(night: Night) -> None:
    check_a_storm_of_faults(night, jobs=5, seed=5, seconds=240)
