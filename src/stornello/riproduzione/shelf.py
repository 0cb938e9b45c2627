"""The songs' files: where the sound lies, and setting aside what cannot be played, everything kept."""

import logging
from datetime import datetime
from pathlib import Path

from stornello.domain.errors import GenerationFailed, StornelloError
from stornello.domain.pieces import Piece
from stornello.domain.plain import Plain
from stornello.domain.songs import SongCard
from stornello.spool import atomic, reasons
from stornello.spool.paths import Venue

log = logging.getLogger(__name__)

WHAT_TO_DO = Plain(
    "La canzone è saltata; le parole sono nella scheda .json lì accanto.",
    "The song was skipped; its words are in the .json card beside this.",
)


def audio_of(venue: Venue, card: SongCard) -> Path:
    """Return the path of the song's sound; a card never leads outside songs/."""
    return venue.songs / Path(card.audio).name


def set_aside(venue: Venue, card: SongCard, error: StornelloError, at: datetime) -> None:
    """Move the song's audio and card to failed_processing/{song}/. Safe to repeat after a crash at any point."""
    folder = venue.failed_processing / card.id
    atomic.make_folder(folder)
    reasons.write(folder, error, at)
    atomic.write_json(folder / venue.card(card.id).name, card.to_json())
    for path in (audio_of(venue, card), venue.card(card.id)):
        if path.is_file():
            atomic.bring(path, folder / path.name)  # songs/ may lie on another disk
    log.error("song set aside", extra={"song": card.id, "table": card.table, "code": error.code})


def missing(piece: Piece) -> StornelloError:
    """Return the error for a piece without its file."""
    return GenerationFailed(
        "song-file-missing",
        Plain(f"Il file {piece.audio} non c'è più.", f"The file {piece.audio} is no longer there."),
        WHAT_TO_DO,
    )


def unplayable(piece: Piece, why: Plain) -> StornelloError:
    """Return the error for a file that does not sound."""
    return GenerationFailed(
        "song-unplayable",
        Plain(
            f"Il file {piece.audio} non si può suonare ({why.it}).",
            f"The file {piece.audio} cannot be played ({why.en}).",
        ),
        WHAT_TO_DO,
    )
