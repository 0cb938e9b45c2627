"""stornello.toml and the environment: what holds, what is refused and how that is said."""

import contextlib
import re
import tomllib
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import stornello
from stornello.domain.errors import SettingsError
from stornello.domain.plain import Language
from stornello.settings import BARE, Settings, as_toml, meaning, misspelt
from stornello.settings.kinds import PRICES

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
    words = {"SPEECH_MODEL": "base", "FAIRNESS": "fewest", "INTERRUPT": "never"}
    value = words.get(name, "http://nas:8001" if name.endswith("_URL") else "7")
    file.write_text(f"{name} = {value!r}")
    file.chmod(0o600)
    from_file, from_environment = Settings.load(file, {}), Settings.load(file.with_name("none"), {name: value})
    assert from_file == from_environment != Settings()


def test_the_rooms_settings_come_from_the_environment_too(file: Path) -> None:
    told = {"STORNELLO_CURFEW_FROM": " 23:30", "STORNELLO_CURFEW_DB": "9", "STORNELLO_FADE_AT_CUE_OUT": "false"}
    settings = Settings.load(file, {**told, "INTERRUPT": "always", "STORNELLO_SOUND_DEVICE": "pulse/bar"})
    assert (settings.curfew_from, settings.curfew_db, settings.fade_at_cue_out) == ("23:30", 9.0, False)
    assert (settings.interrupt, settings.sound_device) == ("always", "pulse/bar")


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


@pytest.mark.parametrize("content", [b"retry = ", b"= 3", b"retry = 1\nretry = 2"])
def test_a_file_that_is_no_toml_is_refused_with_the_place(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="not valid TOML") as refusal:
        Settings.load(file, {})
    assert str(file) in refusal.value.what.it


def test_a_file_that_is_no_text_is_refused(file: Path) -> None:
    file.write_bytes(b'a = "\xe8"')
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.load(file, {})


def test_a_folder_in_the_files_place_is_refused_without_a_traceback(file: Path) -> None:
    file.mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.load(file, {})


