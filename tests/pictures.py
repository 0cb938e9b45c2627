"""A night in which everything happens at once, and the dashboard's picture of it as a terminal shows it."""

from datetime import UTC, datetime, timedelta

from builders import a_card
from stornello.domain.names import TableId
from stornello.domain.plain import Plain
from stornello.domain.songs import SungLine
from stornello.riproduzione.screen import picture
from stornello.riproduzione.view import View
from stornello.spool import reasons
from stornello.spool.coming import Arrived
from stornello.spool.jobs import JobStatus
from stornello.spool.now_playing import NowPlaying
from stornello.spool.snapshot import InTheMaking, Snapshot
from stornello.spool.staging import Waiting

NOW = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
SYNCED = tuple(SungLine(at, f"riga {n}") for n, at in enumerate((2.0, 6.0, 10.0, 14.0)))
AT = NOW.timestamp()


def a_busy_night() -> Snapshot:
    """Return a venue in which everything happens at once."""
    status = JobStatus(TableId(7), NOW.isoformat(), 2, ("Luca",), 1, "LYRICS 24 lines", NOW.isoformat())
    reason = reasons.Reason(
        "x.wav", "no-table", Plain("Manca il tavolo.", "No table."), Plain("Rinomina.", "Rename."), "1"
    )
    return Snapshot(
        playing=NowPlaying(AT - 7, "one", "La notte di Anna", 5, 0.0, 60.0, output="pulse", volume=85, songs_played=4),
        card=a_card("one", synced_lyrics=SYNCED),
        queue=tuple(a_card(f"q{n}", table=n, title=f"Canzone {n}") for n in range(1, 40)),
        making=(InTheMaking("7_210000_aaaaaa", status),),
        door=(Arrived("5-anna.wav", TableId(5)), Arrived("6-luca.wav", TableId(6))),
        being_heard=(Arrived("9-zoe.wav", TableId(9), NOW),),
        waiting={TableId(9): Waiting(3, NOW - timedelta(seconds=65))},
        songs_tonight={TableId(5): 2},
        short=1,
        troubles=(),
        errors=(reason,),
        failures=(),
        running={"watchdog": True, "producer": False, "riproduzione": True},
    )


def shown(view: View, width: int, height: int) -> list[str]:
    """Return the picture's lines."""
    return ["".join(span.text for span in line) for line in picture(view, width, height)]
