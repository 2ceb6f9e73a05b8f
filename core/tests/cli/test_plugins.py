"""`vierbein plugins list | show | check`."""

import json

import pytest

from vierbein.cli.main import main
from vierbein.registry.installed import installed

NETS = '''
    """Networks."""

    from typing import Literal


    class XYZ:
        """Sums over particles, after a layer for each.

        Parameters
        ----------
        width
            Features of a layer.
        """

        def __init__(
            self,
            schema: object,
            width: int,
            pool: Literal["mean", "sum"] | None = None,
            shares: dict[str, float] = {"electron": 0.25, "muon": 0.75},
        ) -> None: ...
'''
ENTRIES = {"backbone": {"xyz": "lab.nets:XYZ", "broken": "lab.broken:B"}, "hooks": {"lab": "lab"}}
FILES = {
    "lab/__init__.py": '"""What listens."""\n',
    "lab/nets.py": NETS,
    "lab/broken.py": 'class B:\n    """Not today."""\nimport no_such_thing\n',
    "lab/conf/backbone/xyz_small.yaml": "defaults: [xyz, _self_]\nwidth: 3\n",
}


@pytest.fixture
def lab(fake_distribution, monkeypatch):
    """Install the plugin `lab`, and let the commands see no other."""
    site = str(fake_distribution("lab", ENTRIES, FILES))
    import vierbein.cli.plugins as command

    monkeypatch.setattr(command, "installed", lambda: installed({}, [site]))
    return fake_distribution


