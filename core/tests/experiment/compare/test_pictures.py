"""A learning curve speaks of all seeds, also of those that ended early."""

import numpy as np

from vierbein.experiment.compare.arms import ArmJob
from vierbein.experiment.compare.pictures import _band
from vierbein.experiment.compare.results import ArmResult


def result(losses, every):
    looks = [{"step": every * at, "validation_loss": loss} for at, loss in enumerate(losses)]
    job = ArmJob("calo", "twin_equal_steps", 10, 0, 5)
    return ArmResult(
        job, {"trials": [{"history": looks}], "chosen": 0}, np.zeros((1, 1), np.float32)
    )


def test_a_training_that_ended_early_keeps_its_best() -> None:
    line = _band("twin", [result([0.9, 0.5, 0.7], 10), result([0.9, 0.8, 0.6, 0.1], 10)])
    assert list(line.x) == [0, 10, 20, 30]
    assert list(line.low) == [0.9, 0.5, 0.5, 0.1]
    assert list(line.high) == [0.9, 0.8, 0.6, 0.5]


def test_looks_of_two_seeds_may_fall_on_different_steps() -> None:
    line = _band("twin", [result([0.9, 0.5], 10), result([0.8, 0.4], 7)])
    assert list(line.x) == [0, 7, 10]
    assert list(line.low) == [0.8, 0.4, 0.4]
    assert list(line.high) == [0.9, 0.9, 0.5]
