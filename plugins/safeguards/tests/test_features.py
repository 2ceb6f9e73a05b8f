"""Features: attributions with known answers, and the bad feature that was planted comes first."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from scipy import stats
from torch import nn

from vierbein.errors.runs import StageMissingError
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.events.table import EventTable
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment
from vierbein.interfaces.trainer import TrainingEvents
from vierbein.testing.made_events import changed, made_events
from vierbein.testing.made_view import MadeView
from vierbein.testing.small_network import small_network
from vierbein_safeguards.attribution import attribute, means_of, seen_as
from vierbein_safeguards.drift import drift
from vierbein_safeguards.errors import NotThereError, OutOfRangeError
from vierbein_safeguards.features import Features
from vierbein_safeguards.sculpting import distance_correlation, sculpting
from vierbein_safeguards.shadow import shadow
from vierbein_safeguards.slices import held_out

NAMES = ("a", "b", "c")
SCHEMA = FeatureSchema(tuple(map(Feature, NAMES)), (Feature("pile_up"),))
MEANS = {"a": 0.5, "b": -0.25, "c": 1.0, "pile_up": 2.0}
WEIGHT = torch.tensor([3.0, -2.0, 0.0])
AXIS = np.array([0.0, 1.0])


class Sums(Backbone):
    """The particles' features, weighted and summed, and half of what the whole event has."""

    def __init__(self, power=1):
        super().__init__()
        self.schema, self.width, self.power = SCHEMA, 2, power

    def forward(self, events):
        padded = events.padded
        summed = ((padded.features**self.power) @ WEIGHT).sum(1) + events.event_features[:, 0] / 2
        pooled = torch.stack([summed, 5 * summed], dim=1)
        return Representation(pooled, padded.features[..., :2], padded.mask)

    def blocks(self):
        return []


class First(nn.Module):
    def forward(self, representation):
        return representation.pooled.flip(1)


def table(seed=0, num=40, schema=SCHEMA):
    lengths = np.random.default_rng(seed).integers(1, 7, num).tolist()
    return EventTable.of(made_events(schema, lengths, seed=seed))


def sums(power=1):
    network = Network(
        Projection(SCHEMA, SCHEMA, dict.fromkeys(MEANS, (0.0, 1.0))), Sums(power), First()
    )
    return network.eval()


def per_event(events, values):
    return np.add.reduceat(values, events.offsets[:-1])


def test_it_asks_when_the_arms_have_been_compared():
    assert Features.moment is Moment.COMPARED


def test_a_linear_network_s_gradients_are_exact():
    events = table()
    found = attribute(sums(), events, MEANS, AXIS)
    wanted = [
        per_event(events, float(w) * (events.features[:, at].astype(float) - MEANS[name]))
        for at, (name, w) in enumerate(zip(NAMES, WEIGHT, strict=True))
    ]
    wanted.append((events.event_features[:, 0].astype(float) - 2) / 2)
    assert found.names == (*NAMES, "pile_up")
    scale = np.abs(np.stack(wanted)).max()
    assert np.abs(found.values - np.stack(wanted, 1)).max() < 1e-6 * scale
    assert np.abs(found.missing).max() < 1e-6 * scale
    assert found.shares.sum() == pytest.approx(1)


def test_a_cubic_network_s_gradients_are_exact_and_complete():
    events = table(1)
    found = attribute(sums(3), events, MEANS, AXIS)
    for at, (name, w) in enumerate(zip(NAMES, WEIGHT, strict=True)):
        cubes = float(w) * (events.features[:, at].astype(float) ** 3 - MEANS[name] ** 3)
        assert found.values[:, at] == pytest.approx(per_event(events, cubes), rel=1e-4, abs=1e-4)
    assert np.abs(found.missing).max() < 1e-4


def test_a_small_network_s_attributions_are_complete():
    network = small_network(seed=3)
    events = table(2, 60, network.projection.wanted)
    found = attribute(network, events, means_of(events), np.array([1.0, -1.0]))
    assert np.abs(found.missing).max() < 0.01 * found.answers.std()


