"""The traps that published relatives have, and what the backbone reads."""

import inspect
import math
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from vierbein.errors.features import UnknownFeatureError
from vierbein.events.batch import EventBatch, Padded
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.interfaces.hardware import Level
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.verification import golden, verify
from vierbein_point_edge.errors import EventFeaturesError, HeadsError
from vierbein_point_edge.point_edge_generator import PointEdgeGenerator
from vierbein_point_edge.point_edge_transformer import PointEdgeTransformer

LENGTHS = [7, 0, 1, 12, 3]


class Mass(torch.nn.Linear):
    """The head of a regression."""

    def __init__(self, width):
        super().__init__(width, 1)

    def forward(self, representation):
        return super().forward(representation.pooled)


def close(given, expected, tolerance=1e-9):
    torch.testing.assert_close(given, expected, rtol=tolerance, atol=tolerance)


def test_what_empty_slots_hold_changes_nothing(network, make_events):
    backbone, events = network(), make_events(LENGTHS)
    padded = events.padded
    p4, features = padded.p4.clone(), padded.features.clone()
    p4[~padded.mask], features[~padded.mask] = torch.tensor([9.0, 1.0, 2.0, 3.0]), 5.0
    dirty = Padded(p4, features, padded.mask)
    dirty = EventBatch.from_padded(events.schema, dirty, events.event_features)
    close(backbone(dirty).pooled, backbone(events).pooled, 1e-5)
    close(backbone(dirty).particles, backbone(events).particles, 1e-5)


def test_a_particle_with_zeros_everywhere_is_a_particle(network, make_events):
    """A published relative takes a particle of log pT = 0 for an empty slot."""
    backbone, events = network(), make_events([4], torch.float64)
    backbone.double()
    events.features[2] = 0.0
    events.p4[2] = torch.tensor([1.0, -1.0, 0.0, 0.0])  # pT of 1 GeV, eta of 0
    there = backbone(events)
    assert there.mask[0, 2]
    assert there.particles[0, 2].abs().sum() > 0
    gone = events.padded
    mask = gone.mask.clone()
    mask[0, 2] = False
    without = EventBatch.from_padded(
        events.schema, Padded(gone.p4, gone.features, mask), events.event_features
    )
    assert (backbone(without).pooled - there.pooled).abs().max() > 1e-3
    events = make_events([4], torch.float64)
    events.features[2] = torch.tensor([0.0, 3.0, -2.0, 1.0, 4.0])  # others still matter
    assert (backbone(events).pooled - there.pooled).abs().max() > 1e-3


def test_azimuth_is_a_circle(network, make_events):
    """Turning all four-momenta about the beam changes nothing, wherever phi jumps."""
    backbone, events = network().double(), make_events(LENGTHS, torch.float64)
    before = backbone(events)
    energy, px, py, pz = events.p4.unbind(1)
    for angle in (1.0, 2.5, math.pi, 2 * math.pi):
        x = px * math.cos(angle) - py * math.sin(angle)
        y = px * math.sin(angle) + py * math.cos(angle)
        p4 = torch.stack([energy, x, y, pz], dim=1)
        turned = EventBatch(
            events.schema, p4, events.features, events.offsets, event_features=events.event_features
        )
        close(backbone(turned).pooled, before.pooled)
        close(backbone(turned).particles, before.particles)


def test_one_particle_and_more_neighbours_than_there_are(network, make_events):
    backbone = network(num_neighbours=10).train()
    for lengths in ([1], [0], [1, 1], [0, 0, 2], [10], [11], [12]):
        backbone.zero_grad()
        representation = backbone(make_events(lengths))
        (representation.pooled.square().sum() + representation.particles.square().sum()).backward()
        assert representation.pooled.isfinite().all()
        assert all(p.grad.isfinite().all() for p in backbone.parameters())
        assert representation.particles[representation.mask].abs().sum(1).gt(0).all()


def test_nothing_jumps_where_neighbours_change_places(network, make_events):
    """Moving the second nearest beyond the third, step by step, moves the answer in small steps."""
    backbone, events = network(num_neighbours=2).double(), make_events([5], torch.float64)
    phi = torch.tensor([0.0, 0.1, 0.2, 0.0, 1.0], dtype=torch.float64)
    eta = torch.tensor([0.0, 0.0, 0.0, 0.3, 0.0], dtype=torch.float64)
    answers = []
    for moved in torch.linspace(0.28, 0.32, 101):
        phi[2] = moved
        momentum = torch.stack([eta.cosh(), phi.cos(), phi.sin(), eta.sinh()], dim=1)
        events.padded.p4[0] = momentum
        answers.append(backbone(events).particles[0, 0])
    steps = torch.stack(answers).diff(dim=0).abs().amax(1)
    assert steps.max() < 2 * steps.mean()


def test_four_momenta_and_conditions_matter(network, make_events):
    backbone, events = network(), make_events([6, 6])
    before = backbone(events).pooled
    events.event_features[0] += 1.0
    after = backbone(events).pooled
    assert (after - before)[0].abs().max() > 1e-3
    close(after[1], before[1], 1e-6)
    events.padded.p4[1, 0, 1:] = torch.tensor([0.1, 0.2, -0.3])
    last = backbone(events).pooled
    assert (last - after)[1].abs().max() > 1e-4
    close(last[0], after[0], 1e-6)


