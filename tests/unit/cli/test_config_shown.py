"""What `stornello config` and `stornello init` make of values and keys."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from stornello.cli import venue
from stornello.domain.money import Amount
from stornello.settings import Settings


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Amount(4.5, "euro"), "4.5 €"),
        (Amount(500, "credits"), "500 credits"),
        (("kie", "embedded"), "kie, embedded"),
        ({"studios.kie": 0.055, "studios.acestep": 0.0}, "studios.kie 0.055\nstudios.acestep 0"),
        (0.0046, "0.0046"),
        (5, "5"),
    ],
)
def test_a_value_is_shown_as_people_write_it(value: object, shown: str) -> None:
    assert venue._shown(value) == shown


def test_a_key_is_never_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-this-must-never-be-seen")
    assert "sk-" not in venue._shown(SecretStr("sk-this-must-never-be-seen"))
    venue.config(Path("/nowhere"))
    shown = capsys.readouterr().out
    assert "openai_api_key" in shown
    assert "sk-this" not in shown


def test_the_settings_that_init_writes_are_the_operators_alone(tmp_path: Path) -> None:
    venue.init(tmp_path / "venue")
    file = tmp_path / "venue" / "stornello.toml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert Settings.load(file, {}) == Settings()
