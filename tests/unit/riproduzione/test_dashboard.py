import io
import os
import pty
import termios
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from builders import a_card
from fake_decks import HandClock
from pictures import AT, NOW, a_busy_night, shown
from stornello.audio_watchdog import refusals
from stornello.domain.errors import ProviderUnreachable, RecordingError
from stornello.domain.money import NO_BUDGET
from stornello.domain.names import JobId, SongId, TableId
from stornello.domain.plain import Language, Plain
from stornello.domain.songs import SungLine
from stornello.riproduzione import telling
from stornello.riproduzione.dashboard import Dashboard
from stornello.riproduzione.keys import Keys
from stornello.riproduzione.view import View
from stornello.spool import atomic, now_playing, reasons
from stornello.spool.falls import Fall
from stornello.spool.jobs import JobStatus
from stornello.spool.now_playing import NowPlaying
from stornello.spool.paths import Venue
from stornello.spool.playlist import Playlist
from stornello.spool.recordings import Recording
from stornello.spool.snapshot import InTheMaking, Snapshot, look
from stornello.wording import owner, progress


def drawn(seen: Snapshot, width: int = 80, height: int = 24, language: Language = "it") -> list[str]:
    """Return the picture's lines as a terminal shows them."""
    return shown(View(seen, NOW, language, 2, 5), width, height)


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize(("width", "height"), [(80, 24), (200, 50), (120, 30), (60, 20)])
def test_the_picture_fits_the_terminal(width: int, height: int, language: Language) -> None:
    lines = drawn(a_busy_night(), width, height, language)
    assert len(lines) == height
    assert {cell_len(line) for line in lines} <= set(range(width + 1))


def test_the_picture_tells_what_the_room_wants_to_know() -> None:
    text = "\n".join(drawn(a_busy_night()))
    for word in (
        *("La notte di Anna", "Tavolo 5 · Anna", "0:07 / 1:00", "▸ riga 1", "T1", "Canzone 1", "e altre"),
        *("parole scritte", "Luca", "messaggi 3", "♪ 2", "troppo corti 1", "da guardare 1", "suonate 4"),
        *("Manca il tavolo. Rinomina.", "○ produzione", "● musica", "volume 85 %", "39+1/5", "1/2"),
    ):
        assert word in text, word


def test_the_picture_speaks_english_too() -> None:
    text = "\n".join(drawn(a_busy_night(), language="en"))
    for word in ("In the room", "Table 5", "lyrics written", "No table. Rename.", "production"):
        assert word in text, word


def test_a_room_without_a_sound_card_is_told_plainly() -> None:
    seen = a_busy_night()
    assert seen.playing
    text = "\n".join(drawn(replace(seen, playing=replace(seen.playing, output="null"))))
    assert "Nessuna scheda audio: la musica va nel vuoto" in text


def test_an_empty_venue_is_a_calm_picture(tmp_path: Path) -> None:
    text = "\n".join(drawn(replace(look(Venue(tmp_path)), running={"riproduzione": True})))
    for word in ("si aspetta la prima canzone", "Nessuna canzone in coda", "Nessun tavolo ha ancora parlato"):
        assert word in text


def test_words_from_outside_cannot_write_on_the_terminal() -> None:
    sly = "\x1b[31mrosso\x1b]0;titolo\x07 [bold]x[/bold] \u202egiro\u2066 \x9b31m"
    seen = a_busy_night()
    assert seen.playing
    card = a_card("one", title=sly, guests=(sly,), synced_lyrics=(SungLine(0, sly),))
    text = "\n".join(drawn(replace(seen, playing=replace(seen.playing, title=sly), card=card, queue=(card,)), 200, 50))
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\u2066"} & set(text)
    assert "[bold]x[/bold]" in text


def test_lyrics_without_times_show_their_first_lines() -> None:
    text = "\n".join(drawn(replace(a_busy_night(), card=a_card("one"))))
    assert "Anna è arrivata tardi" in text
    assert "▸" not in text


