"""Golden words of fixed-point networks: torch and the program agree, and no fault is missed."""

import numpy as np
import pytest
import torch
from torch import Tensor

from vierbein.fixed_point.format import Numbers
from vierbein.fixed_point.program import WORDS
from vierbein.fixed_point.vectors import adversarial
from vierbein.interfaces.hardware import Numerics
from vierbein.interfaces.verification import golden, verify
from vierbein.testing.fixed_point_network import MadeFixedPointNetwork, made_fixed_point_network
from vierbein.testing.made_events import made_events
from vierbein.testing.small_network import SCHEMA

EXACT = Numerics(is_exact=True)
EVENTS = made_events(SCHEMA)


@pytest.fixture
def network() -> MadeFixedPointNetwork:
    return made_fixed_point_network(3)


def test_words_of_all_events_come_first_and_adversarial_ones_behind(network) -> None:
    inputs, outputs = golden(network, EVENTS)
    assert list(inputs) == [WORDS]
    ordinary = network.words(EVENTS).numpy()
    assert np.array_equal(inputs[WORDS], adversarial(network.program(), ordinary))
    names = [each.name for each in network.program().operations]
    assert list(outputs) == [*names, "prediction"]
    assert all(values.dtype == np.float64 for values in outputs.values())


def test_torch_and_the_program_agree_in_every_bit(network) -> None:
    _, outputs = golden(network, EVENTS)
    assert outputs["prediction"].tobytes() == outputs["out"].tobytes()
    assert len(np.unique(outputs["prediction"])) > 20


def test_it_leaves_the_network_as_it_was(network) -> None:
    network.train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    golden(network, EVENTS)
    assert network.training
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_the_first_tensor_that_differs_is_named(network) -> None:
    inputs, outputs = golden(network, EVENTS)
    program = network.program()
    found = {name: numbers.values for name, numbers in program.run(inputs[WORDS]).items()}
    found["prediction"] = found["out"]
    assert verify(outputs, found, EXACT).is_equal
    for name in ("each", "each.q", "total", "out", "prediction"):
        off = found[name].copy()
        off.flat[-1] += 2.0**-10
        verification = verify(outputs, {**found, name: off}, EXACT)
        assert (verification.is_equal, verification.first_differing) == (False, name)


def test_tensors_on_the_way_may_be_missing_but_not_the_prediction(network) -> None:
    _, outputs = golden(network, EVENTS)
    assert verify(outputs, {"prediction": outputs["prediction"]}, EXACT).is_equal
    missing = verify(outputs, {"each": outputs["each"]}, EXACT)
    assert (missing.is_equal, missing.first_differing) == (False, "prediction")


def test_another_shape_or_type_is_a_difference(network) -> None:
    _, outputs = golden(network, EVENTS)
    for wrong in (
        outputs["prediction"][:-1],
        outputs["prediction"].T,
        outputs["prediction"].astype(np.float32),
    ):
        assert verify(outputs, {"prediction": wrong}, EXACT).first_differing == "prediction"


class HalfUp(MadeFixedPointNetwork):
    """Torch's arithmetic with another rounding than the program's."""

    def from_words(self, words: Tensor) -> Tensor:
        # Every eighth is on a tie or not as the biases are; without their last bit they are.
        values = super().from_words(words)
        return torch.where(words.sum((1, 2))[:, None] > 0, values + 2.0**-5, values)


def test_a_network_that_is_not_its_program_is_found_whoever_emulates_it(network) -> None:
    other = HalfUp(network.projection, network.backbone, network.head).eval()
    other.seed = network.seed
    inputs, outputs = golden(other, EVENTS)
    found = {name: n.values for name, n in other.program().run(inputs[WORDS]).items()}
    verification = verify(outputs, {**found, "prediction": found["out"]}, EXACT)
    assert (verification.is_equal, verification.first_differing) == (False, "prediction")


class Negative(MadeFixedPointNetwork):
    """Torch's arithmetic gives zeros with a sign, which fixed point does not know."""

    def from_words(self, words: Tensor) -> Tensor:
        return -0.0 * super().from_words(words).abs()


def test_zeros_have_no_sign(network) -> None:
    other = Negative(network.projection, network.backbone, network.head).eval()
    _, outputs = golden(other, EVENTS)
    zeros = Numbers(np.zeros(outputs["prediction"].shape, np.int64), 0).values
    assert verify(outputs, {**outputs, "prediction": zeros}, EXACT).is_equal


def test_a_step_of_lowering_that_errs_is_named(network) -> None:
    _, outputs = golden(network, EVENTS)
    right, wrong = outputs["prediction"], outputs["prediction"].copy()
    wrong[3, 0] += 2**-4
    steps = {"prediction@first": right, "prediction@second": wrong, "prediction@third": wrong}
    found = verify(outputs, {**steps, "prediction": right}, EXACT)
    assert not found.is_equal
    assert found.first_differing == "prediction@second"
    assert list(found.differences) == [*steps, "prediction"]
    assert verify(outputs, {"prediction@first": right, "prediction": right}, EXACT).is_equal
