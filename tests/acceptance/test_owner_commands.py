"""What the owner asks on the command line about money and engines, and that no key comes out of it."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from builders import a_card
from night import Night
from purses import a_ledger, a_song, paid
from stornello.domain.clock import SystemClock
from stornello.domain.errors import JobHeldError
from stornello.domain.plain import Plain
from stornello.spool import engines, reasons
from stornello.spool.journal import Journal

KEYS = {
    "OPENAI_API_KEY": "sk-owner-secret-1",
    "KIE_API_KEY": "kie-owner-secret-2",
    "SUNOAPI_API_KEY": "suno-owner-secret-3",
}


@pytest.fixture
def venue(night: Night) -> Night:
    """A venue with keys, a budget, and a night that is nearly paid for."""
    assert night.run("init").returncode == 0
    night.settings |= KEYS | {"STORNELLO_BUDGET_PER_NIGHT": "1 euro"}
    venue, now = night.venue, datetime.now(UTC)
    paid(a_ledger(venue.ledger, SystemClock()), 0.85)
    paid(a_ledger(venue.ledger, SystemClock()), 0.05, a_song("8_200000_bbbbbb", 8), end=None)
    away = (now + timedelta(minutes=9)).isoformat(timespec="seconds")
    engines.change(
        venue.engines,
        "studios",
        "kie",
        lambda state: replace(state, away_until=away, code="x", why=Plain("Senza crediti.", "No credit."), credits=42),
    )
    (venue.held / "8_200000_bbbbbb").mkdir()
    error = JobHeldError("x", Plain("Boh.", "Unclear."), Plain("stornello resolve LAVORO", "stornello resolve JOB"))
    reasons.write(venue.held / "8_200000_bbbbbb", error, now)
    made = now.isoformat(timespec="seconds")
    Journal(venue.journal).song(replace(a_card(title="=Anna"), created_at=made, told_at=made))
    return night


def test_status_tells_money_engines_and_what_waits_for_a_decision(venue: Night) -> None:
    said = venue.run("status", "--lang", "en").stdout
    for line in (
        "Spent tonight: €0.90 of €1.00 (90%), €0.05 of it under way or uncertain",
        "! The spending cap is near",
        "! kie (music): no credit; trying again at ",
        "! 8_200000_bbbbbb: yours to decide, stornello resolve. Unclear. stornello resolve 8_200000_bbbbbb",
    ):
        assert line in said, line
    assert "Spesa stasera: 0,90 € su 1,00 € (90 %)" in venue.run("status", "--lang", "it").stdout


def test_status_for_programs_has_them_too(venue: Night) -> None:
    told = json.loads(venue.run("status", "--json").stdout)
    assert told["spent"]["euro"] == pytest.approx(0.9)
    assert (told["budget_euro"], told["budget_share"]) == (1.0, pytest.approx(0.9))
    assert [engine["engine"] for engine in told["engines"]] == ["kie"]
    assert [job["name"] for job in told["held"]] == ["8_200000_bbbbbb"]


def test_the_report_is_for_people_programs_and_spreadsheets(venue: Night) -> None:
    assert "Songs: 1" in venue.run("report", "--lang", "en").stdout
    data = json.loads(venue.run("report", "--json").stdout)
    assert (data["totals"]["songs"], data["totals"]["budget_euro"]) == (1, 1.0)
    assert data["totals"]["euro"] == pytest.approx(0.9)
    (row,) = csv.DictReader(io.StringIO(venue.run("report", "--csv").stdout))
    assert row["title"] == "'=Anna"


def test_an_empty_night_is_a_sentence_and_a_wrong_call_is_told(venue: Night) -> None:
    empty = venue.run("report", "--night", "2020-02-29")
    assert (empty.returncode, empty.stdout) == (0, "Nothing happened in the night of 2020-02-29.\n")
    wrong = venue.run("report", "--night", "yesterday")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr == "'yesterday' is no date. Write it like this: --night 2026-11-23\n"
    assert venue.run("report", "--json", "--csv").returncode == 2


def test_a_report_without_a_journal_changes_nothing_on_disk(venue: Night) -> None:
    for file in venue.folder.glob("journal.db*"):
        file.unlink()
    before = sorted(venue.folder.rglob("*"))
    said = venue.run("report", "--lang", "en")
    assert "journal.db is missing" in said.stdout
    assert "€0.90" in said.stdout
    assert sorted(venue.folder.rglob("*")) == before


def test_a_damaged_journal_is_told_by_status_and_built_anew_by_report_or_by_hand(venue: Night) -> None:
    venue.venue.journal.write_bytes(b"no database" * 1000)
    assert (
        "! journal.db non si legge: per ricostruirlo, stornello journal rebuild"
        in venue.run("status", "--lang", "it").stdout
    )
    assert venue.venue.journal.read_bytes()[:11] == b"no database", "who only looks changes nothing"
    said = venue.run("report", "--lang", "en")
    assert said.stderr.startswith("journal.db was damaged: it is built anew, the old one is in ")
    said = venue.run("journal", "rebuild", "--lang", "it")
    kept = venue.folder / "journal.db.bad-2"
    assert said.stdout.split("\n")[0] == "journal.db è ricostruito: 0 canzoni, 0 registrazioni, 0 ascolti in sala."
    assert str(kept) in said.stdout.replace("\n", "")
    assert kept.is_file()


def test_no_key_comes_out_of_any_of_it(venue: Night) -> None:
    venue.settings |= {"KIE_BASE_URL": "http://127.0.0.1:9", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    commands = (["status"], ["status", "--json"], ["report"], ["report", "--json"], ["report", "--csv"], ["doctor"])
    done = [venue.run(*command) for command in commands]
    text = "".join(one.stdout + one.stderr for one in done)
    left = [path.read_bytes() for path in venue.folder.rglob("*") if path.is_file()]
    for key in KEYS.values():
        assert key not in text
        assert not any(key.encode() in content for content in left)
    assert "Key KIE_API_KEY: present, used by kie." in done[-1].stdout
