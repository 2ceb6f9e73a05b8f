import json

import numpy as np
import pytest

from vierbein.errors.records import EmptyFileError, MissingColumnError
from vierbein_neutrino.datasets.neutrino_events import NeutrinoEvents
from vierbein_neutrino.errors import BeamEnergyError, SeedRangeError
from vierbein_neutrino.event_columns import COLUMNS, MAX_SEED


def read(*columns, **settings):
    return list(NeutrinoEvents(**settings).read(columns))


def test_the_first_events_do_not_depend_on_how_many_are_asked_for():
    long, short = (read(*COLUMNS, num_events=num)[0] for num in (1200, 7))
    assert len(short) == 7
    for name in COLUMNS:
        first, column = long[name], short[name]
        values = getattr(first, "values", first), getattr(column, "values", column)
        assert values[0][: len(values[1])].tobytes() == values[1].tobytes(), name


def test_blocks_seeds_and_beams_have_numbers_of_their_own():
    runs = read("event_id", num_events=1001)
    assert [len(run) for run in runs] == [1000, 1]
    others = [
        read("event_id", "part_px", num_events=10, **other)[0]
        for other in ({"seed": 1}, {"anti": True}, {"nucleus": "Ar40"})
    ]
    ids = np.concatenate([run["event_id"] for run in (*runs, *others)])
    assert len(np.unique(ids)) == len(ids) == 1031
    momenta = [other["part_px"].values[0] for other in others]
    assert len(set(momenta)) == 3


def test_the_beam_and_the_shares_of_interactions():
    (run,) = read("neutrino_energy", "interaction", "final_state", num_events=1000, energy=1.0)
    assert (run["neutrino_energy"] == 1.0).all()
    # At 1 GeV: 0.947 of each of 6 neutrons against 0.146 of each and 0.439 of each proton.
    assert np.mean(run["interaction"] == 1) == pytest.approx(0.947 / 1.532, abs=0.05)
    is_qe = run["interaction"] == 1
    assert (run["final_state"][is_qe] == 0).all()
    assert set(run["final_state"][~is_qe].tolist()) == {1, 2}


def test_provenance_is_the_settings():
    one, other = (NeutrinoEvents(energy=energy).provenance() for energy in (None, 2.0))
    assert json.loads(json.dumps(one))["beam"]["flux"].startswith("NuMI")
    assert other["beam"] == {"energy": 2.0}


def test_mistakes_are_named():
    with pytest.raises(EmptyFileError, match="neutrinos on C12"):
        read("event_id", num_events=0)
    with pytest.raises(MissingColumnError, match="part_dxy"):
        read("part_dxy", num_events=1)
    with pytest.raises(SeedRangeError, match=str(MAX_SEED)):
        read("event_id", seed=MAX_SEED + 1)
    with pytest.raises(BeamEnergyError, match=r"0\.05 GeV"):
        NeutrinoEvents(energy=0.05)
