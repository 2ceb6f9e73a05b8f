"""What is known of our own plugins must be what they declare."""

import tomllib
from pathlib import Path

import pytest

from vierbein.registry.known import KNOWN, provider

PLUGINS = Path(__file__).parents[3] / "plugins"


def declared(folder):
    """Read a plugin's components and presets: kind -> names."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    groups = project.get("entry-points", {})
    kinds = {group.rpartition(".")[2]: set(entries) for group, entries in groups.items()}
    for file in folder.glob("src/*/conf/*/*.yaml"):
        if file.parent.name in kinds:
            kinds[file.parent.name].add(file.stem)
    kinds.pop("hooks", None)
    return {kind: tuple(sorted(names)) for kind, names in kinds.items()}


@pytest.mark.parametrize(
    "project", sorted(PLUGINS.glob("*/pyproject.toml")), ids=lambda file: file.parent.name
)
def test_our_plugins_are_known_as_they_are(project):
    distribution = f"vierbein-{project.parent.name.replace('_', '-')}"
    assert KNOWN[distribution] == declared(project.parent)


def test_a_stranger_s_component_is_not_known():
    assert provider("backbone", "omnilearned") is None
    assert provider("backbone", "lora") is None
    assert provider("tuner", "lora") == "vierbein-tuners"
