"""The command `stornello why`: which table is meant, and what programs get."""

import json
from pathlib import Path

import pytest

from stornello.cli.why import why
from stornello.domain.errors import StornelloError
from venues import a_staged_text, a_venue


@pytest.mark.parametrize("name", ["0", "99999", "anna", "", "5-anna", "../5", "5/6", "-"])
def test_what_is_no_table_is_told_plainly(tmp_path: Path, name: str) -> None:
    with pytest.raises(StornelloError) as told:
        why(name, a_venue(tmp_path).root)
    assert told.value.code == "no-such-table"
    assert told.value.todo.en == "Tables go from 1 to 10000."


@pytest.mark.parametrize("name", ["5", "05", "tavolo 5", "table5"])
def test_a_table_may_be_written_as_people_do(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    venue = a_venue(tmp_path)
    a_staged_text(venue, 5)
    a_staged_text(venue, 6, minute=1)
    why(name, venue.root, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["table"], told["place"], told["notes"], told["producer_running"]) == (5, 1, 1, False)
    assert {"next", "not-running"} <= {reason["code"] for reason in told["reasons"]}
    assert all(reason["it"] and reason["en"] for reason in told["reasons"])
