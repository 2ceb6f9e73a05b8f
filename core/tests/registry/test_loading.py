"""A broken plugin: its reason, its file and line, a cure that is known; everything else works."""

import pytest

from vierbein.errors.plugins import BrokenPluginError
from vierbein.registry.installed import installed

GOOD = "class Good:\n    def __init__(self, width: int = 2):\n        self.width = width\n"
CASES = {
    "not declared": ("import os\nimport no_such_thing.sub", ":2", "does not declare what provides"),
    "declared, not installed": ("import needed_thing", ":1", "pip install 'lab-needed>=3'"),
    "syntax": ("class Bad:\n    def f(:\n", ":2", "VIERBEIN_DISABLE_PLUGINS=lab"),
    "fault": ("def f():\n    return 1 / 0\n\nf()", ":2", "VIERBEIN_DISABLE_PLUGINS=lab"),
    "deep inside another library": ("import json\n\njson.loads('{')", ":3", "Tell its author"),
    "renamed": ("class Bat:\n    pass", "lab/bad.py", "Tell its author"),
    "no class": ("def Bad():\n    pass", "lab/bad.py", "must name a class"),
    "leaves": ("import sys\nsys.exit(3)", ":2", "Tell its author"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_broken_plugin_is_told_with_its_place(fake_distribution, case):
    source, place, cure = CASES[case]
    entries = {"tuner": {"bad": "lab.bad:Bad", "good": "lab.good:Good"}}
    files = {"lab/__init__.py": "", "lab/bad.py": source, "lab/good.py": GOOD}
    requires = ["vierbein>=0.1"] + ["lab-needed>=3"] * (case == "declared, not installed")
    registry = installed({}, [str(fake_distribution("lab", entries, files, requires=requires))])
    bad, good = registry.find("tuner", "bad"), registry.find("tuner", "good")
    with pytest.raises(BrokenPluginError) as caught:
        registry.load(bad)
    told = str(caught.value)
    assert caught.value.place.endswith(place)
    assert "lab/bad.py" in told
    assert "tuner=bad of lab 1.0" in told
    assert cure in told
    assert "pip install no_such_thing" not in told
    assert case == "no class" or caught.value.__cause__ is not None
    assert registry.load(good)(width=3).width == 3
    assert [setting.name for setting in registry.settings(good)] == ["width"]


def test_a_module_that_is_not_there_is_told(fake_distribution):
    site = fake_distribution("lab", {"tuner": {"bad": "lab.gone:Bad"}}, {"lab/__init__.py": ""})
    registry = installed({}, [str(site)])
    with pytest.raises(BrokenPluginError, match=r"No module named 'lab.gone'"):
        registry.load(registry.find("tuner", "bad"))


def test_settings_that_need_an_import_are_read_from_the_class(fake_distribution):
    source = "class Odd:\n    def __init__(self, width: int = 2 * 3): ..."
    site = fake_distribution("lab_odd", {"tuner": {"odd": "lab_odd:Odd"}}, {"lab_odd.py": source})
    registry = installed({}, [str(site)])
    (setting,) = registry.settings(registry.find("tuner", "odd"))
    assert (setting.name, setting.default) == ("width", 6)
