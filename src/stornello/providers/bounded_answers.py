"""No answer takes for ever: a server that sends a byte now and then never lets a read time-out happen."""

from collections.abc import Callable, Iterator

import httpx2

from stornello.domain.clock import Clock, SystemClock

MOST_BYTES = 20_000_000
"""No answer of a service is as large."""


def bounded(seconds: float, clock: Clock | None = None) -> Callable[[httpx2.Response], None]:
    """Return a response hook that ends an answer which is not there ``seconds`` after its head, or is too large."""

    def bind(response: httpx2.Response) -> None:
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _Bounded(response.stream, seconds, clock or SystemClock())

    return bind


class _Bounded(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream, seconds: float, clock: Clock) -> None:
        self._stream = stream
        self._clock = clock
        self._end = clock.monotonic() + seconds

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._stream:
            size += len(piece)
            if self._clock.monotonic() > self._end:
                raise httpx2.ReadTimeout("the answer did not end")
            if size > MOST_BYTES:
                raise httpx2.ReadError("the answer is too large")
            yield piece

    def close(self) -> None:
        self._stream.close()
