"""Scores of a file are the network's own; bad input is named through the whole command."""

import gc
import json
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
import uproot

from vierbein.cli.main import main
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.recommended import recommended
from vierbein.experiment.runs import read
from vierbein_files.parquet import Parquet

SMALL = ("compare.sizes=[60]", "compare.seeds=1", "compare.steps=20", "pretrain.steps=40")
FROM_FILE = ("dataset=parquet", "dataset.path=events.parquet")


def scores_of(file):
    if file.suffix == ".parquet":
        return {name: np.array(values) for name, values in pq.read_table(file).to_pydict().items()}
    with uproot.open(file) as opened:
        return opened["events"].arrays(library="np")


def own_predictions(run, records, name="there"):
    """The scores that the recommended network gives, event by event, without any file."""
    configuration = read(Path(run))["configuration"]
    assembly = Assembly(configuration | {"run_folder": run})
    report = json.loads((Path(run) / "report.json").read_text())
    network, job = recommended(assembly, name, report["outcome"]["recommended"][name])
    events = assembly.targets[name].adapter.read(records)
    with torch.inference_mode():
        scores = assembly.task.scores(network(events)).numpy()
    return dict(zip(events.event_id.tolist(), scores, strict=True)), job["arm"]


@pytest.mark.parametrize(
    ("arms", "arm"),
    [("zero_shot,fine_tuned,twin_equal_steps", "zero_shot"), ("fine_tuned", "fine_tuned")],
)
def test_scores_by_event_id_are_the_networks_own(toy_run, toy_file, capsys, arms, arm):
    toy_file("events.parquet")
    toy_run(*SMALL, *FROM_FILE, f"compare.arms=[{arms}]")
    records = toy_file("new.parquet", 300, seed=5, row_group=70)
    expected, used = own_predictions("runs/toy", records)
    assert used == arm
    for output in ("scores.parquet", "scores.root"):
        assert main(["predict", "runs/toy", "new.parquet", "-o", output]) == 0
        assert "300 events scored" in capsys.readouterr().out
        found = scores_of(Path(output))
        assert set(found) == {"event_id", "score_p_qcd", "score_p_top"}
        assert found["event_id"].tolist() == list(expected)
        pairs = np.stack([found["score_p_qcd"], found["score_p_top"]], axis=1)
        assert pairs == pytest.approx(np.stack(list(expected.values())), abs=1e-6)
        assert pairs.std() > 0.01  # which tells events apart


def test_a_file_of_several_row_groups_streams(toy_run, toy_file, monkeypatch):
    toy_file("events.parquet")
    toy_run(*SMALL, *FROM_FILE)
    toy_file("large.parquet", 35_000, seed=5, row_group=5_000)
    held, peak, sizes = [], [], []
    honest = Parquet.read

    def watched(self, columns):
        for records in honest(self, columns):
            held.append(weakref.ref(records))
            sizes.append(len(records))
            yield records
            del records
            gc.collect()
            # Asked for the next run: of those before, the last one at most is still there.
            peak.append(sum(ref() is not None for ref in held))

    monkeypatch.setattr(Parquet, "read", watched)
    assert main(["predict", "runs/toy", "large.parquet", "-o", "scores.parquet"]) == 0
    assert sum(sizes) == 35_000
    assert max(sizes) <= 10_000
    assert max(peak) <= 1
    file = pq.ParquetFile("scores.parquet")
    assert file.metadata.num_rows == 35_000
    assert len(set(file.read()["event_id"].to_pylist())) == 35_000


def test_a_prediction_that_fails_leaves_no_file(toy_run, toy_file, folder, capsys):
    toy_file("events.parquet")
    toy_run(*SMALL, *FROM_FILE)
    toy_file("new.parquet", 12_000, seed=5, nan={"x": 11_999})
    before = sorted(folder.iterdir())
    for suffix in ("parquet", "root"):
        words = ["predict", "runs/toy", "new.parquet", "-o", f"scores.{suffix}"]
        assert main(words) == 2
        assert "new.parquet, entry 11999: column 'x' holds nan" in capsys.readouterr().err
    assert sorted(folder.iterdir()) == before


