"""Each objective keeps the contract of objectives."""

from vierbein.testing.objective import ObjectiveContract


class TestMaskedParticles(ObjectiveContract):
    component = "masked_particles"


class TestSupervisedAndMasked(ObjectiveContract):
    component = "supervised_and_masked"
    settings = {"masked": 0.5, "share": 0.4}
