"""When a song will be heard, as people say it."""

from stornello.domain.plain import Language, Plain

_MINUTE_S = 60
_HOUR_S = 3600
_MINUTES_UP_TO_S = 90 * _MINUTE_S

UNKNOWN = Plain("non si sa ancora", "not known yet")
SOON = Plain("tra meno di un minuto", "in less than a minute")
MINUTES = Plain("tra circa {n} min", "in about {n} min")
HOURS = Plain("tra circa {n} ore", "in about {n} hours")


def awaited(in_s: float | None, language: Language) -> str:
    """Return when: ``in about 12 min``; None is not known yet."""
    if in_s is None:
        return UNKNOWN.within(language)
    if in_s < _MINUTE_S:
        return SOON.within(language)
    if in_s <= _MINUTES_UP_TO_S:
        return MINUTES.within(language).format(n=round(in_s / _MINUTE_S))
    return HOURS.within(language).format(n=round(in_s / _HOUR_S))


def shortly(in_s: float) -> str:
    """Return the same where there is little room, in either language: ``~12 min``."""
    if in_s < _MINUTE_S:
        return "<1 min"
    return f"~{round(in_s / _MINUTE_S)} min" if in_s <= _MINUTES_UP_TO_S else f"~{round(in_s / _HOUR_S)} h"
