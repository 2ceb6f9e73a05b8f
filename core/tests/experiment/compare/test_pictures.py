"""A learning curve speaks of all seeds, also of those that ended early."""

from types import SimpleNamespace

from vierbein.experiment.compare.pictures import _band


def result(losses, every):
    looks = [{"step": every * at, "validation_loss": loss} for at, loss in enumerate(losses)]
    return SimpleNamespace(trial={"history": looks})


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
