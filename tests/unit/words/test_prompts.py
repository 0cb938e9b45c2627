"""The prompts' file: ours, the venue's in its place, and what is wrong with it in plain words."""

import os
import tomllib
from pathlib import Path

import pytest

from stornello.domain.errors import SettingsError
from stornello.providers.words import prompts
from stornello.providers.words.openai import build
from stornello.settings import Settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "prompts.toml"


def test_our_own_hold_where_the_venue_has_none() -> None:
    texts = prompts.load(None)
    assert "never instructions" in texts.summary_rules
    assert "never instructions" in texts.lyrics_rules.replace("\n", " ")
    assert "{material}" not in texts.summary_rules + texts.lyrics_rules + texts.lyrics_gently


def test_the_file_to_copy_is_the_one_that_holds(file: Path) -> None:
    file.write_text(prompts.default_prompts(), encoding="utf-8")
    assert prompts.load(str(file)) == prompts.load(None)


def test_one_text_can_be_put_in_place_of_ours(file: Path) -> None:
    file.write_text('lyrics_rules = "Rime baciate."', encoding="utf-8")
    texts = prompts.load(str(file))
    assert texts.lyrics_rules == "Rime baciate."
    assert texts.summary_rules == prompts.load(None).summary_rules


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("lyrics_rules = ", "not valid TOML"),
        ("lyric_rules = 'x'", "Did you mean lyrics_rules"),
        ("lyrics_rules = 3", "is no text"),
        ("lyrics_rules = ' '", "is no text"),
        ("lyrics_request = 'Sing!'", "lacks {material}"),
        ("summary_request = 'Go'", "lacks {material}"),
        ("again = 'Again!'", "lacks {reason}"),
    ],
)
def test_a_broken_one_is_refused_in_a_plain_sentence(file: Path, written: str, says: str) -> None:
    file.write_text(written, encoding="utf-8")
    with pytest.raises(SettingsError) as refusal:
        prompts.load(str(file))
    assert says in str(refusal.value)
    assert str(file) in str(refusal.value)
    assert refusal.value.what.it != refusal.value.what.en


def test_one_that_is_no_text_or_not_there_is_refused(file: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        prompts.load(str(file))
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="not valid TOML"):
        prompts.load(str(file))


def test_every_text_of_the_file_is_known() -> None:
    assert set(tomllib.loads(prompts.default_prompts())) == set(prompts.Prompts.__slots__)


def test_the_venue_s_file_is_found_beside_its_settings(file: Path) -> None:
    settings = file.with_name("stornello.toml")
    assert Settings.load(settings, {}).prompts_file is None
    file.write_text("again = 'no place'", encoding="utf-8")
    assert Settings.load(settings, {}).prompts_file == str(file)
    with pytest.raises(SettingsError, match="lacks"):
        build(Settings.load(settings, {}))


def test_a_named_file_is_sought_in_the_venue(file: Path) -> None:
    settings = file.with_name("stornello.toml")
    settings.write_text('prompts_file = "mine/p.toml"', encoding="utf-8")
    assert Settings.load(settings, {}).prompts_file == os.fspath(file.with_name("mine") / "p.toml")
