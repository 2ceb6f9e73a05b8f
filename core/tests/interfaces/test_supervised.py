"""The objective of the core keeps the contract of objectives."""

from vierbein.testing.objective import ObjectiveContract


class TestSupervised(ObjectiveContract):
    component = "supervised"
    expected_failures = {"test_declares_vierbein": "it is part of vierbein itself"}
