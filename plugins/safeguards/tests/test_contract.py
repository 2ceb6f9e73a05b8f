"""The OOD monitor keeps the contract of safeguards."""

from vierbein.testing.safeguard import SafeguardContract


class TestOod(SafeguardContract):
    component = "ood"
