"""Discovery: what is found, in which order, and what is said of the rest."""

from itertools import permutations
from pathlib import Path

import pytest

import vierbein
from vierbein.errors.plugins import (
    ClashError,
    DisabledError,
    OtherApiError,
    PluginNotInstalledError,
    UnknownComponentError,
    UnknownKindError,
    UnmetRequirementError,
)
from vierbein.registry.component import Component
from vierbein.registry.conf import Preset
from vierbein.registry.installed import installed

NEVER = {"lab/__init__.py": "raise RuntimeError('discovery must not import this')"}
NEXT = "vierbein>=7,<8"


def test_find_by_name_and_by_distribution_without_an_import(fake_distribution):
    site = fake_distribution("Lab_Demo", {"backbone": {"xyz": "lab.nets:XYZ"}}, NEVER)
    registry = installed({}, [str(site)])
    component = Component("backbone", "xyz", "Lab_Demo", "1.0", "lab.nets:XYZ")
    assert registry.components == (component,)
    assert registry.find("backbone", "xyz") == component
    assert registry.find("backbone", "lab-demo/xyz") == component
    assert (registry.names("backbone"), registry.packages()) == (("xyz",), ("lab",))
    assert registry.problems == ()


def test_the_order_of_folders_does_not_matter(fake_distribution, monkeypatch):
    for name in ("lab-b", "lab-a", "lab-c"):
        package = name.replace("-", "_")
        entries = {"tuner": {"t": f"{package}:T"}, "dataset": {name[-1]: f"{package}:D"}}
        site = fake_distribution(name, entries)
    expected = installed({}, [str(site)])
    assert [c.kind for c in expected.components] == ["dataset"] * 3 + ["tuner"] * 3
    listing = list(Path(site).iterdir())
    for order in permutations(listing):
        monkeypatch.setattr(Path, "iterdir", lambda self, order=order: iter(order))
        again = installed({}, [str(site)])
        assert (again.components, again.problems) == (expected.components, expected.problems)


def test_a_clash_names_both_and_the_distribution_settles_it(fake_distribution):
    fake_distribution("lab-one", {"backbone": {"xyz": "lab_one:XYZ"}}, version="1.1")
    site = fake_distribution("lab-two", {"backbone": {"xyz": "lab_two:XYZ"}}, version="2.2")
    registry = installed({}, [str(site)])
    with pytest.raises(ClashError) as caught:
        registry.find("backbone", "xyz")
    for words in ("backbone=lab-one/xyz", "lab-one 1.1", "backbone=lab-two/xyz", "lab-two 2.2"):
        assert words in str(caught.value)
    assert registry.find("backbone", "lab-two/xyz").distribution == "lab-two"
    assert [p.what for p in registry.problems] == ["clash"]


def test_a_misspelt_component_gets_its_close_matches(fake_distribution):
    entries = {"backbone": {"deepsets": "lab:D", "xyz": "lab:X"}, "tuner": {"lora_fast": "lab:L"}}
    files = {"lab/__init__.py": "", "lab/conf/backbone/deepsets_small.yaml": "width: 3"}
    registry = installed({}, [str(fake_distribution("lab", entries, files))])
    with pytest.raises(UnknownComponentError, match="Did you mean deepsets or deepsets_small"):
        registry.find("backbone", "deepests")
    with pytest.raises(UnknownComponentError, match="another kind:  tuner=lora_fast"):
        registry.find("backbone", "lora_fast")
    with pytest.raises(UnknownComponentError, match="Did you mean xyz"):
        registry.find("backbone", "other-lab/xyz")
    with pytest.raises(UnknownKindError, match="Did you mean backbone"):
        registry.find("bakbone", "xyz")


def test_a_missing_plugin_is_named_only_where_it_is_known(fake_distribution):
    registry = installed({}, [str(fake_distribution("lab", {"backbone": {"xyz": "lab:X"}}))])
    with pytest.raises(PluginNotInstalledError, match="pip install vierbein-tuners"):
        registry.find("tuner", "lora")
    with pytest.raises(UnknownComponentError) as caught:
        registry.find("backbone", "omnilearned")
    assert "pip install" not in str(caught.value)


def test_an_installed_plugin_that_lacks_its_known_component_is_not_called_missing(
    fake_distribution,
):
    site = fake_distribution("vierbein-tuners", {"tuner": {"full": "lab:F"}})
    with pytest.raises(UnknownComponentError, match="Installed: full"):
        installed({}, [str(site)]).find("tuner", "lora")


