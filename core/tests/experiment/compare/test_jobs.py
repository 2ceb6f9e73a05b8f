"""Which arms run, and how many steps equal FLOPs are."""

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import RESULT, SCORES, ArmJob
from vierbein.experiment.compare.jobs import (
    chosen_tuner,
    collect,
    equal_flops_jobs,
    num_compare_jobs,
    seeds,
    transfer_jobs,
    twin_jobs,
)
from vierbein.experiment.settings import CompareSettings
from vierbein.registry.installed import Registry
from vierbein.storage.atomic import write_json

ARMS = ["zero_shot", "fine_tuned", "twin_equal_steps", "twin_equal_flops"]
FULL = [*ARMS, "twin_equal_flops_with_pretraining", "smaller_twin", "baseline"]
SMALLER = {"width": 4}


@pytest.fixture
def make_assembly(tmp_path):
    """As much of an assembly as the list of jobs depends on."""

    def make(arms=ARMS, seed=0, smaller_twin=SMALLER, **changes):
        compare = CompareSettings(arms=arms, sizes=[100, 1000], seeds=2, steps=200)
        said = {
            "settings": SimpleNamespace(compare=compare, seed=seed),
            "targets": {name: SimpleNamespace(name=name) for name in ("atlas", "calo")},
            "tuners": {"full": None, "bitfit": None},
            "observables": {"mass": None},
            "has_zero_shot": True,
            "base": SimpleNamespace(card={"training": {"flops": 6e6}}),
            "folder": tmp_path,
        }
        configuration = {"compare": {"smaller_twin": smaller_twin}}
        return type("Assembled", (Assembly,), said | changes)(configuration, Registry())

    return make


@pytest.fixture
def write():
    """Write a job's result: what it cost, and its validation loss."""

    def result(assembly, job, flops=1e6, loss=0.5):
        trial = {"flops": flops, "steps": job.steps, "best_loss": loss}
        worse = {**trial, "best_loss": loss + 1, "flops": 1.0}
        folder = job.folder(assembly.folder)
        write_json(folder / RESULT, {"trials": [worse, trial], "chosen": 1})
        np.save(folder / SCORES, np.zeros((3, 2), np.float32))

    return result


def test_every_arm_runs_on_every_sample(make_assembly):
    assembly = make_assembly(FULL)
    transfer = Counter(job.name for job in transfer_jobs(assembly))
    assert transfer == {"zero_shot": 2, "fine_tuned-full": 8, "fine_tuned-bitfit": 8}
    twins = Counter(job.name for job in twin_jobs(assembly))
    assert twins == {"twin_equal_steps": 8, "smaller_twin": 8, "baseline": 8}
    assert num_compare_jobs(assembly) == 24 + 2 * 8
    every = [*transfer_jobs(assembly), *twin_jobs(assembly)]
    assert len(set(every)) == len(every)


def test_what_is_not_asked_for_or_cannot_be_does_not_run(make_assembly):
    names = {job.arm for job in twin_jobs(make_assembly())}
    assert names == {"twin_equal_steps"}
    bare = make_assembly(FULL, smaller_twin=None, observables={}, has_zero_shot=False)
    assert {job.arm for job in twin_jobs(bare)} == {"twin_equal_steps"}
    assert {job.arm for job in transfer_jobs(bare)} == {"fine_tuned"}


def test_seeds_of_two_runs_never_meet(make_assembly):
    taken = [seed for run in range(20) for seed in seeds(make_assembly(seed=run))]
    assert len(set(taken)) == len(taken) == 40


def test_the_validation_events_choose_the_tuner(make_assembly, write):
    assembly = make_assembly()
    for job in transfer_jobs(assembly):
        is_best = (job.tuner == "bitfit") == (job.seed == 1)
        write(assembly, job, loss=0.4 if is_best else 0.5)
    chosen = [chosen_tuner(assembly, "calo", 100, seed).job.tuner for seed in (0, 1)]
    assert chosen == ["full", "bitfit"]


@pytest.mark.parametrize(
    ("spent", "steps"),
    [
        (1e6, 200),  # as much as the twin
        (1.04e6, 200),  # within 5 %: the same training
        (0.96e6, 200),
        (1.06e6, 212),
        (0.9e6, 180),
        (2.5e6, 500),
        (1.0, 1),
    ],
)
def test_equal_flops_are_as_many_steps_as_their_cost_buys(make_assembly, write, spent, steps):
    assembly = make_assembly()
    for job in transfer_jobs(assembly):
        write(assembly, job, flops=spent)
    for job in twin_jobs(assembly):
        write(assembly, job, flops=1e6)
    jobs = equal_flops_jobs(assembly)
    assert len(jobs) == 8
    assert {job.steps for job in jobs.values()} == {steps}
    for (arm, domain, size, seed), job in jobs.items():
        assert arm == "twin_equal_flops"
        assert (job.domain, job.size, job.seed) == (domain, size, seed)
        assert (job.arm == "twin_equal_steps") == (steps == 200)


def test_pretraining_counts_where_it_is_asked_to(make_assembly, write):
    assembly = make_assembly(FULL)
    for job in [*transfer_jobs(assembly), *twin_jobs(assembly)]:
        write(assembly, job)
    jobs = equal_flops_jobs(assembly)
    steps = {arm: {j.steps for key, j in jobs.items() if key[0] == arm} for arm, *_ in jobs}
    assert steps == {
        "twin_equal_flops": {200},
        "twin_equal_flops_with_pretraining": {(6 + 1) * 200},
    }


def test_the_cost_is_that_of_the_tuner_that_was_chosen(make_assembly, write):
    assembly = make_assembly()
    for job in transfer_jobs(assembly):
        write(
            assembly,
            job,
            flops=2e6 if job.tuner == "full" else 3e6,
            loss=0.4 if job.tuner == "bitfit" else 0.5,
        )
    for job in twin_jobs(assembly):
        write(assembly, job, flops=1e6)
    assert {job.steps for job in equal_flops_jobs(assembly).values()} == {600}


def test_results_come_together_by_arm_and_size_one_a_seed(make_assembly, write):
    assembly = make_assembly()
    every = [*transfer_jobs(assembly), *twin_jobs(assembly)]
    for job in every:
        write(assembly, job, flops=1e6 if job.size == 100 else 3e6)
    write(assembly, ArmJob("atlas", "twin_equal_flops", 100, 0, 300), flops=2e6)
    jobs = equal_flops_jobs(assembly)
    arms = collect(assembly, "atlas", jobs)
    assert {key: len(results) for key, results in arms.items()} == {
        ("zero_shot", 0): 1,
        **{(arm, size): 2 for arm in ARMS[1:] for size in (100, 1000)},
    }
    for (_, size), results in arms.items():
        assert all(result.job.domain == "atlas" and result.job.size == size for result in results)
        assert [result.job.seed for result in results] == [0, 1][: len(results)]
