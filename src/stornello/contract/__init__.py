"""What every engine behind a seam must do: checks that anybody can run against theirs. docs/providers.md."""

from stornello.contract.check import Broken, Check, Subject
from stornello.contract.suite import CHECKS, Outcome, run, units
from stornello.domain.seam import Seam

__all__ = ["CHECKS", "Broken", "Check", "Outcome", "Seam", "Subject", "run", "units"]