@pytest.mark.parametrize(
    ("environ", "off"),
    [
        ({"VIERBEIN_DISABLE_PLUGINS": " Lab_One ,"}, "lab-one"),
        ({"VIERBEIN_PLUGINS": "lab-two"}, "lab-one"),
        ({"VIERBEIN_PLUGINS": ""}, None),
    ],
)
def test_plugins_are_switched_off_by_the_environment(fake_distribution, environ, off):
    fake_distribution("lab-one", {"backbone": {"one": "lab_one:X", "both": "lab_one:B"}})
    site = fake_distribution("lab-two", {"backbone": {"two": "lab_two:X", "both": "lab_two:B"}})
    registry = installed(environ, [str(site)])
    assert registry.names("backbone") == (("both", "two") if off else ("both", "one", "two"))
    if off:
        with pytest.raises(DisabledError, match=next(iter(environ))):
            registry.find("backbone", "one")
        assert registry.find("backbone", "both").distribution == "lab-two"  # no clash any more
        assert registry.problems == ()


def test_a_name_in_the_environment_that_is_not_installed_is_told(fake_distribution):
    site = fake_distribution("lab-one", {"backbone": {"one": "lab_one:X"}})
    registry = installed({"VIERBEIN_DISABLE_PLUGINS": "lab-onne"}, [str(site)])
    assert [p.what for p in registry.problems] == ["environment"]
    assert "Did you mean lab-one?" in registry.problems[0].message
    assert registry.names("backbone") == ("one",)


@pytest.mark.parametrize(("api", "cure"), [(2, "pip install -U vierbein"), (0, "-U lab-future")])
def test_a_plugin_for_another_api_is_told_without_an_import(fake_distribution, api, cure):
    site = fake_distribution("lab-future", {f"vierbein.v{api}.backbone": {"f": "lab:F"}}, NEVER)
    registry = installed({}, [str(site)])
    with pytest.raises(OtherApiError, match=f"plugin API v{api}") as caught:
        registry.find("backbone", "f")
    assert str(caught.value).endswith(cure)
    assert (registry.components, [p.what for p in registry.problems]) == ((), ["api"])


def test_one_plugin_serves_two_versions_of_the_api(fake_distribution):
    groups = {"vierbein.v1.backbone": {"f": "lab.v1:F"}, "vierbein.v2.backbone": {"f": "lab.v2:F"}}
    registry = installed({}, [str(fake_distribution("lab", groups))])
    assert registry.find("backbone", "f").target == "lab.v1:F"
    assert registry.problems == ()


def test_a_plugin_that_needs_another_core_is_withheld(fake_distribution):
    site = fake_distribution("lab", {"backbone": {"f": "lab:F"}}, NEVER, requires=[NEXT])
    registry = installed({}, [str(site)])
    with pytest.raises(UnmetRequirementError) as caught:
        registry.find("backbone", "f")
    assert NEXT in str(caught.value)
    assert f"vierbein {vierbein.__version__} is running" in str(caught.value)
    assert [p.what for p in registry.problems] == ["requirement"]


def test_a_requirement_of_an_extra_does_not_count(fake_distribution):
    requires = [f"{NEXT}; extra == 'next'", "vierbein>=0.1"]
    site = fake_distribution("lab", {"backbone": {"f": "lab:F"}}, requires=requires)
    assert installed({}, [str(site)]).names("backbone") == ("f",)


@pytest.mark.parametrize("content", [None, "", "Name: vierbein-lab\n"])
def test_damaged_metadata_are_told_and_shadow_nothing(fake_distribution, tmp_path, content):
    site = fake_distribution("vierbein-lab", {"backbone": {"f": "lab:F"}})
    first = tmp_path / "first"
    broken = first / "vierbein_lab-0.9.dist-info"
    broken.mkdir(parents=True)
    (broken / "entry_points.txt").write_text("[vierbein.v1.backbone]\nf = old:F\n")
    if content is not None:
        (broken / "METADATA").write_text(content)
    registry = installed({}, [str(first), str(site)])
    assert registry.find("backbone", "f").version == "1.0"
    assert [(p.what, p.distribution) for p in registry.problems] == [("damaged", "vierbein-lab")]
    assert str(broken) in registry.problems[0].message


def test_what_an_interrupted_pip_leaves_is_told_if_it_is_ours(tmp_path):
    for name in ("vierbein_lab-0.9.dist-info", "numpy-1.0.dist-info"):
        (tmp_path / name).mkdir()
    registry = installed({}, [str(tmp_path), str(tmp_path / "no_such_folder")])
    assert [(p.what, p.distribution) for p in registry.problems] == [("damaged", "vierbein-lab")]


