"""What doctor says of engines, addresses, keys, models that end and caps, before it asks anybody."""

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from night import DOUBLES
from stornello.doctor import Finding, engines, machine, money
from stornello.doctor.finding import once
from stornello.doctor.places import Place, places
from stornello.domain.plain import Plain
from stornello.settings import Settings
from stornello.spool.paths import Venue

TODAY = date(2026, 11, 23)
KEYS: dict[str, object] = {"openai_api_key": "sk-openai-secret", "kie_api_key": "kie-secret"}


def settings(**values: object) -> Settings:
    return Settings.model_validate(values)


def words(findings: Iterable[Finding]) -> str:
    return "\n".join(f"{one.state}: {one.what.en} {one.mend.en if one.mend else ''}".strip() for one in findings)


def said(values: dict[str, object] | None = None, today: date = TODAY, **more: object) -> str:
    return words(engines.examine(settings(**(values or {}), **more), today))


def test_the_house_alone_sends_nothing_anywhere() -> None:
    text = said()
    for line in ("Hearing: embedded", "Words: embedded", "Music: embedded", "Nothing leaves this computer", "none."):
        assert line in text, line


def test_engines_are_told_in_order_and_what_goes_where() -> None:
    text = said(KEYS, studio=["kie", "sunoapi", "acestep", "embedded"], acestep_base_url="http://nas:8001/x?key=hush")
    assert "Music: kie → sunoapi → acestep → embedded" in text
    assert "the recordings to api.openai.com" in text
    assert "the transcribed stories to api.openai.com" in text
    assert "lyrics to api.kie.ai; the songs' lyrics to api.sunoapi.org; the songs' lyrics to nas:8001" in text
    assert "hush" not in text


@pytest.mark.parametrize("here", ["http://localhost:11434/v1", "http://127.0.0.1:8000/v1", "http://[::1]:9/v1"])
def test_what_goes_to_a_server_on_this_computer_does_not_leave_it(here: str) -> None:
    text = said(openai_base_url=here, studio="embedded")
    assert "Hearing: openai → embedded" in text
    assert "Nothing leaves this computer" in text


@pytest.mark.parametrize("host", ["localhost.example.com", "127.example.com", "192.168.1.5", "nas"])
def test_what_only_looks_like_this_computer_is_another(host: str) -> None:
    assert f"the recordings to {host}:1" in said(openai_base_url=f"http://{host}:1/v1", studio="embedded")


def test_where_a_third_partys_engine_sends_things_only_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(DOUBLES)
    text = said(transcriber="instant", lyricist="embedded", studio="embedded")
    assert "the recordings to whomever the engine 'instant' asks" in text


def test_a_key_goes_only_to_the_address_that_it_was_given_for() -> None:
    found = places(settings(**KEYS, transcription_base_url="http://ears:1", lyrics_api_key="own"))
    by_use = {(place.seam, place.address, place.key_name) for place in found}
    assert by_use == {
        ("transcribers", "ears:1", "transcription_api_key"),
        ("lyricists", "api.openai.com", "openai_api_key"),
        ("lyricists", "api.openai.com", "lyrics_api_key"),
        ("studios", "api.kie.ai", "kie_api_key"),
    }


def test_an_address_is_the_host_and_no_more() -> None:
    assert Place("studios", "x", "https://Host.example:8443/v1/path?key=secret#x").address == "host.example:8443"
    assert Place("studios", "x", "https://host.example?key=secret").address == "host.example"
    for none in (None, "http://[bad", "http://host:99999/v1", "http://host:port"):
        assert Place("studios", "x", none).address in {"", "host"}


