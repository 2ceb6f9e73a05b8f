"""Events with any number of particles, and the shipped presets."""

from importlib.resources import files

import pytest
import torch
import yaml

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein_transformer.particle_transformer import ParticleTransformer

SCHEMA = FeatureSchema(tuple(Feature(f"feature_{i}") for i in range(5)))


def read_settings(preset):
    """Read a preset's settings."""
    file = (
        files("vierbein_transformer") / "conf" / "backbone" / f"particle_transformer_{preset}.yaml"
    )
    content = yaml.safe_load(file.read_text())
    assert content.pop("defaults") == ["particle_transformer", "_self_"]
    return content


def build(preset, schema=SCHEMA, **others):
    """Build a preset with fixed parameters, in evaluation mode."""
    torch.manual_seed(0)
    return ParticleTransformer(schema, **read_settings(preset) | others).eval()


def draw_events(num_particles, dtype=torch.float32):
    """Draw massive particles of jets' momenta."""
    rng = torch.Generator().manual_seed(1)
    total = sum(num_particles)

    def draw():
        return torch.randn(total, generator=rng, dtype=torch.float64)

    pt, eta, phi, mass = draw().mul(1.5).exp(), draw(), 0.5 * draw(), draw().abs() * 0.2
    px, py, pz = pt * phi.cos(), pt * phi.sin(), pt * eta.sinh()
    energy = (px**2 + py**2 + pz**2 + mass**2).sqrt()
    features = torch.stack([draw() for _ in range(5)], dim=1)
    offsets = torch.tensor([0, *num_particles]).cumsum(0)
    p4 = torch.stack([energy, px, py, pz], dim=1)
    return EventBatch(SCHEMA, p4.to(dtype), features.to(dtype), offsets)


@pytest.fixture
def settings():
    return read_settings


@pytest.fixture
def network():
    return build


@pytest.fixture
def make_events():
    return draw_events
