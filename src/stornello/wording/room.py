"""What the room hears, as people read it: the dashboard and ``stornello status`` say it in the same words."""

from collections.abc import Sequence
from datetime import datetime

from stornello.domain.plain import Language, Plain
from stornello.spool.now_playing import NowPlaying
from stornello.wording.owner import Worry
from stornello.wording.text import decimals, lasting, safe

TABLE = Plain("Tavolo", "Table")
REPLAY = Plain("di nuovo", "once more")
HOUSE = Plain("musica della casa", "house music")
BED = Plain("tappeto, finché c'è una canzone", "bed, until there is a song")
BED_TITLE = Plain("Tappeto musicale", "Soft bed")
RUNS_SINCE = Plain("da {time}", "up {time}")
SILENCE = Plain("silenzio più lungo {seconds} s", "longest silence {seconds} s")
CURFEW = Plain("coprifuoco", "curfew")

PANIC = Plain(
    "PANICO: coda trattenuta, niente è perso. Per riprendere: r, o stornello resume",
    "PANIC: the queue is held, nothing is lost. To go on: r, or stornello resume",
)
TROUBLE = Plain("Il lettore audio non va: stornello doctor", "The audio player does not work: stornello doctor")
NO_SOUND = Plain(
    "Nessuna scheda audio: la musica va nel vuoto, in tempo reale.",
    "No sound card: the music plays into the void, in real time.",
)
PAUSED = Plain(
    "IN PAUSA: la sala non sente niente. Per riprendere: spazio, o stornello play",
    "PAUSED: the room hears nothing. To go on: space, or stornello play",
)
MUTED = Plain(
    "MUTO: la sala non sente niente. Per sentire di nuovo: m, o stornello mute",
    "MUTE: the room hears nothing. To hear again: m, or stornello mute",
)


def title(playing: NowPlaying, language: Language) -> str:
    """Return what the piece is called."""
    return safe(playing.title) or (BED_TITLE.within(language) if playing.kind == "bed" else "")


def whose(playing: NowPlaying, guests: Sequence[str], language: Language) -> str:
    """Return what kind of piece it is: whose song, ``guests`` in it, or that it is none of tonight's tables."""
    if playing.kind in {"house", "bed"}:
        return (HOUSE if playing.kind == "house" else BED).within(language)
    told = f"{TABLE.within(language)} {playing.table}" + (f" · {safe(', '.join(guests))}" if guests else "")
    return f"{REPLAY.within(language)} · {told}" if playing.kind == "replay" else told


def device(playing: NowPlaying) -> str:
    """Return where the sound goes, the driver and the device that was chosen; empty while it goes nowhere."""
    names = (name for name in (playing.output, playing.device) if name not in {"", "null", "auto"})
    return " · ".join(map(safe, names))


def curfew(playing: NowPlaying, language: Language) -> str:
    """Return how much quieter the room is for the hour; empty for not at all."""
    quieter = decimals(playing.quieter_db, language).removesuffix(",0").removesuffix(".0")
    return f"{CURFEW.within(language)} −{quieter} dB" if playing.quieter_db else ""


def tonight(playing: NowPlaying, now: datetime, language: Language) -> str:
    """Return how long the music has run, and its longest silence; empty while there is nothing to tell."""
    if not playing.began_at:
        return ""
    seconds = decimals(playing.longest_silence_s, language)
    at = (
        f"{datetime.fromtimestamp(playing.silent_until, now.tzinfo).astimezone():%H:%M}" if playing.silent_until else ""
    )
    silence = SILENCE.within(language).format(seconds=seconds) + (f" ({at})" if at else "")
    return f"{RUNS_SINCE.within(language).format(time=lasting(now.timestamp() - playing.began_at))} · {silence}"


def alarms(playing: NowPlaying, language: Language) -> list[Worry]:
    """Return what has to be seen at once, what matters most first."""
    trouble = f"{TROUBLE.within(language)} ({safe(playing.trouble)})"
    found = (
        (playing.panic, PANIC.within(language), True),
        (playing.trouble, trouble, True),
        (playing.output == "null", NO_SOUND.within(language), True),
        (playing.paused, PAUSED.within(language), False),
        (playing.muted, MUTED.within(language), False),
    )
    return [Worry(text, grave) for holds, text, grave in found if holds]
