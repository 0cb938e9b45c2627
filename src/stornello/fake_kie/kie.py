"""The fake Kie as tests and the command use it."""

import threading
from collections import Counter
from typing import Self

from stornello.domain.clock import Clock, SystemClock
from stornello.fake_kie.desk import Desk, Task
from stornello.fake_kie.routes import Routes, Rules
from stornello.fake_kie.server import Server, Watcher


class FakeKie:
    """A running Kie; ``with FakeKie() as kie: ... kie.url``.

    Args:
        port: 0 takes a free one.
        scenario: what every submit gets, when :meth:`next` has queued nothing.
        cook_s: how long a song takes. 0: it is done at the first poll.
        spread_s: songs take up to this much longer, evenly, by the storm's number.
        seconds: how long the takes are when the order does not say.
        storm: a random scenario for each submit, half of them ok; the number makes it repeatable.
        credits: on the account; a song takes 12, and without them code 402 is answered.
        slow_s: how late the slow scenarios are.
        key: the only API key that opens; empty: any but ``wrong``.
        rate_limit: refuse more than 20 submits in 10 s, as Kie does.
        sunoapi: use the code table of sunoapi.org.
        host: 127.0.0.1 unless the network is trusted.
        clock: only tests turn another.
        watcher: told of every request.
    """

    def __init__(  # noqa: PLR0913 - each an independent knob, all by name
        self,
        port: int = 0,
        scenario: str = "ok",
        cook_s: float = 0.0,
        seconds: float = 30.0,
        *,
        spread_s: float = 0.0,
        storm: int | None = None,
        credits: float = 1000.0,  # noqa: A002 - Kie's word
        slow_s: float = 3.0,
        key: str = "",
        rate_limit: bool = True,
        sunoapi: bool = False,
        host: str = "127.0.0.1",
        clock: Clock | None = None,
        watcher: Watcher | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._host = host
        rules = Rules(credits=credits, slow_s=slow_s, key=key, rate_limit=rate_limit, sunoapi=sunoapi)
        self.routes = Routes(
            lambda: Desk(self._clock, scenario, storm=storm, cook_s=cook_s, spread_s=spread_s, seconds=seconds),
            rules,
        )
        self._server = Server((host, port), self.routes, watcher)

    @property
    def url(self) -> str:
        """The base URL for clients on this machine."""
        host = "127.0.0.1" if self._host == "0.0.0.0" else self._host  # noqa: S104 - compared, not bound
        return f"http://{host}:{self._server.server_port}"

    @property
    def charges(self) -> int:
        """How many submits were accepted; each is charged."""
        return self.routes.desk.charges

    @property
    def paid_twice(self) -> int:
        """How many accepted submits ordered a song again that Kie had not declared failed."""
        return self.routes.desk.paid_twice

    @property
    def accepted(self) -> list[str]:
        """The task ids in order."""
        return list(self.routes.desk.tasks)

    @property
    def tasks(self) -> dict[str, Task]:
        """The accepted orders by id."""
        return dict(self.routes.desk.tasks)

    @property
    def requests(self) -> Counter[str]:
        """How often each path was asked for; every audio file counts as ``/audio``."""
        return Counter(self.routes.requests)

    @property
    def scenarios(self) -> list[str]:
        """What each submit got, in order."""
        return list(self.routes.desk.drawn)

    def next(self, *scenarios: str) -> None:
        """Queue scenarios for the next submits.

        Raises:
            ValueError: there is no such scenario.
        """
        self.routes.announce(*scenarios)

    def reset(self) -> None:
        """Forget everything, as if just started."""
        self.routes.reset()

    def start(self) -> None:
        """Serve from a thread of its own."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="fake-kie", daemon=True).start()

    def stop(self) -> None:
        """End every connection and leave the port."""
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
