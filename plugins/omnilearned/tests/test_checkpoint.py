"""Checkpoints of OmniLearned become bases whole, or not at all."""

import hashlib
import json
import warnings

import pytest
import torch
from safetensors.torch import load_file

from vierbein.errors.published import CheckpointMismatchError, CheckpointPartError
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.experiment.published import import_published
from vierbein.registry.installed import installed
from vierbein.testing.made_events import made_events
from vierbein_omnilearned.pet2 import Pet2, _kinematics

SCHEMA = FeatureSchema((Feature("tanh_d0"), Feature("sigma_d0")))
SMALL = {
    "width": 16,
    "num_heads": 2,
    "num_blocks": 1,
    "num_local_blocks": 1,
    "num_tokens": 2,
    "num_neighbours": 3,
}


@pytest.fixture(scope="module")
def trained():
    """Build a network as `omnilearned --mode pretrain` does, and what it writes of it."""
    with warnings.catch_warnings(action="ignore"):
        module = pytest.importorskip("omnilearned.network")
    torch.manual_seed(0)
    network = module.PET2(
        4,
        mode="pretrain",
        num_classes=5,
        add_info=True,
        add_dim=2,
        base_dim=16,
        num_heads=2,
        num_transformers=1,
        num_transformers_head=1,
        num_tokens=2,
        K=3,
        num_coord=2,
    ).eval()
    content = {
        "body": network.body.state_dict(),
        "classifier_head": network.classifier.state_dict(),
        "generator_head": network.generator.state_dict(),
        "optimizer": {"state": {}, "param_groups": [{"lr": 2.5e-5, "weight_decay": 0.0}]},
        "epoch": 3,
        "loss": 0.5,
    }
    return network, content


@pytest.fixture
def write(tmp_path, trained):
    def written(content=None, part="body", **settings):
        file, card = tmp_path / "best_model_mine.pt", tmp_path / "card.json"
        torch.save(trained[1] if content is None else content, file)
        said = {
            "name": "mine",
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "licence": "not stated",
            "source": {"domain": "elsewhere"},
            "schema": SCHEMA.to_json(),
            "statistics": {name: [0.0, 1.0] for name in SCHEMA.names},
            "backbone": {"_component_": "backbone/vierbein-omnilearned/pet2", **SMALL, **settings},
            "outputs": [],
            "training": {"flops": 1.0},
            "part": part,
        }
        card.write_text(json.dumps(said))
        return file, tmp_path / "base", installed(), card

    return written


def test_the_base_computes_what_the_checkpoint_did(write, trained, tmp_path):
    """Its time token is exactly zero when it classifies: without it nothing changes."""
    said = import_published(*write())
    assert said["left_out"] == ["classifier_head", "epoch", "generator_head", "loss", "optimizer"]
    backbone = Pet2(SCHEMA, **SMALL).eval()
    found = load_file(tmp_path / "base" / "parameters.safetensors")
    backbone.load_state_dict({n.removeprefix("backbone."): t for n, t in found.items()})
    events = made_events(SCHEMA, (9, 5, 12))
    padded = events.padded
    with torch.no_grad():
        theirs = trained[0].body(
            _kinematics(padded.p4, padded.mask), add_info=padded.features, time=torch.zeros(3)
        )
        ours = backbone(events)
    torch.testing.assert_close(ours.pooled, theirs[:, :2].mean(1), rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(ours.particles, theirs[:, 3:], rtol=1e-5, atol=1e-6)


def test_trap_07_a_forgotten_interaction_is_an_error(write):
    for forgotten in ({"interaction": False}, {"local_interaction": False}):
        with pytest.raises(CheckpointMismatchError, match=r"interaction|local_physics"):
            import_published(*write(**forgotten))


def test_trap_08_kinds_that_the_checkpoint_does_not_have_are_an_error(write):
    with pytest.raises(CheckpointMismatchError, match="pid_embed"):
        import_published(*write(kinds=[211, 22]))


def test_trap_09_the_old_optimiser_is_left_behind(write, tmp_path):
    import_published(*write())
    found = load_file(tmp_path / "base" / "parameters.safetensors")
    assert all(name.startswith("backbone.body.") for name in found)
    card = json.loads((tmp_path / "base" / "card.json").read_text())
    assert "optimizer" in card["left_out"]


def test_trap_15_a_wrong_prefix_is_an_error(write, trained):
    body = {f"module.{name}": tensor for name, tensor in trained[1]["body"].items()}
    with pytest.raises(CheckpointMismatchError, match="it lacks"):
        import_published(*write({**trained[1], "body": body}))


def test_a_part_that_is_not_there(write):
    with pytest.raises(CheckpointPartError, match="ema_body"):
        import_published(*write(part="ema_body"))
