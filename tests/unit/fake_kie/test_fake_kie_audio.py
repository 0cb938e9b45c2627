"""The takes: they play, each is another tune, and each trouble is the one that was ordered."""

import io
import json
import wave
from pathlib import Path

import httpx2
import pytest

from kie_orders import Customer
from stornello import media
from stornello.domain.errors import RecordingError


def test_two_takes_play_for_as_long_as_they_claim_and_differ(market: Customer, tmp_path: Path) -> None:
    task = market.order()
    claimed = [take["duration"] for take in json.loads(market.told(task)["resultJson"])["data"]]
    takes = [market.audio(task, number) for number in (1, 2)]

    assert [length_s(take, tmp_path) for take in takes] == [pytest.approx(seconds, abs=0.1) for seconds in claimed]
    assert takes[0] != takes[1]


def test_the_length_that_was_ordered_is_honoured(customer: Customer, tmp_path: Path) -> None:
    assert length_s(customer.audio(customer.order(duration=17)), tmp_path) == pytest.approx(17, abs=0.1)


def test_another_task_is_another_tune_and_a_take_never_changes(customer: Customer) -> None:
    one, other = customer.order(title="one"), customer.order(title="other")

    assert customer.audio(one) == customer.audio(one) != customer.audio(other)


def test_a_take_can_be_heard(customer: Customer, tmp_path: Path) -> None:
    file = tmp_path / "take.mp3"
    file.write_bytes(customer.audio(customer.order(duration=12)))

    sound = media.listen(file)

    assert sound.loudness_lufs is not None
    assert -26 < sound.loudness_lufs < -12
    assert sound.true_peak_dbtp is not None
    assert sound.true_peak_dbtp < 0


def test_without_ffmpeg_takes_are_wav_files(market: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    url = json.loads(market.told(market.order())["resultJson"])["data"][0]["audio_url"]

    with wave.open(io.BytesIO(market.http.get(url).content)) as file:
        assert file.getnframes() == 2 * file.getframerate()
    assert url.endswith("-1.wav")


@pytest.mark.parametrize(("scenario", "sizes"), [("audio-empty", (0, 1)), ("audio-empty-both", (0, 0))])
def test_a_take_can_be_empty(customer: Customer, scenario: str, sizes: tuple[int, int]) -> None:
    task = customer.order(scenario)

    assert tuple(min(1, len(customer.audio(task, number))) for number in (1, 2)) == sizes


def test_a_late_take_is_empty_once(customer: Customer, tmp_path: Path) -> None:
    task = customer.order("audio-late")

    first = [len(customer.audio(task)), length_s(customer.audio(task), tmp_path)]
    second = [len(customer.audio(task, 2)), length_s(customer.audio(task, 2), tmp_path)]

    assert first == second == [0, pytest.approx(2, abs=0.1)]


def test_a_truncated_take_ends_before_its_length(customer: Customer) -> None:
    task = customer.order("audio-truncated")

    with pytest.raises(httpx2.RemoteProtocolError, match="without sending complete"):
        customer.audio(task)


def test_a_short_take_plays_for_a_tenth(customer: Customer, tmp_path: Path) -> None:
    task = customer.order("audio-short", duration=20)

    assert length_s(customer.audio(task), tmp_path) == pytest.approx(2, abs=0.1)


def test_a_page_is_no_audio(customer: Customer, tmp_path: Path) -> None:
    task = customer.order("audio-html")

    with pytest.raises(RecordingError):
        length_s(customer.audio(task), tmp_path)


def test_audio_can_be_missing_or_cut(customer: Customer) -> None:
    missing, cut = customer.order("audio-404"), customer.order("audio-reset", title="cut")

    assert customer.http.get(f"/audio/{missing}-1.mp3").status_code == 404
    with pytest.raises(httpx2.ReadError):
        customer.audio(cut)


def test_slow_audio_is_good_audio(customer: Customer, tmp_path: Path) -> None:
    assert length_s(customer.audio(customer.order("audio-slow")), tmp_path) == pytest.approx(2, abs=0.1)


def test_takes_can_be_identical(customer: Customer) -> None:
    task = customer.order("identical-takes")

    assert customer.audio(task, 1) == customer.audio(task, 2)


def test_a_copy_is_the_last_song_that_was_downloaded(customer: Customer) -> None:
    first = customer.order()
    heard = customer.audio(first)
    customer.order(title="never fetched")
    copy = customer.order("copy-of-other-song", title="copy")

    assert customer.audio(copy) == heard
    assert customer.audio(copy, 2) == customer.audio(first, 2)


@pytest.mark.parametrize(("scenario", "begin"), [("audio-private", "https://10.0.0.1/"), ("audio-http", "http://cdn.")])
def test_audio_can_be_where_nobody_should_go(market: Customer, scenario: str, begin: str) -> None:
    takes = json.loads(market.told(market.order(scenario))["resultJson"])["data"]

    assert all(take["audio_url"].startswith(begin) for take in takes)


@pytest.mark.parametrize("name", ["made-up-1.mp3", "1.mp3", "x"])
def test_audio_of_nobody_is_not_found(customer: Customer, name: str) -> None:
    assert customer.http.get(f"/audio/{name}").status_code == 404


def length_s(sound: bytes, folder: Path) -> float:
    file = folder / "take.mp3"
    file.write_bytes(sound)
    return media.listen(file).duration_s
