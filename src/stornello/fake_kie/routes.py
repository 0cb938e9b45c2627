"""What each address answers. Knows requests and replies, but no sockets."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from stornello.domain.plain import Plain
from stornello.fake_kie import answers, melody
from stornello.fake_kie.desk import PRICE, TROUBLED_POLLS, Desk, Task
from stornello.fake_kie.faults import Reply, answer, refusal, spoil
from stornello.fake_kie.orders import Dialect, Invalid, Order, read_flat, read_market
from stornello.fake_kie.scenarios import SCENARIOS
from stornello.fake_kie.takes import Takes

WRONG_KEY = "wrong"
"""The one key that is refused when any other will do."""

_LOW_CREDITS = 5.0


@dataclass(frozen=True, slots=True)
class Request:
    """What came in; ``base`` is our own address as the caller knows it."""

    method: str
    path: str
    query: Mapping[str, str]
    bearer: str
    body: bytes
    base: str


@dataclass(frozen=True, slots=True)
class Rules:
    """How the house is run. ``key`` empty: any but ``wrong``. ``sunoapi``: the other house's code table."""

    credits: float = 1000.0
    slow_s: float = 3.0
    key: str = ""
    rate_limit: bool = True
    sunoapi: bool = False


class Routes:
    """Answers requests; safe to call from many threads."""

    def __init__(self, new_desk: Callable[[], Desk], rules: Rules) -> None:
        self._new_desk = new_desk
        self.rules = rules
        self._lock = threading.RLock()
        self.reset()
        self._api: dict[tuple[str, str], Callable[[Request], Reply]] = {
            ("POST", "/api/v1/generate"): lambda asked: self._submit(asked, read_flat),
            ("POST", "/api/v1/jobs/createTask"): lambda asked: self._submit(asked, read_market),
            ("GET", "/api/v1/generate/record-info"): lambda asked: self._poll(asked, "flat"),
            ("GET", "/api/v1/jobs/recordInfo"): lambda asked: self._poll(asked, "market"),
            ("POST", "/api/v1/generate/get-timestamped-lyrics"): self._lyrics,
            ("GET", "/api/v1/chat/credit"): self._credit,
            ("GET", "/api/v1/generate/credit"): self._credit,
        }

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self.desk = self._new_desk()
            self.requests: Counter[str] = Counter()
            self._takes = Takes()

    def reply(self, asked: Request) -> Reply:
        """Return the answer to a request."""
        if asked.path.startswith("/_fake/"):
            return self._fake(asked)
        name = "/audio" if asked.path.startswith("/audio/") else asked.path
        with self._lock:
            self.requests[name] += 1
        if name == "/audio":
            return self._audio(asked)
        route = self._api.get((asked.method, asked.path))
        if not route:
            return replace(refusal(404), status=404, note=Plain("indirizzo sconosciuto", "unknown address"))
        if not self._opens(asked.bearer):
            return replace(refusal(401), note=Plain("chiave mancante o sbagliata", "key missing or wrong"))
        with self._lock:
            return route(asked)

    def report(self) -> dict[str, object]:
        """Return what ``/_fake/state`` shows."""
        with self._lock:
            return {**self.desk.report(), "requests": dict(self.requests), "credits": self._left()}

    def announce(self, *names: str) -> None:
        """Queue scenarios for the next submits."""
        with self._lock:
            self.desk.announce(names)

    def _opens(self, bearer: str) -> bool:
        return bearer == self.rules.key if self.rules.key else bearer not in {"", WRONG_KEY}

    def _left(self) -> float:
        return self.rules.credits - PRICE * self.desk.charges

    def _submit(self, asked: Request, read: Callable[[Mapping[str, object]], Order]) -> Reply:
        if self.rules.rate_limit and self.desk.is_rushed():
            return replace(refusal(405 if self.rules.sunoapi else 429), note=Plain("troppi ordini", "too many orders"))
        try:
            order = read(_json(asked.body))
        except Invalid as bad:
            code = 413 if bad.too_long and self.rules.sunoapi else 422
            return replace(refusal(code, bad.message), note=Plain("ordine non valido", "order not valid"))
        if self._left() < PRICE:
            return replace(refusal(429 if self.rules.sunoapi else 402), note=Plain("crediti finiti", "no credits left"))
        return self._take(order, self.desk.draw())

    def _take(self, order: Order, name: str) -> Reply:
        row = SCENARIOS[name]
        earlier = self.desk.latest(order.dialect) if row.duplicate else None
        if earlier:
            return replace(_accepted(earlier), note=_told(name, "stesso id di prima", "an earlier id again"))
        if not row.accepts:
            return replace(
                spoil(answer(None), row.submit, self.rules.slow_s), note=_told(name, "non accettato", "not accepted")
            )
        task = self.desk.accept(order, name)
        note = _told(name, f"accettato e addebitato {task.id[:8]}", f"accepted and charged {task.id[:8]}")
        return replace(spoil(_accepted(task), row.submit, self.rules.slow_s), note=note)

    def _poll(self, asked: Request, dialect: Dialect) -> Reply:
        task = self.desk.tasks.get(asked.query.get("taskId", ""))
        if not task or task.order.dialect != dialect:
            return replace(answer(None), note=Plain("canzone sconosciuta", "unknown task"))
        task.polls += 1
        ripeness = self.desk.ripeness(task)
        look = answers.flat if dialect == "flat" else answers.market
        data = look(task, ripeness, lambda task, number: _address(asked.base, task, number))
        state = str(data.get("status", data.get("state")))
        fault = task.row.poll if task.polls <= TROUBLED_POLLS else None
        if not fault and ripeness >= 1 and not answers.strange_status(task):
            self.desk.note_end(task)
        note = _told(task.scenario, f"{task.id[:8]}: {state}", f"{task.id[:8]}: {state}")
        return replace(spoil(answer(data), fault, self.rules.slow_s), note=note)

    def _lyrics(self, asked: Request) -> Reply:
        wish = _json(asked.body)
        task = self.desk.tasks.get(str(wish.get("taskId")))
        words = answers.word_times(task) if task else None
        data = words and {"alignedWords": words, "waveformData": [], "hootCer": 0.0, "isStreamed": False}
        return replace(answer(data), note=Plain("tempi delle parole", "word times"))

    def _credit(self, asked: Request) -> Reply:
        del asked
        trouble = self.desk.outlook.credit
        if trouble == "broken":
            return replace(refusal(500), note=Plain("crediti: errore", "credits: error"))
        left = _LOW_CREDITS if trouble == "low" else self._left()
        return replace(answer(left), note=Plain(f"crediti: {left:g}", f"credits: {left:g}"))

    def _audio(self, asked: Request) -> Reply:
        name, _, number = asked.path.removeprefix("/audio/").rpartition(".")[0].rpartition("-")
        with self._lock:
            task = self.desk.tasks.get(name)
            if not task or number not in {"1", "2"}:
                return Reply(b"not found", 404, "text/plain", note=Plain("audio sconosciuto", "unknown audio"))
            task.downloads[int(number)] += 1
            whose = self.desk.copied(task) if task.row.audio[0] == "copy" else task
        reply = self._takes.deliver(task, whose, int(number), self.rules.slow_s)
        return replace(reply, note=_told(task.scenario, f"audio di {task.id[:8]}", f"audio of {task.id[:8]}"))

    def _fake(self, asked: Request) -> Reply:
        match asked.method, asked.path:
            case "GET", "/_fake/state":
                pass
            case "POST", "/_fake/reset":
                self.reset()
            case "POST", "/_fake/next":
                names = _json(asked.body).get("scenarios")
                try:
                    self.announce(*(str(name) for name in names) if isinstance(names, list) else ())
                except ValueError as stranger:
                    return replace(refusal(422, str(stranger)), status=422)
            case _:
                return replace(refusal(404), status=404)
        return Reply(json.dumps(self.report(), ensure_ascii=False).encode())


def _accepted(task: Task) -> Reply:
    return answer({"task_id" if task.row.shape == "snake" and task.order.dialect == "flat" else "taskId": task.id})


def _address(base: str, task: Task, number: int) -> str:
    name = f"audio/{task.id}-{number}.{melody.extension()}"
    elsewhere = {"private": "https://10.0.0.1", "http": "http://cdn.invalid"}
    return f"{elsewhere.get(task.row.address, base)}/{name}"


def _told(name: str, it: str, en: str) -> Plain:
    row = SCENARIOS[name]
    return Plain(it, en) if name == "ok" else Plain(f"{it} ({name}: {row.told.it})", f"{en} ({name}: {row.told.en})")


def _json(body: bytes) -> Mapping[str, object]:
    try:
        read = json.loads(body or b"{}")
    except ValueError:
        read = {}
    return read if isinstance(read, dict) else {}
