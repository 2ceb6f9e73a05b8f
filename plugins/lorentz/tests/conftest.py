"""Small backbones of each kind, shipped jets, and Lorentz transformations."""

import math
from importlib.resources import files

import pytest
import torch
import yaml

from vierbein.testing.made_events import changed, made_events
from vierbein_lorentz.lgatr_net import LgatrNet
from vierbein_lorentz.lgatr_slim_net import LgatrSlimNet
from vierbein_lorentz.lorentz_net import LorentzNet

CLASSES = {"lorentz_net": LorentzNet, "lgatr_net": LgatrNet, "lgatr_slim_net": LgatrSlimNet}


def read_settings(preset):
    """Read a preset's settings, and which backbone it is of."""
    file = files("vierbein_lorentz") / "conf" / "backbone" / f"{preset}.yaml"
    content = yaml.safe_load(file.read_text())
    name, itself = content.pop("defaults")
    assert itself == "_self_"
    return name, content


def build(preset, schema, **others):
    """Build a preset with fixed parameters, in evaluation mode."""
    name, content = read_settings(preset)
    torch.manual_seed(0)
    return CLASSES[name](schema, **content | others).eval()


def read_jets(num):
    """Read shipped jets of both processes, massless in double precision as their candidates are."""
    pytest.importorskip("vierbein_collider")
    from vierbein_collider.adapters.jets_cms import JetsCms
    from vierbein_collider.datasets.jet_sample import JetSample

    adapter = JetsCms(max_particles=32)
    records = next(iter(JetSample("cms").read(adapter.columns())))
    events = adapter.read(records)
    chosen = torch.cat([(events.truth["process"] == p).nonzero()[: num // 2, 0] for p in (0, 1)])
    jets = events.take(chosen).to("cpu", torch.float64)
    momentum = jets.p4[:, 1:]
    energy = momentum.square().sum(1, keepdim=True).sqrt()
    return changed(jets, p4=torch.cat([energy, momentum], dim=1))


def draw_boost(seed, gamma=10.0):
    """Draw a rotation, and a boost in any direction: a matrix for (E, px, py, pz)."""
    rng = torch.Generator().manual_seed(seed)
    axis = torch.nn.functional.normalize(torch.randn(3, generator=rng, dtype=torch.float64), dim=0)
    boost = torch.eye(4, dtype=torch.float64)
    boost[0, 0] = gamma
    boost[0, 1:] = boost[1:, 0] = math.sqrt(gamma**2 - 1) * axis
    boost[1:, 1:] += (gamma - 1) * torch.outer(axis, axis)
    turn, _ = torch.linalg.qr(torch.randn(3, 3, generator=rng, dtype=torch.float64))
    turn = turn * torch.linalg.det(turn).sign()
    rotation = torch.block_diag(torch.ones(1, 1, dtype=torch.float64), turn)
    return boost @ rotation


def transform(events, matrix):
    return changed(events, p4=events.p4 @ matrix.T)


def single(events):
    """Round to single precision."""
    return events.to("cpu", torch.float32)


def one_by_one(backbone, events):
    """Represent each event alone."""
    alone = [backbone(events.take(torch.tensor([i]))) for i in range(len(events))]
    return torch.cat([found.pooled for found in alone])


def products_of(p4):
    metric = torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=p4.dtype)
    return (p4 * metric) @ p4.mT


@pytest.fixture
def settings():
    return read_settings


@pytest.fixture
def network():
    return build


@pytest.fixture
def make_events():
    def make(lengths, dtype=torch.float64):
        return made_events(lengths=lengths, dtype=dtype)

    return make


@pytest.fixture(scope="session")
def jets():
    return read_jets(40)


@pytest.fixture
def boosts():
    return [draw_boost(seed, gamma) for seed, gamma in enumerate((2.0, 5.0, 10.0, 10.0, 10.0))]


@pytest.fixture
def moved():
    return transform


@pytest.fixture
def rounded():
    return single


@pytest.fixture
def alone():
    return one_by_one


@pytest.fixture
def naive_products():
    return products_of
