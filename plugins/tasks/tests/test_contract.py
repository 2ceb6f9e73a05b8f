"""Each task keeps the contract of its kind."""

import torch

from vierbein.testing.task import TaskContract


class TestClassification(TaskContract):
    component = "classification"
    settings = {"truth": "kind", "classes": {"background": 0, "signal": 1}}
    chance = 0.5


class TestThreeClasses(TaskContract):
    component = "classification"
    settings = {
        "truth": "final_state",
        "classes": {"cc_0pi": 10, "cc_1pi": 11, "nc": 20},
        "class_weights": {"cc_1pi": 3.0},
        "signal": "cc_1pi",
    }
    chance = 0.5

    def truths(self, num, seed=0):
        """Draw codes that are not 0, 1, 2."""
        rng = torch.Generator().manual_seed(seed)
        return {"final_state": torch.tensor([10, 11, 20])[torch.randint(3, (num,), generator=rng)]}


class TestRegression(TaskContract):
    component = "regression"
    settings = {"truth": "energy"}

    def truths(self, num, seed=0):
        """Draw numbers of both signs."""
        return {"energy": torch.randn(num, generator=torch.Generator().manual_seed(seed))}


class TestCounts(TaskContract):
    """A truth of few whole numbers, as the kit draws it."""

    component = "regression"
    settings = {"truth": "multiplicity", "loss": "squared"}


class TestEnergy(TaskContract):
    component = "regression"
    settings = {
        "truth": "available_energy",
        "unit": "GeV",
        "transform": "log1p",
        "location": 0.7,
        "scale": 0.5,
        "residual": "relative",
        "bin_edges": [0.0, 1.0, 2.0],
    }

    def truths(self, num, seed=0):
        """Draw energies in GeV."""
        rng = torch.Generator().manual_seed(seed)
        return {"available_energy": 0.1 + 3 * torch.rand(num, generator=rng)}


class TestTwoNumbers(TaskContract):
    component = "joint_regression"
    settings = {
        "scales": {"sigma8": 0.1, "m_nu": 0.3},
        "locations": {"sigma8": 0.8},
        "units": {"m_nu": "eV"},
    }

    def truths(self, num, seed=0):
        """Draw two parameters of a universe."""
        rng = torch.Generator().manual_seed(seed)
        drawn = torch.randn(2, num, generator=rng)
        return {"sigma8": 0.8 + 0.1 * drawn[0], "m_nu": 0.3 * drawn[1].abs()}
