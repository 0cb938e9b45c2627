"""Why a recording is set aside, and what to do: the watchdog's own reasons, in both languages."""

from pathlib import Path
from typing import Final

from stornello import media
from stornello.domain.errors import RecordingError
from stornello.domain.plain import Plain

STILL_WRITTEN: Final = (
    "still-written",
    Plain("Il registratore sta ancora scrivendo il file.", "The recorder is still writing the file."),
    Plain(
        "Quando il file è intero si ascolta da solo.",
        "It is heard by itself when the file is whole.",
    ),
)
"""The code, what it means and what to do of a recording that changes after it was claimed."""


def _it(number: float) -> str:
    """Return the number as Italians write it."""
    return f"{number:g}".replace(".", ",")


def not_a_file() -> RecordingError:
    """Something that is no file has a recording's name: a link, a pipe, a folder."""
    return RecordingError(
        "not-a-file",
        Plain("Non è un file: è un collegamento, una pipe o altro.", "It is no file, but a link, a pipe or the like."),
        Plain("Metti in FROM_TABLES il file stesso.", "Put the file itself into FROM_TABLES."),
    )


def not_a_recording() -> RecordingError:
    """Its name has an ending that no recorder gives."""
    accepted = ", ".join(sorted(extension.removeprefix(".") for extension in media.EXTENSIONS))
    return RecordingError(
        "not-a-recording",
        Plain(
            f"Dal nome non è una registrazione: si accettano {accepted}.",
            f"By its name this is no recording: {accepted} are accepted.",
        ),
        Plain(
            "Se è una voce, salvala in uno di questi formati e rimettila in FROM_TABLES.",
            "If it is a voice, save it as one of these and drop it into FROM_TABLES again.",
        ),
    )


def empty() -> RecordingError:
    """There is not one byte in it."""
    return RecordingError(
        "empty",
        Plain("Il file è vuoto.", "The file is empty."),
        Plain(
            "Guarda se il registratore ha spazio; poi registra di nuovo.",
            "See whether the recorder has room left; then record again.",
        ),
    )


def too_large(most_mb: float) -> RecordingError:
    """It has more bytes than MAX_RECORDING_MB."""
    return RecordingError(
        "too-large",
        Plain(f"La registrazione supera {_it(most_mb)} MB.", f"The recording is larger than {most_mb:g} MB."),
        Plain(
            "Accorciala, o alza MAX_RECORDING_MB, riavvia e poi: stornello retry NOME",
            "Shorten it, or raise MAX_RECORDING_MB, start again, and then: stornello retry NAME",
        ),
    )


def in_part(most_s: float) -> RecordingError:
    """It lasts longer than MAX_RECORDING_SECONDS; what comes after is not heard."""
    return RecordingError(
        "in-part",
        Plain(
            f"Solo i primi {_it(most_s)} secondi sono stati ascoltati: dura di più.",
            f"Only its first {most_s:g} seconds were heard: it is longer.",
        ),
        Plain(
            "Intera è in archive/recordings. Il limite: MAX_RECORDING_SECONDS.",
            "The whole is in archive/recordings. The limit: MAX_RECORDING_SECONDS.",
        ),
    )


def too_many(most_an_hour: int) -> RecordingError:
    """Its table has had as many heard within the hour as MAX_ARRIVALS_PER_HOUR lets it."""
    return RecordingError(
        "too-many",
        Plain(
            f"Di questo tavolo se ne sono già ascoltate {most_an_hour} in un'ora.",
            f"{most_an_hour} of this table have been heard within an hour already.",
        ),
        Plain(
            "Per ascoltarla lo stesso: stornello retry NOME. Per ascoltarne di più: alza MAX_ARRIVALS_PER_HOUR.",
            "To have it heard all the same: stornello retry NAME. To hear more: raise MAX_ARRIVALS_PER_HOUR.",
        ),
    )


def unreadable(where: Path) -> RecordingError:
    """It is another user's, and private; it lies below ``where``."""
    return RecordingError(
        "unreadable",
        Plain(
            "Stornello non può leggere il file: è di un altro utente, che lo tiene per sé.",
            "Stornello may not read the file: it is another user's, who keeps it private.",
        ),
        Plain(
            f"È in {where}: rendilo leggibile (sudo chmod -R a+rX {where}), poi: stornello retry NOME",
            f"It is in {where}: make it readable (sudo chmod -R a+rX {where}), then: stornello retry NAME",
        ),
    )


def refused_by_the_disk(error: OSError, where: Path) -> RecordingError:
    """The disk, well otherwise, does not give it, or takes nothing of it; what is set aside lies below ``where``."""
    told = error.strerror or type(error).__name__
    return RecordingError(
        "disk-refused",
        Plain(
            f"Il disco non lascia leggere o ascoltare questa registrazione ({told}).",
            f"The disk does not let this recording be read or heard ({told}).",
        ),
        Plain(
            f"Si riprova da soli, poi finisce in {where}. Controlla il disco; per riprovare: stornello retry NOME",
            f"It is tried again by itself, then goes to {where}. Check the disk; to try again: stornello retry NAME",
        ),
    )


def no_table() -> RecordingError:
    """Its name tells no table."""
    return RecordingError(
        "no-table",
        Plain("Il nome del file non dice il tavolo.", "The file's name does not tell the table."),
        Plain(
            "Chiamalo NUMERO-nome, per esempio 5-anna.wav, oppure: stornello retry NOME --table 5",
            "Call it NUMBER-name, such as 5-anna.wav, or: stornello retry NAME --table 5",
        ),
    )


def engine_keeps_dying() -> RecordingError:
    """Every attempt to hear it ended with the death of the process."""
    return RecordingError(
        "engine-died",
        Plain(
            "Il motore di ascolto si è fermato più volte su questa registrazione.",
            "The speech engine died several times on this recording.",
        ),
        Plain("Ascoltala; per riprovare: stornello retry NOME", "Listen to it; to try again: stornello retry NAME"),
    )


def too_short(chars: int, least: int) -> RecordingError:
    """What was heard is nothing, or too little for a song."""
    if not chars:
        return RecordingError(
            "no-speech",
            Plain("Non si sente nessuno parlare.", "Nobody can be heard speaking."),
            Plain(
                "Se non è giusto, registra più vicino al microfono.",
                "If that is wrong, record closer to the microphone.",
            ),
        )
    return RecordingError(
        "too-short",
        Plain(
            f"Troppo poco per una canzone: {chars} caratteri su {least}.",
            f"Too little for a song: {chars} characters of {least}.",
        ),
        Plain("Racconta di più, o abbassa MIN_CHARS_TRANSCRIPTION.", "Tell more, or lower MIN_CHARS_TRANSCRIPTION."),
    )
