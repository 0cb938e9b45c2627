"""What every transcriber must do, on recordings of real people. Add a new one to ``TRANSCRIBERS``."""

import re
import wave
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest

from stornello.domain.errors import ModelMissing, ProviderRefused, RecordingError
from stornello.providers.speech.embedded import FasterWhisperTranscriber
from stornello.seams import Transcriber
from stornello.settings import Settings
from stornello.wiring import own

BOTH = ("it", "en")
RATE = 16_000


def embedded(request: pytest.FixtureRequest) -> Transcriber:
    return FasterWhisperTranscriber(request.getfixturevalue("whisper_base"))


TRANSCRIBERS: list[Callable[[pytest.FixtureRequest], Transcriber]] = [embedded]


@pytest.fixture(scope="module", params=TRANSCRIBERS, ids=lambda build: build.__name__)
def transcriber(request: pytest.FixtureRequest) -> Transcriber:
    made: Transcriber = request.param(request)
    return made


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def share_heard(said: str, heard: str) -> float:
    """Return which part of the words said were heard, in order."""
    blocks = SequenceMatcher(None, words(said), words(heard), autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(words(said))


def a_wav(path: Path, samples: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def a_room(seconds: float) -> np.ndarray:
    """An empty room: low rumble and hiss at about -45 dBFS."""
    rng = np.random.default_rng(7)
    rumble = np.cumsum(rng.standard_normal(int(seconds * RATE)))
    rumble -= np.convolve(rumble, np.ones(RATE) / RATE, mode="same")
    hiss = rng.standard_normal(int(seconds * RATE))
    return np.asarray(0.004 * rumble / rumble.std() + 0.002 * hiss)


def test_two_at_once_are_heard_each_in_its_language_and_words(
    transcriber: Transcriber, jfk: Path, jfk_text: str, italian_voice: Path, italian_text: str
) -> None:
    with ThreadPoolExecutor(2) as threads:
        english, italian = threads.map(lambda path: transcriber.hear(path, BOTH), (jfk, italian_voice))
    assert (english.language, italian.language) == ("en", "it")
    assert share_heard(jfk_text, english.text) > 0.95
    assert share_heard(italian_text, italian.text) > 0.85
    assert 6 < english.speech_s <= 11.1


def test_a_long_message_is_heard_to_its_end(
    transcriber: Transcriber, long_italian_voice: Path, long_italian_text: str
) -> None:
    heard = transcriber.hear(long_italian_voice, BOTH)
    assert heard.language == "it"
    assert share_heard(long_italian_text, heard.text) > 0.85
    assert words(heard.text)[-2:] == ["telefono", "standard"]


def test_only_the_venue_s_languages_are_considered(transcriber: Transcriber, jfk: Path) -> None:
    assert transcriber.hear(jfk, ("it",)).language == "it"


def test_music_is_no_speech(transcriber: Transcriber, hold_music: Path) -> None:
    assert transcriber.hear(hold_music, BOTH).text == ""


def test_digital_silence_is_no_speech(transcriber: Transcriber, tmp_path: Path) -> None:
    heard = transcriber.hear(a_wav(tmp_path / "silence.wav", np.zeros(30 * RATE)), BOTH)
    assert (heard.text, heard.speech_s) == ("", 0.0)


def test_an_empty_room_is_no_speech(transcriber: Transcriber, tmp_path: Path) -> None:
    assert transcriber.hear(a_wav(tmp_path / "room.wav", a_room(30)), BOTH).text == ""


def test_a_header_without_sound_is_no_speech(transcriber: Transcriber, tmp_path: Path) -> None:
    assert transcriber.hear(a_wav(tmp_path / "header.wav", np.zeros(0)), BOTH).text == ""


@pytest.mark.parametrize("content", [b"", b"this is a shopping list\n" * 400])
def test_what_is_not_audio_is_refused_in_plain_words(transcriber: Transcriber, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.wav"
    path.write_bytes(content)
    with pytest.raises(RecordingError) as caught:
        transcriber.hear(path, BOTH)
    assert not caught.value.retryable
    assert caught.value.what.it != caught.value.what.en


def test_a_truncated_recording_gives_what_is_left(transcriber: Transcriber, jfk: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.wav"
    cut.write_bytes(jfk.read_bytes()[:200_000])
    assert words(transcriber.hear(cut, BOTH).text)[:4] == ["and", "so", "my", "fellow"]


def test_embedded_without_a_model_says_so(tmp_path: Path, jfk: Path) -> None:
    with pytest.raises(ModelMissing, match="no usable Whisper model"):
        FasterWhisperTranscriber(tmp_path).hear(jfk, BOTH)


def test_embedded_with_a_damaged_model_says_so(tmp_path: Path, whisper_base: Path, jfk: Path) -> None:
    for path in whisper_base.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes()[:2_000])
    with pytest.raises(ModelMissing, match="no usable Whisper model"):
        FasterWhisperTranscriber(tmp_path).hear(jfk, BOTH)


def test_embedded_with_unknown_languages_says_so(whisper_base: Path, jfk: Path) -> None:
    with pytest.raises(ProviderRefused, match="none of the chosen languages"):
        FasterWhisperTranscriber(whisper_base).hear(jfk, ("tlh",))


def test_embedded_loads_nothing_for_silence(tmp_path: Path) -> None:
    silence = a_wav(tmp_path / "silence.wav", np.zeros(RATE))
    assert FasterWhisperTranscriber(tmp_path / "nowhere").hear(silence, BOTH).text == ""


def test_embedded_hears_as_many_at_once_as_the_settings_say(whisper_base: Path) -> None:
    settings = Settings(hearing_workers=2, speech_model=str(whisper_base))
    transcriber = own.ears(settings)
    assert isinstance(transcriber, FasterWhisperTranscriber)
    assert transcriber._loaded().model.num_workers == 2
