"""The report for programs: one JSON object, or a CSV table of the songs.

Keys and header are stable; docs/report.md lists them.
"""

import csv
import io
from typing import Any

from stornello.report.night import Failure, NightReport, Song
from stornello.wording.text import safe

HEADER = (
    *("song", "table", "title", "length_s", "told_at", "made_at", "heard_at", "wait_ready_s", "wait_heard_s"),
    *("speech", "words", "music", "cost_euro"),
)

_FORMULA = tuple("=+-@＝＋－＠")
"""What makes a spreadsheet take a field for a formula. Source: OWASP, CSV injection."""


def to_json(report: NightReport) -> dict[str, Any]:
    """Return all of it as one JSON-able object."""
    spent, cap = report.spent, report.budget.cap
    share = report.budget.share(spent.euro)
    return {
        "night": report.night.isoformat(),
        "songs": [_song(song) for song in report.songs],
        "recordings": report.recordings,
        "costs": [
            {
                "seam": cost.seam,
                "engine": cost.engine,
                "calls": cost.calls,
                "euro": round(cost.euro, 6),
                "credits": cost.credits,
                "open_calls": cost.open,
                "free_calls": cost.free,
            }
            for cost in report.costs
        ],
        "failures": [_failure(failure) for failure in report.failures],
        "held": [_failure(failure) for failure in report.held],
        "totals": {
            "songs": len(report.songs),
            "music_s": round(sum(song.length_s for song in report.songs), 1),
            "euro": round(spent.euro, 6),
            "euro_by_state": {state: round(euro, 6) for state, euro in spent.by_state.items()},
            "budget_euro": cap,
            "budget_share": None if share is None else round(share, 6),
            "damaged_ledger_lines": spent.damaged,
        },
        "journal": report.has_journal,
    }


def to_csv(report: NightReport) -> str:
    """Return a row a song under :data:`HEADER`; no field is one that a spreadsheet would run."""
    out = io.StringIO()
    table = csv.DictWriter(out, HEADER, lineterminator="\n")
    table.writeheader()
    table.writerows({key: _harmless(value) for key, value in _song(song).items()} for song in report.songs)
    return out.getvalue()


def _song(song: Song) -> dict[str, Any]:
    waits = (None if wait is None else round(wait, 1) for wait in (song.wait_ready_s, song.wait_heard_s))
    told = (song.id, song.table, song.title, round(song.length_s, 1), song.told_at, song.made_at, song.heard_at)
    return dict(zip(HEADER, (*told, *waits, song.speech, song.words, song.music, round(song.euro, 6)), strict=True))


def _failure(failure: Failure) -> dict[str, Any]:
    why = failure.reason
    return {
        "name": failure.name,
        "code": failure.code,
        "at": failure.at,
        "what": {"it": why.what.it, "en": why.what.en} if why else None,
        "what_to_do": {"it": why.todo.it, "en": why.todo.en} if why else None,
    }


def _harmless(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = safe(" ".join(value.split()))
    return f"'{text}" if text.lstrip("\"' ").startswith(_FORMULA) else text
