"""`vierbein plugins doctor`: everything that is installed, and what is wrong with it."""

import json

import pytest

from vierbein.cli.main import main
from vierbein.registry.installed import installed

GOOD = {"lab/__init__.py": "", "lab/a.py": "class A: ...\nclass B: ...\n", "lab/hooks.py": ""}


@pytest.fixture
def lab(fake_distribution, monkeypatch):
    """Install the sound plugin `lab`, and let the command see no other."""
    entries = {"tuner": {"a": "lab.a:A", "b": "lab.a:B"}, "hooks": {"lab": "lab.hooks"}}
    site = str(fake_distribution("lab", entries, GOOD))
    import vierbein.cli.plugins as command

    environ = {}
    monkeypatch.setattr(command, "installed", lambda: installed(environ, [site]))
    return fake_distribution, environ


def _doctor(capsys, *words):
    status = main(["plugins", "doctor", *words, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_all_is_well(lab, capsys):
    status, document = _doctor(capsys)
    assert (status, document["problems"]) == (0, [])
    (row,) = document["distributions"]
    assert (row["name"], row["version"], row["api"], row["editable"]) == ("lab", "1.0", [1], None)
    assert [(c["kind"], c["name"], c["state"]) for c in row["components"]] == [
        ("tuner", "a", "sound"),
        ("tuner", "b", "sound"),
        ("hooks", "lab", "sound"),
    ]
    assert all(c["import_seconds"] > 0 for c in row["components"])
    assert main(["plugins", "doctor"]) == 0
    shown = capsys.readouterr().out
    assert "lab 1.0   API v1\n" in shown
    assert "Distributions: 1. Problems found: 0." in shown


def test_everything_that_is_wrong_is_named_with_its_cure(lab, capsys):
    install, environ = lab
    install("broken", {"tuner": {"c": "lab_broken:C"}}, {"lab_broken.py": "import no_such_thing"})
    install("rival", {"tuner": {"a": "lab_rival:A"}}, {"lab_rival.py": "class A: ..."})
    install("future", {"vierbein.v2.tuner": {"d": "lab_future:D"}})
    install("escaped", {"tuner": {"e": "../../evil:E"}})
    install("off", {"tuner": {"f": "lab_off:F"}})
    environ["VIERBEIN_DISABLE_PLUGINS"] = "off"
    status, document = _doctor(capsys)
    assert status == 2
    told = {p["distribution"]: p["message"] for p in document["problems"]}
    assert set(told) == {"broken", "lab, rival", "future", "escaped"}
    assert "does not declare what provides 'no_such_thing'" in told["broken"]
    assert "tuner=rival/a" in told["lab, rival"]
    assert "pip install -U vierbein" in told["future"]
    assert "is not of the form name = package.module:Class" in told["escaped"]
    rows = {row["name"]: row for row in document["distributions"]}
    assert "escaped" not in rows  # nothing of it can be told but what is wrong
    states = {c["name"]: c["state"] for row in rows.values() for c in row["components"]}
    assert (states["c"], states["d"]) == ("wrong", "other version")
    assert states["f"] == "VIERBEIN_DISABLE_PLUGINS"
    assert [rows[name]["problems"] for name in ("lab", "off")] == [["clash"], []]
    assert main(["plugins", "doctor"]) == 2
    shown = capsys.readouterr().out
    assert "tuner=f   switched off by VIERBEIN_DISABLE_PLUGINS" in shown
    assert "Problems (4):" in shown


def test_one_plugin_alone(lab, capsys):
    install, _ = lab
    install("broken", {"tuner": {"c": "lab_broken:C"}}, {"lab_broken.py": "import no_such_thing"})
    status, document = _doctor(capsys, "Lab")
    assert (status, [row["name"] for row in document["distributions"]]) == (0, ["lab"])
    assert main(["plugins", "doctor", "lob"]) == 2
    assert "Did you mean lab?" in capsys.readouterr().err


def test_stale_entry_points_are_told(lab, capsys, tmp_path):
    install, _ = lab
    site = install("old", {"tuner": {"g": "lab_old:G"}}, {"lab_old.py": "class G: ..."})
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "old"\n')
    record = {"url": tmp_path.as_uri(), "dir_info": {"editable": True}}
    (site / "old-1.0.dist-info" / "direct_url.json").write_text(json.dumps(record))
    status, document = _doctor(capsys)
    assert status == 2
    (problem,) = document["problems"]
    assert (problem["what"], problem["distribution"]) == ("stale", "old")
    assert document["distributions"][1]["editable"] == str(tmp_path)
