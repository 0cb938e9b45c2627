"""Where a room begins to hear a piece and no longer does: by its own loudness, not by digital silence alone. Pure.

Measured with synthetic endings of pink level, crossfade 5 s: four seconds of hiss at the end, 40 dB below the song, are
above -50 dBFS and would be a hole; an echo that dies away at 20 dB/s is passed 0.6 s into it.
"""

from collections.abc import Sequence

TAIL_LU = 15.0
"""An ending that stays so far below the piece's own loudness is a tail: the next piece may cover it."""

LONGEST_TAIL_S = 10.0
"""A longer one is quiet music, which is played."""

UNHEARD_LU = 30.0
"""So far below it nothing is heard in a room with people, however long."""

_MOMENT_S = 0.1
_WINDOW_S = 0.4


def heard_from(
    moments: Sequence[tuple[float, float]], loudness_lufs: float, cue_in_s: float, cue_out_s: float
) -> float:
    """Return where a room begins to hear the piece, at least ``cue_in_s``: a tenth of a second early at most.

    ``moments`` are as for :func:`heard_until`, of the piece's beginning; none is loud enough: ``cue_in_s``.
    """
    first_s = min((at for at, loud in moments if loud > loudness_lufs - UNHEARD_LU), default=cue_in_s)
    return first_s if cue_in_s + _WINDOW_S < first_s < cue_out_s else cue_in_s


def heard_until(
    moments: Sequence[tuple[float, float]], loudness_lufs: float, cue_in_s: float, cue_out_s: float
) -> float:
    """Return where a room that hears the piece from ``cue_in_s`` no longer does, at most ``cue_out_s``.

    ``moments`` are time and momentary loudness (EBU R 128, 0.4 s), ten a second; of a long file only the last ones.
    """
    heard_s = _last(moments, loudness_lufs - UNHEARD_LU, cue_out_s)
    body_s = _last(moments, loudness_lufs - TAIL_LU, heard_s)
    return body_s if heard_s - body_s <= min(LONGEST_TAIL_S, (heard_s - cue_in_s) / 4) else heard_s


def _last(moments: Sequence[tuple[float, float]], lufs: float, end_s: float) -> float:
    """Return where the last moment above ``lufs`` ends; ``end_s`` when that is nearly the end, or there is none."""
    last_s = max((at for at, loud in moments if loud > lufs), default=end_s) + _MOMENT_S - (_WINDOW_S - _MOMENT_S)
    return last_s if last_s < end_s - _WINDOW_S else end_s
