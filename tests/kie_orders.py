"""Orders for Kie as plain HTTP would send them: ``asking(kie).order()``, in either dialect."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2

from stornello.fake_kie import FakeKie

SUBMIT = {"flat": "/api/v1/generate", "market": "/api/v1/jobs/createTask"}
POLL = {"flat": "/api/v1/generate/record-info", "market": "/api/v1/jobs/recordInfo"}
DIALECTS = ("flat", "market")


def a_flat_order(**changes: object) -> dict[str, Any]:
    """Return the body of a flat submit."""
    order = {
        "customMode": True,
        "instrumental": False,
        "model": "V5",
        "prompt": "[Verse]\nMarta canta\nal tavolo tre",
        "style": "italian pop",
        "title": "Marta",
        "callBackUrl": "https://example.com/cb",
    }
    return {**order, **changes}


def a_market_order(**changes: object) -> dict[str, Any]:
    """Return the body of a market submit; ``changes`` go into its input."""
    order = {
        "model": "V6",
        "custom_mode": True,
        "instrumental": False,
        "lyrics": "[Verse]\nMarta canta\nal tavolo tre",
        "style": "italian pop",
        "title": "Marta",
    }
    return {"model": "ai-music-api/generate", "input": {**order, **changes}}


@dataclass
class Customer:
    """Speaks to a fake Kie in one dialect, and repeats nothing."""

    kie: FakeKie
    dialect: str = "market"
    key: str = "any"
    http: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        self.http = httpx2.Client(base_url=self.kie.url, headers=headers, timeout=20, verify=False)

    def submit(self, **changes: object) -> httpx2.Response:
        body = a_flat_order(**changes) if self.dialect == "flat" else a_market_order(**changes)
        return self.http.post(SUBMIT[self.dialect], json=body)

    def order(self, *scenario: str, **changes: object) -> str:
        """Order under ``scenario`` and return the task id."""
        self.kie.next(*scenario)
        data = self.submit(**changes).json()["data"]
        return str(data.get("taskId") or data["task_id"])

    def poll(self, task: str) -> httpx2.Response:
        return self.http.get(POLL[self.dialect], params={"taskId": task})

    def told(self, task: str) -> dict[str, Any]:
        """Poll and return ``data``."""
        return dict(self.poll(task).json()["data"])

    def audio(self, task: str, number: int = 1) -> bytes:
        return self.http.get(f"/audio/{task}-{number}.mp3").content


class Visit(Protocol):
    """Lets a customer in."""

    def __call__(self, kie: FakeKie, dialect: str = "market", key: str = "any") -> Customer: ...