@pytest.mark.parametrize(
    ("model", "today", "told"),
    [
        ("gpt-3.5-turbo", TODAY, "has ended on 2026-10-23. Use gpt-6-luna"),
        ("gpt-3.5-turbo-0125", TODAY, "has ended on 2026-10-23. Use gpt-6-luna"),
        ("gpt-4o", TODAY, "ends on 2027-01-14. Use gpt-6-luna"),
        ("gpt-4o", date(2026, 11, 14), ""),
        ("gpt-4o", date(2027, 1, 14), "ends on"),
        ("gpt-4o", date(2027, 1, 15), "has ended on"),
        ("whisper-1", TODAY, ""),
        ("whisper-1", date(2026, 12, 28), "ends on 2027-02-26. Use gpt-transcribe"),
        ("gpt-4o-transcribe", date(2027, 3, 1), "has ended on 2027-02-26. Use gpt-transcribe"),
        ("gpt-4o-mini-transcribe", date(2027, 3, 1), "has ended on 2027-02-26. Use gpt-transcribe"),
        ("gpt-6-luna", date(2028, 1, 1), ""),
    ],
)
def test_a_model_that_ends_is_told_with_its_successor(model: str, today: date, told: str) -> None:
    text = said(today=today, openai_api_key="k", summary_model=model)
    assert (f"The model {model} " in text) == bool(told)
    assert told in text


def test_another_server_may_keep_a_model_as_long_as_it_likes() -> None:
    assert "has ended" not in said(openai_base_url="http://nas:8000/v1", summary_model="gpt-3.5-turbo")


def test_keys_are_told_with_who_uses_them_and_never_shown() -> None:
    text = said(KEYS, studio="embedded", sunoapi_api_key="suno-secret")
    assert "well: Key OPENAI_API_KEY: present, used by openai." in text
    assert "warning: Key KIE_API_KEY: present, but no chosen engine uses it" in text
    assert "warning: Key SUNOAPI_API_KEY: present" in text
    assert "secret" not in text


def test_a_name_that_nobody_installed_is_ill() -> None:
    assert "ill: There is no engine 'telepathy'" in said(studio="telepathy")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"kie_api_key": "k"}, "warning: There are paid engines and no spending cap."),
        ({"kie_api_key": "k", "prices": {"studios.kie": 0}}, "well: No chosen engine costs anything."),
        ({}, "well: No chosen engine costs anything."),
        (
            {"kie_api_key": "k", "budget_per_night": "10 euro", "budget_per_table": "30 credits"},
            "well: Spending caps: night 10 €, table 30 credits.",
        ),
    ],
)
def test_caps_are_told_and_missed_where_something_costs(values: dict[str, object], told: str) -> None:
    assert told in words(money.examine(settings(**values)))


def test_models_are_looked_for_only_where_our_own_engines_are_asked(tmp_path: Path) -> None:
    venue = Venue(tmp_path)
    own = words(machine.examine(venue, settings()))
    remote = words(machine.examine(venue, settings(transcriber="openai", studio="kie")))
    assert "odel whisper-base" in own
    assert "odel soundfont" in own
    assert "odel " not in remote


def test_a_player_that_is_not_here_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    text = words(machine.examine(Venue(tmp_path), settings()))
    assert [line for line in text.splitlines() if "mpv" in line or "sound output" in line] == [
        "ill: mpv is missing. Debian/Ubuntu: apt install mpv; macOS: brew install mpv."
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there are no such programs")
def test_programs_without_which_the_night_runs_less_safely_are_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed = ("prlimit is missing", "setpriv is missing")
    assert not [lack for lack in missed if lack in words(machine.examine(Venue(tmp_path), settings()))]
    monkeypatch.setenv("PATH", str(tmp_path))
    text = words(machine.examine(Venue(tmp_path), settings()))
    assert all(f"warning: {lack}" in text for lack in missed)


def test_what_is_said_twice_is_said_once_and_at_its_worst() -> None:
    a, b = Plain("a", "a"), Plain("b", "b")
    told = [Finding("warning", a), Finding("well", b), Finding("ill", a), Finding("well", a)]
    assert once(told) == [Finding("ill", a), Finding("well", b)]


def test_a_house_without_music_of_its_own_is_told_what_the_room_hears_instead(tmp_path: Path) -> None:
    venue = Venue(tmp_path / "venue")
    venue.open()
    assert "a soft pad" in words(machine.examine(venue, settings()))
    (venue.house_music / "a.mp3").write_bytes(b"x")
    assert "house_music" not in words(machine.examine(venue, settings()))
    (venue.house_music / "a.mp3").unlink()
    venue.house_music.rmdir()
    venue.house_music.symlink_to(tmp_path)
    assert "mount --bind" in words(machine.examine(venue, settings()))
