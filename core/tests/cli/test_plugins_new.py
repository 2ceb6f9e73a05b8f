"""`vierbein plugins new`: whole or not at all, and never over anything."""

import ast
import os
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vierbein.cli.main import main
from vierbein.cli.scaffold.distribution import TEMPLATES, source
from vierbein.cli.scaffold.licences import LICENCES
from vierbein.registry.check import check_component
from vierbein.registry.installed import installed
from vierbein.registry.kinds import KINDS, SPECIAL


@pytest.fixture
def new(tmp_path, monkeypatch):
    """Call `vierbein plugins new` in an empty folder; gives its exit status."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return lambda name, kind, *words: main(["plugins", "new", name, "--kind", kind, *words])


def _files(folder):
    return sorted(str(p.relative_to(folder)) for p in Path(folder).rglob("*") if p.is_file())


def test_every_kind_has_a_template():
    assert (*KINDS, *SPECIAL) == TEMPLATES
    assert all(source(kind) for kind in TEMPLATES)


def test_a_plugin_is_a_whole_distribution(new, capsys):
    assert new("vierbein-my-lab", "tuner", "--dir", "plugins") == 0
    folder = Path("plugins/vierbein-my-lab")
    files = [
        ".ci/run",
        "LICENSE",
        "README.md",
        "pyproject.toml",
        "src/vierbein_my_lab/__init__.py",
        "src/vierbein_my_lab/conf/tuner/my_lab_gentle.yaml",
        "src/vierbein_my_lab/my_lab.py",
        "tests/test_contract.py",
    ]
    assert _files(folder) == files
    shown = capsys.readouterr().out
    assert all(f"  {file}\n" in shown for file in files)
    assert f"pip install -e {folder}" in shown
    project = tomllib.loads((folder / "pyproject.toml").read_text())
    assert project["build-system"]["build-backend"] == "flit_core.buildapi"
    assert project["project"]["dependencies"] == ["vierbein>=0.1,<0.2"]
    target = project["project"]["entry-points"]["vierbein.v1.tuner"]["my_lab"]
    assert target == "vierbein_my_lab.my_lab:MyLab"
    tree = ast.parse((folder / "src/vierbein_my_lab/my_lab.py").read_text())
    assert [node.name for node in tree.body if isinstance(node, ast.ClassDef)] == ["MyLab"]
    test = (folder / "tests/test_contract.py").read_text()
    assert "class TestMyLab(TunerContract):" in test
    assert os.access(folder / ".ci/run", os.X_OK)
    assert list(Path("plugins").iterdir()) == [folder]  # nothing temporary is left


@pytest.mark.parametrize("kind", TEMPLATES)
def test_what_it_writes_says_nothing_of_the_template_and_can_be_used(new, fake_distribution, kind):
    assert new("lab-of-mine", kind) == 0
    folder = Path("lab-of-mine")
    texts = [(folder / name).read_text() for name in _files(folder)]
    assert not [text for text in texts if "xemplar" in text]
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    files = {
        name.removeprefix("src/"): (folder / name).read_text()
        for name in _files(folder)
        if name.startswith("src/")
    }
    entries = {key: dict(value) for key, value in project["entry-points"].items()}
    site = fake_distribution("lab-of-mine", entries, files, version=project["version"])
    registry = installed({}, [str(site)])
    (component,) = registry.components
    assert check_component(registry, component) == []
    assert project["description"] == registry.summary(component) != ""
    presets = registry.presets(kind)
    assert len(presets) == len([name for name in files if "/conf/" in name])
    assert all(preset.builds_on(component) for preset in presets.values())


@pytest.mark.parametrize("licence", LICENCES)
def test_the_licence_has_holder_and_year(new, licence):
    assert new("lab-of-mine", "observable", "--licence", licence) == 0
    text = Path("lab-of-mine/LICENSE").read_text()
    year = datetime.now(UTC).year
    assert text.startswith(f"Copyright (c) {year} the authors of lab-of-mine\n")
    assert f'license = "{licence}"' in Path("lab-of-mine/pyproject.toml").read_text()


@pytest.mark.parametrize(
    ("name", "kind", "words", "told"),
    [
        ("9lab", "tuner", (), "lower-case letters"),
        ("My_Lab", "tuner", (), "lower-case letters"),
        ("lab--x", "tuner", (), "lower-case letters"),
        ("../lab", "tuner", (), "lower-case letters"),
        ("vierbein-class", "tuner", (), "no word of Python's"),
        ("vierbein-9", "tuner", (), "lower-case letters"),
        ("vierbein", "tuner", (), "distribution is taken"),
        ("numpy", "tuner", (), "distribution is taken"),
        ("statistics", "tuner", (), "Python already imports statistics"),
        ("my-lora", "tuner", (), None),
        ("vierbein-lora", "tuner", (), "vierbein-tuners 0.1.0 offers it"),
        ("vierbein-run", "command", (), "it is vierbein's own"),
        ("vierbein-network", "tuner", (), "the template uses that word itself"),
        ("lab", "tunner", (), "Did you mean tuner?"),
        ("lab", "tuner", ("--licence", "GPL-9"), "There are: Apache-2.0, MIT, BSD-3-Clause"),
    ],
)
def test_a_name_that_cannot_be_is_refused(new, capsys, name, kind, words, told):
    status = new(name, kind, *words)
    assert status == (0 if told is None else 2)
    if told is not None:
        error = capsys.readouterr().err
        assert told in error
        assert error.count("\n  ") == 2  # three parts
        assert list(Path().iterdir()) == []


def test_nothing_is_overwritten(new, capsys):
    Path("lab-of-mine").mkdir()
    Path("lab-of-mine/mine.txt").write_text("keep")
    assert new("lab-of-mine", "tuner") == 2
    assert "the folder is taken" in capsys.readouterr().err
    assert _files("lab-of-mine") == ["mine.txt"]


def test_an_installed_component_keeps_its_name(new, fake_distribution, capsys):
    fake_distribution("other", {"backbone": {"xyz": "other.nets:XYZ"}})
    assert new("vierbein-xyz", "backbone") == 2
    assert "other 1.0 offers it" in capsys.readouterr().err
    assert new("vierbein-xyz", "tuner") == 0


def test_a_minimal_backbone_is_short(new):
    new("lab-of-mine", "backbone")
    paths = ("pyproject.toml", "src/lab_of_mine/lab_of_mine.py", "src/lab_of_mine/__init__.py")
    lines = [line for path in paths for line in Path("lab-of-mine", path).read_text().splitlines()]
    assert len([line for line in lines if line.strip() and not line.strip().startswith("#")]) <= 25