def test_the_same_as_captum_s():
    from captum.attr import IntegratedGradients

    network = small_network(seed=4)
    events = table(3, 1, network.projection.wanted)
    batch, means = events.take(), means_of(events)

    def answer(features):
        return torch.stack(
            [
                network(changed(batch, features=each))[0] @ torch.tensor([1.0, -1.0])
                for each in features
            ]
        )

    start = torch.tensor([means[name] for name in events.schema.names]).expand_as(batch.features)
    theirs = IntegratedGradients(answer).attribute(
        batch.features[None], start[None], n_steps=100, internal_batch_size=1
    )
    ours = attribute(network, events, means, np.array([1.0, -1.0])).values
    assert ours[0, :2] == pytest.approx(theirs[0].sum(0).numpy(), rel=1e-3, abs=1e-5)


def test_features_are_joined_by_name():
    events = table(4)
    wanted = FeatureSchema((Feature("c"), Feature("new"), Feature("a")), (Feature("other"),))
    seen = seen_as(events, wanted, {"new": 7.0, "other": -1.0})
    assert seen.schema == wanted
    assert (
        seen.features == events.features[:, [2, 0, 0]] * [1, 0, 1] + np.float32([0, 7, 0])
    ).all()
    assert (seen.event_features == -1).all()
    assert (seen.p4 == events.p4).all()


def test_a_drift_is_the_distance_in_units_of_the_answers():
    rng = np.random.default_rng(0)
    here, there = (attribute(sums(), table(s, 300), MEANS, AXIS) for s in (5, 6))
    there.values[:, 1] += 3 * there.answers.std()
    found = drift(here, there, rng)
    unit = np.concatenate([here.answers, there.answers]).std()
    for at in range(4):
        wanted = stats.wasserstein_distance(here.values[:, at], there.values[:, at]) / unit
        assert found.moves[at] == pytest.approx(wanted)
        assert found.low[at] <= found.moves[at] <= found.high[at]
    assert (found.first, found.chance) == (1, pytest.approx(1 / 401))


def test_a_drift_by_chance_has_a_uniform_probability():
    rng = np.random.default_rng(1)
    found = []
    for _ in range(200):
        one = attribute(sums(), table(7, 4), MEANS, AXIS)
        values = rng.normal(size=(120, 4)) * [1, 2, 0.1, 1]
        here, there = (
            type(one)(one.names, part, part.sum(1), part[:, 0])
            for part in (values[:50], values[50:])
        )
        found.append(drift(here, there, rng, num=99).chance)
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_a_shadow_explains_what_observables_can_explain():
    rng = np.random.default_rng(2)
    columns = rng.normal(size=(2000, 3))
    answers = np.sign(columns[:, 0]) + 0.5 * rng.normal(size=2000)
    found = shadow(("used", "idle", "idle too"), columns, answers, rng)
    assert found.low < 0.8 + 0.03
    assert found.fidelity == pytest.approx(1 / 1.25, abs=0.05)
    assert max(found.importances, key=found.importances.get) == "used"
    assert abs(found.importances["idle"]) < 0.03
    assert shadow(("one",), columns[:, :1] * np.inf, answers, rng).fidelity < 1


def test_sculpting_and_correlation_are_seen_where_they_are_and_only_there():
    rng = np.random.default_rng(3)
    mass, other = rng.exponential(size=(2, 600))
    for found in (
        sculpting(mass, other, 0.1, rng),
        distance_correlation(mass[:200], other[:200], rng),
    ):
        assert found.chance > 0.01
    shaped = sculpting(mass, 3 * mass, 0.1, rng)
    # All of the selected lie in one of ten bins: the divergence of (1, 0, ...) and (.1, .1, ...).
    wanted = -0.55 * np.log2(0.55) - 0.45 * np.log2(0.05) - np.log2(10) / 2
    assert shaped.value == pytest.approx(wanted)
    assert shaped.chance < 0.01
    assert distance_correlation(mass[:200], mass[:200] ** 2, rng).value > 0.9
    ring = rng.uniform(0, 2 * np.pi, 300)
    follows = distance_correlation(np.cos(ring), np.sin(ring), rng)
    assert abs(np.corrcoef(np.cos(ring), np.sin(ring))[0, 1]) < 0.1
    assert follows.chance < 0.01


