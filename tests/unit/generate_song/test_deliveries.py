"""What a studio delivers is listened to before the room has to."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fake_decks import a_wav
from song_desk import SONG_S, Desk
from stornello import media
from stornello.domain.errors import GenerationFailed, NotDelivered
from stornello.domain.names import JobId
from stornello.domain.plain import Plain
from stornello.domain.songs import SongCard
from stornello.generate_song import delivery
from stornello.spool.jobs import Job
from stornello.spool.snapshot import read_card

Deliver = Callable[[Path], Path]


def empty(into: Path) -> Path:
    (into / "take.mp3").write_bytes(b"")
    return into / "take.mp3"


def a_web_page(into: Path) -> Path:
    (into / "take.mp3").write_bytes(b"<html>payment required</html>" * 100)
    return into / "take.mp3"


def missing(into: Path) -> Path:
    return into / "never.mp3"


def a_header_only(into: Path) -> Path:
    return a_wav(into / "take.wav", 0.0)


def good(into: Path) -> Path:
    return a_wav(into / "take.wav", SONG_S)


def another(into: Path) -> Path:
    return a_wav(into / "spare.wav", SONG_S + 1)


def too_long(into: Path) -> Path:
    target = into / "take.flac"
    length = str(delivery.LONGEST_S + 10)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", length, str(target)],
        check=True,
        timeout=60,
    )
    return target


BAD: list[Deliver] = [empty, a_web_page, missing, a_header_only, too_long]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: str(bad.__name__))
def test_the_spare_takes_the_place_of_a_take_that_is_none(desk: Desk, bad: Deliver) -> None:
    desk.engines.deliver, desk.engines.spare = bad, another
    card = desk.maker.make(desk.job)
    assert card.sound.duration_s == pytest.approx(SONG_S + 1, abs=0.05)
    assert (card.spare, card.synced_lyrics) == ("", ()), "the sung lines' times were the other take's"
    assert desk.engines.asked("collect") == 1


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: str(bad.__name__))
def test_a_spare_that_is_none_costs_nothing(desk: Desk, bad: Deliver) -> None:
    desk.engines.deliver, desk.engines.spare = another, bad
    card = desk.maker.make(desk.job)
    assert (card.audio, card.spare) == (f"{desk.job.id}.wav", "")
    assert not list(desk.venue.songs.glob("*.spare.*"))


def test_a_good_spare_lies_beside_its_song(desk: Desk) -> None:
    desk.engines.deliver, desk.engines.spare = good, another
    card = desk.maker.make(desk.job)
    assert card.spare == f"{desk.job.id}.spare.wav"
    assert media.listen(desk.venue.songs / card.spare).duration_s == pytest.approx(SONG_S + 1, abs=0.05)
    assert read_card(desk.venue, card.id) == card


def test_two_takes_that_are_one_file_are_one_take(desk: Desk) -> None:
    desk.engines.spare = lambda into: Path(shutil.copy(into / "take.wav", into / "copy.wav"))
    assert desk.maker.make(desk.job).spare == ""


def test_a_copy_of_another_song_is_fetched_again(desk: Desk) -> None:
    first = desk.maker.make(desk.job)
    job = Job(JobId("6_203000_a1b2c3"), desk.venue.job(JobId("6_203000_a1b2c3")))
    shutil.copytree(desk.job.transcripts, job.transcripts)
    lengths = iter([SONG_S, SONG_S + 1])
    desk.engines.deliver = lambda into: a_wav(into / "take.wav", next(lengths))
    second = desk.maker.make(job)
    assert desk.engines.asked("collect") == 3
    assert first.sha256 != second.sha256


def test_a_song_made_again_is_no_copy_of_itself(desk: Desk) -> None:
    first = desk.maker.make(desk.job)
    shutil.rmtree(desk.job.folder / "steps")
    assert desk.maker.make(desk.job).sha256 == first.sha256


@pytest.mark.parametrize(("claimed_s", "asked"), [(None, 1), (SONG_S, 1), (SONG_S * 1.5, 1), (SONG_S * 2, 5)])
def test_a_song_that_was_cut_short_is_fetched_again(desk: Desk, claimed_s: float | None, asked: int) -> None:
    desk.engines.claimed_s = claimed_s
    if asked == 1:
        desk.maker.make(desk.job)
    else:
        with pytest.raises(GenerationFailed):
            desk.maker.make(desk.job)
    assert desk.engines.asked("collect") == asked


def test_a_delivery_that_is_late_is_waited_for(desk: Desk) -> None:
    deliveries = [empty, empty, good]

    def deliver(into: Path) -> Path:
        return deliveries.pop(0)(into)

    desk.engines.deliver = deliver
    began = desk.clock.monotonic()
    desk.maker.make(desk.job)
    assert desk.engines.asked("collect") == 3
    assert desk.clock.monotonic() > began + 1


def test_what_never_is_a_song_fails_without_a_new_request_ever(desk: Desk) -> None:
    desk.engines.is_paid = True
    desk.engines.deliver = a_web_page
    for n in (1, 2):
        with pytest.raises(GenerationFailed) as error:
            desk.maker.make(desk.job)
        assert error.value.code == "song-unreadable"
        assert not error.value.retryable
        assert desk.engines.asked("collect") == 5 * n
    desk.engines.deliver = good
    desk.maker.make(desk.job)
    assert len(desk.engines.accepted) == 1


def test_a_song_that_is_nowhere_to_be_had_is_fetched_five_times_and_kept_for_later(desk: Desk) -> None:
    desk.engines.is_paid = True
    nowhere = NotDelivered("audio-not-there", Plain("Non c'è.", "Not there."), Plain("", ""))
    desk.engines.troubles["collect"] = [nowhere] * 5
    with pytest.raises(GenerationFailed) as error:
        desk.maker.make(desk.job)
    assert (error.value.code, error.value.retryable) == ("audio-not-there", False)
    assert "stornello retry" in error.value.todo.en
    desk.maker.make(desk.job)
    assert len(desk.engines.accepted) == 1


def test_the_card_knows_the_audio_as_it_came(desk: Desk) -> None:
    card = desk.maker.make(desk.job)
    assert card.sha256 == delivery._sha256(desk.job.folder / "take.wav")
    assert card.told_at.startswith("2026-11-23T20:30:00")


def test_cards_of_earlier_versions_are_cards(desk: Desk) -> None:
    data = json.loads(json.dumps(desk.maker.make(desk.job).to_json()))
    for new in ("spare", "sha256", "told_at"):
        del data[new]
    old = SongCard.from_json(data)
    assert (old.spare, old.sha256, old.told_at) == ("", "", "")
    for new in ("spare", "sha256", "told_at"):
        with pytest.raises(TypeError):
            SongCard.from_json(data | {new: 3})


def test_a_copy_of_a_song_that_came_out_while_ours_cooked_is_none(desk: Desk) -> None:
    job = Job(JobId("6_203000_a1b2c3"), desk.venue.job(JobId("6_203000_a1b2c3")))
    shutil.copytree(desk.job.transcripts, job.transcripts)
    lengths = [SONG_S, SONG_S, SONG_S + 1]

    def deliver(into: Path) -> Path:
        if into == job.folder and len(lengths) == 3:
            desk.maker.make(desk.job)
        return a_wav(into / "take.wav", lengths.pop(0))

    desk.engines.deliver = deliver
    assert desk.maker.make(job).sound.duration_s == pytest.approx(SONG_S + 1, abs=0.05)


def test_a_copy_of_another_song_is_called_so_and_how_to_order_another_one(desk: Desk) -> None:
    job = Job(JobId("6_203000_a1b2c3"), desk.venue.job(JobId("6_203000_a1b2c3")))
    shutil.copytree(desk.job.transcripts, job.transcripts)
    desk.maker.make(desk.job)
    with pytest.raises(GenerationFailed) as error:
        desk.maker.make(job)
    assert error.value.code == "song-anothers"
    assert "--afresh" in error.value.todo.en
