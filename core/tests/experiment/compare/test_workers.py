"""A job is done once, whoever does it."""

import pytest

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare import workers
from vierbein.experiment.compare.arms import ArmJob
from vierbein.experiment.compare.workers import perform_all
from vierbein.registry.installed import Registry

JOBS = [ArmJob("calo", "fine_tuned", 10, seed, 5, "full") for seed in range(4)]


@pytest.fixture
def assembly(tmp_path):
    return Assembly({"run_folder": str(tmp_path)}, Registry())


@pytest.fixture
def performed(monkeypatch):
    jobs = []

    def perform(assembly, job):
        jobs.append(job)
        job.folder(assembly.folder).mkdir(parents=True)

    monkeypatch.setattr(workers, "perform", perform)
    return jobs


def test_every_job_is_done_once_and_told(assembly, performed):
    done = []
    perform_all(assembly, [*JOBS, JOBS[1]], done.append, 1)
    assert performed == JOBS
    assert done == JOBS


def test_a_job_that_is_done_is_told_first_and_not_done_again(assembly, performed):
    JOBS[2].folder(assembly.folder).mkdir(parents=True)
    done = []
    perform_all(assembly, JOBS, done.append, 1)
    assert performed == [JOBS[0], JOBS[1], JOBS[3]]
    assert done == [JOBS[2], *performed]
    perform_all(assembly, JOBS, done.append, 2)
    assert len(performed) == 3
    assert done[4:] == JOBS


def test_one_job_needs_no_further_process(assembly, performed):
    perform_all(assembly, JOBS[:1], lambda _: None, 8)
    assert performed == JOBS[:1]


def test_an_error_ends_it_and_keeps_what_is_done(assembly, performed, monkeypatch):
    honest = workers.perform

    def failing(assembly, job):
        if job == JOBS[2]:
            raise ValueError("mine")
        honest(assembly, job)

    monkeypatch.setattr(workers, "perform", failing)
    with pytest.raises(ValueError, match="mine"):
        perform_all(assembly, JOBS, lambda _: None, 1)
    monkeypatch.setattr(workers, "perform", honest)
    perform_all(assembly, JOBS, lambda _: None, 1)
    assert performed == JOBS
