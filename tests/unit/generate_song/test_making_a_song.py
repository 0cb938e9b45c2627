"""From a job's texts to a song: every step once, whatever comes between."""

import json
from dataclasses import replace
from pathlib import Path

import mutagen
import pytest

from fake_decks import a_wav
from song_desk import Desk
from stornello import media
from stornello.domain.errors import GenerationFailed, ProviderRefused, ProviderUnreachable
from stornello.domain.plain import Plain
from stornello.domain.songs import SongCard
from stornello.media import ffmpeg
from stornello.seams import Told
from stornello.spool.snapshot import read_card

NOTHING = Plain("", "")
STEPS = ["summarise", "write", "request", "collect"]


class PowerCut(BaseException):
    """The process ends here."""


def away() -> ProviderUnreachable:
    return ProviderUnreachable("away", NOTHING, NOTHING)


def test_a_song_and_its_card_lie_in_songs(desk: Desk) -> None:
    card = desk.maker.make(desk.job)
    assert desk.engines.calls == STEPS
    assert read_card(desk.venue, card.id) == card
    assert card.guests == ("Anna", "Carlo"), "in order of arrival"
    assert (card.table, card.language, card.title) == (5, "it", "La notte di Anna")
    assert card.engines == {"speech": "ears", "words": "counting", "music": "counting studio"}
    assert card.sound.duration_s == pytest.approx(2.0, abs=0.05)
    assert media.listen(desk.venue.songs / card.audio).duration_s == card.sound.duration_s
    assert card.synced_lyrics[0].at_s == 0.5


def test_a_card_survives_its_way_through_json(desk: Desk) -> None:
    card = desk.maker.make(desk.job)
    assert SongCard.from_json(json.loads(json.dumps(card.to_json()))) == card


def test_notes_are_told_in_order_of_arrival(desk: Desk) -> None:
    desk.maker.make(desk.job)
    assert desk.engines.story is not None
    assert desk.engines.story.told == (
        Told("Anna", "Sono arrivata tardi e ho portato il vino."),
        Told("Carlo", "Poi abbiamo ballato fino a tardi."),
    )


def test_milestones_tell_the_way(desk: Desk) -> None:
    desk.maker.make(desk.job)
    assert [milestone.split()[0] for milestone in desk.milestones] == [
        "SUMMARY",
        "LYRICS",
        "ASKING",
        "REQUESTED",
        "COOKING",
        "COLLECTED",
        "MEASURED",
        "DONE",
    ]


@pytest.mark.parametrize("step", STEPS)
def test_after_an_end_in_the_middle_nothing_that_was_done_is_asked_for_again(desk: Desk, step: str) -> None:
    desk.engines.troubles[step] = [PowerCut()]
    with pytest.raises(PowerCut):
        desk.maker.make(desk.job)
    desk.maker.make(desk.job)
    assert desk.engines.calls == [*STEPS[: STEPS.index(step)], step, *STEPS[STEPS.index(step) :]]


@pytest.mark.parametrize("milestone", ["SUMMARY", "LYRICS", "ASKING", "REQUESTED", "COLLECTED", "MEASURED", "DONE"])
def test_after_an_end_between_two_steps_it_goes_on_with_the_next(desk: Desk, milestone: str) -> None:
    def end_at(text: str) -> None:
        if text.startswith(milestone):
            raise PowerCut

    cut = replace(desk.maker, milestone=end_at)
    with pytest.raises(PowerCut):
        cut.make(desk.job)
    desk.maker.make(desk.job)
    assert desk.engines.calls == STEPS


def test_a_torn_checkpoint_counts_for_nothing(desk: Desk) -> None:
    desk.maker.make(desk.job)
    (desk.job.folder / "steps" / "lyrics.json").write_text('{"title": ')
    desk.maker.make(desk.job)
    assert desk.engines.calls == [*STEPS, "write"]


def test_a_take_whose_sound_is_gone_is_collected_again(desk: Desk) -> None:
    desk.maker.make(desk.job)
    (desk.job.folder / "take.wav").unlink()
    desk.maker.make(desk.job)
    assert desk.engines.calls == [*STEPS, "collect"]


def test_a_job_that_was_moved_goes_on_where_it_was(desk: Desk) -> None:
    desk.maker.make(desk.job)
    moved = desk.venue.failed_processing / desk.job.id
    desk.job.folder.rename(moved)
    desk.maker.make(type(desk.job)(desk.job.id, moved))
    assert desk.engines.calls == STEPS


