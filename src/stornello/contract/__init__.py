"""What every engine behind a seam must do: checks that anybody can run against theirs. docs/providers.md."""

from stornello.contract.check import Broken, Check, Subject
from stornello.contract.suite import CHECKS, Outcome, run, units

__all__ = ["CHECKS", "Broken", "Check", "Outcome", "Subject", "run", "units"]
