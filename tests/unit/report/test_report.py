"""One night, looked back upon."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from builders import a_card
from purses import KIE, a_ledger, a_song, paid
from stornello.audio_watchdog import refusals
from stornello.domain.errors import JobHeldError
from stornello.domain.money import Budget
from stornello.domain.names import SongId, TableId
from stornello.domain.plain import Language, Plain
from stornello.report import NightReport, gather, last_night
from stornello.report.forms import HEADER, to_csv, to_json
from stornello.report.telling import tell
from stornello.spool import reasons
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from venues import EIGHT, a_venue, unreachable

TONIGHT = date(2026, 11, 23)
TEN = Budget(10.0, KIE, 100)


def a_song_of(venue: Venue, song: str, title: str = "La notte di Anna", told: int = 0, made: int = 4) -> None:
    card = replace(
        a_card(song, title=title),
        told_at=EIGHT.replace(minute=told).isoformat(),
        created_at=EIGHT.replace(minute=made).isoformat(),
        engines={"speech": "openai (gpt-transcribe)", "words": "openai (gpt-6.1-terra)", "music": "kie (V6)"},
    )
    Journal(venue.journal).song(card)


def a_night(folder: Path) -> Venue:
    """Return a venue in which one night had a bit of everything."""
    venue = a_venue(folder)
    journal = Journal(venue.journal)
    a_song_of(venue, "5_203000_a1b2c3")
    journal.play(SongId("5_203000_a1b2c3"), EIGHT.replace(minute=9), 60.0)
    journal.play(SongId("5_203000_a1b2c3"), EIGHT.replace(minute=30), 60.0)
    journal.play(SongId("5_203000_a1b2c3"), EIGHT.replace(minute=6), 9.0, "replay")  # not what they waited for
    journal.recording("aa" * 32, "5-anna.wav", TableId(5), "staged", 60, EIGHT, "openai")
    journal.recording("bb" * 32, "5-b.wav", TableId(5), "short", 3, EIGHT, "openai")
    journal.recording("cc" * 32, "5-c.wav", TableId(5), "error", 0, EIGHT)
    journal.recording("aa" * 32, "6-anna.wav", None, "duplicate", 0, EIGHT)
    venue.heard_in_part.mkdir()
    reasons.note(venue.heard_in_part / "20261123T195900000000_5-anna.wav.json", refusals.in_part(600), EIGHT)
    journal.failure("7_200000_aaaaaa", TableId(7), "song-never-ready", EIGHT)
    (venue.held / "8_200000_bbbbbb").mkdir()
    todo = Plain("Poi: stornello resolve LAVORO --not-paid", "Then: stornello resolve JOB --not-paid")
    reasons.write(venue.held / "8_200000_bbbbbb", JobHeldError("order-unknown", Plain("Boh.", "Unclear."), todo), EIGHT)
    ledger = a_ledger(venue.ledger)
    ledger.end(paid(ledger, end=None), "paid", 12.0)
    paid(ledger, purpose=a_song("8_200000_bbbbbb", 8), end="unknown")
    paid(ledger, purpose=a_song("7_200000_aaaaaa", 7), end="free")
    return venue


def of_tonight(venue: Venue) -> NightReport:
    return gather(venue, TONIGHT, 6, TEN)


def told(report: NightReport, language: Language = "en", width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    with console.capture() as captured:
        for part in tell(report, language):
            console.print(part)
    lines = captured.get().splitlines()
    assert max(map(cell_len, lines)) <= width
    return "\n".join(lines)


def test_programs_get_all_of_it_under_stable_keys(tmp_path: Path) -> None:
    data = json.loads(json.dumps(to_json(of_tonight(a_night(tmp_path)))))
    assert data["songs"] == [
        {
            "song": "5_203000_a1b2c3",
            "table": 5,
            "title": "La notte di Anna",
            "length_s": 60.0,
            "told_at": "2026-11-23T20:00:00+00:00",
            "made_at": "2026-11-23T20:04:00+00:00",
            "heard_at": "2026-11-23T20:09:00+00:00",
            "wait_ready_s": 240.0,
            "wait_heard_s": 540.0,
            "speech": "openai (gpt-transcribe)",
            "words": "openai (gpt-6.1-terra)",
            "music": "kie (V6)",
            "cost_euro": 0.0552,
        }
    ]
    assert data["recordings"] == {"staged": 1, "short": 1, "error": 1, "duplicate": 1, "in_part": 1}
    (cost,) = data["costs"]
    assert cost == {
        "seam": "studios",
        "engine": "kie",
        "calls": 3,
        "euro": 0.1102,
        "credits": 12.0,
        "open_calls": 1,
        "free_calls": 1,
    }
    assert [(one["name"], one["code"], one["what"]) for one in data["failures"]] == [
        ("7_200000_aaaaaa", "song-never-ready", None)
    ]
    assert [(one["name"], one["what"]["en"]) for one in data["held"]] == [("8_200000_bbbbbb", "Unclear.")]
    assert data["totals"] == {
        "songs": 1,
        "music_s": 60.0,
        "euro": 0.1102,
        "euro_by_state": {"paid": 0.0552, "unknown": 0.055},
        "budget_euro": 10.0,
        "budget_share": 0.01102,
        "damaged_ledger_lines": 0,
    }
    assert (data["night"], data["journal"]) == ("2026-11-23", True)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("it", ("Canzoni: 1, 1:00 di musica", "1 usate", "0,11 € su 10,00 € (1 %)", "decisione: 1", "lunghe: 1")),
        ("en", ("Songs: 1, 1:00 of music", "1 used", "€0.11 of €10.00 (1%)", "decision: 1", "kie, openai", "long: 1")),
    ],
)
def test_people_get_it_in_words_that_fit(tmp_path: Path, language: Language, words: tuple[str, ...]) -> None:
    text = told(of_tonight(a_night(tmp_path)), language)
    wanted = (*words, "La notte di Anna", "4:00", "9:00", "song-never-ready", "resolve 8_200000_bbbbbb --not-paid")
    joined = " ".join(text.split())
    for word in wanted:
        assert word in joined, word


def test_a_long_title_does_not_break_the_table(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    a_song_of(venue, "5_203000_a1b2c3", "Una notte lunghissima \x1b[31m" * 8)
    text = told(of_tonight(venue))
    assert "\x1b" not in text
    assert "4:00" in text


def test_the_ledger_alone_tells_the_money(tmp_path: Path) -> None:
    venue = a_night(tmp_path)
    Journal(venue.journal).cost(replace(a_ledger(venue.ledger).tonight()[0], euro=99.0))
    assert of_tonight(venue).spent.euro == pytest.approx(0.1102)
    venue.journal.write_bytes(b"no database" * 100)
    report = of_tonight(venue)
    assert report.spent.euro == pytest.approx(0.1102)
    assert (report.has_journal, report.songs) == (False, ())
    text = told(report)
    assert "journal.db is missing or cannot be read" in text
    assert "€0.11" in text


def test_damaged_lines_of_the_ledger_are_told(tmp_path: Path) -> None:
    venue = a_night(tmp_path)
    with (venue.ledger / f"{TONIGHT}.jsonl").open("a") as file:
        file.write('{"torn')
    assert "cannot be read (1)" in " ".join(told(of_tonight(venue)).split())
    assert to_json(of_tonight(venue))["totals"]["damaged_ledger_lines"] == 1


def test_a_failure_that_became_a_song_later_is_none(tmp_path: Path) -> None:
    venue = a_night(tmp_path)
    a_song_of(venue, "7_200000_aaaaaa")
    assert of_tonight(venue).failures == ()


def test_a_failure_that_is_still_set_aside_is_told_once_with_its_reason(tmp_path: Path) -> None:
    venue = a_night(tmp_path)
    folder = venue.failed_processing / "7_200000_aaaaaa"
    folder.mkdir()
    reasons.write(folder, unreachable(), EIGHT)
    (failure,) = of_tonight(venue).failures
    assert failure.reason
    assert "Away. Wait." in told(of_tonight(venue))


def test_each_night_tells_its_own(tmp_path: Path) -> None:
    venue = a_night(tmp_path)
    five_in_the_morning = EIGHT.replace(day=24, hour=4, minute=0)
    Journal(venue.journal).recording("dd" * 32, "late.wav", TableId(5), "staged", 60, five_in_the_morning)
    Journal(venue.journal).recording("ee" * 32, "next.wav", TableId(5), "staged", 60, EIGHT.replace(day=24))
    assert of_tonight(venue).recordings["staged"] == 2
    assert gather(venue, TONIGHT + timedelta(days=1), 6, TEN).recordings["staged"] == 1


def test_the_last_night_is_the_newest_in_which_anything_happened(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    later = TONIGHT + timedelta(days=9)
    assert last_night(venue, later, 6) == later
    Journal(venue.journal).recording("dd" * 32, "x", None, "error", 0, datetime(2026, 11, 20, 20, tzinfo=UTC))
    assert last_night(venue, later, 6) == date(2026, 11, 20)
    paid(a_ledger(venue.ledger))
    assert last_night(venue, later, 6) == TONIGHT
    assert last_night(venue, date(2026, 11, 21), 6) == date(2026, 11, 20)


def test_a_night_without_anything_is_one_plain_sentence(tmp_path: Path) -> None:
    report = gather(a_venue(tmp_path), TONIGHT, 6, TEN)
    assert told(report) == "Nothing happened in the night of 2026-11-23."
    assert told(report, "it") == "Nella serata del 2026-11-23 non è successo niente."
    assert to_csv(report) == ",".join(HEADER) + "\n"
    assert to_json(report)["songs"] == []


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("+39 dreams", "'+39 dreams"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'=1+1"),
        ("  =1", "'=1"),
        ("\x00=1", "'=1"),
        ("\u202e=1", "'=1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ('"=1', "'\"=1"),
        ('a, "b"\nc', 'a, "b" c'),
        ("L'amore è = a te", "L'amore è = a te"),
    ],
)
def test_a_spreadsheet_runs_nothing_that_a_title_says(tmp_path: Path, title: str, field: str) -> None:
    venue = a_venue(tmp_path)
    a_song_of(venue, "5_203000_a1b2c3", title)
    (row,) = csv.DictReader(io.StringIO(to_csv(of_tonight(venue))))
    assert row["title"] == field
    assert row["wait_ready_s"] == "240.0"
    assert tuple(row) == HEADER


def test_songs_of_an_earlier_version_have_no_waits(tmp_path: Path) -> None:
    venue = a_venue(tmp_path)
    Journal(venue.journal).song(replace(a_card("old"), created_at=EIGHT.isoformat()))
    (song,) = of_tonight(venue).songs
    assert (song.wait_ready_s, song.wait_heard_s, song.heard_at) == (None, None, "")
    assert told(of_tonight(venue))
