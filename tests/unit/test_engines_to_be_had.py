"""Engines that cannot be had: not installed, not importable, without prompts, key or price."""

import traceback
from pathlib import Path

import pytest

from stornello import doctor
from stornello.chains import Chain
from stornello.doctor import live
from stornello.domain.clock import SystemClock
from stornello.domain.errors import ProviderError, SettingsError
from stornello.domain.plain import Plain
from stornello.seams import Lyricist
from stornello.settings import Settings
from stornello.spool import engines as states
from stornello.spool.paths import Venue
from stornello.wiring import song
from stornello.wiring.engines import budget, builder, chain, require_engines
from stornello.wiring.packaged import found
from venues import a_venue

SECRET = "sk-this-must-never-be-seen"  # noqa: S105 - opens nothing

MODULES = {
    "raises": f"raise RuntimeError({SECRET!r})",
    "needs": "import no_such_package",
    "quits": "raise SystemExit(3)",
    "syntax": "def studio(:",
    "lacks": "other = None",
    "none": "studio = None",
    "empty": "def studio(settings):\n    return None",
    "falls": f"def studio(settings):\n    raise ValueError({SECRET!r})",
}


@pytest.fixture
def strangers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package with a studio for each of MODULES, and one whose module is missing."""
    info = tmp_path / "site" / "strangers-1.0.dist-info"
    info.mkdir(parents=True)
    for name, text in MODULES.items():
        (info.parent / f"stranger_{name}.py").write_text(text)
    entries = "\n".join(f"{name} = stranger_{name}:studio" for name in (*MODULES, "absent"))
    (info / "entry_points.txt").write_text(f"[stornello.studios]\n{entries}\n")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strangers\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(info.parent)


def refusal(name: str) -> SettingsError:
    with pytest.raises(SettingsError) as refused:
        builder("studios", name, Settings())()
    return refused.value


@pytest.mark.usefixtures("strangers")
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("raises", "its package does not import, RuntimeError at stranger_raises.py:1."),
        ("needs", "its package does not import, ModuleNotFoundError at stranger_needs.py:1."),
        ("quits", "its package does not import, SystemExit at stranger_quits.py:1."),
        ("syntax", "its package does not import, SyntaxError at stranger_syntax.py:1."),
        ("absent", "its package does not import, ModuleNotFoundError."),
        ("lacks", "its package does not import, AttributeError."),
        ("none", "its package gives none."),
        ("empty", "its package gives none."),
        ("falls", "ValueError at stranger_falls.py:2."),
    ],
)
def test_a_strangers_engine_that_does_not_start_is_told_by_kind_and_place(name: str, told: str) -> None:
    error = refusal(name)
    assert error.what.en == f"The engine '{name}' does not start: {told}"
    assert SECRET not in "".join(traceback.format_exception(error)) + f"{error.what}{error.todo}"


@pytest.mark.usefixtures("strangers")
@pytest.mark.parametrize("name", ["raises", "quits", "needs", "syntax", "none"])
def test_services_refuse_to_start_and_doctor_tells_it_as_ill_once(name: str) -> None:
    settings = Settings(studio=(name, "embedded"))
    with pytest.raises(SettingsError, match="does not start"):
        require_engines(settings)
    told = [one for one in doctor.engines.examine(settings, SystemClock().now().date()) if one.state == "ill"]
    assert [one.what for one in told] == [refusal(name).what]
    assert live.examine(settings) == []


@pytest.mark.usefixtures("strangers")
def test_doctor_tells_of_an_engine_that_imports_and_gives_none() -> None:
    (found,) = live.examine(Settings(studio=("empty", "embedded")))
    assert (found.state, found.what.en) == (
        "warning",
        "empty: The engine 'empty' does not start: its package gives none.",
    )


def names_asked(asked: Chain[Lyricist]) -> str:
    return asked.first(lambda link: link.name if link.engine else "")


@pytest.fixture
def venue(tmp_path: Path) -> Venue:
    return a_venue(tmp_path / "venue")


def broken_prompts(tmp_path: Path, **more: object) -> Settings:
    prompts = tmp_path / "prompts.toml"
    prompts.write_text("summary_rules = 7")
    values = {"lyricist": "openai,embedded", "openai_api_key": SECRET, "prompts_file": str(prompts)}
    return Settings.model_validate(values | more)


def test_a_night_under_way_goes_on_with_the_engines_that_can_be_had(tmp_path: Path, venue: Venue) -> None:
    settings = broken_prompts(tmp_path)
    with pytest.raises(SettingsError) as at_start:
        require_engines(settings)
    assert song.build(venue, settings, print)
    assert names_asked(chain("lyricists", venue, settings)) == "embedded"
    (state,) = states.read_all(venue.engines)
    assert (state.engine, state.why, bool(state.away_until)) == ("openai", at_start.value.what, True)


def test_where_no_engine_can_be_had_the_reason_is_told(tmp_path: Path, venue: Venue) -> None:
    settings = broken_prompts(tmp_path, lyricist="openai")
    with pytest.raises(ProviderError) as failed:
        names_asked(chain("lyricists", venue, settings))
    assert failed.value.code.startswith("prompts")
    assert not failed.value.retryable


@pytest.mark.parametrize("cap", ["budget_per_night", "budget_per_song", "budget_per_table"])
def test_an_engine_without_a_price_is_not_asked_within_a_budget(venue: Venue, cap: str) -> None:
    settings = Settings.model_validate({"lyricist": "openai,embedded", "openai_api_key": SECRET, cap: "1"})
    unpriced = settings.model_copy(update={"prices": {}})
    assert names_asked(chain("lyricists", venue, unpriced)) == "embedded"
    assert names_asked(chain("lyricists", Venue(venue.root / "other"), settings)) == "openai"


def test_an_engine_that_nobody_has_installed_names_those_that_are() -> None:
    with pytest.raises(SettingsError, match=r"Installed: auto, embedded, .*kie"):
        found("studios", "telepathy")


def test_the_screens_know_what_the_next_song_costs() -> None:
    settings = Settings.model_validate(
        {"lyricist": "openai,embedded", "studio": "kie,acestep,embedded", "budget_per_table": "30 credits"}
    )
    found = budget(settings)
    assert (found.cap, found.song, found.studios) == (None, None, (("kie", 0.055),))
    assert found.table == pytest.approx(0.138)
    assert found.words == pytest.approx(0.02)
    assert budget(Settings()).words == budget(Settings()).dearest == 0.0


def test_doctor_warns_of_a_cap_that_never_takes_a_song() -> None:
    settings = Settings.model_validate({"studio": "kie,embedded", "budget_per_song": "0.05"})
    found = list(doctor.money.examine(settings))
    assert [one.state for one in found] == ["well", "warning"]
    assert found[1].what == Plain(
        "Il tetto per canzone è sotto il prezzo di kie: kie non viene chiesto.",
        "The cap per song is lower than kie's price: kie is not asked.",
    )
