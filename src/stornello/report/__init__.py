"""``stornello report``: one night, looked back upon: songs, waits, costs, failures.

The ledger alone tells the money, the journal the rest; a night without a journal still has its costs.
"""

from stornello.report.night import NightReport, gather, last_night

__all__ = ["NightReport", "gather", "last_night"]
