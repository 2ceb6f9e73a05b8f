"""A flow whose answer is known, decays of a known mass, a start from a pretrained backbone."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import wasserstein_distance

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein_point_edge.errors import TooManyParticlesError, UnknownConditionError
from vierbein_point_edge.point_edge_generator import PointEdgeGenerator

TINY = {"width": 32, "num_heads": 2, "num_tokens": 2, "edge_width": 32, "embedding_width": 32}
DECAYS = FeatureSchema((), (Feature("mass", "GeV", "of what decays"),))
PRONGS = FeatureSchema((Feature("log_pt"), Feature("eta"), Feature("phi")))
BARE = FeatureSchema((Feature("charge", "e"),))


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def decays(num, seed):
    """Draw decays to two massless particles, even in the rest frame, at 400 GeV along x."""
    rng = seeded(seed)
    mass = 60 + 60 * torch.rand(num, generator=rng)
    cos = 2 * torch.rand(num, generator=rng) - 1
    turn = 2 * math.pi * torch.rand(num, generator=rng)
    sin = (1 - cos**2).sqrt()
    axis = torch.stack([cos, sin * turn.cos(), sin * turn.sin()], dim=1)
    gamma_beta = 400 / mass
    gamma = (1 + gamma_beta**2).sqrt()
    prongs = []
    for sign in (1, -1):
        momentum = sign * axis * mass.unsqueeze(1) / 2
        momentum[:, 0] = gamma * momentum[:, 0] + gamma_beta * mass / 2
        prongs.append(torch.cat([momentum.norm(dim=1, keepdim=True), momentum], dim=1))
    p4 = torch.stack(prongs, dim=1).flatten(0, 1)
    offsets = torch.arange(0, 2 * num + 1, 2)
    conditions = mass.unsqueeze(1)
    return EventBatch(DECAYS, p4, p4.new_zeros(len(p4), 0), offsets, event_features=conditions)


def prongs(num, seed):
    """Give the same decays with what is seen of each particle, and the mass as a truth."""
    events = decays(num, seed)
    _, px, py, pz = events.p4.unbind(1)
    pt = torch.hypot(px, py)
    seen = torch.stack([pt.log() - 5, torch.asinh(pz / pt), torch.atan2(py, px)], dim=1)
    truth = {"mass": events.event_features[:, 0]}
    return EventBatch(PRONGS, events.p4, seen, events.offsets, truth=truth)


def masses(events):
    total = torch.zeros(len(events), 4, dtype=torch.float64)
    total.index_add_(0, torch.repeat_interleave(events.num_particles), events.p4.double())
    return (total[:, 0] ** 2 - total[:, 1:].square().sum(1)).clamp(min=0).sqrt()


def distances(sampled, wanted):
    """Give 1-Wasserstein distances of ln pT, eta, phi over their spread, and of m / condition."""
    columns = [[], []]
    for found, events in zip(columns, (sampled, wanted), strict=True):
        _, px, py, pz = events.p4.unbind(1)
        pt = torch.hypot(px, py)
        found += [pt.log(), torch.asinh(pz / pt), torch.atan2(py, px)]
    kinematic = [wasserstein_distance(a, b) / float(b.std()) for a, b in zip(*columns, strict=True)]
    are_two = sampled.num_particles == 2
    ratio = (masses(sampled) / sampled.event_features[:, 0])[are_two]
    return max(kinematic), wasserstein_distance(ratio, [1.0]), float(are_two.float().mean())


@pytest.fixture(scope="module")
def trained():
    """A generator before and after 300 steps on 4000 decays, and decays that it never saw."""
    events, unseen = decays(4000, seed=0), decays(1000, seed=1)
    torch.manual_seed(0)
    generator = PointEdgeGenerator(DECAYS, **TINY, num_blocks=1, max_particles=4, num_steps=10)
    generator.prepare(events)
    before = generator.sample(unseen.event_features, seeded(1))
    optimizer = torch.optim.Adam(generator.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, total_steps=300)
    rng = seeded(5)
    for _ in range(300):
        batch = events.take(torch.randint(len(events), (128,), generator=rng))
        generator.loss(batch, rng).mean().backward()
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
    return before, generator.sample(unseen.event_features, seeded(1)), unseen


def test_decays_of_a_known_mass_are_reproduced(trained):
    """Measured: 0.07 standard deviations, 0.16 of the mass; untrained 0.33 and 0.98."""
    before, after, unseen = trained
    untrained, learned = distances(before, unseen), distances(after, unseen)
    assert learned[0] < 0.15
    assert untrained[0] > 0.25
    assert learned[1] < 0.25
    assert untrained[1] > 0.5


def test_multiplicity_is_learned(trained):
    before, after, unseen = trained
    assert distances(after, unseen)[2] > 0.97
    assert distances(before, unseen)[2] < 0.5


def test_conditions_are_obeyed(trained):
    """Decays of masses above 90 GeV are 30 GeV heavier on average than those below."""
    _, after, unseen = trained
    is_heavy = unseen.event_features[:, 0] > 90
    heavy, light = (masses(after)[part].median() for part in (is_heavy, ~is_heavy))
    assert abs(float(heavy - light) - 30) < 10


def constant(velocity, **settings):
    """Make a generator of one feature whose velocity is the same everywhere."""
    torch.manual_seed(0)
    generator = PointEdgeGenerator(BARE, **TINY, num_blocks=1, max_particles=3, **settings)
    with torch.no_grad():
        generator.outlet.velocity[-1].weight.zero_()
        generator.outlet.velocity[-1].bias.fill_(velocity)
        generator.outlet.counts.weight.zero_()
        generator.outlet.counts.bias.copy_(torch.tensor([0.0, 0.0, 50.0, 0.0]))
    return generator


def test_a_constant_velocity_moves_the_noise_by_itself():
    generator = constant(2.0, num_steps=7)
    generator.mean[4], generator.scale[4] = 10.0, 3.0
    events = generator.sample(torch.zeros(1500, 0), seeded(2))
    assert events.num_particles.eq(2).all()
    charge = events.feature("charge")
    assert abs(float(charge.mean()) - (10 + 2 * 3)) < 5 * 3 / math.sqrt(len(charge))
    assert abs(float(charge.std()) - 3) < 0.2
    log_pt = torch.hypot(events.p4[:, 1], events.p4[:, 2]).log()
    assert abs(float(log_pt.mean()) - 2) < 5 / math.sqrt(len(log_pt))


def test_loss_without_velocity_is_the_variance_of_data_and_noise():
    """Standardised data and normal noise: 1 + 1; the multiplicity is certain, so it costs none."""
    generator = constant(0.0)
    rng = seeded(3)
    momentum = torch.randn(4000, 3, generator=rng)
    p4 = torch.cat([(momentum.square().sum(1, keepdim=True) + 1).sqrt(), momentum], dim=1)
    charge = 5 + torch.randn(4000, 1, generator=rng)
    events = EventBatch(BARE, p4, charge, torch.arange(0, 4001, 2))
    generator.prepare(events)
    loss = generator.loss(events, seeded(4)).detach()
    assert abs(float(loss.mean()) - 2) < 0.1


def test_starts_from_a_pretrained_body(network, make_events):
    """All parameters of a backbone load, and events are then represented as it does."""
    events = make_events([4, 0, 1, 12])
    backbone = network(schema=events.schema)
    generator = PointEdgeGenerator(events.schema, **TINY, num_blocks=2).eval()
    parameters = backbone.state_dict()
    assert {n.removeprefix("backbone.") for n in generator.state_dict()} >= set(parameters)
    generator.backbone.load_state_dict(parameters, strict=True)
    for name, tensor in generator.backbone.state_dict().items():
        assert torch.equal(tensor, parameters[name])
    assert torch.equal(generator.backbone(events).pooled, backbone(events).pooled)
    generator.prepare(events)
    assert generator.loss(events, seeded(0)).isfinite().all()
    assert torch.equal(generator.backbone(events).pooled, backbone(events).pooled)


def test_multiplicity_from_a_condition():
    schema = FeatureSchema((), (Feature("energy", "GeV"), Feature("number")))
    generator = PointEdgeGenerator(schema, **TINY, num_blocks=1, multiplicity="number", num_steps=2)
    number = torch.tensor([3.0, 0.0, 1.0, 200.0, 1.9999])
    conditions = torch.stack([torch.ones(5), number], dim=1)
    events = generator.sample(conditions, seeded(0))
    assert events.num_particles.tolist() == [3, 0, 1, 200, 2]
    with pytest.raises(UnknownConditionError, match="Did you mean number"):
        PointEdgeGenerator(schema, **TINY, multiplicity="numbr")


def test_any_number_of_events_is_sampled(make_events):
    events = make_events([2, 3, 1])
    settings = TINY | {"num_blocks": 1, "num_steps": 1, "max_particles": 3}
    generator = PointEdgeGenerator(events.schema, **settings)
    generator.prepare(events)
    for num in (1, 1001):
        sampled = generator.sample(torch.zeros(num, 1), seeded(0))
        assert len(sampled) == num
        assert len(set(sampled.event_id.tolist())) == num


def test_more_particles_than_it_counts(make_events):
    events = make_events([2, 9])
    generator = PointEdgeGenerator(events.schema, **TINY, num_blocks=1, max_particles=8)
    with pytest.raises(TooManyParticlesError, match=r"has 9 .* up to 8.\n.*\n.*max_particles=9"):
        generator.loss(events, seeded(0))


def test_the_same_body_regresses_a_mass(network):
    """Invariant masses, from the particles alone: measured 3 GeV of a spread of 20 GeV."""
    tasks = pytest.importorskip("vierbein_tasks.regression")
    events, unseen = prongs(4000, seed=0), prongs(1000, seed=1)
    task = tasks.Regression("mass", unit="GeV", location=90.0, scale=17.0)
    backbone = network(schema=PRONGS).train()
    learner = torch.nn.Sequential(backbone, task.head(backbone.width))
    optimizer = torch.optim.Adam(learner.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, total_steps=150)
    rng = seeded(5)
    for _ in range(150):
        batch = events.take(torch.randint(len(events), (128,), generator=rng))
        task.loss(learner(batch), batch).mean().backward()
        # As every training of a run does; without it one start in eight learned nothing.
        torch.nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
    with torch.no_grad():
        scores = task.scores(learner.eval()(unseen)).numpy()
    truth, ones = {"mass": unseen.truth["mass"].numpy()}, np.ones((1, len(unseen)))
    blind = task.measure(np.full_like(scores, 90), truth, ones)[0]
    assert task.measure(scores, truth, ones)[0] > blind / 3
