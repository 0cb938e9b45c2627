"""What was set aside comes back by one command: recordings and jobs."""

from random import Random

from night import INSTANT, Night, a_noise, wait_until
from stornello.spool import reasons


def test_a_recording_that_named_no_table_is_told_its_table(night: Night) -> None:
    night.settings |= INSTANT | {"POLL_SECONDS": "0.2", "STABLE_SECONDS": "0.2"}
    assert night.run("init").returncode == 0
    a_noise(night.venue.from_tables / "anna.wav", Random(3))  # noqa: S311 - a seed
    night.start("watchdog")
    wait_until(lambda: reasons.read_all(night.venue.transcription_errors), 20)
    assert reasons.read_all(night.venue.transcription_errors)[0].code == "no-table"
    assert "! " in night.run("status").stdout
    assert night.run("retry", "anna", "--table", "5").returncode == 0
    wait_until(lambda: list((night.venue.work_in_progress / "5").glob("*_Anna.txt")), 20)
    assert not list(night.venue.transcription_errors.iterdir())


def test_a_failed_job_is_made_when_its_text_is_put_right(night: Night) -> None:
    night.settings |= INSTANT | {"POLL_SECONDS": "0.2"}
    assert night.run("init").returncode == 0
    empty = night.venue.work_in_progress / "7" / "carlo.txt"
    empty.parent.mkdir()
    empty.write_text(" \n")
    night.start("producer")
    wait_until(lambda: reasons.read_all(night.venue.failed_processing), 20)
    (reason,) = reasons.read_all(night.venue.failed_processing)
    assert reason.code == "nothing-told"
    aside = night.venue.failed_processing / reason.name
    assert "nothing" in (aside / "job.log").read_text()
    (aside / "transcripts" / "carlo.txt").write_text("now he has told us what happened")
    assert night.run("retry", reason.name).returncode == 0
    wait_until(lambda: night.tonight() == {7: 1}, 20)
    assert reason.name in night.run("queue").stdout
