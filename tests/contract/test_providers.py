"""The contract suite: every engine of ours keeps it, and every check catches an engine that does not."""

import json
import socket
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bad_engines import KEY, DeafPen, Ear, MoodyPen, Ordered, Pen, RemoteStudio, Studio
from fake_decks import HandClock
from night import DOUBLES, Night
from servers.acestep import AceStep
from servers.aimock import Aimock, says
from stornello import contract
from stornello.cli.provider import Builder
from stornello.contract import CHECKS, Outcome, Subject
from stornello.contract.elsewhere import order_and_die
from stornello.domain.plain import Plain
from stornello.domain.seam import Seam
from stornello.fake_kie import FakeKie
from stornello.seams import RequestId, SongOrder
from stornello.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "examples" / "whistle"
ENGLISH = says(
    {
        "title": "A rainy night",
        "language": "en",
        "style": ["folk"],
        "sections": [
            {"kind": "verse", "lines": ["We met on a rainy night", "the station clock was slow"]},
            {"kind": "chorus", "lines": ["Lend me your umbrella", "and never let me go"]},
        ],
    },
    responseFormat="json_schema",
    userMessage="lent me her umbrella",
)
Orderer = Callable[[Callable[[], Any], SongOrder], RequestId]


def broken(outcomes: list[Outcome]) -> dict[str, str]:
    """The checks that the engine broke, and why."""
    return {one.check.name: (one.why or Plain("", "")).en for one in outcomes if one.state == "broken"}


def tried(seam: Seam, build: Callable[[], Any], orderer: Orderer = order_and_die) -> list[Outcome]:
    return list(contract.run(Subject(seam, build, (KEY,), clock=HandClock()), orderer))


@pytest.fixture
def servers() -> Iterator[dict[str, str]]:
    """The settings with which our remote engines find their servers on loopback."""
    with ExitStack() as stack:
        aimock, acestep = stack.enter_context(Aimock([ENGLISH])), stack.enter_context(AceStep())
        kie = stack.enter_context(FakeKie(seconds=10))
        sunoapi = stack.enter_context(FakeKie(seconds=10, sunoapi=True))
        keys = {f"{name}_api_key": KEY for name in ("openai", "kie", "sunoapi", "acestep")}
        yield keys | {
            "openai_base_url": aimock.url,
            "kie_base_url": kie.url,
            "sunoapi_base_url": sunoapi.url,
            "acestep_base_url": acestep.url,
        }


@pytest.mark.parametrize(
    ("seam", "name"),
    [
        ("studios", "kie"),
        ("studios", "kie-flat"),
        ("studios", "sunoapi"),
        ("studios", "acestep"),
        ("lyricists", "openai"),
        ("transcribers", "openai"),
    ],
)
def test_our_remote_engines_keep_the_contract(seam: Seam, name: str, servers: dict[str, str]) -> None:
    outcomes = tried(seam, Builder(seam, name, Settings.model_validate(servers)))
    assert not broken(outcomes)
    assert {one.check.name for one in outcomes if one.state == "not asked"} <= {"silence"}


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("whisper_base")
@pytest.mark.parametrize("seam", ["lyricists", "transcribers"])  # our studio's: beside its one measured song
def test_our_own_engines_keep_the_contract_without_a_network(seam: Seam) -> None:
    outcomes = tried(seam, Builder(seam, "embedded", Settings(speech_model="base")))
    assert not broken(outcomes)
    assert {one.check.name for one in outcomes if one.state == "not asked"} == {
        f"network {how}" for how in ("nameless", "late", "reset", "silence", "half")
    }


