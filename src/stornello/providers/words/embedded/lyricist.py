"""The embedded lyricist: one story in, the same lyrics out, every time."""

from random import Random
from typing import Final

from stornello.domain.songs import Lyrics, Section
from stornello.providers import phonemes
from stornello.providers.words.embedded import summary as summaries
from stornello.providers.words.embedded import verses
from stornello.providers.words.embedded.banks import Bank, Chorus, bank_for
from stornello.providers.words.embedded.gentle import gentle
from stornello.providers.words.embedded.hook import Hook, find_hook
from stornello.seams import Story

_LONGEST_CHORUS_LINE: Final = 12
_STYLES: Final = {"it": "italian pop", "en": "indie pop"}
_MOODS: Final = ("warm", "joyful", "tender", "playful", "dreamy")


class EmbeddedLyricist:
    """Verses are the guests' own words with rhyming answers, the chorus calls whom or what they spoke of.

    The same story with the same seed gives the same words, on every machine and in every process.
    """

    name = "embedded"
    is_paid = False

    def summarise(self, story: Story, *, complaint: str = "") -> str:  # noqa: ARG002 - as below
        """Return two to four of the guests' most telling sentences, each with who said it."""
        bank = bank_for(story.language)
        _, telling = find_hook(story.told, bank, _chance(story))
        return summaries.summarise(story.told, telling, bank)

    def write(
        self,
        story: Story,
        summary: str,  # noqa: ARG002 - the seam offers it; these words come from the source
        *,
        gently: bool = False,
        complaint: str = "",  # noqa: ARG002 - the seam offers it; nobody complains of these words
    ) -> Lyrics:
        """Write two verses and a repeated chorus, four lines each, whatever was said."""
        bank, chance = bank_for(story.language), _chance(story)
        told = gentle(story.told, bank) if gently else story.told
        hook, telling = find_hook(told, bank, chance)
        chorus = Section("chorus", _chorus(hook, bank, chance))
        said = verses.all_sayings(told, telling, bank)
        answers = verses.Answers(bank, chance)
        sung = [Section("verse", tuple(map(_capital, verses.verse(own, answers)))) for own in verses.choose(said)]
        sections = tuple(section for verse in sung for section in (verse, chorus))
        style = (_STYLES[bank.language], chance.choice(_MOODS))
        return Lyrics(title_for(hook), bank.language, style, sections)


def title_for(hook: Hook) -> str:
    """Return the song's title: ``Marco (Thirtieth birthday)``."""
    return hook.word if hook.phrase == hook.word else f"{hook.word} ({hook.phrase})"


def _chance(story: Story) -> Random:
    return Random(story.seed)  # noqa: S311 - a repeatable choice, not a secret


def _chorus(hook: Hook, bank: Bank, chance: Random) -> Chorus:
    """Fill a template that stays singable with this hook; the least long one when none does."""
    templates = bank.name_choruses if hook.is_name else bank.thing_choruses
    filled = [tuple(line.format(hook=hook.word, phrase=hook.phrase) for line in chorus) for chorus in templates]
    longest = [max(phonemes.syllables(line, bank.language) for line in chorus) for chorus in filled]
    limit = max(_LONGEST_CHORUS_LINE, min(longest))
    return chance.choice([chorus for chorus, length in zip(filled, longest, strict=True) if length <= limit])


def _capital(line: str) -> str:
    return line[:1].upper() + line[1:]