@RunView.register
@dataclass
class Run(MadeView):
    """Both arms are one network; each seed has labelled events of its own."""

    spoil: object = None
    lacks: tuple = ()

    def trained(self, domain, arm, seed):
        if arm in self.lacks:
            raise StageMissingError("deploy", "adapt")
        return super().trained(domain, "fine_tuned", 0)

    def events(self, domain, split):
        events = super().events(domain, split)
        if self.spoil is None or domain == self.source:
            return events
        everything = events.take()
        return EventTable.of(changed(everything, features=self.spoil(everything.features)))

    def labelled(self, domain, seed):
        if not seed:
            return super().labelled(domain, seed)
        tables = [MadeView(100 * seed + at).events(domain, "train") for at in (1, 2)]
        return TrainingEvents(*tables)


def dead(column):
    def spoil(features):
        kept = torch.ones(features.shape[1])
        kept[column] = 0
        return features * kept

    return spoil


@pytest.mark.parametrize("column", [0, 1])
def test_a_dead_feature_is_named(column):
    (verdict,) = Features(warn_above=0.05).question(Run(0, spoil=dead(column), num_events=200))
    name = ("charge", "log_pt")[column]
    assert verdict.answer is Answer.WARN
    assert verdict.figure.name.endswith(name)
    assert f"Look at the calibration of {name}" in verdict.advice
    assert verdict.pictures[1].x_names == ("charge", "log_pt")


def test_what_is_shown_besides():
    (verdict,) = Features(protected=["momentum"], background="kind 1").question(Run(1))
    assert verdict.answer is Answer.PASS
    figures = {figure.name: figure for figure in verdict.further}
    assert (
        figures["largest change of a share of the attributions, in all events: charge"].value == 0
    )
    explained = "share of the answers' variance that observables explain, "
    assert figures[explained + "before transfer"].high > figures[explained + "after transfer"].low
    assert any(name.startswith("sculpting of momentum in kind 1 at 10%") for name in figures)
    assert not any("fall of AUC" in name for name in figures)  # one network falls nowhere


def test_without_a_zero_shot_network_the_fine_tuned_one_is_judged():
    (verdict,) = Features().question(Run(2, lacks=("zero_shot",)))
    assert verdict.answer is Answer.PASS
    assert not any("before transfer" in figure.name for figure in verdict.further)
    (verdict,) = Features().question(Run(2, lacks=("zero_shot", "fine_tuned")))
    assert (verdict.answer, verdict.false_alarm_rate) == (Answer.WARN, 1.0)


def test_held_out_events_are_new_to_the_first_seed_s_network():
    view = Run(3)
    events = held_out(view, "there", 10_000)
    first = view.labelled("there", 0)
    assert not np.isin(events.ids, [*first.train.ids, *first.validation.ids]).any()
    assert len(np.unique(events.ids)) == len(events) == 640
    assert held_out(MadeView(3), "there", 10) is None


def test_too_few_events_never_pass():
    (verdict,) = Features().question(Run(4, num_events=10))
    assert (verdict.answer, verdict.false_alarm_rate) == (Answer.WARN, 1.0)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"protected": ["weight"], "background": "kind 1"}, "no observable 'weight'"),
        ({"background": "kind 7"}, "no part 'kind 7'"),
        ({"score": "p_two"}, "no score 'p_two'"),
    ],
)
def test_what_is_not_there_is_refused(setting, words):
    with pytest.raises(NotThereError, match=words):
        Features(**setting).question(Run(5))


@pytest.mark.parametrize(
    "setting",
    [{"false_alarm_rate": 0.0}, {"working_point": 1.0}, {"warn_above": -1.0}, {"max_events": 3}],
)
def test_settings_that_make_no_sense_are_refused(setting):
    (name,) = setting
    with pytest.raises(OutOfRangeError, match=f"{name}="):
        Features(**setting)
