import pytest
import torch
from weaver.nn.model.ParticleTransformer import ParticleTransformer, ParticleTransformerTagger

from vierbein.errors.published import CheckpointMismatchError
from vierbein.events.schema import Feature, FeatureSchema
from vierbein_transformer.packed_particle_transformer import PackedParticleTransformer
from vierbein_transformer.published_names import published_name

SCHEMA = FeatureSchema(tuple(Feature(f"feature_{i}") for i in range(17)))


@pytest.fixture(scope="module")
def packed():
    return PackedParticleTransformer(SCHEMA)


@pytest.fixture
def published():
    torch.manual_seed(0)
    return ParticleTransformer(17, num_classes=10, use_pre_activation_pair=False).state_dict()


def test_every_name_is_known_and_every_parameter_counted(packed, published):
    names = {published_name(name) for name in packed.state_dict()}
    assert names == {name for name in published if not name.startswith("fc.")}
    assert len(names) == len(packed.state_dict())
    ours = sum(p.numel() for p in packed.parameters())
    network = ParticleTransformer(17, num_classes=10)
    theirs = sum(p.numel() for name, p in network.named_parameters() if name[:3] != "fc.")
    assert ours == theirs == pytest.approx(2.14e6, rel=0.01)


def translate(published, packed):
    return packed.published_names().translate(published, packed.state_dict(), "published")


def test_tensors_keep_their_values_and_the_head_is_told_apart(packed, published):
    backbone, head = translate(published, packed)
    for name, tensor in backbone.items():
        assert torch.equal(tensor.flatten(), published[published_name(name)].flatten())
    assert {name: tuple(t.shape) for name, t in head.items()} == {
        "linear.weight": (10, 128),
        "linear.bias": (10,),
    }
    body = {name: tensor for name, tensor in published.items() if not name.startswith("fc.")}
    assert translate(body, packed)[1] == {}


def test_one_prefix_is_understood_and_no_other(packed, published):
    wrapped = {f"mod.{name}": tensor for name, tensor in published.items()}
    assert translate(wrapped, packed)[0].keys() == packed.state_dict().keys()
    other = {f"module.{name}": tensor for name, tensor in published.items()}
    with pytest.raises(CheckpointMismatchError, match=r"it lacks \d+ .*no place for \d+"):
        translate(other, packed)
    with pytest.raises(CheckpointMismatchError, match=r"no place for \d+ \(mod\."):
        translate(published | wrapped, packed)


def test_names_of_older_releases(packed, published):
    older = {name.replace("in_proj.", "in_proj_"): tensor for name, tensor in published.items()}
    assert "blocks.0.attn.in_proj_weight" in older
    found, expected = translate(older, packed)[0], translate(published, packed)[0]
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_unknown_missing_and_resized_names_are_named(packed, published):
    published["blocks.0.c_mask"] = torch.ones(1)
    published["cls_token"] = 3
    del published["blocks.3.w_resid"]
    published["norm.weight"] = torch.ones(64)
    with pytest.raises(CheckpointMismatchError) as caught:
        translate(published, packed)
    text = str(caught.value)
    for part in ("blocks.0.c_mask, cls_token", "blocks.3.w_resid", "shape in 1 (norm.weight)"):
        assert part in text


@pytest.mark.parametrize("version", [2, 3])
def test_other_versions_of_the_network_are_refused(packed, version):
    other = ParticleTransformer(17, num_classes=10, version=version).state_dict()
    with pytest.raises(CheckpointMismatchError, match="fc1_g"):
        translate(other, packed)


def test_a_tagger_of_two_inputs(packed):
    tagger = ParticleTransformerTagger(17, 14, num_classes=10).state_dict()
    with pytest.raises(CheckpointMismatchError, match=r"no place for \d+ \(sv_embed\."):
        translate(tagger, packed)
    particles = {name: t for name, t in tagger.items() if not name.startswith("sv_embed.")}
    found, _ = translate(particles, packed)
    embedding = found["entry.embedding.layers.0.weight"]
    assert torch.equal(embedding, tagger["pf_embed.embed.1.weight"])
