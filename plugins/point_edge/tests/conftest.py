"""Presets, and events with any number of particles."""

from importlib.resources import files

import pytest
import torch
import yaml

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein_point_edge.point_edge_transformer import PointEdgeTransformer

SCHEMA = FeatureSchema(
    tuple(Feature(f"feature_{i}") for i in range(5)), (Feature("beam_energy", "GeV"),)
)
CODES = torch.tensor([211, -211, 22, 130])


def read_settings(kind, preset):
    """Read a preset's settings."""
    file = files("vierbein_point_edge") / "conf" / kind / f"{preset}.yaml"
    content = yaml.safe_load(file.read_text())
    assert content.pop("defaults") == [preset.rpartition("_")[0], "_self_"]
    return content


def build(preset="tiny", schema=SCHEMA, **others):
    """Build a preset with fixed parameters, in evaluation mode."""
    torch.manual_seed(0)
    settings = read_settings("backbone", f"point_edge_transformer_{preset}")
    return PointEdgeTransformer(schema, **settings | others).eval()


def draw_events(num_particles, dtype=torch.float32, seed=1):
    """Draw massive particles in a broad cone around the negative x axis, where azimuth jumps."""
    rng = torch.Generator().manual_seed(seed)
    total = sum(num_particles)

    def draw(*shape):
        return torch.randn(*shape, generator=rng, dtype=torch.float64)

    pt, eta, phi, mass = draw(total).mul(1.5).exp(), draw(total), draw(total), draw(total).abs()
    px, py, pz = -pt * phi.cos(), -pt * phi.sin(), pt * eta.sinh()
    energy = (px**2 + py**2 + pz**2 + mass**2).sqrt()
    return EventBatch(
        SCHEMA,
        torch.stack([energy, px, py, pz], dim=1).to(dtype),
        draw(total, 5).to(dtype),
        torch.tensor([0, *num_particles]).cumsum(0),
        pdg=CODES[torch.randint(len(CODES), (total,), generator=rng)],
        event_features=draw(len(num_particles), 1).to(dtype),
        event_weight=torch.ones(len(num_particles), dtype=dtype),
    )


@pytest.fixture
def settings():
    return read_settings


@pytest.fixture
def network():
    return build


@pytest.fixture
def make_events():
    return draw_events
