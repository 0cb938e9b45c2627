"""What real mpv is put through: killed DJs, hanging players, deleted sockets, and files that would open others."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_decks import a_wav
from stornello.domain.crossfade import Envelope
from stornello.domain.errors import PlayerLost
from stornello.providers.player.deck import MpvDeck
from stornello.providers.player.mpv import MpvPlayer
from stornello.seams import DeckState

FLAT = Envelope(0.0)


@pytest.fixture
def player(tmp_path: Path) -> Iterator[MpvPlayer]:
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    player = MpvPlayer(run, "null", root=tmp_path)
    yield player
    end(player)
    MpvPlayer(run, "null").open("last").close()  # ends whatever is left in the folder


@pytest.fixture
def heir(player: MpvPlayer) -> Iterator[MpvPlayer]:
    """The player of the DJ that comes after one that was killed."""
    heir = MpvPlayer(player.sockets, "null", root=player.root)
    yield heir
    end(heir)


def end(player: MpvPlayer) -> None:
    for deck in player._decks.values():
        deck.close()


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return a_wav(tmp_path / "song.wav", 60)


def until(deck: MpvDeck, *phases: str, beyond_s: float = -1.0) -> DeckState:
    give_up = time.monotonic() + 5
    while (state := deck.state()).phase not in phases or (state.position_s or 0.0) < beyond_s:
        assert time.monotonic() < give_up, state
        time.sleep(0.01)
    return state


def playing(player: MpvPlayer, song: Path) -> MpvDeck:
    deck = player.open("a")
    deck.load(song, 0.0, FLAT)
    deck.hold(on=False)
    until(deck, "ready", beyond_s=0.2)
    return deck


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def a_dj_that_is_killed(tmp_path: Path, song: Path) -> None:
    """Have another process open a deck and let a song run on it, and kill it."""
    script = (
        "import sys, time; from pathlib import Path\n"
        "from stornello.domain.crossfade import Envelope\n"
        "from stornello.providers.player.mpv import MpvPlayer\n"
        "deck = MpvPlayer(Path(sys.argv[1]), 'null').open('a')\n"
        "deck.load(Path(sys.argv[2]), 0.0, Envelope(0.0)); deck.hold(on=False)\n"
        "while (deck.state().position_s or 0) < 0.1: time.sleep(0.01)\n"
        "print('plays', flush=True); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "run"), str(song)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as dj:
        assert dj.stdout
        assert dj.stdout.readline() == b"plays\n"
        dj.kill()


def test_mpv_plays_on_under_a_killed_dj_and_the_next_takes_it_over_and_can_end_it(
    player: MpvPlayer, song: Path, tmp_path: Path
) -> None:
    a_dj_that_is_killed(tmp_path, song)
    time.sleep(0.4)
    adopted = player.adopt("a", song)
    assert adopted
    deck, is_held = adopted
    assert not is_held
    assert until(deck, "ready").position_s == pytest.approx(0.6, abs=0.4)
    pid = deck._ask("get_property", "pid")
    deck.close()
    ends_at = time.monotonic() + 1
    while is_alive(pid):  # it has closed its line, and its sound before that
        assert time.monotonic() < ends_at
    with pytest.raises(PlayerLost):
        deck.state()


def test_an_adopted_mpv_that_hangs_is_noticed_and_killed_within_two_seconds(
    player: MpvPlayer, song: Path, tmp_path: Path
) -> None:
    a_dj_that_is_killed(tmp_path, song)
    adopted = player.adopt("a", song)
    assert adopted
    deck, _ = adopted
    pid = deck._ask("get_property", "pid")
    began = time.monotonic()
    os.kill(pid, signal.SIGSTOP)
    while True:  # the signal reaches its threads some time after it was sent
        try:
            deck.state()
        except PlayerLost:
            break
    deck.close()
    assert time.monotonic() - began < 2.0
    assert not is_alive(pid)


def test_a_hanging_mpv_that_was_left_is_ended_by_who_would_adopt_it(
    player: MpvPlayer, heir: MpvPlayer, song: Path
) -> None:
    left = playing(player, song)
    assert left.process
    left.process.send_signal(signal.SIGSTOP)
    assert heir.adopt("a", song) is None
    assert left.process.wait(1) == -signal.SIGKILL


def test_what_was_adopted_is_not_ended_when_the_other_deck_is_opened(
    player: MpvPlayer, heir: MpvPlayer, song: Path
) -> None:
    playing(player, song)
    stray = player.open("b")
    adopted = heir.adopt("a", song)
    assert adopted
    assert heir.open("b").state().phase == "empty"
    assert adopted[0].state().phase == "ready"
    assert stray.process
    assert stray.process.wait(1) == 0


def test_a_player_left_while_the_disk_had_no_room_is_adopted_or_ended_when_it_has_again(
    player: MpvPlayer, song: Path, tmp_path: Path
) -> None:
    spare = tmp_path / "spare"
    spare.mkdir(mode=0o700)
    left = playing(MpvPlayer(tmp_path / "away", "null", lambda: spare, root=player.root), song)
    heirs = [MpvPlayer(player.sockets, "null", lambda: spare, root=player.root) for _ in range(2)]
    adopted = heirs[0].adopt("a", song)
    assert adopted
    assert adopted[0].state().phase == "ready"
    with contextlib.closing(heirs[1].open("b")):
        assert left.process
        assert left.process.wait(1) == 0
    for deck in (adopted[0], left):
        deck.close()


def test_a_deleted_socket_is_made_again_while_the_song_plays_on(player: MpvPlayer, heir: MpvPlayer, song: Path) -> None:
    deck = playing(player, song)
    began, at = time.monotonic(), deck.state().position_s or 0.0
    deck.path.unlink()
    while not deck.path.exists():
        assert time.monotonic() < began + 2
        assert deck.state().phase == "ready"
        time.sleep(0.02)
    assert deck.state().position_s == pytest.approx(at + time.monotonic() - began, abs=0.15)
    assert heir.adopt("a", song)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.m3u", "#EXTM3U\n{song}\n"),
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{song}\n#EXT-X-ENDLIST\n"),
        ("list.pls", "[playlist]\nFile1={song}\nNumberOfEntries=1\n"),
        ("list.edl", "# mpv EDL v0\n{song},0,5\n"),
        ("list.cue", 'FILE "{song}" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n'),
        ("list.ffconcat", "ffconcat version 1.0\nfile song.wav\n"),
        ("list.wav", "#EXTM3U\n{song}\n"),
    ],
)
def test_a_file_that_names_other_files_opens_none(
    player: MpvPlayer, song: Path, tmp_path: Path, name: str, text: str
) -> None:
    listed = tmp_path / name
    listed.write_text(text.format(song=song))
    with contextlib.closing(player.open("a")) as deck:
        deck.load(listed, 0.0, FLAT)
        assert until(deck, "failed", "ready", "ended").phase == "failed"


@pytest.mark.parametrize(
    "name", ["http://127.0.0.1:9/song.wav", "edl://song.wav", "lavfi://sine", "av://lavfi:sine", "fd://0", "memory://x"]
)
def test_a_name_that_is_no_file_opens_nothing(
    player: MpvPlayer, song: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(song.parent)
    with contextlib.closing(player.open("a")) as deck:
        deck.load(Path(name), 0.0, FLAT)
        assert until(deck, "failed", "ready", "ended").phase == "failed"


def test_a_new_slope_leaves_the_limiter_as_it_is(player: MpvPlayer, song: Path) -> None:
    hot = Envelope(6.0, limit_dbtp=-4.02)
    with contextlib.closing(player.open("a")) as deck:
        deck.load(song, 0.0, hot)
        until(deck, "ready")
        before = deck._ask("get_property", "af")
        deck.shape(Envelope(6.0, limit_dbtp=-4.02))
        after = deck._ask("get_property", "af")
        assert [one["label"] for one in after] == ["level", "slopes", "meter"]
        assert before[0] == after[0]
        assert until(deck, "ready").phase == "ready"
