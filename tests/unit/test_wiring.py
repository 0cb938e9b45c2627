"""What the settings become."""

from pathlib import Path
from typing import get_args

import pytest

from stornello.domain.fairness import POLICIES
from stornello.domain.names import TableId
from stornello.generate_song import SongMaker
from stornello.models import MANIFEST
from stornello.settings import Settings
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.wiring import own, song
from venues import EIGHT

SHA = "00000000000000aa"


def heard_by(tmp_path: Path, settings: Settings, engine: str = "embedded") -> str:
    """Return who heard a recording of that engine's, as the card tells it."""
    journal = Journal(Venue(tmp_path).journal)
    journal.recording(SHA, "5-anna.wav", TableId(5), "staged", 40, EIGHT, engine)
    return a_maker(tmp_path, settings).heard_by([SHA])


def a_maker(tmp_path: Path, settings: Settings) -> SongMaker:
    return song.build(Venue(tmp_path), settings, print)


def pretend(models: Path, name: str) -> Path:
    """Lay down files of the model's sizes, which is all that tells that it is here."""
    folder = models / MANIFEST[name].folder_name
    folder.mkdir(parents=True)
    for file in MANIFEST[name].files:
        with (folder / file.name).open("wb") as empty:
            empty.truncate(file.size)
    return folder


def test_the_card_names_the_model_that_hears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORNELLO_MODELS", str(tmp_path))
    assert heard_by(tmp_path, Settings()) == "embedded"
    for size in ("base", "small"):
        folder = pretend(tmp_path, f"whisper-{size}")
        assert heard_by(tmp_path, Settings()) == f"embedded (whisper {size})"
        assert own.speech_model("auto") == folder


def test_the_card_names_the_model_that_was_chosen(tmp_path: Path) -> None:
    for chosen in ("large-v3", str(tmp_path / "large-v3")):
        assert heard_by(tmp_path, Settings(speech_model=chosen)) == "embedded (whisper large-v3)"


def test_the_card_names_who_heard_and_nobody_for_texts_that_nobody_heard(tmp_path: Path) -> None:
    assert a_maker(tmp_path, Settings()).heard_by([SHA]) == ""
    assert heard_by(tmp_path, Settings(), "openai (gpt-transcribe)") == "openai (gpt-transcribe)"


def test_a_song_gives_up_by_itself_before_its_worker_ends_it(tmp_path: Path) -> None:
    assert a_maker(tmp_path, Settings(job_deadline_seconds=100)).deadline_s == pytest.approx(90)


def test_every_kind_of_fairness_that_may_be_set_has_its_policy() -> None:
    assert set(get_args(Settings.model_fields["fairness"].annotation)) == set(POLICIES)
