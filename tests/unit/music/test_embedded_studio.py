"""One real song, measured."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyloudnorm
import pytest
import pyworld
from numpy.typing import NDArray
from pedalboard.io import AudioFile

from orders import an_order, some_lyrics
from stornello import contract
from stornello.domain.errors import ProviderRefused
from stornello.providers import espeak
from stornello.providers.music.embedded import EmbeddedStudio, master
from stornello.providers.music.embedded.fast_voice import FastVoice
from stornello.providers.music.embedded.score import Phrase, SungNote
from stornello.seams import RequestId, SongOrder, Take

NO_NETWORK = {f"network {how}" for how in ("nameless", "late", "reset", "silence", "half")}
"""What the contract cannot ask of an engine that needs none."""


class Kept(EmbeddedStudio):
    """Our studio, with what it delivered kept: the contract's own folder is gone at its end."""

    takes: ClassVar[list[Take]] = []

    def __init__(self, soundfont: Path, folder: Path) -> None:
        super().__init__(lambda: soundfont)
        self.folder = folder

    def request(self, order: SongOrder) -> RequestId:
        del order  # the contract's is short: a whole song is measured
        return super().request(an_order())

    def collect(self, request: RequestId, into: Path) -> Take:
        take = super().collect(request, into)
        assert [path.name for path in into.iterdir() if path.is_file()] == ["song.mp3"], "nothing half-written is left"
        kept = self.folder / f"{len(self.takes)}.mp3"
        kept.write_bytes(take.audio.read_bytes())
        self.takes.append(replace(take, audio=kept))
        espeak.espeak().speak("something else is sung before the next", "en-us")
        return take


@pytest.mark.timeout(400)
def test_one_real_song_keeps_the_contract_sounds_like_a_song_and_has_the_same_bytes_each_time(
    soundfont: Path, tmp_path: Path
) -> None:
    """In one test, since a song takes ten seconds and the tests of a file are not all one process's."""
    outcomes = contract.run(contract.Subject("studios", partial(Kept, soundfont, tmp_path)))
    assert {one.check.name for one in outcomes if one.state != "kept"} == NO_NETWORK
    first, *again = Kept.takes
    assert len(again) == 2, "once more for the contract, once with the network cut"
    assert {take.audio.read_bytes() for take in again} == {first.audio.read_bytes()}
    sound = of_file(first.audio)
    check_length(sound)
    check_level(sound)
    check_times(first, sound)


def of_file(audio: Path) -> NDArray[np.float32]:
    with AudioFile(str(audio)) as file:
        assert file.samplerate == 48_000
        return np.asarray(file.read(file.frames))


def check_length(sound: NDArray[np.float32]) -> None:
    assert sound.shape[0] == 2
    assert 70 <= sound.shape[1] / 48_000 <= 111
    assert np.asarray(np.corrcoef(sound))[0, 1] < 0.99


def check_level(sound: NDArray[np.float32]) -> None:
    assert pyloudnorm.Meter(48_000).integrated_loudness(sound.T) == pytest.approx(-14.0, abs=0.5)
    assert master.true_peak_dbtp(sound) <= -1.0
    assert not np.any(np.abs(sound) >= 1.0)


def check_times(take: Take, sound: NDArray[np.float32]) -> None:
    times = [line.at_s for line in take.synced_lyrics]
    assert [line.text for line in take.synced_lyrics[:5]] == [
        line for section in an_order().lyrics.sections[:2] for line in section.lines
    ]
    assert times == sorted(times)
    assert 0 < times[0] < times[-1] < sound.shape[1] / 48_000
    assert take.engine == "embedded fast voice (espeak-ng + WORLD)"


def test_a_request_is_the_whole_order(no_soundfont: Callable[[], Path]) -> None:
    request = EmbeddedStudio(no_soundfont).request(an_order(seed=9))
    assert json.loads(request)["seed"] == 9


@pytest.mark.parametrize("request_id", ["", "{}", "[]", "kie-123", '{"lyrics": 3, "seed": 1}'])
def test_somebody_elses_request_is_refused(request_id: str, no_soundfont: Callable[[], Path], tmp_path: Path) -> None:
    with pytest.raises(ProviderRefused) as refused:
        EmbeddedStudio(no_soundfont).collect(RequestId(request_id), tmp_path)
    assert refused.value.code == "not-an-order"


def test_lyrics_that_nobody_can_sing_are_refused(no_soundfont: Callable[[], Path], tmp_path: Path) -> None:
    studio = EmbeddedStudio(no_soundfont)
    request = studio.request(SongOrder(some_lyrics(("verse", ("🎉", "…"))), 1))
    with pytest.raises(ProviderRefused) as refused:
        studio.collect(request, tmp_path)
    assert refused.value.code == "nothing-to-sing"


@pytest.mark.parametrize(
    ("language", "said"), [("it", "siamo venuti qui per cantare"), ("en", "we came to sing with Marco")]
)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_fast_voice_sings_on_the_notes(language: str, said: str, seed: int) -> None:
    singer = FastVoice()
    voice, _ = singer.cast(language, seed)
    count = len(singer.stresses(said, voice))
    notes = tuple(SungNote(0.4 * n, 0.4 * (n + 1), voice.low + 3 + n % 5) for n in range(count))
    samples = singer.sing(Phrase(said, notes), voice, 0.2).astype(float)
    pitch, times = pyworld.harvest(samples[::2].copy(), 24_000, f0_floor=60, f0_ceil=700)
    errors = []
    for note in notes:
        held = pitch[(times > 0.2 + note.start_s + 0.08) & (times < 0.2 + note.end_s - 0.1)]
        if (held > 0).sum() > 5:
            errors.append(abs(1200 * np.log2(np.median(held[held > 0]) / (440 * 2 ** ((note.pitch - 69) / 12)))))
    assert len(errors) >= 0.8 * count
    assert np.mean(np.array(errors) < 50) >= 0.9


def test_equal_texts_are_spoken_equally_whatever_came_between() -> None:
    first = espeak.espeak().speak("ciao Marco", "it+f2").samples
    espeak.espeak().speak("and now something else", "en-us")
    assert np.array_equal(first, espeak.espeak().speak("ciao Marco", "it+f2").samples)


@pytest.fixture
def no_soundfont() -> Callable[[], Path]:
    def asked() -> Path:
        pytest.fail("the SoundFont was asked for before there was anything to play")

    return asked
