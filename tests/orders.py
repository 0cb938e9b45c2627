"""Lyrics for the tests of the studio."""

from stornello.domain.songs import Lyrics, Section, SectionKind
from stornello.seams import SongOrder

VERSE = ("We came here for Marco's birthday", "And the stars came out to play", "Near the sea we lost a boat")
CHORUS = ("Hey Marco, sing along", "This is your story, this is your song")


def some_lyrics(*sections: tuple[SectionKind, tuple[str, ...]], language: str = "en") -> Lyrics:
    chosen = sections or (("verse", VERSE), ("chorus", CHORUS), ("verse", VERSE), ("chorus", CHORUS))
    return Lyrics("Marco", language, ("pop",), tuple(Section(kind, lines) for kind, lines in chosen))


def an_order(seed: int = 3, language: str = "en") -> SongOrder:
    return SongOrder(some_lyrics(language=language), seed)
