"""Why the control socket says no, in words that people read."""

from typing import Any, Final

from stornello.domain.errors import StornelloError
from stornello.domain.plain import Plain

_SEE = Plain("Vedi docs/control.md.", "See docs/control.md.")

TOO_MANY: Final = StornelloError(
    "too-many-lines",
    Plain("Troppi programmi parlano con Riproduzione.", "Too many programs talk to Riproduzione."),
    Plain("Chiudine qualcuno.", "Close some of them."),
)

TOO_LONG: Final = StornelloError(
    "not-understood", Plain("Richiesta non capita: troppo lunga.", "Request not understood: too long."), _SEE
)

TOO_SLOW: Final = StornelloError(
    "dj-is-busy",
    Plain("Riproduzione non ha fatto in tempo.", "Riproduzione did not come to it in time."),
    Plain("Guarda che cosa suona, e riprova.", "Look what plays, and try again."),
)

NOTHING_PLAYS: Final = StornelloError(
    "nothing-plays",
    Plain("Non suona niente.", "Nothing plays."),
    Plain("Aspetta che cominci una canzone.", "Wait until a song begins."),
)

IN_A_PASSAGE: Final = StornelloError(
    "in-a-passage",
    Plain("Qui una canzone passa nell'altra.", "Here one song passes into the next."),
    Plain("Riprova dopo la dissolvenza.", "Try again after the crossfade."),
)

NO_PANIC: Final = StornelloError(
    "no-panic",
    Plain("Non c'è nessun panico da finire.", "There is no panic to end."),
    Plain("Per far ripartire la musica: stornello play", "To let the music go on: stornello play"),
)


def not_understood(it: str, en: str) -> StornelloError:
    """Return what to say of a request that is none, and what is wrong with it."""
    return StornelloError(
        "not-understood", Plain(f"Richiesta non capita: {it}.", f"Request not understood: {en}."), _SEE
    )


def disk_refuses(error: OSError) -> StornelloError:
    """Return what to say of a command that the disk refuses."""
    why = error.strerror or type(error).__name__
    return StornelloError(
        "disk-refuses",
        Plain(f"Il disco dice no ({why}).", f"The disk says no ({why})."),
        Plain("Guarda: stornello status", "Look at: stornello status"),
    )


def failed() -> StornelloError:
    """Return what to say of a command that failed as nobody foresaw."""
    return StornelloError(
        "command-failed",
        Plain("Il comando non è riuscito.", "The command failed."),
        Plain("Guarda .tmp_player/logs/riproduzione.log.", "Look into .tmp_player/logs/riproduzione.log."),
    )


def as_answer(error: StornelloError) -> dict[str, Any]:
    """Return the answer that says no, and why, in both languages."""
    return {"ok": False, "code": error.code, "error": _both(error.what), "todo": _both(error.todo)}


def _both(sentence: Plain) -> dict[str, str]:
    return {"it": sentence.it, "en": sentence.en}
