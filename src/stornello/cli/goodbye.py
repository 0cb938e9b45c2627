"""What the demo leaves: where the songs, the lyrics and the set-aside recordings are."""

from collections.abc import Iterator

from stornello.cli.speech import LANGUAGE, console, say, tell
from stornello.domain.names import SongId
from stornello.domain.songs import SongCard
from stornello.spool import reasons
from stornello.spool.journal import Journal
from stornello.spool.paths import Venue
from stornello.spool.snapshot import seen_card


def tell_all(venue: Venue) -> bool:
    """Print the evening's songs and quarantine; return whether the room heard a song."""
    heard = list(_heard(venue))
    console.print()
    tell(f"La sala ha sentito {len(heard)} canzoni:", f"The room heard {len(heard)} songs:", style="bold")
    for card, seconds in heard:
        _tell_song(venue, card, seconds)
    for folder, it, en in (
        (venue.short_transcriptions, "Troppo brevi per una canzone", "Too short for a song"),
        (venue.transcription_errors, "In quarantena", "In quarantine"),
        (venue.failed_processing, "Non riuscite", "Failed"),
    ):
        for reason in reasons.read_all(folder):
            tell(f"{it}: {folder / reason.name}", f"{en}: {folder / reason.name}")
            console.print(f"   {reason.within(LANGUAGE)}", markup=False)
    tell(f"Tutto è in {venue.root}", f"Everything is in {venue.root}")
    return bool(heard)


def _heard(venue: Venue) -> Iterator[tuple[SongCard, float]]:
    for play in Journal(venue.journal).plays():
        if play.kind == "song" and (card := seen_card(venue, SongId(play.song))):
            yield card, play.heard_s


def _tell_song(venue: Venue, card: SongCard, seconds: float) -> None:
    guests = ", ".join(card.guests)
    table = say("tavolo", "table")
    who = f"{table} {card.table}{', ' + guests if guests else ''}"
    console.print(f"♪ {card.title}  ({who}; {seconds:.0f} s)", markup=False, style="green")
    console.print(f"   {venue.songs / card.audio}", markup=False)
    first = card.lyrics.sections[0].lines[:2] if card.lyrics.sections else ()
    for line in first:
        console.print(f"   «{line}»", markup=False)
    console.print(f"   {say('testo', 'lyrics')}: {venue.card(card.id)}", markup=False)