def test_a_studio_that_is_away_for_a_while_is_asked_again_without_a_new_order(desk: Desk) -> None:
    desk.engines.troubles["collect"] = [away(), away(), away()]
    desk.maker.make(desk.job)
    assert desk.engines.calls == [*STEPS, "collect", "collect", "collect"]
    assert desk.clock.monotonic() > 1000, "with pauses"


def test_a_song_that_cooks_is_waited_for(desk: Desk) -> None:
    desk.engines.cooking = 5
    assert desk.maker.make(desk.job).audio == "5_203000_a1b2c3.wav"


def test_a_song_that_is_never_ready_fails_within_the_deadline(desk: Desk) -> None:
    desk.engines.cooking = 1000
    with pytest.raises(GenerationFailed) as error:
        desk.maker.make(desk.job)
    assert error.value.code == "song-never-ready"
    assert desk.clock.monotonic() <= 1000 + desk.deadline_s


def test_a_studio_that_stays_away_is_named_and_may_be_tried_later(desk: Desk) -> None:
    desk.engines.troubles["collect"] = [away() for _ in range(1000)]
    with pytest.raises(ProviderUnreachable):
        desk.maker.make(desk.job)


def test_a_studio_that_refuses_is_not_asked_again(desk: Desk) -> None:
    desk.engines.troubles["collect"] = [ProviderRefused("no", NOTHING, NOTHING)]
    with pytest.raises(ProviderRefused):
        desk.maker.make(desk.job)
    assert desk.engines.calls == STEPS


def not_sound(into: Path) -> Path:
    take = into / "take.mp3"
    take.write_bytes(b"<html>payment required</html>")
    return take


def test_a_take_that_is_no_sound_fails_and_leaves_nothing_in_songs(desk: Desk) -> None:
    desk.engines.deliver = not_sound
    with pytest.raises(GenerationFailed) as error:
        desk.maker.make(desk.job)
    assert error.value.code == "song-unreadable"
    assert not list(desk.venue.songs.iterdir())


@pytest.mark.parametrize("texts", [[], ["", "  \n"]])
def test_nothing_told_is_said_plainly(desk: Desk, texts: list[str]) -> None:
    for old in desk.job.transcripts.iterdir():
        old.unlink()
    for number, text in enumerate(texts):
        desk.tell(f"{number}.txt", text)
    with pytest.raises(GenerationFailed) as error:
        desk.maker.make(desk.job)
    assert error.value.code == "nothing-told"
    assert desk.engines.calls == []


def test_texts_that_anyone_dropped_are_told_too(desk: Desk) -> None:
    for old in desk.job.transcripts.iterdir():
        old.unlink()
    (desk.job.transcripts / "maria.txt").write_bytes(b"caff\xe8 e poi a casa")
    assert desk.maker.make(desk.job).guests == ("Maria",)


def an_mp3(into: Path) -> Path:
    wav, mp3 = a_wav(into / "raw.wav", 1.0), into / "take.mp3"
    ffmpeg.run("-v", "error", "-y", "-i", f"file:{wav}", f"file:{mp3}", seconds=20)
    return mp3


def test_an_mp3_tells_what_it_is_wherever_it_goes(desk: Desk) -> None:
    desk.engines.deliver = an_mp3
    card = desk.maker.make(desk.job)
    tags = mutagen.File(desk.venue.songs / card.audio).tags
    assert tags["TIT2"].text == ["La notte di Anna"]
    assert tags["TPE1"].text == ["Anna & Carlo"]
    assert tags.getall("USLT")[0].text == card.lyrics.text()
    assert tags.getall("USLT")[0].lang == "ita"
    assert tags.getall("SYLT")[0].text == [("Anna è arrivata tardi", 500)]
    assert "AI generated" in tags.getall("COMM")[0].text[0]


@pytest.mark.parametrize("suffix", ["flac", "ogg", "m4a"])
def test_other_containers_get_what_they_have_room_for(desk: Desk, suffix: str) -> None:
    def deliver(into: Path) -> Path:
        take = into / f"take.{suffix}"
        wav = a_wav(into / "raw.wav", 1.0)
        ffmpeg.run("-v", "error", "-y", "-i", f"file:{wav}", f"file:{take}", seconds=20)
        return take

    desk.engines.deliver = deliver
    card = desk.maker.make(desk.job)
    assert media.listen(desk.venue.songs / card.audio).duration_s == pytest.approx(1.0, abs=0.2)
    assert "La notte di Anna" in str(dict(mutagen.File(desk.venue.songs / card.audio).tags))
