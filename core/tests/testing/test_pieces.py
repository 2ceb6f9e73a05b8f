"""The pieces that contracts are made of have known answers."""

import math

import numpy as np
import pytest
import torch

from vierbein.events.jagged import Jagged
from vierbein.events.mapping import Mapping
from vierbein.events.reader import Reader
from vierbein.events.records import Records
from vierbein.interfaces.adapter import Adapter
from vierbein.interfaces.run_view import RunView
from vierbein.testing.agreement import apart
from vierbein.testing.by_hand import events_of
from vierbein.testing.made_events import made_events, reordered, shuffle_within
from vierbein.testing.made_records import made_records
from vierbein.testing.made_view import MadeView
from vierbein.testing.symmetry import SYMMETRIES, known_to, transformed

EVERYTHING = (
    "where(a > 1 and not b < 0, hypot(a, b), -abs(b)) + maximum(a, b) * minimum(a, s) ** 2"
    " + log(exp(a)) + arctan2(b, a) - wrap(4 * a) + sign(b) * sqrt(a) / cosh(b) + sinh(b)"
    " + sum(a) + max(b) - min(b) + count(a) + tanh(a) + sin(a) + cos(a) + arcsinh(b) + (0 < a <= 2)"
)


def test_the_oracle_agrees_with_the_language_on_everything_in_it() -> None:
    rng = np.random.default_rng(2)
    offsets = np.array([0, 3, 4, 9])
    columns = {
        "a": Jagged(rng.uniform(0.1, 3, 9), offsets),
        "b": Jagged(rng.normal(size=9), offsets),
        "s": rng.normal(size=3),
    }
    records = Records(columns, "made")
    mapping = Mapping.from_json(
        {
            "domain": "d",
            "p4": {"E": "a", "px": "0*a", "py": "0*a", "pz": "0*a"},
            "features": {"all": EVERYTHING},
        }
    )
    wanted = Reader.of(records, ("a", "b", "s"), {}).particles(EVERYTHING)
    found = [value for event in events_of(mapping, records) for value in event.features["all"]]
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_made_events_are_massive_and_always_the_same() -> None:
    events = made_events(dtype=torch.float64)
    mass2 = events.p4[:, 0] ** 2 - (events.p4[:, 1:] ** 2).sum(1)
    assert (mass2 > 0).all()
    assert events.num_particles.tolist() == [5, 1, 0, 7, 3, 2]
    assert torch.equal(events.p4, made_events(dtype=torch.float64).p4)
    assert not torch.equal(events.p4, made_events(dtype=torch.float64, seed=1).p4)


def test_an_order_keeps_each_particle_in_its_event() -> None:
    events = made_events()
    order = shuffle_within(events)
    assert not torch.equal(order, torch.arange(len(order)))
    moved = reordered(events, order)
    for i in range(len(events)):
        one, two = (e.take(torch.tensor([i])).p4.sort(0).values for e in (events, moved))
        assert torch.equal(one, two)


@pytest.mark.parametrize("name", sorted(SYMMETRIES))
def test_a_symmetry_keeps_what_it_must_and_moves_the_rest(name: str) -> None:
    symmetry = SYMMETRIES[name]
    events = made_events(dtype=torch.float64)
    events = made_events(known_to(symmetry, events.schema), dtype=torch.float64)
    after = transformed(symmetry, events, torch.Generator().manual_seed(0))
    metric = torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=torch.float64)
    products = [(e.p4 * metric) @ e.p4.T for e in (after, events)]
    assert apart(*products) < 1e-10  # Lorentz transformations, all of them
    assert apart(after.p4, events.p4) > 0.1
    keeps_energy = name not in {"boost", "lorentz"}
    assert (apart(after.p4[:, 0], events.p4[:, 0]) < 1e-12) is keeps_energy
    keeps_pz = name == "azimuth"
    assert (apart(after.p4[:, 3], events.p4[:, 3]) < 1e-12) is keeps_pz
    if "x" in events.schema.names:
        positions = [torch.stack([e.feature(x) for x in "xyz"], dim=1) for e in (after, events)]
        distances = [torch.cdist(x, x) for x in positions]
        assert apart(*distances) < 1e-7
        shifted = apart(positions[0].norm(dim=1), positions[1].norm(dim=1)) > 0.1
        assert shifted is (name == "e3")


def test_differences_that_cannot_be_told_are_infinite() -> None:
    one = torch.ones(3)
    assert apart(one, torch.ones(4)) == math.inf
    assert apart(one * math.nan, one) == math.inf
    assert apart(torch.zeros(0), torch.zeros(0)) == 0.0


def test_made_records_pass_cuts_and_keep_an_empty_event() -> None:
    mapping = Mapping.from_json(
        {
            "domain": "d",
            "p4": {"E": "e", "px": "pt", "py": "0*pt", "pz": "pt*sinh(eta)"},
            "features": {"l": "log(pt/total)"},
            "units": {"e": "MeV", "pt": "MeV"},
            "cuts": ["total > 20", "abs(offset) < 1"],
            "truth": {"t": {"value": "flag", "codes": {"7": 0, "9": 1}}},
        }
    )
    records = made_records(Adapter(mapping), 12)
    assert records is not None
    assert len(records) == 12
    events = mapping.read(records)
    assert len(events) == 12
    assert 0 in events.num_particles
    assert (events.p4[:, 0] > events.p4[:, 1:].norm(dim=1)).all()
    assert set(np.unique(records["flag"])) == {7, 9}


def test_nothing_is_made_where_nothing_passes() -> None:
    mapping = Mapping.from_json(
        {
            "domain": "d",
            "p4": {"E": "e", "px": "0*e", "py": "0*e", "pz": "0*e"},
            "features": {"l": "log(-abs(e))"},
        }
    )
    assert made_records(Adapter(mapping), 12) is None


def test_a_made_view_is_a_run_view_and_a_planted_one_is_another_world() -> None:
    null, planted = MadeView(0), MadeView(0, is_planted=True)
    assert isinstance(null, RunView)
    for view, is_far in ((null, False), (planted, True)):
        means = [
            view.observables(view.events(d, "test").take())["momentum"].mean()
            for d in ("here", "there")
        ]
        assert bool(abs(means[0] - means[1]) > 1.0) is is_far
    assert np.array_equal(null.events("here", "train").p4, MadeView(0).events("here", "train").p4)
    assert not np.array_equal(null.events("here", "train").p4, null.events("there", "train").p4)
