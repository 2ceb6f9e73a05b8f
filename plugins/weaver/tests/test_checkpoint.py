"""Checkpoints become bases whole, or not at all."""

import hashlib
import json

import pytest
import torch

from vierbein.errors.base import VierbeinError
from vierbein.errors.files import HashMismatchError, MissingFileError
from vierbein.errors.published import (
    CheckpointMismatchError,
    NoPublishedNamesError,
    PublishedCardError,
    UnknownCheckpointError,
    UnsafeCheckpointError,
)
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.experiment.published import import_published
from vierbein.registry.installed import installed
from vierbein_weaver.particle_net import ParticleNet
from vierbein_weaver.weaver_particle_transformer import WeaverParticleTransformer

SCHEMA = FeatureSchema((Feature("log_pt", "log(GeV)"), Feature("deta"), Feature("dphi", "rad")))
SMALL = {
    "particle_net": {"num_neighbours": 2, "widths": [4, 6]},
    "weaver_particle_transformer": {
        "embed_widths": [8, 8],
        "pair_widths": [4],
        "num_heads": 2,
        "num_blocks": 1,
        "num_class_blocks": 1,
    },
}


@pytest.fixture(params=["particle_net", "weaver_particle_transformer"])
def component(request):
    return request.param


@pytest.fixture
def backbone(component):
    torch.manual_seed(0)
    kinds = {"particle_net": ParticleNet, "weaver_particle_transformer": WeaverParticleTransformer}
    return kinds[component](SCHEMA, **SMALL[component])


def published(backbone):
    """Name tensors as the published files do."""
    if isinstance(backbone, ParticleNet):
        names = {n: "mod." + n.replace("fc.0.", "fc.0.0.") for n in backbone.state_dict()}
        tensors = {
            names[n]: t.reshape((*t.shape, *[1] * (2 * (".convs." in n) + (".sc.w" in n))))
            for n, t in backbone.state_dict().items()
        }
        last, width = "mod.fc.1", backbone.width
    else:
        tensors = {
            n.replace("network.", "mod.").replace("in_proj.", "in_proj_"): t
            for n, t in backbone.state_dict().items()
        }
        last, width = "mod.fc.0", backbone.width
    return {**tensors, f"{last}.weight": torch.randn(3, width), f"{last}.bias": torch.randn(3)}


@pytest.fixture
def write(tmp_path, component):
    """Write a checkpoint and its card; give both paths."""

    def written(content, **changes):
        file, card = tmp_path / "published.pt", tmp_path / "card.json"
        torch.save(content, file)
        said = {
            "name": "mine",
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "licence": "MIT",
            "source": {"domain": "elsewhere"},
            "schema": SCHEMA.to_json(),
            "statistics": {name: [0.0, 1.0] for name in SCHEMA.names},
            "backbone": {"_component_": f"backbone/vierbein-weaver/{component}"} | SMALL[component],
            "outputs": ["one", "two", "three"],
            "training": {"flops": 1.0},
        }
        card.write_text(json.dumps({k: v for k, v in (said | changes).items() if v is not None}))
        return file, card

    return written


def test_every_tensor_arrives(backbone, write, tmp_path):
    from safetensors.torch import load_file

    tensors = published(backbone)
    file, card = write(tensors)
    import_published(file, tmp_path / "base", installed(), card)
    found = load_file(tmp_path / "base" / "parameters.safetensors")
    for name, tensor in backbone.state_dict().items():
        assert torch.equal(found[f"backbone.{name}"], tensor)
    assert len(found) == len(tensors)
    assert sorted(n for n in found if n.startswith("head.")) == [
        "head.linear.bias",
        "head.linear.weight",
    ]
    said = json.loads((tmp_path / "base" / "card.json").read_text())
    assert (said["kind"], said["licence"], said["task"]) == ("base", "MIT", None)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda t: {f"model.{n}": x for n, x in t.items()}, id="wrong prefix"),
        pytest.param(lambda t: dict(list(t.items())[1:]), id="one is missing"),
        pytest.param(lambda t: {**t, "mod.more.weight": torch.ones(2)}, id="one is left over"),
        pytest.param(
            lambda t: {n: x[:-1] if x.ndim else x for n, x in t.items()}, id="other sizes"
        ),
    ],
)
def test_trap_15_nothing_is_left_at_random(backbone, write, tmp_path, spoil):
    """A wrong prefix (or anything else that does not fit) is an error that names the tensors."""
    file, card = write(spoil(published(backbone)))
    with pytest.raises(CheckpointMismatchError, match=r"Of the tensors, (it lacks|has|differs)"):
        import_published(file, tmp_path / "base", installed(), card)
    assert not (tmp_path / "base").exists()


def test_trap_08_settings_come_with_the_checkpoint(backbone, write, component, tmp_path):
    """Other settings than it was trained with are an error, where the file can tell."""
    name = "widths" if component == "particle_net" else "embed_widths"
    node = {
        "_component_": f"backbone/vierbein-weaver/{component}",
        **SMALL[component],
        name: [4, 4],
    }
    file, card = write(published(backbone), backbone=node)
    with pytest.raises(CheckpointMismatchError, match="mend the card's settings"):
        import_published(file, tmp_path / "base", installed(), card)


def test_another_class_count_than_the_card_names(backbone, write, tmp_path):
    file, card = write(published(backbone), outputs=["one", "two"])
    with pytest.raises(CheckpointMismatchError, match=r"fc\.[01]\.weight"):
        import_published(file, tmp_path / "base", installed(), card)


class Bad:
    def __reduce__(self):
        return (print, ("run",))


def test_code_in_a_checkpoint_never_runs(write, tmp_path, capsys):
    file, card = write({"mod.fc.0.weight": Bad()})
    with pytest.raises(UnsafeCheckpointError, match="never loaded"):
        import_published(file, tmp_path / "base", installed(), card)
    assert "run" not in capsys.readouterr().out
    file, card = write([torch.ones(1)])
    with pytest.raises(UnsafeCheckpointError, match="it is a list"):
        import_published(file, tmp_path / "base", installed(), card)


def test_a_file_that_no_card_knows(write, backbone, tmp_path):
    file, card = write(published(backbone))
    with pytest.raises(UnknownCheckpointError, match="particle_net_kinpid"):
        import_published(file, tmp_path / "base", installed())
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(HashMismatchError):
        import_published(file, tmp_path / "base", installed(), card)
    with pytest.raises(MissingFileError):
        import_published(tmp_path / "none.pt", tmp_path / "base", installed(), card)


def test_a_card_must_say_everything(write, backbone, tmp_path):
    file, card = write(published(backbone), licence=None)
    with pytest.raises(PublishedCardError, match="does not say licence"):
        import_published(file, tmp_path / "base", installed(), card)
    file, card = write(published(backbone), training={})
    with pytest.raises(PublishedCardError, match=r"does not say training\.flops"):
        import_published(file, tmp_path / "base", installed(), card)
    file, card = write(published(backbone), backbone={"_component_": "backbone/x/other"})
    with pytest.raises(VierbeinError, match="other"):
        import_published(file, tmp_path / "base", installed(), card)


def test_a_backbone_without_published_names(write, backbone, tmp_path):
    node = {"_component_": "backbone/vierbein-transformer/particle_transformer"}
    file, card = write(published(backbone), backbone=node)
    with pytest.raises(NoPublishedNamesError, match="particle_transformer"):
        import_published(file, tmp_path / "base", installed(), card)
