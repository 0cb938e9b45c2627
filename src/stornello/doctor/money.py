"""Which caps the spending has."""

from collections.abc import Iterator

from stornello.doctor.finding import Finding
from stornello.domain.plain import Plain
from stornello.settings import Settings
from stornello.wiring.engines import budget
from stornello.wording.money import too_dear


def examine(settings: Settings) -> Iterator[Finding]:
    """Tell the caps, and warn where paid engines have none."""
    caps = (
        (Plain("serata", "night"), settings.budget_per_night),
        (Plain("canzone", "song"), settings.budget_per_song),
        (Plain("tavolo", "table"), settings.budget_per_table),
    )
    set_ = [(what, cap) for what, cap in caps if cap is not None]
    if set_:
        it = ", ".join(f"{what.it} {cap.within('it')}" for what, cap in set_)
        en = ", ".join(f"{what.en} {cap.within('en')}" for what, cap in set_)
        yield Finding("well", Plain(f"Tetti di spesa: {it}.", f"Spending caps: {en}."))
        yield from _too_dear(settings)
    elif budget(settings).dearest:
        yield Finding(
            "warning",
            Plain("Ci sono motori a pagamento e nessun tetto di spesa.", "There are paid engines and no spending cap."),
            Plain('In stornello.toml: budget_per_night = "10 euro"', 'In stornello.toml: budget_per_night = "10 euro"'),
        )
    else:
        yield Finding("well", Plain("Nessun motore scelto costa.", "No chosen engine costs anything."))


def _too_dear(settings: Settings) -> Iterator[Finding]:
    """Warn of each studio of which a cap does not take a single song."""
    mend = Plain("Alza il tetto, o togli il motore.", "Raise the cap, or take the engine away.")
    for dear in too_dear(budget(settings)):
        yield Finding("warning", Plain(_sentence(dear.it), _sentence(dear.en)), mend)


def _sentence(told: str) -> str:
    return f"{told[:1].upper()}{told[1:]}."
