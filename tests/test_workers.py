"""What several processes find is what one finds, and nothing of an earlier run."""

import shutil
from pathlib import Path

import torch

from vierbein.experiment.compare.arms import SCORES

SMALL = ("compare.sizes=[60]", "compare.seeds=2", "compare.steps=20", "pretrain.steps=40")
SMALLER = (*SMALL, "stages=[pretrain,adapt]")


def files(folder):
    found = {path.relative_to(folder): path.read_bytes() for path in folder.glob(f"**/{SCORES}")}
    return found | {p.relative_to(folder): p.read_bytes() for p in folder.glob("**/result.json")}


def test_two_processes_give_the_bytes_that_one_gives(toy_run, folder):
    toy_run(*SMALL, "run_folder=one", "compare.workers=1")
    torch.set_num_threads(2)
    toy_run(*SMALL, "run_folder=two", "compare.workers=2")
    one, two = files(Path("one")), files(Path("two"))
    assert len(one) == 2 * 9  # 2 seeds of 3 trained networks and the trees; the zero-shot network
    assert one == two


def test_a_run_in_a_folder_of_before_owes_nothing_to_the_one_before(toy_run, folder):
    toy_run(*SMALLER, "run_folder=run", "compare.workers=2")
    before = files(Path("run"))
    shutil.rmtree("run")
    toy_run(*SMALLER, "run_folder=run", "compare.workers=2", "compare.steps=21")
    toy_run(*SMALLER, "run_folder=other", "compare.workers=1", "compare.steps=21")
    assert files(Path("run")) == files(Path("other")) != before


def test_a_run_works_where_it_was_started(toy_run, folder, monkeypatch):
    toy_run(*SMALLER, "compare.workers=2")
    shutil.copytree("conf", "elsewhere/conf")
    monkeypatch.chdir("elsewhere")
    toy_run(*SMALLER, "compare.workers=2")
    assert files(Path("runs/toy")) == files(Path("../runs/toy"))
