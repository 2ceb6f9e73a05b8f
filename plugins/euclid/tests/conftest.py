"""Events of hits in space, made and real."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import torch
from e3nn import o3

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema, Role

REAL = Path(__file__).parents[4] / "shared" / "data" / "real" / "prometheus-events.db"
SCHEMA = FeatureSchema(
    (
        *(Feature(name, "m", "position", Role.VECTOR) for name in "xyz"),
        Feature("energy", "GeV", "deposited", Role.SCALAR),
    )
)


def batch_of(rows, lengths):
    """Give hits with positions and a scalar as a batch; a hit has no momentum."""
    offsets = torch.tensor([0, *lengths]).cumsum(0)
    return EventBatch(SCHEMA, rows.new_zeros(len(rows), 4), rows, offsets)


def tracks(num_events, seed=0, direction=None):
    """Draw hits along straight tracks, with energies; the truth is the energies' sum."""
    rng = torch.Generator().manual_seed(seed)
    lengths = torch.randint(4, 12, (num_events,), generator=rng)
    num = int(lengths.sum())

    def draw(*shape):
        return torch.randn(*shape, generator=rng, dtype=torch.float64)

    along = nn_normalised(draw(num_events, 3)) if direction is None else direction
    along = along.expand(num_events, 3).repeat_interleave(lengths, 0)
    energy = draw(num).exp() / 4
    rows = torch.cat([along * draw(num, 1) + 0.05 * draw(num, 3), energy.unsqueeze(1)], 1)
    event = torch.arange(num_events).repeat_interleave(lengths)
    total = torch.zeros(num_events, dtype=torch.float64).index_add_(0, event, energy)
    return batch_of(rows, lengths.tolist()), total


def nn_normalised(vectors):
    return vectors / vectors.norm(dim=1, keepdim=True)


def moved(events, seed=0):
    """Turn, mirror and displace events, each in the same way."""
    rng = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        turn = -o3.rand_matrix(dtype=torch.float64)
    shift = 10 * torch.randn(3, generator=rng, dtype=torch.float64)
    rows = events.features.clone()
    rows[:, :3] = (rows[:, :3].double() @ turn.T + shift).to(rows.dtype)
    return batch_of(rows, events.num_particles.tolist())


@pytest.fixture
def make():
    return tracks


@pytest.fixture
def move():
    return moved


@pytest.fixture
def telescope():
    """Give the photons of fifty real events of a neutrino telescope's simulation, in 50 m."""
    if not REAL.is_file():
        pytest.skip(f"{REAL.name} is not here: it would be at ../shared/data/real")
    with closing(sqlite3.connect(f"file:{REAL}?mode=ro", uri=True)) as file:
        query = "SELECT sensor_pos_x, sensor_pos_y, sensor_pos_z, t, event_no FROM total"
        rows = torch.tensor(file.execute(f"{query} ORDER BY event_no, t").fetchall()).double()
    _, lengths = rows[:, 4].unique_consecutive(return_counts=True)
    first = torch.cat([torch.zeros(1), lengths.cumsum(0)[:-1]]).long()
    since = rows[:, 3] - rows[first, 3].repeat_interleave(lengths)
    return batch_of(torch.cat([rows[:, :3] / 50, since.unsqueeze(1) / 200], 1), lengths.tolist())
