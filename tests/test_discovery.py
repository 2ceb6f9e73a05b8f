"""What the experiment `discovery` gives its safeguards: a bank, bases, new labelled jets."""

import numpy as np
import pytest

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.run import configure
from vierbein.experiment.stages.view import OWN, View

BASES = ("jets_seed", "jets_nano", "jets_masked", "jets_point_edge", "jets_alpha_s")


@pytest.fixture(scope="module")
def discovery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    return Assembly(configure("discovery", [f"cache_folder={folder}"]))


def test_both_targets_have_a_bank_and_new_labelled_jets(discovery):
    view = View(discovery, {})
    assert list(view.targets) == ["atlas", "calo"]
    judged = {name: set(target.table.ids) for name, target in discovery.targets.items()}
    for domain in view.targets:
        bank = view.anomalies(domain)
        assert len(bank) >= 10
        assert {len(events) for events in bank.values()} == {600}
        registered = discovery.configuration["anomalies"][domain]["sha256"]
        card = next(iter(discovery.anomalies[domain].values())).dataset.provenance()
        assert card["sha256"] == registered
        better = view.high_fidelity(domain)
        assert len(better) == 400
        assert set(np.unique(better.truths()["process"])) == {0, 1}
        for events in (*bank.values(), better):
            assert not judged[domain] & set(events.ids)


def test_every_base_can_be_carried_to_every_target(discovery):
    assert View(discovery, {}).bases == [OWN, *BASES]
    for name, assembly in discovery.rotation.items():
        assert assembly.base.card["name"] == name
        for domain in discovery.targets.values():
            _, table = assembly.from_base(domain, None, 0)
            assert all(row.new == row.dropped == 0 for row in table.rows)
