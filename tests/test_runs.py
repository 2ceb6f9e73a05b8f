"""A run goes on where it stopped, says what it would do, and never hides what it is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from vierbein.cli.main import main
from vierbein.errors.files import (
    HashMismatchError,
    OtherConfigurationError,
    RunFolderInUseError,
)
from vierbein.errors.loading import NothingLoadedError, PartialLoadError
from vierbein.errors.runs import BaseNotFoundError, TooFewEventsError, UnknownSliceError
from vierbein.experiment.compare import workers
from vierbein.experiment.run import configure
from vierbein.storage.run_folder import locked

SMALL = ("compare.sizes=[60]", "compare.seeds=1", "compare.steps=20", "pretrain.steps=40")


def same_report(first, second):
    return Path(first).read_bytes() == Path(second).read_bytes()


def test_two_runs_of_one_seed_have_the_same_report_whatever_the_workers(toy_run, folder):
    toy_run(*SMALL, "run_folder=first")
    toy_run(*SMALL, "run_folder=second")
    assert same_report("first/report.json", "second/report.json")


def test_another_seed_has_another_report(toy_run):
    first = toy_run(*SMALL, "run_folder=first")
    second = toy_run(*SMALL, "run_folder=second", "seed=1")
    assert first.report["comparison"] != second.report["comparison"]


def test_an_interrupted_run_goes_on_where_it_stopped(toy_run, folder, monkeypatch):
    toy_run(*SMALL, "run_folder=whole")
    performed = []
    honest = workers.perform

    def interrupted(assembly, job):
        if len(performed) == 2:
            raise KeyboardInterrupt
        performed.append(job)
        honest(assembly, job)

    monkeypatch.setattr(workers, "perform", interrupted)
    with pytest.raises(KeyboardInterrupt):
        toy_run(*SMALL, "run_folder=stopped")
    assert not Path("stopped/report.json").exists()
    written = {path: path.stat().st_mtime_ns for path in Path("stopped").glob("**/result.json")}
    assert len(written) == 2
    monkeypatch.setattr(workers, "perform", honest)
    toy_run(*SMALL, "run_folder=stopped")
    assert all(path.stat().st_mtime_ns == time for path, time in written.items())
    assert same_report("whole/report.json", "stopped/report.json")


def test_a_run_folder_in_use_is_left_alone(toy_run, folder):
    with locked(Path("runs/toy")), pytest.raises(RunFolderInUseError, match="run_folder="):
        toy_run(*SMALL)
    assert sorted(path.name for path in Path("runs/toy").iterdir()) == [".lock"]


def test_a_run_folder_keeps_its_configuration(toy_run, folder):
    toy_run(*SMALL)
    with pytest.raises(OtherConfigurationError, match=r"differs in compare\.steps"):
        toy_run(*SMALL, "compare.steps=21")


def test_a_flipped_byte_in_a_base_is_refused(toy_run, folder):
    toy_run(*SMALL, "run_folder=first", "stages=[pretrain]")
    base = Path("first/pretrain/base")
    tensors = base / "parameters.safetensors"
    data = bytearray(tensors.read_bytes())
    data[-7] ^= 1
    tensors.write_bytes(data)
    with pytest.raises(HashMismatchError, match=r"parameters\.safetensors"):
        toy_run(*SMALL, "run_folder=second", f"base={base}")
    assert not list(Path("second").glob("**/result.json"))


def test_a_base_is_loaded_whole_or_not_at_all(toy_run, folder):
    toy_run(*SMALL, "run_folder=first", "stages=[pretrain]")
    base = "base=first/pretrain/base"
    with pytest.raises(PartialLoadError, match=r"backbone\.inner\.0\.weight"):
        toy_run(*SMALL, base, "run_folder=second", "backbone.width=16")
    with pytest.raises(NothingLoadedError, match="another backbone"):
        toy_run(
            *SMALL,
            base,
            "run_folder=third",
            "backbone=particle_transformer_nano",
            "task.signal=qcd",
        )
    table = toy_run(*SMALL, base, "run_folder=fourth").report["loading"]["there"]["modules"]
    assert all(row["new"] == row["dropped"] == 0 and row["matched"] > 0 for row in table)


@pytest.mark.parametrize(
    ("override", "error", "word"),
    [
        ("base=nowhere", BaseNotFoundError, "nowhere"),
        ("base=os:path", BaseNotFoundError, "package 'os'"),
        ("compare.sizes=[99999]", TooFewEventsError, "99999"),
        ("compare.slices={toy_produkt: 2}", UnknownSliceError, "Did you mean toy_product"),
    ],
)
def test_mistakes_are_named(toy_run, override, error, word):
    with pytest.raises(error, match=word):
        toy_run(*SMALL, override)


def test_a_plan_does_nothing(folder, capsys):
    assert main(["run", "experiment=toy", "--plan", *SMALL]) == 2  # there is no base to plan with
    assert "base" in capsys.readouterr().err
    assert main(["run", "experiment=toy", "stages=[pretrain]", *SMALL]) == 0
    base = "base=runs/toy/pretrain/base"
    before = sorted(folder.glob("**/*"))
    assert main(["run", "experiment=toy", "--plan", base, "run_folder=planned", *SMALL]) == 0
    said = capsys.readouterr().out
    assert "fine_tuned-full" in said
    assert "Nothing was done." in said
    assert sorted(folder.glob("**/*")) == before


def test_a_plan_counts_the_pretraining_that_a_twin_repeats(folder, capsys):
    assert main(["run", "experiment=toy", "stages=[pretrain]", *SMALL]) == 0
    card = json.loads(Path("runs/toy/pretrain/base/card.json").read_text())
    arms = "compare.arms=[zero_shot,fine_tuned,twin_equal_steps,twin_equal_flops_with_pretraining]"
    capsys.readouterr()
    words = ["run", "experiment=toy", "--plan", "base=runs/toy/pretrain/base", arms, *SMALL]
    assert main(words) == 0
    lines = [line.split("│") for line in capsys.readouterr().out.splitlines() if "│" in line]
    flops = {cells[1].strip(): float(cells[5]) for cells in lines if "twin" in cells[1]}
    without, repeated = flops["twin_equal_steps"], max(flops.values())
    assert repeated - without == pytest.approx(card["training"]["flops"], rel=0.1)


def test_runs_are_listed_shown_and_compared(toy_run, folder, capsys):
    toy_run(*SMALL)
    toy_run(*SMALL, "run_folder=runs/other", "compare.margin=0.3")
    assert main(["runs", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [run["folder"] for run in listed] == ["runs/other", "runs/toy"]
    assert main(["runs", "show", "runs/toy"]) == 0
    assert "there" in capsys.readouterr().out
    assert main(["runs", "diff", "runs/toy", "runs/other", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["configuration"]["compare.margin"] == [0.02, 0.3]
    assert found["data"] == {}
    assert main(["runs", "show", "runs/toi"]) == 2
    assert "runs/toy" in capsys.readouterr().err


def test_a_multirun_has_a_folder_for_each_run(folder, capsys):
    words = ["run", "--multirun", "experiment=toy", "tuner=full,probe", *SMALL]
    assert main(words) == 0
    assert len(list(Path("runs/toy").glob("*/report.json"))) == 2


def test_hooks_of_chosen_plugins_alone_are_told(toy, folder, toy_run, tmp_path):
    listener = "import pluggy\nhook = pluggy.HookimplMarker('vierbein')\nsteps = []\n"
    listener += "@hook\ndef step(step, loss):\n    steps.append((step, loss))\n"
    for name in ("chosen", "other"):
        (toy / f"hooks_{name}.py").write_text(listener)
        info = toy / f"hooks_{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.3\nName: hooks-{name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[vierbein.v1.hooks]\n{name} = hooks_{name}\n")
    toy_run(*SMALL, "stages=[pretrain]", "hooks=[hooks-chosen]")
    import hooks_chosen

    assert [step for step, _ in hooks_chosen.steps] == list(range(1, 41))
    assert "hooks_other" not in sys.modules


def test_the_command_ends_with_three_where_transfer_is_negative(command_environment, folder):
    words = ["tuner=probe", "source.dataset.labels=permuted", "new_parameters=[head]"]
    words += ["compare.sizes=[600]", "compare.seeds=4", "compare.steps=150", "compare.margin=0.04"]
    done = subprocess.run(
        [sys.executable, "-m", "vierbein", "run", "experiment=toy", *words],
        env=command_environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "negative" in done.stdout
    assert str(Path("runs/toy/report.html")) in done.stdout


def test_a_domain_of_an_experiment_can_be_left_out():
    configuration = configure("quickstart", ["~also.calo"])
    assert configuration["also"] == {}
    assert configuration["adapter"]["_component_"].endswith("/jets_atlas")
