import pytest
import torch

from vierbein.errors.runs import ImpossibleSettingError
from vierbein_tuners.l2_sp import L2SP


def test_the_penalty_is_half_the_strength_times_the_squared_distance(network):
    tuner = L2SP(strength=0.3)
    tuner.apply(network)
    penalty = tuner.course(network).penalty
    assert float(penalty().detach()) == 0.0
    number = sum(p.numel() for p in network.backbone.parameters())
    with torch.no_grad():
        for parameter in network.backbone.parameters():
            parameter.add_(0.2)
        network.head.weight += 1.0  # a new head has no start to be held to
    assert float(penalty().detach()) == pytest.approx(0.3 / 2 * 0.04 * number, rel=1e-5)


def test_on_a_quadratic_it_shrinks_the_way_from_the_start_by_the_known_factor(make_network):
    """The minimum of a/2 (w - w1)^2 + b/2 (w - w0)^2 is (a w1 + b w0) / (a + b)."""
    network, strength, curvature = make_network("fused"), 3.0, 1.5
    tuner = L2SP(strength=strength)
    tuner.apply(network)
    penalty = tuner.course(network).penalty
    parameters = list(network.backbone.parameters())
    start = [p.detach().clone() for p in parameters]
    optimizer = torch.optim.SGD(parameters, lr=0.1)
    for _ in range(100):
        optimizer.zero_grad()
        ways = [p - s for p, s in zip(parameters, start, strict=True)]
        loss = sum(curvature / 2 * (way - 1.0).square().sum() for way in ways)
        (loss + penalty()).backward()
        optimizer.step()
    for parameter, begun in zip(parameters, start, strict=True):
        expected = begun + curvature / (curvature + strength)
        torch.testing.assert_close(parameter.detach(), expected)


def test_it_stands_in_for_the_weight_decay_of_the_backbone_alone(network):
    tuner = L2SP()
    tuner.apply(network)
    (group,) = tuner.course(network).groups
    assert group.weight_decay == 0.0
    assert group.rate(0.0) == group.rate(1.0) == 1.0
    assert group.names == {f"backbone.{name}" for name, _ in network.backbone.named_parameters()}


def test_each_course_has_its_own_start(network):
    tuner = L2SP()
    first = tuner.course(network).penalty
    with torch.no_grad():
        next(network.backbone.parameters()).add_(1.0)
    assert float(tuner.course(network).penalty().detach()) == 0.0
    assert float(first().detach()) > 0.0


@pytest.mark.parametrize("strength", [0.0, -1.0])
def test_a_strength_is_above_0(strength):
    with pytest.raises(ImpossibleSettingError, match=r"tuner\.l2_sp\.strength"):
        L2SP(strength=strength)