def _json(capsys, *words):
    status = main(["plugins", *words, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_list_shows_kinds_names_origin_and_what_each_is(lab, capsys):
    assert main(["plugins", "list"]) == 0
    lines = [line.split(maxsplit=3) for line in capsys.readouterr().out.splitlines()]
    assert ["xyz", "lab", "1.0", "Sums over particles, after a layer for each."] in lines
    assert ["broken", "lab", "1.0", "Not today."] in lines
    assert ["lab", "lab", "1.0", "What listens."] in lines
    status, document = _json(capsys, "list", "--kind", "backbone")
    assert [row["name"] for row in document["components"]] == ["broken", "xyz"]
    assert (status, document["problems"]) == (0, [])


def test_list_ends_with_the_problems_and_shows_what_a_clash_needs(lab, capsys):
    lab("rival", {"backbone": {"xyz": "rival:XYZ"}})
    lab("future", {"vierbein.v2.backbone": {"f": "future:F"}})
    assert main(["plugins", "list"]) == 0
    shown = capsys.readouterr().out
    assert "  rival/xyz " in shown
    head, _, problems = shown.partition("\nProblems (2):\n")
    assert "plugin API v2" in problems
    assert "backbone=rival/xyz" in problems
    assert "v2" not in head


def test_list_of_a_kind_that_nobody_offers(lab, capsys):
    assert main(["plugins", "list", "--kind", "tuner"]) == 0
    assert capsys.readouterr().out == "Nothing installed of: tuner\n"
    assert main(["plugins", "list", "--kind", "tunner"]) == 2
    assert "Did you mean tuner?" in capsys.readouterr().err


@pytest.mark.parametrize("asked", ["xyz", "backbone=xyz", "lab/xyz", "backbone=lab/xyz"])
def test_show_gives_settings_presets_and_origin(lab, capsys, asked):
    assert main(["plugins", "show", asked]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Sums over particles, after a layer for each." in shown
    assert "lab/nets.py:7" in shown
    assert "width int required Features of a layer." in shown
    assert "pool mean | sum | null null" in shown
    assert "Default: {electron: 0.25, muon: 0.75}" in shown
    assert "Presets: backbone=xyz_small" in shown
    assert "backbone=xyz backbone.width=..." in shown


def test_show_as_json(lab, capsys):
    status, document = _json(capsys, "show", "xyz")
    assert status == 0
    assert document["settings"][1] == {
        "name": "pool",
        "type": "Literal['mean', 'sum'] | None",
        "is_required": False,
        "default": None,
        "choices": ["mean", "sum", None],
        "meaning": "",
    }
    assert list(document["presets"]) == ["xyz_small"]


def test_show_of_a_name_that_is_not_there_or_not_one(lab, capsys):
    assert main(["plugins", "show", "xzy"]) == 2
    assert "Did you mean xyz?" in capsys.readouterr().err
    lab("other", {"tuner": {"xyz": "other:T"}})
    assert main(["plugins", "show", "xyz"]) == 2
    assert "backbone=xyz   tuner=xyz" in capsys.readouterr().err


SETS = {
    "safe/__init__.py": "",
    "safe/conf/safeguard/both.yaml": """
        # Two questions.
        defaults:
          - one  # the first
          - two
        one: {limit: 0.1}
    """,
    "safe/conf/safeguard/one_strict.yaml": "defaults: [one, _self_]\nlimit: 0\n",
}


@pytest.fixture
def safe(lab):
    lab("safe", {"safeguard": {"one": "safe:One", "two": "safe:Two"}}, SETS)


def test_a_set_is_listed_with_its_members(safe, capsys):
    assert main(["plugins", "list", "--kind", "safeguard"]) == 0
    assert "  both   a set: one, two\n" in capsys.readouterr().out
    assert _json(capsys, "list")[1]["sets"] == {"safeguard": {"both": ["one", "two"]}}


@pytest.mark.parametrize("asked", ["both", "safeguard=both"])
def test_show_of_a_set_gives_its_members_and_its_file(safe, capsys, asked):
    assert main(["plugins", "show", asked]) == 0
    shown = capsys.readouterr().out
    assert "a set of the kind safeguard, which stands for: one, two" in shown
    assert "safe/conf/safeguard/both.yaml" in shown
    assert "one: {limit: 0.1}" in shown
    assert "safeguard=both safeguard.one.SETTING=VALUE" in shown
    assert _json(capsys, "show", asked)[1]["members"] == ["one", "two"]


def test_show_of_a_component_tells_presets_from_sets(safe, capsys):
    assert main(["plugins", "show", "one"]) == 2  # its class is not there
    assert main(["plugins", "show", "backbone=xyz_small"]) == 0
    assert "a preset of the kind backbone, which stands for: xyz" in capsys.readouterr().out


def test_check_names_what_is_broken_and_imports_the_rest(lab, capsys):
    assert main(["plugins", "check"]) == 2
    shown = capsys.readouterr().out
    assert "sound   backbone=lab/xyz" in shown
    assert "wrong   backbone=lab/broken" in shown
    assert "broken.py:3" in shown
    status, document = _json(capsys, "check", "Lab")
    assert status == 2
    assert [row["is_sound"] for row in document["components"]] == [False, True, True]
    assert [problem["what"] for problem in document["problems"]] == ["broken"]


def test_check_of_one_plugin_leaves_the_others_out(lab, capsys):
    lab("good", {"tuner": {"t": "good_tuner:T"}}, {"good_tuner.py": "class T: ..."})
    assert main(["plugins", "check", "good"]) == 0
    assert "Problems found: 0." in capsys.readouterr().out
    assert main(["plugins", "check", "goood"]) == 2
    assert "Did you mean good?" in capsys.readouterr().err


def test_a_plugin_that_is_switched_off_is_listed_as_such(fake_distribution, capsys, monkeypatch):
    fake_distribution("lab", ENTRIES, FILES)
    monkeypatch.setenv("VIERBEIN_DISABLE_PLUGINS", "lab")
    assert main(["plugins", "list"]) == 0
    shown = capsys.readouterr().out
    assert "Switched off by VIERBEIN_DISABLE_PLUGINS: lab" in shown
    assert "  xyz " not in shown
    assert main(["plugins", "show", "backbone=xyz"]) == 2
    assert "Remove it from VIERBEIN_DISABLE_PLUGINS" in capsys.readouterr().err
