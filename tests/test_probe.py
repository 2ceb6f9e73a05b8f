"""The probe in a base's card: events that it answered, by which a network is asked its function."""

import json
from pathlib import Path

import numpy as np
import torch

from vierbein.cli.main import main
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.experiment.probe import probe_events
from vierbein.storage.parameters import CARD, PARAMETERS, write_parameters


def test_the_card_of_the_shipped_base_was_extended_and_its_parameters_were_not(quickstart):
    base = quickstart().base
    assert base.sha256 == "5a9cefca40ea4368fd257f0f5e5fe7d40a8fcbec012261cef1731bd7564d008c"
    assert set(base.card["probe"]) == {
        *("seed", "codes", "outputs", "tolerance", "pooled", "prediction")
    }


def test_the_command_that_extends_a_card_leaves_all_else(quickstart, capsys):
    base = quickstart().base
    bare = {name: said for name, said in base.card.items() if name != "probe"}
    write_parameters(Path("old"), base.parameters, bare)
    before = Path("old", PARAMETERS).read_bytes()
    assert main(["base", "probe", "old"]) == 0
    assert base.sha256 in capsys.readouterr().out
    assert Path("old", PARAMETERS).read_bytes() == before
    card = json.loads(Path("old", CARD).read_text())
    probe = card.pop("probe")
    assert card == bare
    for name in ("pooled", "prediction"):
        np.testing.assert_allclose(probe[name], base.card["probe"][name], atol=1e-5)


def test_a_probe_column_follows_from_its_name_alone():
    one = probe_events(FeatureSchema((Feature("a"), Feature("b"))), (22,), seed=4)
    two = probe_events(FeatureSchema((Feature("b"), Feature("c"))), (), seed=4)
    assert torch.equal(one.feature("b"), two.feature("b"))
    assert not torch.equal(one.feature("a"), one.feature("b"))
    assert torch.equal(one.p4, two.p4)
    assert (one.pdg == 22).all()
    assert two.pdg is None
    mass2 = one.p4[:, 0] ** 2 - one.p4[:, 1:].square().sum(1)
    assert (mass2 > 0).all()
