"""Entry points of an editable install, after its pyproject.toml has changed."""

import json

import pytest

from vierbein.errors.plugins import BrokenPluginError, StaleEntryPointsError
from vierbein.registry.installed import installed
from vierbein.registry.stale import stale_problems

PROJECT = """
[project]
name = "lab"
[project.entry-points."vierbein.v1.backbone"]
{}
[project.entry-points."other.group"]
x = "y"
"""


@pytest.fixture
def editable(fake_distribution, tmp_path):
    """Install `backbone=old` for editing, with the pyproject.toml's entries as given."""

    def install(entries, *, is_editable=True):
        site = fake_distribution("lab", {"backbone": {"old": "lab_old:Old"}}, {"lab_old.py": ""})
        folder = tmp_path / "my lab"
        folder.mkdir()
        (folder / "pyproject.toml").write_text(PROJECT.format(entries))
        record = {"url": folder.as_uri(), "dir_info": {"editable": is_editable}}
        (site / "lab-1.0.dist-info" / "direct_url.json").write_text(json.dumps(record))
        return installed({}, [str(site)]), folder

    return install


def test_no_change_is_no_problem(editable):
    registry, _ = editable('old = "lab_old:Old"')
    assert stale_problems(registry.plugins.values()) == []


def test_a_change_is_told_with_the_command_that_mends_it(editable):
    registry, folder = editable('new = "lab_new:New"')
    (problem,) = stale_problems(registry.plugins.values())
    assert "+backbone=new (lab_new:New), -backbone=old (lab_old:Old)" in problem.message
    assert f"pip install --no-deps -e '{folder}'" in problem.message


def test_asking_for_a_new_one_tells_to_install_again(editable):
    registry, _ = editable('old = "lab_old:Old"\nnew = "lab_new:New"')
    with pytest.raises(StaleEntryPointsError):
        registry.find("backbone", "new")


def test_a_class_that_has_moved_tells_to_install_again(editable):
    registry, _ = editable('old = "lab_new:Old"')
    with pytest.raises(BrokenPluginError, match="pip install --no-deps -e"):
        registry.load(registry.find("backbone", "old"))


def test_only_editable_installs_can_be_stale(editable):
    registry, _ = editable('new = "lab_new:New"', is_editable=False)
    assert stale_problems(registry.plugins.values()) == []
