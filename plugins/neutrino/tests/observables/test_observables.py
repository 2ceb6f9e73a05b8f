import numpy as np
import pytest

from vierbein.errors.features import UnknownFeatureError
from vierbein.events.batch import EventBatch
from vierbein_neutrino.observables.available_energy import AvailableEnergy
from vierbein_neutrino.observables.transverse_imbalance import TransverseImbalance
from vierbein_neutrino.observables.visible_mass import VisibleMass


def test_available_energy_is_the_truth_but_for_resolution_and_what_is_slow(events):
    found = events()
    seen = AvailableEnergy()(found).numpy()
    slow = np.exp(found.event_features[:, 0].numpy()) - 0.001
    truth = found.truth["available_energy"].numpy()
    hard = truth > 0.2
    # A photon that is too slow counts with its energy, a proton with its kinetic energy.
    assert np.median((seen + slow)[hard] / truth[hard]) == pytest.approx(1.0, abs=0.02)
    assert np.corrcoef(seen + slow, truth)[0, 1] > 0.97


def test_it_needs_codes(events):
    found = events()
    bare = EventBatch(
        found.schema,
        found.p4,
        found.features,
        found.offsets,
        event_features=found.event_features,
    )
    with pytest.raises(UnknownFeatureError, match="pdg"):
        AvailableEnergy()(bare)


@pytest.mark.parametrize(
    ("name", "mass"), [("mu_pi_300", 0.3), ("mu_pi_380", 0.38), ("nu_e_e_100", None)]
)
def test_a_decay_in_flight_has_a_peak(name, mass, events):
    found = VisibleMass()(events(f"heavy_lepton_{name}")).numpy()
    if mass is None:
        # A neutrino is missing, so what is seen is lighter; electrons are smeared.
        assert np.mean(found < 0.11) > 0.97
        return
    assert np.median(found) == pytest.approx(mass, rel=0.02)
    assert np.subtract(*np.quantile(found, [0.84, 0.16])) < 0.05


def test_a_decay_in_flight_balances_and_scattering_does_not(events):
    decay, scattering = (
        np.median(TransverseImbalance()(events(signal)).numpy())
        for signal in ("heavy_lepton_mu_pi_300", None)
    )
    assert decay < 0.05
    assert scattering > 0.1
