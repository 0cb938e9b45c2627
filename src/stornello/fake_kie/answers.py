"""How a task looks in each dialect. Source: docs.kie.ai and recorded traffic; see docs/fake-kie.md."""

import json
import re
from collections.abc import Callable, Mapping

from stornello.fake_kie.desk import PRICE, TROUBLED_POLLS, Task
from stornello.fake_kie.faults import MESSAGES
from stornello.fake_kie.scenarios import End

AddressOf = Callable[[Task, int], str]
"""Where take 1 or 2 of a task is to be had."""

_FLAT_STAGES = ((0.25, "PENDING"), (0.5, "TEXT_SUCCESS"), (1.0, "FIRST_SUCCESS"))
_MARKET_STAGES = ((0.2, "waiting"), (0.4, "queuing"), (1.0, "generating"))


def flat(task: Task, ripeness: float, address: AddressOf) -> dict[str, object]:
    """Return ``data`` of record-info."""
    end = task.row.end if ripeness >= 1 else None
    status = strange_status(task) or _stage(_FLAT_STAGES, ripeness) or (end or End()).status
    failed = bool(end and end.failed) and not strange_status(task)
    why = MESSAGES[end.error] if end and end.error and failed else None
    takes = [] if failed else _suno_data(task, status, address)
    response: dict[str, object] = {"taskId": task.id, "sunoData": takes}
    if failed:
        response["errorMessage"] = why
    data: dict[str, object] = {
        "taskId": task.id,
        "parentMusicId": "",
        "param": json.dumps({"model": task.order.model, "title": task.order.title}, ensure_ascii=False),
        "response": None if status == "PENDING" or strange_status(task) else response,
        "status": status,
        "type": "GENERATE",
        "operationType": "generate",
        "errorCode": end.error if end and failed else None,
        "errorMessage": why,
    }
    return snake(data) if task.row.shape == "snake" else data


def market(task: Task, ripeness: float, address: AddressOf) -> dict[str, object]:
    """Return ``data`` of recordInfo."""
    end = task.row.end if ripeness >= 1 else None
    state = strange_status(task).lower() or _stage(_MARKET_STAGES, ripeness) or (end or End()).state
    failed = state == "fail"
    done = state == "success"
    return {
        "taskId": task.id,
        "model": "ai-music-api/generate",
        "state": state,
        "param": json.dumps({"model": task.order.model, "title": task.order.title}, ensure_ascii=False),
        "resultJson": _result(task, address) if done else "",
        "failCode": str(end.error) if end and failed else None,
        "failMsg": MESSAGES[end.error] if end and end.error and failed else None,
        "costTime": round((task.ripe_at - task.accepted_at).total_seconds()) if done else None,
        "creditsConsumed": PRICE if done else None,
        "createTime": _milliseconds(task),
    }


def word_times(task: Task) -> list[dict[str, object]] | None:
    """Return when each word is sung, spread over the song; None where there are none."""
    words = [word for line in task.order.lyrics.splitlines() for word in _words(line)]
    if not task.row.lyrics_times or not words:
        return None
    each = task.seconds / len(words)
    return [
        {
            "word": word,
            "success": True,
            "startS": round(n * each, 3),
            "endS": round((n + 0.9) * each, 3),
            "palign": 0,
        }
        for n, word in enumerate(words)
    ]


def take_id(task: Task, number: int) -> str:
    """Return the id of a take, a UUID as Suno's are."""
    text = f"{task.id[:-1]}{number}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def snake(data: Mapping[str, object]) -> dict[str, object]:
    """Return ``data`` with every key in snake_case, at every depth."""
    return {re.sub(r"(?<!^)([A-Z])", r"_\1", key).lower(): _snake_value(value) for key, value in data.items()}


def _snake_value(value: object) -> object:
    if isinstance(value, list):
        return [_snake_value(item) for item in value]
    return snake(value) if isinstance(value, dict) else value


def _words(line: str) -> list[str]:
    words = line.split(" ")
    return [*(f"{word} " for word in words[:-1]), f"{words[-1]}\n"] if line.strip() else []


def _stage(stages: tuple[tuple[float, str], ...], ripeness: float) -> str:
    return next((name for until, name in stages if ripeness < until), "")


def strange_status(task: Task) -> str:
    """Return the strange status that this poll is told, or nothing."""
    return task.row.strange if task.polls <= TROUBLED_POLLS else ""


def _suno_data(task: Task, status: str, address: AddressOf) -> list[dict[str, object]]:
    ready = {"TEXT_SUCCESS": 0, "FIRST_SUCCESS": 1}.get(status, 2)
    return [
        {
            "id": take_id(task, number),
            "audioUrl": address(task, number) if number <= ready else "",
            "sourceAudioUrl": "",
            "streamAudioUrl": "",
            "sourceStreamAudioUrl": "",
            "imageUrl": "",
            "prompt": task.order.lyrics,
            "modelName": "chirp-crow",
            "title": task.order.title,
            "tags": task.order.style,
            "createTime": _milliseconds(task),
            "duration": task.seconds if number <= ready else None,
        }
        for number in (1, 2)
    ]


def _result(task: Task, address: AddressOf) -> object:
    if task.row.shape == "urls":
        return json.dumps({"resultUrls": [address(task, 1), address(task, 2)]})
    takes = [
        {
            "id": take_id(task, number),
            "audio_url": address(task, number),
            "title": task.order.title,
            "tags": task.order.style,
            "prompt": task.order.lyrics,
            "duration": task.seconds,
        }
        for number in (1, 2)
    ]
    result = {"code": 200, "task_id": task.id, "data": takes}
    return result if task.row.shape == "object" else json.dumps(result, ensure_ascii=False)


def _milliseconds(task: Task) -> int:
    return round(task.accepted_at.timestamp() * 1000)
