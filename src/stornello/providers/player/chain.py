"""What mpv's filters do to a song: its level, the slopes of its envelope, and a meter.

They are three labelled filters. A new envelope replaces the slopes alone, so that the limiter keeps what it holds: made
anew it would lose the few milliseconds that it looks ahead.
"""

from stornello.domain.crossfade import Envelope

LEVEL, SLOPES, METER = "level", "slopes", "meter"

PEAK = "lavfi.astats.Overall.Peak_level"
"""What the meter calls the highest sample of the last frame, in dBFS."""

_CURVES = {"equal-power": "qsin", "smooth": "hsin", "linear": "tri"}

MARGIN_DB = 0.4
"""How far limited sound overshoots at most when it is brought back to its rate (measured: 0.33, clipped noise)."""

_METER = "astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=Peak_level"


def whole(envelope: Envelope) -> str:
    """Return the filters for a song that is put on."""
    return f"{_labelled(LEVEL, level(envelope))},{slopes(envelope)},{_labelled(METER, _METER)}"


def level(envelope: Envelope) -> str:
    """Return the graph that brings the song to its level.

    Source: https://ffmpeg.org/ffmpeg-filters.html#alimiter
    """
    gain = f"volume={envelope.gain_db:.3f}dB"
    if envelope.limit_dbtp is None:
        return gain
    return f"{gain},{_limiter(envelope.limit_dbtp)}"


def slopes(envelope: Envelope) -> str:
    """Return the filter of an envelope's slopes.

    Source: https://ffmpeg.org/ffmpeg-filters.html#afade-1; qsin is the quarter sine, in² + out² = 1.
    """
    steps = [
        f"afade=t={way}:st={fade.start_s:.6f}:d={fade.length_s:.6f}:curve={_CURVES[fade.curve]}"
        for way, fades in (("in", envelope.rises), ("out", envelope.falls))
        for fade in fades
    ]
    return _labelled(SLOPES, ",".join(steps) or "anull")


def _limiter(limit_dbtp: float) -> str:
    """Return a limiter of the true peak: one that sees samples alone lets 2 to 6 dB more through between them."""
    limit = 10 ** ((limit_dbtp - MARGIN_DB) / 20)
    return f"aresample=192000,alimiter=limit={limit:.6f}:level=false:latency=true:attack=5:release=50,aresample=48000"


def _labelled(label: str, graph: str) -> str:
    return f"@{label}:lavfi=[{graph}]"
