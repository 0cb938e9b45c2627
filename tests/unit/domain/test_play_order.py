"""In which order finished songs go out: turns are kept, and nobody is overtaken without end."""

from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from stornello.domain.fairness import FAIR, FEWEST, WINDOW, Finished, goes_out, overtaken_by
from stornello.domain.names import JobId


def a_song(place: int, songs: int = 0, overtaken: int = 0) -> Finished:
    return Finished(JobId(f"{place}_203000_abcdef"), songs, place, overtaken)


def test_the_song_of_a_table_behind_goes_first() -> None:
    ahead, behind = a_song(1, songs=3), a_song(2, songs=2)
    assert goes_out([ahead, behind], 2, FAIR, queue_is_empty=False) == behind
    assert overtaken_by(behind, [ahead, behind]) == [ahead]


def test_a_song_of_a_table_ahead_waits_for_those_behind() -> None:
    assert goes_out([a_song(1, songs=3)], 2, FAIR, queue_is_empty=False) is None


def test_an_empty_queue_waits_for_nobody() -> None:
    assert goes_out([a_song(1, songs=3)], 2, FAIR, queue_is_empty=True) == a_song(1, songs=3)
    assert goes_out([], 0, FAIR, queue_is_empty=True) is None


def test_a_song_that_was_overtaken_often_enough_goes_whoever_is_behind() -> None:
    patient = a_song(1, songs=9, overtaken=WINDOW)
    assert goes_out([patient, a_song(2, songs=0)], 0, FAIR, queue_is_empty=False) == patient


def test_by_the_plain_rule_songs_go_as_they_finish() -> None:
    assert goes_out([a_song(2), a_song(1, songs=9)], 0, FEWEST, queue_is_empty=False) == a_song(1, songs=9)


@dataclass
class Evening:
    """Finished songs, the queue, and how often each song was overtaken by one that finished later."""

    ready: list[Finished] = field(default_factory=list)
    queue: list[Finished] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    made: int = 0

    def finish(self, songs: int) -> None:
        self.made += 1
        self.ready.append(a_song(self.made, songs))

    def settle(self, least: int) -> None:
        while song := goes_out(self.ready, least, FAIR, queue_is_empty=not self.queue):
            late = {other.place for other in overtaken_by(song, self.ready)}
            rest = [other for other in self.ready if other != song]
            self.ready = [
                replace(other, overtaken=other.overtaken + 1) if other.place in late else other for other in rest
            ]
            self.queue.append(song)
            self.gone.append(song.place)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()), max_size=60))
def test_no_song_is_ever_overtaken_by_more_than_the_window(steps: list[tuple[int, int, bool]]) -> None:
    evening = Evening()
    for songs, least, is_taken in steps:
        evening.finish(songs)
        evening.settle(least)
        if is_taken:
            evening.queue.pop(0)
            evening.settle(least)
        assert evening.queue or not evening.ready, "an empty queue waits for nobody"
    while evening.ready:
        evening.queue.clear()
        evening.settle(0)
    assert sorted(evening.gone) == list(range(1, evening.made + 1))
    for n, place in enumerate(evening.gone):
        assert sum(earlier > place for earlier in evening.gone[:n]) <= WINDOW
