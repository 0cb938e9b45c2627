"""What doctor says of the chosen speech model."""

from pathlib import Path

import pytest

from stornello.doctor import machine


@pytest.mark.parametrize("name", ["auto", "base"])
@pytest.mark.usefixtures("whisper_base")
def test_a_model_that_is_here_is_well(name: str) -> None:
    assert machine.speech_model(name).state == "well"


def test_a_folder_is_a_model(tmp_path: Path) -> None:
    assert machine.speech_model(str(tmp_path)).state == "well"


def test_a_model_that_nobody_has_seen_is_a_warning_with_a_way_to_try_it() -> None:
    finding = machine.speech_model("huge")
    assert finding.state == "warning"
    assert finding.mend
    assert "models fetch" in finding.mend.en
