"""Components are made in one place, of plain values."""

from pathlib import Path

import pytest
from omegaconf import OmegaConf

from vierbein.config.build import build
from vierbein.errors.plugins import UnknownComponentError
from vierbein.errors.settings import BuildError, MissingValuesError, UnknownSettingError
from vierbein.registry.installed import installed


def test_a_component_gets_plain_values_of_its_types(composed, plugins):
    text = "dataset=root dataset.path=a.root dataset.columns.pt.unit=GeV dataset.runs=[1,2]"
    given = build(composed(text).config.dataset, plugins).given
    assert given == {
        "path": Path("a.root"),
        "columns": {"pt": {"unit": "GeV"}},
        "entries": None,
        "scale": {},
        "runs": [1, 2],
        "cut": "none",
    }
    assert [type(given[name]) for name in ("columns", "runs")] == [dict, list]


def test_tuples_are_tuples(composed, plugins):
    assert build(composed("adapter=jets_cms").config.adapter, plugins).given["window"] == (500, 700)


def test_what_the_run_gives_is_handed_over(composed, plugins):
    schema = object()
    backbone = build(
        composed("backbone=particle_transformer").config.backbone, plugins, schema=schema
    )
    assert backbone.given["schema"] is schema


def test_a_stored_node_is_checked_again(plugins):
    node = {"_component_": "tuner/fake-lab/lora", "rnak": 8}
    with pytest.raises(UnknownSettingError, match=r"'tuner\.lora\.rnak'\. Did you mean rank"):
        build(node, plugins)
    with pytest.raises(MissingValuesError, match=r"dataset\.root\.path"):
        build({"_component_": "dataset/fake-lab/root"}, plugins)


def test_only_what_is_registered_is_built(plugins):
    with pytest.raises(UnknownComponentError):
        build(OmegaConf.create({"_component_": "backbone/os/system"}), plugins)


def test_a_refused_value_names_component_and_settings(composed, plugins):
    node = composed("backbone=particle_transformer backbone.width=12").config.backbone
    with pytest.raises(BuildError) as error:
        build(node, plugins, schema=None)
    assert str(error.value) == (
        "backbone=particle_transformer of fake-lab 1.0 cannot be made of its settings: "
        "width 12 is not a multiple of 8\n"
        "  Given: width=12, size='tiny', dropout=0.0\n"
        "  Change the setting that it names."
    )
    assert isinstance(error.value.__cause__, ValueError)


def test_a_bug_keeps_its_traceback(composed, plugins):
    node = composed("backbone=fake-lab/lorentz_net").config.backbone
    with pytest.raises(ZeroDivisionError):
        build(node, plugins, schema=None)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("self.rank = rank + 1", TypeError),  # happens to the plugin
        ("self.rank = json.loads('')", ValueError),  # a library refuses what the plugin gave it
    ],
)
def test_an_error_that_only_happens_is_a_bug(fake_distribution, body, kind):
    source = f"""
        import json

        class Falls:
            def __init__(self, rank: int | None = None) -> None:
                {body}
    """
    target = {"tuner": {"falls": "fake_falls:Falls"}}
    site = fake_distribution("fake-falls", target, {"fake_falls.py": source})
    with pytest.raises(kind):
        build({"_component_": "tuner/fake-falls/falls"}, installed({}, path=[str(site)]))


def test_a_missing_runtime_argument_is_a_bug(composed, plugins):
    with pytest.raises(TypeError, match="schema"):
        build(composed("backbone=particle_transformer").config.backbone, plugins)
