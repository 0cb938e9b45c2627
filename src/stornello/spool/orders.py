"""steps/orders.json in a job's folder: every request for its song, so that none is made, or paid for, twice.

A request is written down before it is made, and its id before the studio is asked for the song. Each change replaces
the whole file at once. What comes next is read from it alone, after any crash: ``generate_song/decision.py``.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from stornello.domain.errors import JobHeldError, ProviderError
from stornello.domain.plain import Plain
from stornello.seams import RequestId
from stornello.spool import answers, atomic, charges
from stornello.spool.charges import ChargeId

State = Literal["asking", "cooking", "done", "failed", "refused", "not-taken"]
"""``asking``: about to be requested, or cut off there: whether it was taken is unknown. ``cooking``: taken, its id is
known. ``done``: delivered. ``failed``: taken, and failed for good. ``refused``, ``not-taken``: certainly not taken, for
good or for now."""

Hope = Literal["none", "again", "gently"]
"""What may still come of the same studio: nothing, another request, one with gentler words."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request at one studio; ``gently``: with gentler lyrics; ``parked``: its wait was broken off.

    ``id`` is the studio's, once it has taken it. ``charge_state`` is how ``charge`` is to stand in the ledger.
    """

    studio: str
    state: State = "asking"
    is_paid: bool = True
    charge: ChargeId | None = None
    charge_state: charges.State = "begun"
    id: RequestId | None = None
    gently: bool = False
    parked: bool = False
    code: str = ""
    what: Plain | None = None
    todo: Plain | None = None
    hope: Hope = "none"
    retry_after_s: float | None = None

    def ended(self, state: State, charge_state: charges.State, error: ProviderError, hope: Hope = "none") -> "Request":
        """Return it as ``error`` has left it."""
        return replace(
            self,
            state=state,
            charge_state=charge_state,
            code=error.code,
            what=error.what,
            todo=error.todo,
            hope=hope,
            retry_after_s=error.retry_after_s,
        )

    @property
    def may_be_paid(self) -> bool:
        """Return whether a song may be had for money that was spent: asking again elsewhere would pay twice."""
        return self.is_paid and self.state in {"asking", "cooking", "done"}


def read(job: Path) -> tuple[Request, ...]:
    """Return the requests of the job in folder ``job``, in order.

    Raises:
        JobHeldError: there is a file that cannot be read: nobody can tell what was paid for.
    """
    try:
        return tuple(_request_of(one) for one in json.loads(_file(job).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _unreadable() from None


KEPT = Plain(
    "È già ordinata e non si paga di nuovo: stornello retry NOME",
    "It is ordered already and is not paid again: stornello retry NAME",
)
"""What to do about a job whose song a studio has in hand."""


def in_hand(job: Path) -> bool:
    """Return whether a studio has taken the song of the job in folder ``job``, and it was not delivered yet."""
    try:
        requests = read(job)
    except JobHeldError:
        return False
    return bool(requests) and requests[-1].state == "cooking"


def undecided(job: Path) -> JobHeldError | None:
    """Return why the job in folder ``job`` has to wait for a person, if it has: a paid request, its end unknown."""
    try:
        requests = read(job)
    except JobHeldError as error:
        return error
    last = requests[-1] if requests else None
    return held(last.studio) if last and last.state == "asking" and last.is_paid else None


def write(job: Path, requests: Sequence[Request]) -> None:
    """Replace the job's requests."""
    file = _file(job)
    atomic.make_folder(file.parent)
    atomic.write_json(file, [asdict(one) for one in requests])


def keep(job: Path, wanted: Callable[[Request], bool]) -> None:
    """Forget the requests that are not ``wanted``."""
    requests = read(job)
    kept = [one for one in requests if wanted(one)]
    if len(kept) < len(requests):
        write(job, kept)


def mark_done(job: Path) -> None:
    """Note that the song of the last request is safe. Does nothing when that is known."""
    requests = read(job)
    if requests and requests[-1].state == "cooking":
        write(job, (*requests[:-1], replace(requests[-1], state="done")))


def unpark(job: Path) -> None:
    """Let the song of the last request be waited for with all patience again."""
    requests = read(job)
    if requests and requests[-1].parked:
        write(job, (*requests[:-1], replace(requests[-1], parked=False)))


def own(answers_: Path, studio: str, request: RequestId, job: str) -> None:
    """Remember in the folder ``answers_`` that ``request`` at ``studio`` is ``job``'s."""
    answers.save(answers_, answers.key_of("request", studio, request), job)


def owner(answers_: Path, studio: str, request: RequestId) -> str:
    """Return whose ``request`` at ``studio`` is; empty when nobody's."""
    return str(answers.read(answers_, answers.key_of("request", studio, request)) or "")


def _file(job: Path) -> Path:
    return job / "steps" / "orders.json"


def _request_of(data: dict[str, Any]) -> Request:
    what, todo = (Plain(**data[name]) if data[name] else None for name in ("what", "todo"))
    known = Request(**(data | {"what": what, "todo": todo}))
    if known.state not in get_args(State) or known.charge_state not in get_args(charges.State):
        raise ValueError("no state")
    if known.state == "cooking" and not known.id:
        raise ValueError("no id")
    texts, flags = (
        (known.studio, known.charge or "", known.id or "", known.code),
        (known.is_paid, known.gently, known.parked),
    )
    if not (all(isinstance(one, str) for one in texts) and all(isinstance(one, bool) for one in flags)):
        raise TypeError("no request")
    float(known.retry_after_s or 0.0)
    return known


def held(studio: str) -> JobHeldError:
    """Return why the job waits for a person."""
    return JobHeldError(
        "outcome-unknown",
        Plain(
            f"La canzone era in ordinazione da «{studio}» quando la risposta si è persa: forse è già pagata.",
            f"The song was being ordered from '{studio}' when the answer was lost: it may be paid for already.",
        ),
        Plain(
            "Guarda nel conto dello studio. Se c'è: stornello resolve LAVORO --paid TASK_ID; se non c'è: --not-paid",
            "Look into the studio's account. If it is there: stornello resolve JOB --paid TASK_ID; if not: --not-paid",
        ),
    )


def _unreadable() -> JobHeldError:
    return JobHeldError(
        "orders-unreadable",
        Plain(
            "steps/orders.json di questo lavoro non si legge: non si sa che cosa è già stato ordinato.",
            "This job's steps/orders.json cannot be read: nobody can tell what was ordered already.",
        ),
        Plain(
            "Guarda nel conto dello studio. Se c'è: stornello resolve LAVORO --paid TASK_ID --studio NOME; "
            "se non c'è: --not-paid",
            "Look into the studio's account. If it is there: stornello resolve JOB --paid TASK_ID --studio NAME; "
            "if not: --not-paid",
        ),
    )
