"""Which of the venue's languages a table spoke."""

from collections.abc import Sequence

_CERTAIN = 30.0
"""Lead in log-likelihood beyond which a foreign language is believed: about two clear sentences."""


def language_of(text: str, languages: Sequence[str]) -> str:
    """Return the one of ``languages`` that ``text`` is in; the first of them when it is clearly in none.

    Source: py3langid (multinomial naive Bayes over byte n-grams), its ranking restricted to the venue's own languages
    unless another one leads by far: short notes are often taken for a neighbouring dialect.
    """
    if len(languages) == 1 or not any(c.isalpha() for c in text):
        return languages[0]
    import py3langid  # noqa: PLC0415 - 0.4 s that only this step needs

    ranking = dict(py3langid.rank(text))
    own = max(languages, key=lambda language: float(ranking.get(language, float("-inf"))))
    foreign = max(float(score) for score in ranking.values()) - float(ranking.get(own, float("-inf")))
    return own if foreign < _CERTAIN else languages[0]
