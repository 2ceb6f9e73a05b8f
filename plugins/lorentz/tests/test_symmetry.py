"""What is claimed of shipped jets: boosts up to gamma = 10 and rotations change nothing."""

import pytest
import torch

PRESETS = ["lorentz_net_tiny", "lgatr_net_tiny", "lgatr_slim_net_tiny"]


@pytest.fixture(params=PRESETS)
def preset(request):
    return request.param


def change(backbone, before, after):
    """Largest change of pooled vector and logits over their standard deviation over events."""
    torch.manual_seed(1)
    head = torch.nn.Linear(backbone.width, 2, dtype=before.p4.dtype)
    with torch.no_grad():
        one, two = backbone(before).pooled, backbone(after).pooled
        pairs = ((one, two), (head(one), head(two)))
    spreads = [(x - x.mean(0)).square().mean().sqrt() for x, _ in pairs]
    return max(float((y - x).abs().max() / s) for (x, y), s in zip(pairs, spreads, strict=True))


def test_jets_in_double_precision(preset, network, jets, boosts, moved):
    backbone = network(preset, jets.schema).double()
    assert max(change(backbone, jets, moved(jets, each)) for each in boosts) < 1e-10


def test_jets_in_single_precision(preset, network, jets, boosts, moved, rounded):
    backbone, before = network(preset, jets.schema), rounded(jets)
    assert max(change(backbone, before, rounded(moved(jets, each))) for each in boosts) < 1e-3


def test_jets_differ(preset, network, jets):
    pooled = network(preset, jets.schema).double()(jets).pooled
    assert pooled.std(0).max() > 1e-2 * pooled.abs().max()


@pytest.mark.parametrize(("references", "kept"), [("time", "rotation"), ("beam", "azimuth")])
def test_references_break_the_symmetry_and_leave_what_they_say(
    preset, references, kept, network, jets, boosts, moved
):
    backbone = network(preset, jets.schema, references=references).double()
    assert backbone.symmetries == {"permutation", kept}
    assert network(preset, jets.schema).symmetries == {"permutation", "lorentz"}
    rotation = boosts[0].new_zeros(4, 4)
    rotation[0, 0] = rotation[3, 3] = 1.0
    rotation[1, 2], rotation[2, 1] = -1.0, 1.0
    assert change(backbone, jets, moved(jets, rotation)) < 1e-10
    assert change(backbone, jets, moved(jets, boosts[-1])) > 1e-3
    over = rotation[[0, 3, 1, 2]][:, [0, 3, 1, 2]]  # a quarter turn about another axis
    assert (change(backbone, jets, moved(jets, over)) < 1e-10) is (kept == "rotation")


def test_features_that_are_no_scalars_are_left_out(preset, network, jets):
    backbone = network(preset, jets.schema)
    assert {"log_pt", "deta", "tanh_d0"} <= set(backbone.left_out)
    assert not {"charge", "is_muon"} & set(backbone.left_out)


def test_a_feature_that_is_no_scalar_breaks_the_claim(preset, network, jets):
    backbone = network(preset, jets.schema, features=["charge", "log_pt"])
    assert backbone.symmetries == {"permutation"}
    assert network(preset, jets.schema, features=["charge"]).symmetries > {"permutation"}
