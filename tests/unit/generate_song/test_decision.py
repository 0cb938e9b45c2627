"""What comes next about a song, row by row."""

import pytest

from stornello.generate_song.decision import TRIES, Move, decide
from stornello.seams import RequestId
from stornello.spool.orders import Hope, Request, State

HOUSE = ("kie", "acestep", "embedded")
ID = RequestId("task-1")


def one(state: State, studio: str = "kie", hope: Hope = "none", **facts: object) -> Request:
    return Request(studio, state, id=ID if state in {"cooking", "done", "failed"} else None, hope=hope, **facts)  # type: ignore[arg-type]  # names of Request


def failed(studio: str = "kie", **facts: object) -> Request:
    return one("failed", studio, "again", **facts)


ROWS = {
    "nothing was requested: the first": ([], Move("ask", "kie")),
    "cut off while asking, paid: only a person knows": ([one("asking")], Move("hold", "kie")),
    "cut off while asking, free: as if nothing had been": ([one("asking", is_paid=False)], Move("ask", "kie")),
    "the same after another studio refused": (
        [one("refused"), one("asking", "acestep", is_paid=False)],
        Move("ask", "acestep"),
    ),
    "cooking: that very song": ([one("cooking")], Move("collect", "kie")),
    "cooking at a studio that is named no more": ([one("cooking", "gone")], Move("collect", "gone")),
    "done, the take is lost: that very song": ([one("done")], Move("collect", "kie")),
    "refused: the next": ([one("refused")], Move("ask", "acestep")),
    "refused by all: the end": ([one("refused", studio) for studio in HOUSE], Move("give-up")),
    "not taken: again": ([one("not-taken")], Move("ask", "kie")),
    "not taken too often: the next": ([one("not-taken")] * TRIES, Move("ask", "acestep")),
    "not taken for a long while: the next": ([one("not-taken", retry_after_s=60.0)], Move("ask", "acestep")),
    "not taken for a short while: again": ([one("not-taken", retry_after_s=5.0)], Move("ask", "kie")),
    "taken by nobody: wait": ([one("not-taken", studio) for studio in HOUSE for _ in range(TRIES)], Move("wait")),
    "not taken by one, refused by the others: wait": (
        [*[one("not-taken")] * TRIES, one("refused", "acestep"), one("refused", "embedded")],
        Move("wait"),
    ),
    "failed for good: the next": ([one("failed")], Move("ask", "acestep")),
    "failed, another may work: the same once more": ([failed()], Move("ask", "kie")),
    "failed twice: the next": ([failed(), failed()], Move("ask", "acestep")),
    "failed twice with a missed call between: the next": (
        [failed(), one("not-taken"), failed()],
        Move("ask", "acestep"),
    ),
    "words refused: the same, gently": ([one("refused", hope="gently")], Move("ask", "kie", gently=True)),
    "words refused after a while: the same, gently": ([one("failed", hope="gently")], Move("ask", "kie", gently=True)),
    "gentle words refused too: the end": (
        [one("refused", hope="gently"), one("failed", hope="gently", gently=True)],
        Move("give-up"),
    ),
    "gentle words were not taken yet: again": (
        [one("refused", hope="gently"), one("not-taken", gently=True)],
        Move("ask", "kie", gently=True),
    ),
    "cut off while asking gently, paid": (
        [one("refused", hope="gently"), one("asking", gently=True)],
        Move("hold", "kie", gently=True),
    ),
    "gentle words cook": ([one("cooking", gently=True)], Move("collect", "kie", gently=True)),
    "once gentle, gentle everywhere": (
        [one("refused", hope="gently"), one("failed", gently=True)],
        Move("ask", "acestep", gently=True),
    ),
    "words refused by a studio that is named no more": ([one("refused", "gone", "gently")], Move("ask", "kie")),
}


@pytest.mark.parametrize(("requests", "move"), ROWS.values(), ids=ROWS)
def test_what_comes_next(requests: list[Request], move: Move) -> None:
    assert decide(requests, HOUSE, ()) == move


AWAY = {
    "the first is away: the next": ([], {"kie"}, Move("ask", "acestep")),
    "all are away: wait": ([], set(HOUSE), Move("wait")),
    "all that still may be asked are away: wait": ([one("refused")], {"acestep", "embedded"}, Move("wait")),
    "away, but it has the song": ([one("cooking")], {"kie"}, Move("collect", "kie")),
    "away, and nobody knows whether it has the song": ([one("asking")], {"kie"}, Move("hold", "kie")),
    "failed, may work again, but is away: the next": ([failed()], {"kie"}, Move("ask", "acestep")),
}


@pytest.mark.parametrize(("requests", "away", "move"), AWAY.values(), ids=AWAY)
def test_what_comes_next_while_breakers_are_open(requests: list[Request], away: set[str], move: Move) -> None:
    assert decide(requests, HOUSE, away) == move


@pytest.mark.parametrize("state", ["asking", "cooking", "done"])
def test_whatever_may_be_paid_is_never_asked_for_anew(state: State) -> None:
    for before in ([], [one("refused")], [failed()], [one("not-taken", "acestep")]):
        for away in ((), HOUSE):
            assert decide([*before, one(state)], HOUSE, away).do in {"hold", "collect"}