def test_per_event_features_are_counted(network, make_events):
    events = make_events([3])
    bare = EventBatch(events.schema, events.p4, events.features, events.offsets)
    with pytest.raises(EventFeaturesError, match=r"1 per-event features .beam_energy.; .* have 0"):
        network()(bare)


def test_pdg_codes(network, make_events):
    backbone, events = network(codes=[0, 211, 22]), make_events([5, 0, 3])
    known, other = torch.full_like(events.pdg, 22), torch.full_like(events.pdg, 130)
    answers = []
    for codes in (known, other, torch.full_like(events.pdg, 2112)):
        events.pdg = codes
        answers.append(backbone(events).pooled)
    assert (answers[0] - answers[1]).abs().amax(1)[[0, 2]].gt(1e-3).all()
    close(answers[0][1], answers[1][1], 1e-6)
    assert torch.equal(answers[1], answers[2])  # codes without a vector of their own share one
    sum(answers).sum().backward()
    assert backbone.entry.kinds.rows.grad.abs().sum(1).gt(0).tolist() == [True, False, True]
    events.pdg = None
    with pytest.raises(UnknownFeatureError, match="pdg"):
        backbone(events)


def test_becomes_an_equal_graph_with_free_axes(network, make_events, tmp_path):
    cpu = pytest.importorskip("vierbein_cpu.cpu").Cpu()
    schema = FeatureSchema(tuple(Feature(f"feature_{i}") for i in range(5)))
    backbone = network(schema=schema, num_blocks=1, num_neighbours=3)
    projection = Projection(schema, schema, dict.fromkeys(schema.names, (0.1, 2.0)))
    whole = Network(projection, backbone, Mass(backbone.width)).eval()

    def bare(lengths):
        events = make_events(lengths)
        return EventBatch(schema, events.p4, events.features, events.offsets)

    artifact = cpu.lower(whole, bare(LENGTHS), tmp_path)
    for lengths in (LENGTHS, [1], [0], [3, 2], [30]):
        inputs, outputs = golden(whole, bare(lengths))
        verification = verify(outputs, cpu.emulate(artifact, Level.GRAPH, inputs), cpu.numerics)
        assert verification.is_equal, verification


def test_sizes(network):
    schema = FeatureSchema(tuple(Feature(f"feature_{i}") for i in range(17)))
    sizes = {p: sum(x.numel() for x in network(p, schema).parameters()) for p in ("tiny", "small")}
    assert sizes["tiny"] <= 0.15e6
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    assert [p for p, size in sizes.items() if f"| {size:,} |" not in readme] == []


@pytest.mark.parametrize("size", ["tiny", "small"])
def test_presets_set_what_the_constructors_know(size, settings):
    backbone = settings("backbone", f"point_edge_transformer_{size}")
    assert backbone == settings("generator", f"point_edge_generator_{size}")  # one backbone
    for made in (PointEdgeTransformer, PointEdgeGenerator):
        assert set(backbone) <= set(inspect.signature(made).parameters)


def test_dropout_in_training_only(network, make_events):
    backbone, events = network(dropout=0.5), make_events(LENGTHS)
    assert torch.equal(backbone(events).pooled, backbone(events).pooled)
    backbone.train()
    assert not torch.equal(backbone(events).pooled, backbone(events).pooled)


def test_heads_that_do_not_divide_the_width(network):
    with pytest.raises(HeadsError, match=r"width of 50 .* 8 .*\n.*\n.*width=56"):
        network("small", width=50)


def test_tells_top_jets_from_others_within_seconds(network):
    """Measured on the shipped jets: an AUC of 0.89 after 40 steps, and 0.94 after 400."""
    samples = pytest.importorskip("vierbein_collider.datasets.jet_sample")
    adapter = pytest.importorskip("vierbein_collider.adapters.jets_cms").JetsCms()
    tasks = pytest.importorskip("vierbein_collider.tasks.jet_classification")
    runs = samples.JetSample("cms").read(adapter.columns())
    jets = EventBatch.concatenate([adapter.read(run) for run in islice(runs, 2)])
    values = {name: jets.feature(name) for name in jets.schema.names}
    statistics = {name: (float(v.mean()), float(v.std())) for name, v in values.items()}
    backbone, task = network(schema=jets.schema), tasks.JetClassification()
    projection = Projection(jets.schema, jets.schema, statistics)
    learner = Network(projection, backbone, task.head(backbone.width)).train()
    optimizer = torch.optim.AdamW(learner.parameters(), lr=3e-3)
    rng = torch.Generator().manual_seed(0)
    num = len(jets) - 800
    for _ in range(40):
        batch = jets.take(torch.randint(num, (64,), generator=rng))
        task.loss(learner(batch), batch).mean().backward()
        optimizer.step()
        optimizer.zero_grad()
    unseen = jets.take(torch.arange(num, len(jets)))
    with torch.no_grad():
        scores = task.scores(learner.eval()(unseen)).numpy()
    truth = {"process": unseen.truth["process"].numpy()}
    assert task.measure(scores, truth, np.ones((1, len(unseen))))[0] > 0.85
