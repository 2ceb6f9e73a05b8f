"""What a run shows its safeguards, beyond what each of them tests for itself."""

import numpy as np
import pytest
import torch

from vierbein.errors.runs import ImpossibleSettingError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.run import configure
from vierbein.experiment.stages.view import View
from vierbein.interfaces.run_view import RunView

FEW = ("compare.sizes=[60]", "compare.seeds=2", "compare.steps=10", "pretrain.steps=20")
BANK = (
    "+dataset@anomalies.there=toy_records",
    "anomalies.there.num_events=50",
    "anomalies.there.seed=9",
    "+dataset@high_fidelity.there=toy_records",
    "high_fidelity.there.num_events=40",
    "high_fidelity.there.seed=8",
)


@pytest.fixture
def view(toy_run):
    """A run that is compared, with a bank, a better simulation and a second base."""
    toy_run(*FEW, "stages=[pretrain]", "name=other", "seed=5")
    second = ("+rotation.second.base=runs/other/pretrain/base",)
    toy_run(*FEW, *BANK, *second, "stages=[pretrain,adapt,compare]")
    return View(Assembly(configure("toy", [*FEW, *BANK, *second])), {"there": "fine_tuned"})


def test_everything_that_a_safeguard_may_ask(view):
    assert isinstance(view, RunView)

    bank = view.anomalies("there")
    assert {name: len(events) for name, events in bank.items()} == {"all": 50}
    assert len(view.high_fidelity("there")) == 40
    test = view.events("there", "test")
    assert not set(test.ids) & set(bank["all"].ids)

    # The arms' networks are those that were compared, and each seed has its own.
    events = test.take(np.arange(20))
    first, second = (view.trained("there", "fine_tuned", seed) for seed in view.seeds)
    assert torch.equal(first(events), view.predict(events))
    assert not torch.equal(first(events), second(events))
    assert view.trained("there", "smaller_twin", 0).backbone.width == 6
    few, more = (view.flops(first, test.choose(np.arange(num))) for num in (10, 20))
    assert 0 < few < more

    # A variant from the own base is the arm; the other base gives another network.
    labelled = view.labelled("there", view.seeds[0])
    assert view.bases == ["own", "second"]
    own, _ = view.train_variant("there", labelled, seed=view.seeds[0], base="own")
    other, _ = view.train_variant("there", labelled, seed=view.seeds[0], base="second")
    assert torch.equal(own(events), first(events))
    assert view.train_variant("there", labelled, seed=view.seeds[0], base="own")[0] is own
    assert not torch.equal(other(events), first(events))

    noted = {"there/anomalies", "there/high fidelity", "there/labelled", "there/test"}
    assert noted <= set(view.reads)


def test_a_run_without_source_domain_needs_none_where_nothing_is_asked(toy_run):
    toy_run(*FEW, "stages=[pretrain]")
    without = ("~source", "base=runs/toy/pretrain/base", "name=target_only")
    result = toy_run(*FEW, *without, "stages=[adapt,compare,question,report]")
    assert result.report["verdicts"] == []


def test_a_bank_of_no_target_domain_is_refused(folder):
    bank = [each.replace("there", "nowhere") for each in BANK]
    with pytest.raises(ImpossibleSettingError, match="anomalies"):
        _ = Assembly(configure("toy", [*FEW, *bank])).anomalies


def test_a_bank_of_one_domain_can_be_left_out(folder):
    configuration = configure("toy", [*FEW, *BANK, "~anomalies.there"])
    assert configuration["anomalies"] == {}
    assert set(configuration["high_fidelity"]) == {"there"}
