"""What plays when the queue is dry: one rung below the other, so that the room never goes silent. Pure, no disk."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from stornello.domain.pieces import Piece


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to play besides the queue. ``replays`` are songs that the room heard tonight."""

    replays: tuple[Piece, ...] = ()
    house: tuple[Piece, ...] = ()
    bed: Piece | None = None


def choose(
    offer: Offer,
    heard: Mapping[str, float],
    now_s: float,
    window_s: float,
    avoid: Collection[str] = (),
    *,
    in_panic: bool = False,
) -> Piece | None:
    """Return what plays next; None only when there is nothing at all.

    Tonight's songs, then the house's own music, the longest unheard of each first, nothing that was heard within
    ``window_s``; then house music within it; then the bed, again and again. In panic no song of a guest. Of those
    equally long unheard the first that is offered. ``heard`` says when the room last heard a piece, by its key, in
    seconds of the epoch; ``avoid`` are keys, such as that of what plays now, that come only when there is nothing else.
    """

    def is_rested(piece: Piece) -> bool:
        return _age_s(heard, piece, now_s) >= window_s

    replays = () if in_panic else offer.replays
    bed = (offer.bed,) if offer.bed else ()
    rungs: list[Iterable[Piece]] = [filter(is_rested, replays), filter(is_rested, offer.house), offer.house, bed]
    rungs.append(replays)  # the bed could not be made: rather a song too soon than silence
    for rung in rungs:
        if free := [piece for piece in rung if piece.key not in avoid or piece.kind == "bed"]:
            return _longest_unheard(free, heard)
    return next((_longest_unheard(rung, heard) for rung in (offer.house, replays) if rung), None)


def _longest_unheard(pieces: Iterable[Piece], heard: Mapping[str, float]) -> Piece:
    return min(pieces, key=lambda piece: heard.get(piece.key, float("-inf")))


def _age_s(heard: Mapping[str, float], piece: Piece, now_s: float) -> float:
    """Return how long ago the room heard it; the clock may have been set back since."""
    return abs(now_s - heard[piece.key]) if piece.key in heard else float("inf")