@pytest.mark.parametrize(
    ("said", "read"), [("SUMMARY x", "riassunto fatto"), ("NEW a step", "a step"), ("NEW", "NEW"), ("", "si comincia")]
)
def test_milestones_are_read_in_plain_words(said: str, read: str) -> None:
    assert progress.milestone(said, "it") == read


def test_every_change_is_one_plain_line_for_what_is_no_terminal() -> None:
    seen = a_busy_night()
    first = telling.changes(None, replace(seen, queue=seen.queue[:1]), "en")
    assert first == [
        "ingestion: running",
        "music: running",
        "a recording has arrived",
        "a recording has arrived",
        "a recording was too short for a song",
        "set aside: x.wav. No table. Rename.",
        "table 7: lyrics written",
        "table 1: “Canzone 1” is in the queue",
        "plays, table 5: “La notte di Anna” (1:00)",
    ]
    assert telling.changes(seen, seen, "en") == []
    done = replace(seen, making=(), playing=NowPlaying(1.0, output="null"), running={"producer": True})
    assert telling.changes(seen, done, "it") == [
        "produzione: in funzione",
        "la coda è vuota: silenzio",
        "Nessuna scheda audio: la musica va nel vuoto, in tempo reale.",
    ]
    long = reasons.Reason(
        "20261123T200000000000_5-anna.wav", "in-part", Plain("Lunga.", "Long."), Plain("Alza.", "Raise."), ""
    )
    assert telling.changes(seen, replace(seen, in_part=(long,)), "en") == ["heard in part: 5-anna.wav. Long. Raise."]


def test_off_a_terminal_the_dashboard_tells_and_stops_when_it_is_told_to(tmp_path: Path) -> None:
    venue = Venue(tmp_path)
    venue.open()
    Playlist(venue.playlist).put(a_card("one"))
    now_playing.write(venue, NowPlaying(AT, "one", "La notte di Anna", 5, 0.0, 60.0, songs_played=3))
    out = io.StringIO()
    board = Dashboard(venue, "it", Console(file=out), HandClock())
    assert not board.run(lambda now: bool(now.playing and now.playing.songs_played == 3), threading.Event())
    assert "suona, tavolo 5: «La notte di Anna» (1:00)" in out.getvalue()


def test_an_error_on_disk_is_told_in_plain_words(tmp_path: Path) -> None:
    venue = Venue(tmp_path)
    venue.open()
    (venue.transcription_errors / "x.wav").mkdir()
    error = RecordingError("no-table", Plain("Manca il tavolo.", "No table."), Plain("Rinomina.", "Rename."))
    reasons.write(venue.transcription_errors / "x.wav", error, NOW)
    assert "messo da parte: x.wav. Manca il tavolo. Rinomina." in telling.changes(None, look(venue), "it")


def test_a_recording_whose_engine_fails_for_now_is_told_under_its_own_name(tmp_path: Path) -> None:
    venue = Venue(tmp_path)
    venue.open()
    recording = Recording("20261123T210000000000", venue.hearing / "20261123T210000000000")
    recording.folder.mkdir()
    recording.learn(name="5-anna.wav")
    error = ProviderUnreachable("x", Plain("Non risponde.", "No answer."), Plain("Aspetta.", "Wait."))
    reasons.write(recording.folder, error, NOW)
    assert "waits: 5-anna.wav. No answer. Wait." in telling.changes(None, look(venue), "en")
    assert "5-anna.wav. No answer. Wait." in "\n".join(drawn(look(venue), language="en"))


def test_links_pipes_and_hidden_files_at_the_door_are_not_arriving(tmp_path: Path) -> None:
    venue = Venue(tmp_path)
    venue.open()
    os.mkfifo(venue.from_tables / "1-pipe.wav")
    (venue.from_tables / "2-link.wav").symlink_to("/etc/passwd")
    (venue.from_tables / ".3-hidden.wav").touch()
    (venue.from_tables / "5").mkdir()
    (venue.from_tables / "5" / "anna.wav").touch()
    (venue.from_tables / "4-bo.wav").touch()
    assert look(venue).arriving == 2