def test_mistakes_are_named(toy_run, toy_file, capsys):
    toy_file("events.parquet")
    toy_run(*SMALL, *FROM_FILE)
    for words, said in (
        ("runs/toy new.txt -o scores.parquet", "new.txt: no installed dataset reads"),
        ("runs/toy none.parquet -o scores.parquet", "none.parquet: cannot be read"),
        ("runs/toy events.parquet -o scores.xyz", "scores.xyz: no installed dataset"),
        ("runs/toi events.parquet -o scores.parquet", "Did you mean runs/toy"),
        ("runs/toy events.parquet -o scores.root --domain ther", "Did you mean there"),
    ):
        assert main(["predict", *words.split()]) == 2
        assert said in capsys.readouterr().err
    toy_run(*SMALL, *FROM_FILE, "run_folder=runs/half", "stages=[pretrain,adapt]")
    assert main(["predict", "runs/half", "events.parquet", "-o", "scores.parquet"]) == 2
    assert "'predict' needs what stage 'compare' makes" in capsys.readouterr().err


def test_nan_in_a_file_ends_the_whole_command_with_two(command_environment, toy_file, folder):
    toy_file("events.parquet", nan={"z": 417})
    words = ["run", "experiment=toy", *SMALL, *FROM_FILE]
    done = subprocess.run(
        [sys.executable, "-m", "vierbein", *words],
        env=command_environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "events.parquet, entry 417: column 'z' holds nan" in done.stderr
    assert "bad_records=set_aside" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(Path("runs").glob("toy/**/result.json"))


def test_bad_records_set_aside_are_counted_in_the_report(toy_run, toy_file):
    toy_file("events.parquet", nan={"z": 417, "energy": 3})
    result = toy_run(*SMALL, *FROM_FILE, "bad_records=set_aside")
    card = result.report["domains"]["there"]
    assert (card["set_aside"], card["num_events"]) == (2, 998)
    assert result.report["domains"]["source here"]["set_aside"] == 0
    assert card["dataset"]["files"][0]["name"] == "events.parquet"


def test_new_records_under_an_old_name_are_new_records(toy_run, toy_file):
    found = []
    for seed, folder, workers in ((2, "first", 2), (3, "second", 2), (3, "third", 1)):
        toy_file("events.parquet", seed=seed)
        result = toy_run(*SMALL, *FROM_FILE, f"run_folder={folder}", f"compare.workers={workers}")
        found.append(result.report["comparison"])
    assert found[0] != found[1] == found[2]


def test_measured_events_have_no_truth(toy_run, toy_file, capsys):
    toy_file("events.parquet")
    toy_run(*SMALL, *FROM_FILE)
    toy_file("new.parquet", 300, seed=5)
    pq.write_table(pq.read_table("new.parquet").drop_columns(["process"]), "measured.parquet")
    scores = []
    for file in ("new", "measured"):
        assert main(["predict", "runs/toy", f"{file}.parquet", "-o", f"{file}_scores.parquet"]) == 0
        scores.append(scores_of(Path(f"{file}_scores.parquet")))
    assert scores[0].keys() == scores[1].keys()
    for name, values in scores[0].items():
        assert (values == scores[1][name]).all()


def test_bad_records_are_set_aside_where_the_run_has_it(toy_run, toy_file, capsys):
    toy_file("events.parquet")
    toy_run(*SMALL, *FROM_FILE, "bad_records=set_aside")
    toy_file("new.parquet", 300, seed=5, nan={"x": 17})
    assert main(["predict", "runs/toy", "new.parquet", "-o", "scores.parquet"]) == 0
    said = capsys.readouterr().out
    assert "299 events scored" in said
    assert "1 bad records set aside" in said
    assert len(scores_of(Path("scores.parquet"))["event_id"]) == 299
