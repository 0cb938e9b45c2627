"""What our children and strangers see of our environment."""

import sys

import pytest

from stornello import processes

SHOW = [sys.executable, "-c", "import os; print(dict(os.environ))"]


def test_a_foreign_program_sees_no_key_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "STORNELLO_KIE_API_KEY", "acestep_api_key"):
        monkeypatch.setenv(name, "sk-this-must-never-be-seen")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1")
    seen = processes.run(SHOW, 30).stdout
    assert "sk-this" not in seen
    assert "/run/user/1" in seen
    assert processes.environment_of_child()["OPENAI_API_KEY"] == "sk-this-must-never-be-seen"
