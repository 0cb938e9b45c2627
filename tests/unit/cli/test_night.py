"""The night goes on without its dashboard."""

import threading

import pytest

from stornello.cli.dashboard import show_while_it_lasts


class Stop(threading.Event):
    """Notes that the night waited for its end."""

    waited = False

    def wait(self, timeout: float | None = None) -> bool:
        self.waited = timeout is None
        return True


def test_a_dashboard_that_falls_ends_no_night(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    def falls() -> None:
        raise ZeroDivisionError("what a guest said")

    stop = Stop()
    show_while_it_lasts(falls, stop)
    assert stop.waited
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]
    (told,) = capsys.readouterr().out.strip().splitlines()
    assert "Ctrl-C" in told
    assert "what a guest said" not in told


def test_a_dashboard_that_is_quit_ends_the_night() -> None:
    stop = Stop()
    show_while_it_lasts(lambda: None, stop)
    assert not stop.waited
