"""Sums as people read and write them."""

import pytest

from stornello.domain.money import Amount
from stornello.domain.plain import Language


@pytest.mark.parametrize(
    ("amount", "language", "told"),
    [
        (Amount(4.5, "euro"), "it", "4.5 €"),
        (Amount(4.5, "euro"), "en", "4.5 €"),
        (Amount(500, "credits"), "it", "500 crediti"),
        (Amount(500, "credits"), "en", "500 credits"),
    ],
)
def test_an_amount_is_told_in_the_readers_language_and_reads_back_as_itself(
    amount: Amount, language: Language, told: str
) -> None:
    assert amount.within(language) == told
    assert Amount.parse(told) == amount
