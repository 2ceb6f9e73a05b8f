"""Several values: one composition for each."""

import pytest
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser

from vierbein.config.sweep import expand
from vierbein.errors.settings import OverrideError, ReservedKeyError, SweepError


def test_the_product_last_one_fastest():
    assert expand(["experiment=x", "tuner=full,lora", "seed=0,1"]) == [
        ["experiment=x", "tuner=full", "seed=0"],
        ["experiment=x", "tuner=full", "seed=1"],
        ["experiment=x", "tuner=lora", "seed=0"],
        ["experiment=x", "tuner=lora", "seed=1"],
    ]


@pytest.mark.parametrize(
    "overrides",
    [
        ["a=1,2", "b=x,y", "c=5"],
        ["a=range(0,6,2)", "b=choice([x,y],[z])"],
        ["tuner=[lora,full],[bitfit]", "+new=1,2"],
        ["a='one text','another, text'"],
        ["a=1", "b=1,2", "a=3,4"],
    ],
)
def test_as_hydras_basic_sweeper(overrides):
    parsed = OverridesParser.create().parse_overrides(overrides)
    assert expand(overrides) == BasicSweeper.split_arguments(parsed, None)[0]


def test_each_run_composes(composed):
    runs = expand(["experiment=quickstart", "tuner=full,lora", "seed=0,1"])
    made = [composed(" ".join(run)) for run in runs]
    assert [(run.choices["tuner"], run.config.seed) for run in made] == [
        (["full"], 0),
        (["full"], 1),
        (["lora"], 0),
        (["lora"], 1),
    ]


@pytest.mark.parametrize("text", ["rank=interval(1,8)", "tuner=glob(*)"])
def test_values_that_cannot_be_listed(text):
    with pytest.raises(SweepError, match="has no list of values"):
        expand([text])


def test_bad_overrides_are_refused_before_anything_runs():
    with pytest.raises(OverrideError):
        expand(["seed=0,1", "note=["])
    with pytest.raises(ReservedKeyError):
        expand(["backbone._target_=a,b"])
