"""Discovery: what is found, in which order, and what is said of the rest."""

from pathlib import Path

from vierbein.registry.component import Component
from vierbein.registry.installed import installed
from vierbein.registry.setting import REQUIRED, Setting

DEEPSETS = '''
    from typing import Literal
    raise RuntimeError("discovery must not import this")

    Pool = Literal["mean", "sum"]

    class DeepSets:
        """Sum over particles.

        Parameters
        ----------
        width
            Features of a layer,
            of each.
        """

        def __init__(self, schema, width: int, pool: Pool = "mean", *, rates: "list[float]" = [0.1]) -> None:
            pass
'''


def test_components_settings_presets_experiments_without_an_import(fake_distribution):
    site = fake_distribution(
        "lab-demo",
        {"backbone": {"deepsets": "lab_demo.nets:DeepSets"}},
        {
            "lab_demo/__init__.py": "raise RuntimeError('discovery must not import this')",
            "lab_demo/nets.py": DEEPSETS,
            "lab_demo/conf/backbone/deepsets_small.yaml": "defaults: [deepsets, _self_]\n",
            "lab_demo/conf/experiment/first.yaml": "seed: 1\n",
        },
    )
    registry = installed({}, [str(site)])
    component = registry.find("backbone", "deepsets")
    assert component == Component(
        "backbone", "deepsets", "lab-demo", "1.0", "lab_demo.nets:DeepSets"
    )
    assert registry.find("backbone", "Lab_Demo/deepsets") == component
    assert registry.settings(component) == (
        Setting("width", "int", REQUIRED, (), "Features of a layer, of each."),
        Setting("pool", "Literal['mean', 'sum']", "mean", ("mean", "sum")),
        Setting("rates", "list[float]", [0.1]),
    )
    assert registry.packages() == ("lab_demo",)
    assert {n: (p.path.name, p.distribution) for n, p in registry.presets("backbone").items()} == {
        "deepsets_small": ("deepsets_small.yaml", "lab-demo")
    }
    assert registry.experiments() == {"first": Path(site, "lab_demo/conf/experiment/first.yaml")}
    assert registry.problems == ()
