from pathlib import Path

import pytest

from stornello.fake_kie import SCENARIOS

DOC = Path(__file__).parents[3] / "docs/fake-kie.md"


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name != "ok"])
def test_the_page_tells_what_every_scenario_does(name: str) -> None:
    assert f"| `{name}` | {SCENARIOS[name].told.en} |" in DOC.read_text(encoding="utf-8")
