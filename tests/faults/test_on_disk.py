"""docs/on-disk.md is true: what it says of each path holds between any two operations, and after any power cut."""

import ast
from pathlib import Path

import pytest

from crashes import HOWS, How, Life, machine, rooms
from evening import SERVICES, House, Service, deaths_of
from residues import PROOFS, look
from tracks import Tracks

TESTS = Path(__file__).parents[1]
DOCUMENT = TESTS.parent / "docs" / "on-disk.md"

HELD = "`held/{job}/`"

RECORDINGS = {"`FROM_TABLES/`", "`.tmp_player/hearing/{arrival}/`", "`archive/recordings/{arrival}_{sha}_{name}`"}

MOST = 3
"""Power cuts of a kind that are tried, spread over all; ``torture/test_all_evenings.py`` tries every one."""


def rows() -> list[list[str]]:
    """The cells of the first table."""
    table = DOCUMENT.read_text(encoding="utf-8").split("\n\n| path |")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_every_row_has_a_proof_and_says_what_a_crash_leaves() -> None:
    assert [row[0] for row in rows()] == list(PROOFS)
    assert [row[0] for row in rows() if not row[3]] == []


def test_every_proof_that_is_a_test_runs() -> None:
    for path, _, name in (proof.partition("::") for proof in PROOFS.values() if isinstance(proof, str)):
        tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.usefixtures("ram", "each_sound_once")
def test_every_row_holds_between_any_two_operations_of_an_evening() -> None:
    house = House(next(rooms()), all_at_once=True)
    tracks = Tracks(house)
    seen: set[str] = set()
    house.mortals = [(service, Life(machine(), 0, "before")) for service in SERVICES]
    for _, life in house.mortals:
        life.watch = lambda: seen.update(look(tracks))
    house.evening()
    house.check("watched")
    in_sight = {row for row, proof in PROOFS.items() if not isinstance(proof, str)}
    assert in_sight - seen == {HELD}, "which a crash leaves, below"


@pytest.mark.usefixtures("ram", "each_sound_once")
def test_a_job_that_a_crash_leaves_undecided_is_held_whole() -> None:
    fresh = rooms()
    seen: set[str] = set()
    for death in deaths_of("child", "after", next(fresh)):
        house = House(next(fresh), [("child", Life(machine(), death, "after"))])
        tracks = Tracks(house)
        house.when_dead = lambda _: seen.update(look(tracks))  # noqa: B023 - called in this very round
        house.evening()
    assert HELD in seen


@pytest.mark.usefixtures("ram", "each_sound_once")
@pytest.mark.parametrize("how", [how for how in HOWS if how in {"dropped", "torn"}])
@pytest.mark.parametrize("service", SERVICES)
def test_every_row_holds_after_a_power_cut(service: Service, how: How) -> None:
    fresh = rooms()
    sweep = deaths_of(service, how, next(fresh))
    for death in sweep[:: -(-len(sweep) // MOST)]:
        house = House(next(fresh))
        tracks = Tracks(house)
        house.mortals = [(service, Life(machine(), death, how))]
        seen: set[str] = set()
        house.when_dead = lambda _: seen.update(look(tracks))  # noqa: B023 - called in this very round
        house.evening()
        assert not house.mortals, f"{service} {death} {how}: nobody died"
        assert seen & RECORDINGS, "looked at, with a recording somewhere"
        assert "`archive/recordings/refused/`" in look(tracks)
