"""One suite over every player: what the DJ relies on, whoever plays."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fake_decks import FakePlayer, a_wav
from stornello.domain.clock import SystemClock
from stornello.domain.crossfade import Envelope, Fade
from stornello.domain.errors import PlayerLost
from stornello.providers.player.mpv import MpvPlayer
from stornello.riproduzione import sockets
from stornello.riproduzione.proof import write_proof
from stornello.seams import Deck, DeckState, Player

FLAT = Envelope(0.0)


@pytest.fixture(params=["mpv", "fake"])
def player(request: pytest.FixtureRequest, tmp_path: Path) -> Player:
    if request.param == "fake":
        return FakePlayer(SystemClock(), root=tmp_path)
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    return MpvPlayer(sockets.folder(run), "null", root=tmp_path)


def after_a_crash(player: Player) -> Player:
    """Return the player of the DJ that comes after one that was killed."""
    if isinstance(player, FakePlayer):
        player.orphan()
        return player
    assert isinstance(player, MpvPlayer)
    return MpvPlayer(player.sockets, "null", root=player.root)


@pytest.fixture
def deck(player: Player) -> Iterator[Deck]:
    with contextlib.closing(player.open("a")) as deck:
        yield deck


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return a_wav(tmp_path / "song.wav", 3.0)


def until(deck: Deck, true: Callable[[DeckState], bool], within_s: float = 5.0) -> DeckState:
    """Ask the deck until its answer is what is waited for."""
    give_up = time.monotonic() + within_s
    while not true(state := deck.state()):
        assert time.monotonic() < give_up, state
        time.sleep(0.01)
    return state


def is_lost(deck: Deck, within_s: float = 5.0) -> bool:
    """Ask the deck until it is lost; return whether that came."""
    give_up = time.monotonic() + within_s
    while time.monotonic() < give_up:
        try:
            deck.state()
        except PlayerLost:
            return True
        time.sleep(0.01)
    return False


def ready(state: DeckState) -> bool:
    return state.phase == "ready"


def position(deck: Deck) -> float:
    return until(deck, lambda state: state.position_s is not None).position_s or 0.0


def test_a_new_deck_is_empty(deck: Deck) -> None:
    assert deck.state().phase == "empty"


def test_a_song_is_held_at_its_beginning_until_it_is_let_go(deck: Deck, song: Path) -> None:
    deck.load(song, 1.0, FLAT)
    until(deck, ready)
    time.sleep(0.2)
    assert position(deck) == pytest.approx(1.0, abs=0.03)
    deck.hold(on=False)
    time.sleep(0.4)
    assert position(deck) == pytest.approx(1.4, abs=0.15)


def test_a_song_that_was_let_go_while_loading_plays(deck: Deck, song: Path) -> None:
    deck.load(song, 0.0, FLAT)
    deck.hold(on=False)
    until(deck, lambda state: (state.position_s or 0.0) > 0.3)


def test_a_held_song_goes_on_where_it_was(deck: Deck, song: Path) -> None:
    deck.load(song, 0.0, FLAT)
    deck.hold(on=False)
    until(deck, lambda state: (state.position_s or 0.0) > 0.3)
    deck.hold(on=True)
    time.sleep(0.1)
    held = position(deck)
    time.sleep(0.3)
    assert position(deck) == pytest.approx(held, abs=0.02)


def test_a_song_says_when_it_has_been_heard_to_its_end(deck: Deck, song: Path) -> None:
    deck.load(song, 2.5, FLAT)
    until(deck, ready)
    began = time.monotonic()
    deck.hold(on=False)
    until(deck, lambda state: state.phase == "ended")
    assert time.monotonic() - began == pytest.approx(0.5, abs=0.25)


@pytest.mark.parametrize("content", [b"this is no sound", b"", b"RIFF\xff\xff\xff\xffWAVE"])
def test_a_file_that_is_no_sound_fails_and_says_so(deck: Deck, tmp_path: Path, content: bytes) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(content)
    deck.load(bad, 0.0, FLAT)
    assert until(deck, lambda state: state.phase != "loading").phase == "failed"


def test_a_file_that_is_not_there_fails(deck: Deck, tmp_path: Path) -> None:
    deck.load(tmp_path / "gone.wav", 0.0, FLAT)
    assert until(deck, lambda state: state.phase != "loading").phase == "failed"


def test_a_deck_plays_on_after_a_bad_file(deck: Deck, tmp_path: Path, song: Path) -> None:
    deck.load(tmp_path / "gone.wav", 0.0, FLAT)
    until(deck, lambda state: state.phase == "failed")
    deck.load(song, 0.0, FLAT)
    until(deck, ready)


def test_a_new_song_takes_the_place_of_the_old(deck: Deck, tmp_path: Path, song: Path) -> None:
    deck.load(song, 0.0, FLAT)
    deck.hold(on=False)
    until(deck, lambda state: (state.position_s or 0.0) > 0.2)
    deck.load(a_wav(tmp_path / "other.wav", 9.0), 5.0, FLAT)
    until(deck, lambda state: ready(state) and state.position_s == pytest.approx(5.0, abs=0.03))
    assert deck.state().phase == "ready"


def test_seeking_goes_there(deck: Deck, song: Path) -> None:
    deck.load(song, 0.0, FLAT)
    until(deck, ready)
    deck.seek(2.0)
    until(deck, lambda state: state.position_s == pytest.approx(2.0, abs=0.05))


def test_an_envelope_can_change_while_the_song_plays(deck: Deck, song: Path) -> None:
    deck.load(song, 0.0, Envelope(-3.0, (Fade(0.0, 0.5),)))
    deck.hold(on=False)
    until(deck, lambda state: (state.position_s or 0.0) > 0.3)
    before, at = position(deck), time.monotonic()
    deck.shape(Envelope(-3.0, (Fade(0.0, 0.5),), (Fade(1.5, 1.0),)))
    time.sleep(0.3)
    assert position(deck) - before == pytest.approx(time.monotonic() - at, abs=0.15)


def test_the_volume_can_be_set_at_any_time(deck: Deck, song: Path) -> None:
    deck.set_volume(50)
    deck.load(song, 0.0, FLAT)
    deck.set_volume(0)
    until(deck, ready)


def test_the_proof_file_can_be_played(deck: Deck, tmp_path: Path) -> None:
    write_proof(tmp_path / "proof.wav")
    deck.load(tmp_path / "proof.wav", 0.0, FLAT)
    until(deck, lambda state: state.phase in {"ready", "ended"})


def test_a_closed_deck_is_lost_and_its_place_is_free(player: Player) -> None:
    deck = player.open("a")
    deck.close()
    deck.close()
    with pytest.raises(PlayerLost):
        deck.state()
    player.open("a").close()


def test_two_decks_play_beside_each_other(player: Player, song: Path) -> None:
    with contextlib.closing(player.open("a")) as one, contextlib.closing(player.open("b")) as other:
        for deck in (one, other):
            deck.load(song, 0.0, FLAT)
            deck.hold(on=False)
        for deck in (one, other):
            until(deck, lambda state: (state.position_s or 0.0) > 0.3)


@pytest.mark.parametrize("held", [True, False])
def test_a_deck_is_adopted_as_it_was_left_and_plays_on_to_its_end(player: Player, song: Path, held: bool) -> None:  # noqa: FBT001 - the example
    left = player.open("a")
    left.load(song, 1.0, FLAT)
    until(left, ready)
    left.hold(on=held)
    adopted = after_a_crash(player).adopt("a", song)
    assert adopted
    deck, is_held = adopted
    with contextlib.closing(deck), contextlib.closing(left):
        assert is_held is held
        assert position(deck) == pytest.approx(1.0, abs=0.3)
        deck.shape(Envelope(0.0, falls=(Fade(2.0, 0.5),)))
        deck.seek(2.5)
        deck.hold(on=False)
        until(deck, lambda state: state.phase == "ended")
        deck.load(song, 0.0, FLAT)
        until(deck, ready)


def test_a_deck_with_another_song_is_ended_not_adopted(player: Player, song: Path, tmp_path: Path) -> None:
    left = player.open("a")
    left.load(song, 0.0, FLAT)
    until(left, ready)
    heir = after_a_crash(player)
    assert heir.adopt("a", a_wav(tmp_path / "other.wav", 3.0)) is None
    assert is_lost(left)
    assert heir.adopt("a", song) is None
    heir.open("a").close()
    left.close()


def test_nothing_is_adopted_where_nothing_was_left(player: Player, song: Path) -> None:
    assert player.adopt("a", song) is None


def test_a_deck_that_is_opened_ends_what_was_left_in_its_place(player: Player) -> None:
    left = player.open("a")
    with contextlib.closing(after_a_crash(player).open("a")) as deck:
        assert deck.state().phase == "empty"
    left.close()


def test_a_song_outside_the_venue_is_not_played(
    deck: Deck, song: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = a_wav(tmp_path_factory.mktemp("elsewhere") / "song.wav", 3.0)
    link = tmp_path / "link.wav"
    link.symlink_to(outside)
    for leads_out in (outside, link, tmp_path / ".." / outside.parent.name / outside.name):
        deck.load(leads_out, 0.0, FLAT)
        assert until(deck, lambda state: state.phase != "loading").phase == "failed"
    deck.load(song, 0.0, FLAT)
    until(deck, ready)


def test_silence_and_a_held_song_have_no_peak(deck: Deck, song: Path) -> None:
    assert deck.peak_dbfs() is None
    deck.load(song, 0.0, FLAT)
    until(deck, ready)
    assert deck.peak_dbfs() is None


def test_an_output_that_is_tried_again_leaves_the_song_where_it_is(deck: Deck, song: Path) -> None:
    deck.load(song, 1.0, FLAT)
    until(deck, ready)
    deck.try_output()
    until(deck, lambda state: state.position_s == pytest.approx(1.0, abs=0.03))
    deck.hold(on=False)
    until(deck, lambda state: (state.position_s or 0.0) > 1.3)


def test_outputs_are_told_by_name_and_one_can_be_used(player: Player, song: Path) -> None:
    outputs = player.outputs()
    assert [output.name for output in outputs if output.name == "auto"] == ["auto"]
    assert all(output.description for output in outputs)
    with contextlib.closing(player.open("a")) as deck:
        deck.load(song, 0.0, FLAT)
        player.use(outputs[-1].name)
        deck.hold(on=False)
        until(deck, lambda state: (state.position_s or 0.0) > 0.3)
