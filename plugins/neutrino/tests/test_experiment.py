"""The experiment of this plugin composes, and its banks are read by its own adapter."""

import pytest

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.run import configure
from vierbein_neutrino.datasets.neutrino_anomalies import NeutrinoAnomalies

pytest.importorskip("vierbein_transformer")
pytest.importorskip("vierbein_tasks")
pytest.importorskip("vierbein_safeguards")


def test_safeguards_get_every_signal_of_each_domain(tmp_path):
    overrides = [f"run_folder={tmp_path}/run", f"cache_folder={tmp_path}/cache"]
    assembly = Assembly(configure("neutrino_transfer", overrides))
    assert list(assembly.targets) == ["antineutrino", "argon"]
    assert set(assembly.anomalies) == {"antineutrino", "argon"}
    for domain, anti in (("antineutrino", True), ("argon", False)):
        found = assembly.anomalies[domain]
        assert list(found) == list(NeutrinoAnomalies().signals)
        table = found["heavy_lepton_mu_pi_300"].table
        assert len(table) == 1000
        assert table.domain == domain
        assert set(table.pdg.tolist()) == ({-13, -211} if anti else {13, 211})
