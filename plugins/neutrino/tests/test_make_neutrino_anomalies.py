import argparse
import json

import pytest

from vierbein_neutrino import bank_file, make_neutrino_anomalies
from vierbein_neutrino.datasets.neutrino_anomalies import NeutrinoAnomalies


def run(*words):
    parser = argparse.ArgumentParser()
    make_neutrino_anomalies.add(parser.add_subparsers())
    return make_neutrino_anomalies.run(parser.parse_args(["make-neutrino-anomalies", *words]))


def shipped_events(*_):
    """The first shipped signal in place of the generator."""
    yield next(NeutrinoAnomalies().read(bank_file.COLUMNS))


def test_file_and_card_are_written(tmp_path, monkeypatch):
    monkeypatch.setattr(bank_file, "generate", shipped_events)
    path = tmp_path / "bank.parquet"
    assert run("--anti", "--seed", "3", "-o", str(path)) == 0
    card = json.loads((tmp_path / "bank.json").read_text())
    assert card["size"] == path.stat().st_size
    assert "--nucleus C12 --anti --num-events 1000 --seed 3 -o bank.parquet" in card["command"]
    again = next(bank_file.read_bank(path, [2], ["part_px"]))
    original = next(shipped_events())["part_px"]
    assert again["part_px"].values.tobytes() == original.values.tobytes()
    assert again.positions[0] == 2000
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bank.json", "bank.parquet"]


def test_an_interruption_leaves_what_was_there(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(bank_file, "generate", interrupted)
    path = tmp_path / "bank.parquet"
    path.write_text("older")
    with pytest.raises(KeyboardInterrupt):
        run("-o", str(path))
    assert path.read_text() == "older"
    assert [p.name for p in tmp_path.iterdir()] == ["bank.parquet"]
