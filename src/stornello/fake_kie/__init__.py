"""A Kie on loopback that tells the truth: both dialects, every fault on demand, and charges that are counted.

For tests, for whoever writes a provider, and to demonstrate without credit (``stornello fake-kie``). docs/fake-kie.md.
"""

from stornello.fake_kie.desk import Task
from stornello.fake_kie.kie import FakeKie
from stornello.fake_kie.scenarios import SCENARIOS, Scenario

__all__ = ["SCENARIOS", "FakeKie", "Scenario", "Task"]
