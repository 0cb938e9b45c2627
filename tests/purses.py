"""Ledgers and charges for tests: ``a_ledger(venue.ledger, night=1.0)``."""

from pathlib import Path

from fake_decks import HandClock
from stornello.domain.clock import Clock
from stornello.domain.money import Caps
from stornello.domain.names import TableId
from stornello.spool.charges import ChargeId, State
from stornello.spool.ledger import Ledger, Purpose

KIE = 0.055
"""What a song costs at Kie, in euro."""


def a_ledger(
    folder: Path,
    clock: Clock | None = None,
    night: float | None = None,
    song: float | None = None,
    table: float | None = None,
) -> Ledger:
    """Return the ledger in ``folder`` with these caps, in euro; its nights begin at six."""
    folder.mkdir(parents=True, exist_ok=True)
    return Ledger(folder, clock or HandClock(), 6, Caps(night, song, table), credit_price=0.0046)


def a_song(about: str = "5_203000_a1b2c3", table: int = 5) -> Purpose:
    """Return what a studio is paid for."""
    return Purpose("studios", TableId(table), about)


def paid(ledger: Ledger, euro: float = KIE, purpose: Purpose | None = None, end: State | None = "paid") -> ChargeId:
    """Enter one charge of kie's, ended as ``end`` says; None leaves it open."""
    charge = ledger.begin("kie", purpose or a_song(), euro)
    if end:
        ledger.end(charge, end)
    return charge