@pytest.mark.parametrize(
    ("seam", "caught"), [("studios", {"unknown id"}), ("lyricists", {"odd stories"}), ("transcribers", {"silence"})]
)
def test_the_tests_own_doubles_sing_and_hear_anything_and_that_is_caught(
    seam: Seam, caught: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(DOUBLES)
    assert set(broken(tried(seam, Builder(seam, "instant", Settings())))) == caught


@pytest.mark.parametrize(("seam", "build"), [("studios", Studio), ("lyricists", Pen), ("transcribers", Ear)])
def test_a_good_engine_passes_every_check(seam: Seam, build: Callable[[], Any]) -> None:
    outcomes = tried(seam, build)
    assert not broken(outcomes)
    assert [one.check for one in outcomes] == list(CHECKS[seam])


STUDIOS = {
    "no id": {"request", "take", "decodes", "twice", "network refused"},
    "bad id": {"request", "take", "decodes", "twice", "network refused"},
    "raw": {"request", "take", "decodes", "twice", "network refused"},
    "key in id": {"request"},
    "memory": {"take", "decodes", "twice"},
    "never": {"take", "decodes", "twice"},
    "no take": {"take", "decodes", "twice"},
    "outside": {"take"},
    "gone": {"take", "decodes", "twice"},
    "nameless": {"take"},
    "no sound": {"decodes", "twice"},
    "silent": {"decodes", "twice"},
    "another each time": {"twice"},
    "always a song": {"unknown id"},
    "raw on unknown": {"unknown id"},
    "leaks the key": {"unknown id"},
}


@pytest.mark.parametrize("fault", STUDIOS)
def test_a_studio_that_breaks_the_contract_is_caught(fault: str) -> None:
    caught = broken(tried("studios", partial(Studio, fault)))
    assert {name for name in caught if not name.startswith("network")} == {
        name for name in STUDIOS[fault] if not name.startswith("network")
    }


REMOTE = {
    "raw network": {"refused", "nameless", "late"},
    "refuses": {"refused", "nameless", "late"},
    "leaks words": {"refused", "nameless", "late"},
    "leaks the key behind": {"refused", "nameless", "late"},
    "never sure": {"refused", "nameless", "late"},
    "retries": {"refused", "nameless", "late", "reset", "silence", "half"},
    "raw after sending": {"reset", "silence", "half"},
    "pays twice": {"reset", "silence", "half"},
}


@pytest.mark.parametrize("fault", REMOTE)
def test_a_studio_that_takes_a_fault_of_the_network_wrong_is_caught(fault: str) -> None:
    caught = broken(tried("studios", partial(RemoteStudio, fault), orderer=Ordered()))
    hows = {name.removeprefix("network ") for name in caught if name.startswith("network")}
    assert hows == REMOTE[fault]


def test_a_remote_studio_that_takes_every_fault_right_passes() -> None:
    caught = broken(tried("studios", RemoteStudio, orderer=Ordered()))
    assert not [name for name in caught if name.startswith("network")]


PENS = {
    "empty summary": "summary",
    "no gently": "singable",
    "label": "singable",
    "markdown": "singable",
    "bracket": "singable",
    "blank line": "singable",
    "two in one": "singable",
    "no lines": "singable",
    "list": "singable",
    "untitled": "singable",
    "text": "singable",
    "italian only": "language",
    "raw on empty": "odd stories",
    "raw on emoji": "odd stories",
    "leaks words": "odd stories",
    "echo": "odd stories",
}


@pytest.mark.parametrize("fault", PENS)
def test_a_lyricist_that_breaks_the_contract_is_caught(fault: str) -> None:
    assert PENS[fault] in broken(tried("lyricists", partial(Pen, fault)))


def test_a_lyricist_may_need_to_be_told_once_why_its_answer_is_none() -> None:
    assert not broken(tried("lyricists", MoodyPen))
    for pen in (partial(MoodyPen, "stubborn"), DeafPen):
        assert {"singable", "language"} <= set(broken(tried("lyricists", pen)))


EARS = {
    "deaf": "hears",
    "text": "hears",
    "no language": "hears",
    "wrong types": "hears",
    "dreams": "silence",
    "raw on no sound": "odd sounds",
}


@pytest.mark.parametrize("fault", EARS)
def test_a_transcriber_that_breaks_the_contract_is_caught(fault: str) -> None:
    assert EARS[fault] in broken(tried("transcribers", partial(Ear, fault)))


@pytest.mark.parametrize(
    ("seam", "engine"),
    [
        ("studios", partial(Studio, name="")),
        ("studios", partial(Studio, is_paid=None)),  # type: ignore[arg-type]  # wrong on purpose
        ("studios", Pen),
        ("lyricists", Ear),
        ("transcribers", Studio),
        ("transcribers", partial(Ear, longest_s=0)),
        ("transcribers", partial(Ear, longest_s="60")),  # type: ignore[arg-type]  # wrong on purpose
    ],
)
def test_an_engine_without_its_seams_attributes_is_caught(seam: Seam, engine: Callable[[], Any]) -> None:
    assert "attributes" in broken(tried(seam, engine))


def test_an_engine_that_cannot_be_built_is_told_and_no_more() -> None:
    outcomes = tried("lyricists", partial(Pen, nonsense=1))  # type: ignore[call-arg]  # wrong on purpose
    assert set(broken(outcomes)) >= {"attributes", "summary"}
    assert broken(outcomes)["attributes"] == "A TypeError comes out."


@pytest.mark.parametrize("check", {check for checks in CHECKS.values() for check in checks}, ids=lambda one: one.name)
def test_every_check_says_in_both_languages_what_it_wants_and_what_to_do(check: contract.Check) -> None:
    for said in (check.sentence, check.todo):
        assert said.it.strip()
        assert said.en.strip()
        assert said.it != said.en


def test_the_document_shows_what_the_command_says() -> None:
    document = (EXAMPLE.parents[1] / "docs" / "providers.md").read_text()
    for check in CHECKS["studios"]:
        assert f"✓ {check.sentence.en}\n" in document


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path / "venue", {"PYTHONPATH": str(DOUBLES), "STORNELLO_LANG": "en"})