def test_a_long_problem_takes_two_lines_of_a_small_terminal() -> None:
    todo = Plain(
        "Ascoltalo con un lettore e salvalo di nuovo come WAV.", "Try it in a player and save it as WAV again."
    )
    what = Plain("Il file non contiene audio che si possa leggere.", "The file holds no sound that can be read.")
    reason = reasons.Reason("20261123T100327111773_4-luca.wav", "not-audio", what, todo, "2")
    text = " ".join(" ".join(drawn(replace(a_busy_night(), errors=(reason,)))).split())
    assert f"Ultimo problema: 4-luca.wav. {what.it} {todo.it}" in text


def test_what_is_cut_off_says_where_to_read_it_and_what_was_heard_in_part_is_to_be_looked_at() -> None:
    told = refusals.in_part(600)
    long = reasons.Reason("20261123T200000000000_5-anna.wav", told.code, told.what, told.todo, at="2026-11-23T20:00")
    seen = Snapshot(in_part=(long,))
    told_it = " ".join(" ".join(drawn(seen)).split())
    assert "da guardare 1" in told_it
    assert f"{told.what.it} {told.todo.it}" in told_it
    longer = replace(long, todo=Plain(told.todo.it * 6, ""))
    assert drawn(Snapshot(in_part=(longer,)))[-2].rstrip().endswith("…: stornello status")


def test_what_matters_most_has_the_lines_it_needs_and_the_rest_is_counted() -> None:
    grave = tuple(Fall(service, 3, 1) for service in ("watchdog", "producer", "riproduzione"))
    told = owner.worries(Snapshot(fallen=grave), NO_BUDGET, NOW, "it")
    lines = drawn(Snapshot(fallen=grave), 80, 24)
    assert told[0].text in " ".join(" ".join(lines).split())
    assert told[1].text in " ".join(" ".join(lines).split())
    assert lines[-2].startswith(f" {told[2].text[:40]}")
    assert lines[-2].rstrip().endswith("…: stornello status")
    more = drawn(Snapshot(fallen=grave * 2), 80, 24)
    assert told[0].text in " ".join(" ".join(more).split())
    assert more[-2].strip() == "e altre 4: stornello status"
    assert all(worry.text in " ".join(" ".join(drawn(Snapshot(fallen=grave), 80, 40)).split()) for worry in told)


def test_keys_are_read_singly_and_the_terminal_is_given_back() -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs) as terminal:
        before = termios.tcgetattr(terminal)
        with Keys(terminal) as keys:
            os.write(ours, b" n\x1b[C\x1b[Dz+-q")
            read = [keys.wait(1) for _ in range(9)]
            assert termios.tcgetattr(terminal) != before
        assert read == ["pause", "next", "forward", "back", None, "louder", "softer", "quit", None]
        assert termios.tcgetattr(terminal) == before
    os.close(ours)


def test_on_a_terminal_the_picture_is_drawn_apart_and_the_screen_given_back(tmp_path: Path) -> None:
    venue = Venue(tmp_path)
    venue.open()
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=80, height=24, force_interactive=True)
    Dashboard(venue, "it", console, HandClock()).run(lambda _: True, threading.Event())
    written = out.getvalue()
    assert written.index("\x1b[?1049h") < written.index("Stornello") < written.index("\x1b[?1049l")


def test_a_player_that_is_not_running_is_not_shown_as_playing() -> None:
    seen = replace(a_busy_night(), running={"watchdog": True, "producer": True})
    text = "\n".join(drawn(seen))
    assert "riproduzione non è in funzione" in text
    assert "0:07" not in text


def test_a_card_that_is_damaged_does_not_blind_the_dashboard(tmp_path: Path) -> None:
    venue = Venue(tmp_path)
    venue.open()
    atomic.write_text(venue.card(SongId("one")), "{")
    now_playing.write(venue, NowPlaying(AT, "one", "La notte di Anna", 5, 0.0, 60.0))
    assert "La notte di Anna" in "\n".join(drawn(replace(look(venue), running={"riproduzione": True})))


def test_a_job_without_a_claim_time_is_shown_all_the_same() -> None:
    making = (InTheMaking(JobId("7_210000_aaaaaa"), JobStatus(TableId(7), "")),)
    assert "si comincia" in "\n".join(drawn(replace(a_busy_night(), making=making)))