@pytest.mark.parametrize(
    ("group", "target", "told"),
    [
        ("vierbein.v1.backbone", "", "'f =' is not of the form"),
        ("vierbein.v1.backbone", "lab-nets:F", "'f = lab-nets:F' is not of the form"),
        ("vierbein.backbone", "lab:F", "[vierbein.v1.<kind>]"),
    ],
)
def test_malformed_entry_points_are_told_and_the_rest_works(fake_distribution, group, target, told):
    fake_distribution("lab-good", {"backbone": {"g": "good:G"}})
    site = fake_distribution("lab-bad", {group: {"f": target}})
    registry = installed({}, [str(site)])
    assert registry.names("backbone") == ("g",)
    assert [(p.what, p.distribution) for p in registry.problems] == [("malformed", "lab-bad")]
    assert told in registry.problems[0].message


def test_the_first_on_the_path_is_the_one_that_python_would_import(fake_distribution, tmp_path):
    site = fake_distribution("lab", {"backbone": {"f": "lab:Old"}})
    newer = tmp_path / "newer" / "lab-2.0.dist-info"
    newer.mkdir(parents=True)
    (newer / "METADATA").write_text("Name: lab\nVersion: 2.0\n")
    assert installed({}, [str(site)]).names("backbone") == ("f",)
    assert installed({}, [str(newer.parent), str(site)]).names("backbone") == ()


def test_a_stranger_brings_a_kind_of_its_own(fake_distribution):
    registry = installed({}, [str(fake_distribution("lab", {"trigger": {"l1": "lab:L1"}}))])
    assert registry.kinds()[-1] == "trigger"
    assert registry.find("trigger", "l1").target == "lab:L1"


def test_presets_and_experiments_are_found_without_an_import(fake_distribution):
    files = {
        "lab/conf/backbone/small.yaml": "defaults: [xyz, _self_]\nwidth: 3\n",
        "lab/conf/backbone/other.yaml": "defaults:\n  - xyzzy\n  - _self_\n",
        "lab/conf/experiment/first.yaml": "seed: 1\n",
        "lab/conf/experiment/notes.txt": "",
    }
    site = fake_distribution("lab", {"backbone": {"xyz": "lab.nets:XYZ"}}, NEVER | files)
    registry = installed({}, [str(site)])
    presets = registry.presets("backbone")
    assert {name: preset.distribution for name, preset in presets.items()} == {
        "other": "lab",
        "small": "lab",
    }
    assert registry.experiments() == {"first": site / "lab/conf/experiment/first.yaml"}
    xyz = registry.find("backbone", "xyz")
    assert [name for name, preset in presets.items() if preset.builds_on(xyz)] == ["small"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("defaults: [a, lab/b, _self_]  # why\nx: [c]\n", ("a", "lab/b")),
        ("# d\ndefaults:\n  - a  # e\n  # f\n  - b\nx:\n  - c\n", ("a", "b")),
        ("defaults:\n- a\n- b", ("a", "b")),
        ("defaults: [\n  a,\n  b,\n]\nx: 1\n", ("a", "b")),
        ("x: 1\n", ()),
        ("defaults: []\nx: [1]\n", ()),
    ],
)
def test_what_a_preset_names_is_read_without_a_parser(tmp_path, text, names):
    file = tmp_path / "some.yaml"
    file.write_text(text)
    assert Preset(file, "lab").names == names


def test_a_set_is_a_preset_of_several_that_may_stand_side_by_side(fake_distribution):
    files = {
        "lab/__init__.py": "",
        "lab/conf/tuner/all.yaml": "defaults: [a, b]\n",
        "lab/conf/tuner/mine.yaml": "defaults: [a, _self_]\n",
        "lab/conf/backbone/all.yaml": "defaults: [a, b]\n",
    }
    site = fake_distribution("lab", {"tuner": {"a": "lab:A", "b": "lab:B"}}, files)
    registry = installed({}, [str(site)])
    assert {kind: list(registry.sets(kind)) for kind in ("tuner", "backbone")} == {
        "tuner": ["all"],
        "backbone": [],
    }


def test_presets_of_one_name_are_told_apart_by_their_distributions(fake_distribution):
    for name in ("lab_one", "lab_two"):
        files = {f"{name}/__init__.py": "", f"{name}/conf/tuner/fast.yaml": "rank: 1"}
        site = fake_distribution(name, {"tuner": {name: f"{name}:T"}}, files)
    registry = installed({}, [str(site)])
    assert list(registry.presets("tuner")) == ["lab_one/fast", "lab_two/fast"]
    with pytest.raises(ClashError, match="tuner=lab_two/fast"):
        registry.find("tuner", "fast")
