"""stornello.toml and the environment: what holds, what is refused and how that is said."""

import contextlib
import tomllib
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stornello.domain.errors import SettingsError
from stornello.domain.plain import Language
from stornello.settings import BARE, Settings, as_toml, meaning, misspelt

SECRET = "sk-this-must-never-be-seen"  # noqa: S105 - an example


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "stornello.toml"


def test_without_a_file_and_an_environment_the_defaults_hold(file: Path) -> None:
    assert Settings.load(file, {}) == Settings()


def test_the_environment_goes_before_the_file(file: Path) -> None:
    file.write_text("max_workers = 2\nretry = 3\n")
    settings = Settings.load(file, {"MAX_WORKERS": "4"})
    assert (settings.max_workers, settings.retry) == (4, 3)


def test_our_own_prefix_goes_before_a_bare_name(file: Path) -> None:
    for order in (["RETRY", "STORNELLO_RETRY"], ["STORNELLO_RETRY", "RETRY"]):
        values = {"RETRY": "1", "STORNELLO_RETRY": "7"}
        assert Settings.load(file, {name: values[name] for name in order}).retry == 7


def test_an_empty_variable_changes_nothing(file: Path) -> None:
    file.write_text("retry = 3")
    assert Settings.load(file, {"RETRY": "2", "STORNELLO_RETRY": ""}).retry == 2
    assert Settings.load(file, {"RETRY": ""}).retry == 3


@pytest.mark.parametrize("name", sorted(BARE))
def test_the_seeds_names_work_in_capitals_in_the_environment_and_in_the_file(name: str, file: Path) -> None:
    value = "base" if name == "SPEECH_MODEL" else "7"
    file.write_text(f"{name} = {value!r}")
    from_file, from_environment = Settings.load(file, {}), Settings.load(file.with_name("none"), {name: value})
    assert from_file == from_environment != Settings()


def test_languages_come_as_a_list_with_commas(file: Path) -> None:
    assert Settings.load(file, {"STORNELLO_LANGUAGES": "en, it"}).languages == ("en", "it")


def test_names_of_others_in_the_environment_are_none_of_ours(file: Path) -> None:
    assert Settings.load(file, {"VOLUME": "11", "HOME": "/", "STORNELLO_LANG": "it", "STORNELLO_PARENT": "1"})


@pytest.mark.parametrize(
    ("content", "nearest"),
    [("max_worker = 2", "max_workers"), ("Volum = 3", "volume"), ("OPENAI_KEY = 1", "openai_api_key")],
)
def test_an_unknown_key_suggests_the_nearest_one(file: Path, content: str, nearest: str) -> None:
    file.write_text(content)
    with pytest.raises(SettingsError) as refusal:
        Settings.load(file, {})
    assert refusal.value.code == "unknown-setting"
    assert nearest in refusal.value.todo.it
    assert nearest in refusal.value.todo.en


def test_an_unknown_variable_of_ours_suggests_the_nearest_one(file: Path) -> None:
    with pytest.raises(SettingsError, match="Did you mean retry"):
        Settings.load(file, {"STORNELLO_RETRI": "2"})


def test_a_key_that_resembles_nothing_points_at_the_list(file: Path) -> None:
    file.write_text("zzzzzz = 1")
    with pytest.raises(SettingsError, match="stornello config"):
        Settings.load(file, {})


@pytest.mark.parametrize("content", [b"retry = ", b"= 3", b'a = "\xe8"', b"retry = 1\nretry = 2"])
def test_a_file_that_is_no_toml_is_refused_with_the_place(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="not valid TOML") as refusal:
        Settings.load(file, {})
    assert str(file) in refusal.value.what.it


def test_a_folder_in_the_files_place_is_refused_without_a_traceback(file: Path) -> None:
    file.mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.load(file, {})


@pytest.mark.parametrize(
    ("content", "it", "en"),
    [
        ("retry = -1", "almeno 0", "at least 0"),
        ("volume = 101", "al massimo 100", "at most 100"),
        ("poll_seconds = 0", "più di 0", "more than 0"),
        ("max_workers = 'many'", "un numero intero", "a whole number"),
        ("max_workers = 1.5", "un numero intero", "a whole number"),
        ("stable_seconds = 'x'", "un numero", "a number"),
        ("max_recording_seconds = inf", "finito", "finite"),
        ("poll_seconds = nan", "finito", "finite"),
        ("languages = ['it', 'fr']", "'it' o 'en'", "'it' or 'en'"),
        ("languages = []", "almeno una voce", "at least one"),
        ("languages = 5", "un elenco", "a list"),
        ("speech_model = 5", "un testo", "a text"),
        ("retry = [1]", "un numero intero", "a whole number"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_what_would(file: Path, content: str, it: str, en: str) -> None:
    file.write_text(content)
    with pytest.raises(SettingsError) as refusal:
        Settings.load(file, {})
    assert it in refusal.value.what.it
    assert en in refusal.value.what.en
    assert content.split(" ", maxsplit=1)[0] in refusal.value.what.it


def test_a_key_is_in_no_text_of_the_settings(file: Path) -> None:
    settings = Settings.load(file, {"OPENAI_API_KEY": SECRET})
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == SECRET
    assert SECRET not in f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    ("content", "environment"),
    [
        ("", {"OPENAI_API_KEY": SECRET, "RETRY": "x"}),
        (f"openai_api_key = ['{SECRET}']", {}),
        (f"openai_api_ke = '{SECRET}'", {}),
        (f"openai_api_key = '{SECRET}", {}),
        ("", {"STORNELLO_OPENAI_KEY": SECRET}),
        (f"volume = '{SECRET}'", {}),
    ],
)
def test_a_key_is_in_no_text_of_a_refusal(file: Path, content: str, environment: dict[str, str]) -> None:
    file.write_text(content)
    with pytest.raises(SettingsError) as refusal:
        Settings.load(file, environment)
    assert SECRET not in f"{refusal.value!r} {''.join(traceback.format_exception(refusal.value))}"


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_commented_file_changes_nothing_with_or_without_its_comments(file: Path, language: Language) -> None:
    text = as_toml(language)
    assert tomllib.loads(text) == {}
    lines = text.splitlines()
    file.write_text("\n".join(line.removeprefix("# ") for line in lines if " = " in line))
    assert len(tomllib.loads(file.read_text())) == len(Settings.model_fields)
    assert Settings.load(file, {}) == Settings()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_does_in_both_languages(name: str) -> None:
    said = meaning(name)
    assert said.it.strip().endswith(".")
    assert said.en.strip().endswith(".")
    assert said.it != said.en


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_no_file_whatever_gives_more_than_a_refusal(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(content.encode("utf-8", "replace"))
    with contextlib.suppress(SettingsError):
        Settings.load(file, {})


def test_a_slip_in_a_seed_name_of_the_environment_is_noticed() -> None:
    assert misspelt({"MAX_WORKRES": "2", "PATH": "/bin", "MAX_WORKERS": "2", "XDG_RUNTIME_DIR": "/run"}) == [
        ("MAX_WORKRES", "MAX_WORKERS")
    ]


def test_a_setting_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "stornello.toml"
    file.write_text("max_workers = 1\nMAX_WORKERS = 2\n")
    with pytest.raises(SettingsError, match=r"max_workers is in .* twice"):
        Settings.load(file, {})
