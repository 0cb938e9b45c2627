"""Every song is begun exactly once, whatever kills the DJ, or DJ and players, or cuts the power, at any moment."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, get_args

import pytest

from builders import a_sound
from crashes import HOWS, Crash, How, Life, living, machine, points, rooms
from fake_room import TICK_S, Room
from stornello.riproduzione.takeover import NOT_YET_S
from stornello.settings import Settings
from stornello.spool.paths import Venue

Survivors = Literal["players live", "players die"]

LENGTH_S: Final = 8.0
FADE_S: Final = 1.0
SONGS: Final = ("one", "two", "three", "four")
EVENING_S: Final = 40.0
AWAY_S: Final = 0.5

MOST: Final = 12
"""Deaths of a kind that are tried here, spread over all."""

TWICE_S: Final[dict[How, float]] = {"before": 1.2, "after": 1.2, "dropped": 5.5, "torn": 5.5}
"""So much of a song, before the moment at which all died, may be heard a second time."""


@dataclass
class Evening:
    """Songs one into the next, a skip, a drought with filler, a fresh song over the filler. Somebody may die."""

    root: Path
    life: Life | None = None
    heard: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    furthest: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def __post_init__(self) -> None:
        venue = Venue(self.root / "venue")
        venue.open()
        self.room = Room(venue, settings=Settings(crossfade_seconds=FADE_S))
        self.room.offer("jazz", length_s=30)
        self.began = self.room.clock.time_s
        self._at: list[tuple[float, Callable[[], object]]] = [
            (0.0, lambda: self._put("one")),
            (0.0, lambda: self._put("two")),
            (3.0, lambda: self._put("three")),
            (11.0, self._skip),  # within two
            (26.0, lambda: self._put("four")),  # over the filler
        ]
        machine().settle()

    def pass_by(self, survivors: Survivors = "players die", die_in_tick: int = 0) -> None:
        """Let the evening pass, to its end; once somebody may die, and comes back."""
        ticks = 0
        while (now := self.room.clock.time_s - self.began) < EVENING_S:
            while self._at and self._at[0][0] <= now:
                self._at.pop(0)[1]()
            ticks += 1
            try:
                self._tick(dies=ticks == die_in_tick)
            except Crash:
                self.life = None
                self._come_back(survivors)
            self._listen(TICK_S)
        self.room.dj.close()

    def _tick(self, *, dies: bool) -> None:
        with living(self.life) if self.life else nullcontext():
            self.room.service.tick()
        if dies:
            raise Crash

    def _come_back(self, survivors: Survivors) -> None:
        if survivors == "players live":
            for _ in range(int(AWAY_S / TICK_S)):
                self._listen(TICK_S)
            self.room.crash(0.0, mpv_lives=True)
        else:
            self.room.crash(AWAY_S)

    def _listen(self, seconds: float) -> None:
        """Let time pass and note what the room hears of each song meanwhile."""
        before = self.room.player.sounding()
        self.room.clock.sleep(seconds)
        for song, at in self.room.player.sounding().items():
            if song in before:
                self.heard[song] += max(0.0, at - before[song])
                self.furthest[song] = max(self.furthest[song], at)

    def _skip(self) -> None:
        self.room.dj.next()

    def _put(self, song: str) -> None:
        self.room.put(song, sound=a_sound(LENGTH_S))

    def check(self, when: str, twice_s: float) -> None:
        """Every song left the queue once, is in the books once, and was heard once, all of it but for the skip."""
        assert self.room.queued() == [], when
        taken = self.room.playlist.taken_path.read_text().split()
        assert Counter(line for line in taken if line in SONGS) == Counter(SONGS), when  # a torn line is of none
        books = [play for play in self.room.journal.plays() if play.kind == "song"]
        assert [play.song for play in books] == list(SONGS), when
        for play in books:
            assert play.heard_s == pytest.approx(self.heard[play.song], abs=twice_s), (when, play)
            assert self.heard[play.song] < LENGTH_S + twice_s, (when, play)
            if play.song != "two":
                assert self.furthest[play.song] > LENGTH_S - FADE_S - NOT_YET_S - TICK_S, (when, play)
        assert not list(self.room.venue.failed_processing.iterdir()), when


def deaths(how: How, root: Path) -> list[int]:
    """Rehearse the evening and return at which operations to die."""
    life = Life(machine(), 0, how)
    evening = Evening(root, life)
    evening.pass_by()
    evening.check("rehearsal", 0.3)
    return points(life.steps, how)


def some(of: list[int], most: int) -> Iterator[int]:
    yield from of[:: max(1, -(-len(of) // most))]


def sweep(how: How, survivors: Survivors, most: int = MOST) -> None:
    """Let the DJ die at operations of the evening, one an evening, and see what the books and the room say."""
    fresh = rooms()
    tried = 0
    for death in some(deaths(how, next(fresh)), most):
        life = Life(machine(), death, how)
        evening = Evening(next(fresh), life)
        evening.pass_by(survivors)
        assert life.is_dead
        evening.check(f"{how} {death}, {survivors}", TWICE_S[how])
        tried += 1
    assert tried


@pytest.mark.usefixtures("ram")
@pytest.mark.parametrize("how", [how for how in HOWS if how in {"before", "after"}])
def test_a_dj_killed_at_an_operation_while_its_players_live(how: How) -> None:
    sweep(how, "players live")


@pytest.mark.usefixtures("ram")
@pytest.mark.parametrize("survivors", get_args(Survivors))
def test_a_dj_killed_in_any_tick_round_a_passage(survivors: Survivors) -> None:
    fresh = rooms()
    for passage_s in (0.0, 7.0, 11.3, 18.3, 26.3):
        for tick in range(max(1, int((passage_s - 0.3) / TICK_S)), int((passage_s + 1.3) / TICK_S), 3):
            evening = Evening(next(fresh))
            evening.pass_by(survivors, die_in_tick=tick)
            evening.check(f"tick {tick}, {survivors}", TWICE_S["before"])


@pytest.mark.usefixtures("ram")
@pytest.mark.parametrize("how", HOWS)
def test_dj_and_players_killed_at_an_operation_or_by_a_power_cut(how: How) -> None:
    sweep(how, "players die")
