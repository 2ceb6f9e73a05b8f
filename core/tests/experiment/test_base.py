import pytest
import torch

from vierbein.errors.runs import BaseNotFoundError, NotABaseError
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.experiment.base import Base
from vierbein.storage.parameters import write_parameters

SCHEMA = FeatureSchema((Feature("x", "cm"),))
TENSORS = {"backbone.a": torch.arange(3.0), "backbone.b.c": torch.ones(2), "head.a": torch.zeros(1)}
CARD = {"kind": "base", "schema": SCHEMA.to_json(), "statistics": {"x": [0.5, 2.0]}}


def test_a_base_knows_its_features_and_its_parts(tmp_path):
    write_parameters(tmp_path, TENSORS, CARD)
    base = Base.read(str(tmp_path), ())
    assert base.schema == SCHEMA
    assert base.statistics == {"x": (0.5, 2.0)}
    assert set(base.part("backbone")) == {"a", "b.c"}
    assert torch.equal(base.part("backbone")["a"], TENSORS["backbone.a"])
    assert set(base.part("head")) == {"a"}


def test_an_installed_plugin_may_hold_one(fake_distribution):
    site = fake_distribution("bases-here", {"dataset": {}}, {"bases_here/__init__.py": ""})
    write_parameters(site / "bases_here" / "bases" / "tiny", TENSORS, CARD)
    name = "bases_here:bases/tiny"
    assert Base.read(name, ["bases_here"]).name == name
    with pytest.raises(BaseNotFoundError):  # of a plugin that is not installed, or not allowed
        Base.read(name, ["other"])
    for outside in ("bases_here:../bases", "bases_here:bases/none", "bases_here:"):
        with pytest.raises(BaseNotFoundError):
            Base.read(outside, ["bases_here"])


def test_an_arms_parameters_are_no_base(tmp_path):
    write_parameters(tmp_path, TENSORS, {"arm": {"domain": "calo"}})
    with pytest.raises(NotABaseError, match="arm, parameters"):
        Base.read(str(tmp_path), ())