@pytest.mark.parametrize(
    ("content", "it", "en"),
    [
        ("retry = -1", "almeno 0", "at least 0"),
        ("volume = 101", "al massimo 100", "at most 100"),
        ("max_volume = 0", "almeno 1", "at least 1"),
        ("target_lufs = -5", "al massimo -9", "at most -9"),
        ("interrupt = 'sometimes'", "'never' o 'always'", "'never' or 'always'"),
        ("crossfade_curve = 'steep'", "'smooth' o 'linear'", "'smooth' or 'linear'"),
        ("curfew_from = '24:00'", "un'ora come «23:30»", "a time such as '23:30'"),
        ("curfew_from = '1:30'", "un'ora come «23:30»", "a time such as '23:30'"),
        ("curfew_from = 23", "un testo fra virgolette", "a text in quotes"),
        ("repeat_window_minutes = -1", "almeno 0", "at least 0"),
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
        ("kie_base_url = 'kie.ai'", "un indirizzo", "an http(s) address"),
        ("openai_base_url = 'https://me:secret@host/v1'", "un indirizzo", "an http(s) address"),
        ("studio = []", "almeno una voce", "at least one"),
        ("studio = ' , '", "almeno una voce", "at least one"),
        ("studio = ['']", "un testo", "a text"),
        ("studio = 5", "un elenco", "a list"),
        ("budget_per_night = '-1'", "«10 euro»", "'10 euro'"),
        ("budget_per_night = -1", "«10 euro»", "'10 euro'"),
        ("budget_per_night = 'NaN'", "«10 euro»", "'10 euro'"),
        ("budget_per_night = nan", "«10 euro»", "'10 euro'"),
        ("budget_per_night = inf", "«10 euro»", "'10 euro'"),
        ("budget_per_night = '1e9'", "«10 euro»", "'10 euro'"),
        ("budget_per_night = '10 dollars'", "«10 euro»", "'10 euro'"),
        ("budget_per_night = true", "«10 euro»", "'10 euro'"),
        ("budget_per_night = {value = -5.0, unit = 'euro'}", "«10 euro»", "'10 euro'"),
        ("prices = 5", "«studios.kie»", "'studios.kie'"),
        ("prices = 'cheap'", "«studios.kie»", "'studios.kie'"),
        ("prices = {kie = 0.1}", "«studios.kie»", "'studios.kie'"),
        ("prices = {'studios.kie' = -0.1}", "almeno 0", "at least 0"),
        ("prices = {'studios.kie' = 'x'}", "un numero", "a number"),
        ("prices = {'studios.kie' = nan}", "finito", "finite"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_what_would(file: Path, content: str, it: str, en: str) -> None:
    file.write_text(content)
    with pytest.raises(SettingsError) as refusal:
        Settings.load(file, {})
    assert it in refusal.value.what.it
    assert en in refusal.value.what.en
    assert content.split(" ", maxsplit=1)[0] in refusal.value.what.it


@pytest.mark.parametrize("written", ["5", "5.0", "'5'", "'5 €'", "'5,00 euro'", "'5 EUR'"])
def test_a_budget_is_written_as_people_write_sums(file: Path, written: str) -> None:
    file.write_text(f"budget_per_night = {written}")
    assert Settings.load(file, {}).caps.night == 5


def test_a_budget_in_credits_counts_at_their_price(file: Path) -> None:
    settings = Settings.load(file, {"BUDGET_PER_SONG": "500 crediti", "STORNELLO_CREDIT_PRICE": "0.01"})
    assert (settings.caps.song, settings.caps.night) == (5, None)


@pytest.mark.parametrize(
    ("content", "environment"),
    [
        ("prices = {'studios.kie' = 0.07, 'studios.mine' = 0}", {}),
        ("[prices.studios]\nkie = 0.07\nmine = 0", {}),
        ("[prices]\n'studios.kie' = 0.07\nstudios.mine = 0", {}),
        ("", {"STORNELLO_PRICES": '{"studios.kie": 0.07, "studios": {"mine": 0}}'}),
    ],
)
def test_prices_are_a_table_however_it_is_written(file: Path, content: str, environment: dict[str, str]) -> None:
    file.write_text(content)
    assert Settings.load(file, environment).prices == PRICES | {"studios.kie": 0.07, "studios.mine": 0}


@pytest.mark.parametrize(
    "written", ["['kie', 'embedded']", "'kie,embedded'", "' kie , embedded , '", """'["kie", "embedded"]'"""]
)
def test_engines_come_as_a_list_or_as_a_text_with_commas(file: Path, written: str) -> None:
    file.write_text(f"studio = {written}")
    assert Settings.load(file, {}).studio == ("kie", "embedded")
    assert Settings.load(file, {"STORNELLO_STUDIO": "acestep"}).studio == ("acestep",)


def a_secret(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def the_key(settings: Settings) -> str:
    return settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""


def test_dotenv_goes_before_the_file_and_the_environment_before_both(file: Path) -> None:
    file.write_text("retry = 1\nmax_workers = 1\nvolume = 1")
    a_secret(file.with_name(".env"), "RETRY=2\nexport STORNELLO_MAX_WORKERS='2'\n# a word\nOPENAI_API_KEY=a$b\n")
    settings = Settings.load(file, {"RETRY": "3"})
    assert (settings.retry, settings.max_workers, settings.volume, the_key(settings)) == (3, 2, 1, "a$b")


def test_an_empty_entry_of_dotenv_changes_nothing(file: Path) -> None:
    file.write_text("retry = 1")
    file.with_name(".env").write_text("RETRY=\nKIE_API_KEY\n")
    assert Settings.load(file, {}).retry == 1


def test_an_unknown_name_in_dotenv_suggests_the_nearest_one(file: Path) -> None:
    a_secret(file.with_name(".env"), f"OPENAI_APY_KEY={SECRET}")
    with pytest.raises(SettingsError, match=r"\.env.*Did you mean openai_api_key") as refusal:
        Settings.load(file, {})
    assert SECRET not in str(refusal.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602])
@pytest.mark.parametrize("where", [".env", "stornello.toml", "key"])
def test_a_file_with_a_key_that_others_may_read_or_change_is_refused(file: Path, where: str, mode: int) -> None:
    content = {".env": f"OPENAI_API_KEY={SECRET}", "stornello.toml": f"openai_api_key = '{SECRET}'", "key": SECRET}
    a_secret(file.with_name(where), content[where], mode)
    environment = {"OPENAI_API_KEY_FILE": str(file.with_name("key"))} if where == "key" else {}
    with pytest.raises(SettingsError, match="chmod 600") as refusal:
        Settings.load(file, environment)
    assert (refusal.value.code, SECRET in str(refusal.value)) == ("key-file-open", False)


def test_a_key_may_lie_in_a_file_of_its_own(file: Path) -> None:
    key = a_secret(file.with_name("key"), f"{SECRET}\n")
    file.write_text("openai_api_key_file = 'key'")  # a relative path begins at the venue
    assert the_key(Settings.load(file, {})) == SECRET
    assert the_key(Settings.load(file.with_name("none"), {"OPENAI_API_KEY_FILE": str(key)})) == SECRET
    assert the_key(Settings.load(file.with_name("none"), {"STORNELLO_OPENAI_API_KEY_FILE": str(key)})) == SECRET


def test_whatever_the_environment_says_of_a_key_goes_before_the_files(file: Path) -> None:
    a_secret(file.with_name("key"), "from-the-file")
    file.write_text("openai_api_key_file = 'key'")
    a_secret(file.with_name(".env"), "OPENAI_API_KEY=from-dotenv")
    assert the_key(Settings.load(file, {})) == "from-dotenv"
    assert the_key(Settings.load(file, {"OPENAI_API_KEY_FILE": str(file.with_name("key"))})) == "from-the-file"


def test_an_empty_key_file_is_no_key(file: Path) -> None:
    a_secret(file.with_name("key"), " \n")
    assert the_key(Settings.load(file, {"OPENAI_API_KEY_FILE": str(file.with_name("key"))})) == ""


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_key_file_that_is_not_there_or_no_text_is_refused(file: Path, content: bytes | None) -> None:
    if content:
        file.with_name("key").write_bytes(content)
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.load(file, {"OPENAI_API_KEY_FILE": str(file.with_name("key"))})


def test_a_path_that_can_be_none_is_refused(file: Path) -> None:
    file.write_text('openai_api_key_file = "a\\u0000b"')
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.load(file, {})


def test_a_key_and_a_file_for_it_in_one_place_are_one_too_many(file: Path) -> None:
    a_secret(file.with_name("key"), SECRET)
    a_secret(file.with_name(".env"), f"OPENAI_API_KEY={SECRET}\nOPENAI_API_KEY_FILE=key")
    with pytest.raises(SettingsError, match=r"openai_api_key is in .*\.env twice"):
        Settings.load(file, {})


@pytest.mark.parametrize("key", ["sk-è", "sk 1", "sk-1\nX-Evil: 1"])
def test_what_can_stand_in_no_header_is_no_key(file: Path, key: str) -> None:
    with pytest.raises(SettingsError, match="a key, without spaces") as refusal:
        Settings.load(file, {"OPENAI_API_KEY": key})
    assert key not in "".join(traceback.format_exception(refusal.value))


def test_a_key_loses_the_space_around_it(file: Path) -> None:
    assert the_key(Settings.load(file, {"OPENAI_API_KEY": f" {SECRET}\n"})) == SECRET


def test_a_file_without_a_key_may_be_read_by_all(file: Path) -> None:
    a_secret(file, "retry = 1\nopenai_api_key = ''", 0o644)
    assert Settings.load(file, {}).retry == 1


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


def test_every_name_in_capitals_that_our_sentences_tell_works_in_the_environment() -> None:
    told = {
        name
        for file in Path(stornello.__file__).parent.rglob("*.py")
        for name in re.findall(r"\b[A-Z]{2,}(?:_[A-Z]+)+\b", file.read_text(encoding="utf-8"))
        if name.lower() in Settings.model_fields
    }
    assert told
    assert told <= BARE


@pytest.mark.parametrize(
    ("toml", "dotenv", "environment", "blamed"),
    [
        ("retry = 99", "", {}, "stornello.toml"),
        ("retry = 1", "RETRY=99", {}, ".env"),
        ("retry = 99", "STORNELLO_RETRY=98", {"RETRY": ""}, ".env"),
        ("retry = 1", "RETRY=2", {"RETRY": "99"}, "in the environment: RETRY"),
        ("", "RETRY=2", {"RETRY": "3", "STORNELLO_RETRY": "99"}, "in the environment: STORNELLO_RETRY"),
        ("kie_api_key_file = 'key.txt'", "", {}, "key.txt"),
        ("", "KIE_API_KEY_FILE=key.txt", {}, "key.txt"),
        ("", "", {"KIE_API_KEY_FILE": "key.txt"}, "key.txt"),
        ("", "KIE_API_KEY_FILE=key.txt", {"KIE_API_KEY": "a key"}, "in the environment: KIE_API_KEY"),
    ],
)
def test_a_value_that_does_not_fit_is_blamed_on_where_it_comes_from(
    file: Path, toml: str, dotenv: str, environment: dict[str, str], blamed: str
) -> None:
    for name, text in {"stornello.toml": toml, ".env": dotenv, "key.txt": "not a key"}.items():
        file.with_name(name).write_text(text)
        file.with_name(name).chmod(0o600)
    with pytest.raises(SettingsError) as refusal:
        Settings.load(file, environment)
    assert refusal.value.todo.en.startswith("Mend it in ")
    assert refusal.value.todo.en.removesuffix(".").endswith(blamed)
    assert refusal.value.todo.it.startswith(("Correggila in ", "Correggila nell'ambiente: "))