def test_the_command_tells_each_check_and_what_to_do(night: Night) -> None:
    told = night.run("provider", "test", "instant", "--seam", "transcribers")
    assert told.returncode == 1
    assert "✓ It hears the words of a voice" in told.stdout
    assert "✗ From silence it hears next to nothing" in told.stdout
    assert "→ Look first whether anybody speaks." in told.stdout
    assert "1 broken" in told.stdout


def test_the_command_speaks_to_programs_too(night: Night) -> None:
    told = night.run("provider", "test", "instant", "--seam", "studios", "--json")
    data = json.loads(told.stdout)
    assert (told.returncode, data["engine"], data["broken"]) == (1, "instant", 1)
    assert [row["why"] for row in data["checks"] if row["state"] == "broken"] == [
        "collect() lets a JSONDecodeError out."
    ]
    assert {row["check"] for row in data["checks"]} == {check.name for check in CHECKS["studios"]}


def test_the_example_of_a_third_party_keeps_the_contract(night: Night, tmp_path: Path) -> None:
    source = (EXAMPLE / "stornello_whistle.py").read_text()
    assert len(source.splitlines()) < 60
    night.settings["PYTHONPATH"] = str(installed(EXAMPLE, tmp_path / "site"))
    told = night.run("provider", "test", "whistle")
    assert told.returncode == 0, told.stdout
    assert "0 broken" in told.stdout
    assert "stornello-whistle 1.0" in night.run("provider", "list").stdout


def installed(example: Path, site: Path) -> Path:
    """Put the example and the metadata that its pyproject.toml asks for into ``site``, as an installer does."""
    project = tomllib.loads((example / "pyproject.toml").read_text())["project"]
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = (
        f"[{group}]\n" + "\n".join(f"{name} = {target}" for name, target in engines.items())
        for group, engines in project["entry-points"].items()
    )
    (info / "entry_points.txt").write_text("\n".join(groups))
    for module in example.glob("*.py"):
        (site / module.name).write_bytes(module.read_bytes())
    return site


def test_a_test_that_may_cost_money_says_so_and_wants_a_yes(night: Night) -> None:
    with FakeKie(seconds=10) as kie:
        night.settings |= {"KIE_API_KEY": KEY, "KIE_BASE_URL": kie.url}
        told = night.run("provider", "test", "kie")
        assert (told.returncode, kie.charges) == (1, 0)
        assert "at most 1 song, " in told.stderr
        assert "--yes" in told.stderr
        agreed = night.run("provider", "test", "kie", "--yes")
        assert (agreed.returncode, kie.charges) == (0, 1), agreed.stdout
        assert KEY not in told.stdout + told.stderr + agreed.stdout + agreed.stderr


def test_an_engine_whose_server_is_away_is_not_blamed_for_it(night: Night) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        night.settings["ACESTEP_BASE_URL"] = f"http://127.0.0.1:{listener.getsockname()[1]}"
    told = night.run("provider", "test", "acestep")
    assert (told.returncode, told.stdout) == (1, "")
    assert "The ACE-Step server cannot be reached." in told.stderr


def test_an_engine_that_nobody_has_installed_is_none(night: Night) -> None:
    told = night.run("provider", "test", "nobody")
    assert told.returncode == 1
    assert "There is no engine 'nobody'" in told.stderr


def test_the_list_names_seam_package_and_price(night: Night) -> None:
    told = night.run("provider", "list").stdout
    assert "stornello-doubles 1.0" in told
    for name in ("embedded", "openai", "kie-flat", "acestep", "0.055 €", "free"):
        assert name in told


@pytest.mark.parametrize("fault", ["bad id", "raw", "never"])
def test_a_song_is_ordered_once_whatever_becomes_of_it(fault: str) -> None:
    orders: list[SongOrder] = []

    def ordering(build: Callable[[], Any], order: SongOrder) -> RequestId:
        orders.append(order)
        return RequestId(build().request(order))

    assert broken(tried("studios", partial(Studio, fault), ordering))
    assert len(orders) == 1
