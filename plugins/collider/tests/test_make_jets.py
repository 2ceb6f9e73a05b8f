import argparse
import json

import pytest

from vierbein_collider import jet_file, make_jets
from vierbein_collider.datasets.jet_sample import JetSample
from vierbein_collider.jet_file import read_jets


def run(*words):
    parser = argparse.ArgumentParser()
    make_jets.add(parser.add_subparsers())
    return make_jets.run(parser.parse_args(["make-jets", *words]))


def shipped_jets(*_):
    """The first shipped block in place of the event generator."""
    columns = jet_file._schema().names
    yield next(JetSample("cms").read(columns))


def test_file_and_card_are_written(tmp_path, monkeypatch):
    monkeypatch.setattr(jet_file, "generate", shipped_jets)
    path = tmp_path / "jets.parquet"
    assert run("--domain", "cms", "--num-jets", "2000", "--seed", "2026", "-o", str(path)) == 0
    card = json.loads((tmp_path / "jets.json").read_text())
    assert card["num_jets_by_process"] == {"qcd": 1000, "top": 1000}
    assert card["size"] == path.stat().st_size
    assert "--domain cms --process qcd top --num-jets 2000 --seed 2026" in card["command"]
    (again,) = read_jets(path, ["part_d0"])
    original = next(JetSample("cms").read(["part_d0"]))
    assert again["part_d0"].values.tobytes() == original["part_d0"].values.tobytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["jets.json", "jets.parquet"]


def test_an_interruption_leaves_what_was_there(tmp_path, monkeypatch):
    def interrupted(*_):
        yield from shipped_jets()
        raise KeyboardInterrupt

    monkeypatch.setattr(jet_file, "generate", interrupted)
    path = tmp_path / "jets.parquet"
    path.write_text("older")
    with pytest.raises(KeyboardInterrupt):
        run("--domain", "cms", "--num-jets", "4000", "-o", str(path))
    assert path.read_text() == "older"
    assert [p.name for p in tmp_path.iterdir()] == ["jets.parquet"]


@pytest.mark.generator
def test_the_command_makes_jets(tmp_path):
    pytest.importorskip("pythia8mc")
    pytest.importorskip("fastjet")
    path = tmp_path / "w.parquet"
    assert run("--domain", "calo", "--process", "w", "--num-jets", "3", "-o", str(path)) == 0
    (jets,) = read_jets(path, ["process"])
    assert jets["process"].tolist() == [4, 4, 4]
