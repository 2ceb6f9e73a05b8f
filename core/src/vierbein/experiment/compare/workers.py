"""Runs jobs side by side, in processes of one thread each, so that figures do not depend on it."""

import json
import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import joblib

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import ArmJob, perform
from vierbein.storage.run_folder import CONFIGURATION

Done = Callable[[ArmJob], None]


def perform_all(assembly: Assembly, jobs: Sequence[ArmJob], done: Done, workers: int) -> None:
    """Perform all jobs that have no result yet; tell `done` of each, finished ones first.

    Parameters
    ----------
    assembly
        Of this process.
    jobs
        What is wanted; one that stands twice runs once.
    done
        Called in this process.
    workers
        Processes; with one, this process works itself.
    """
    wanted = list(dict.fromkeys(jobs))
    missing = [job for job in wanted if not job.folder(assembly.folder).exists()]
    for job in wanted:
        if job not in missing:
            done(job)
    if workers == 1 or len(missing) <= 1:
        for job in missing:
            perform(assembly, job)
            done(job)
        return
    # The longest first, so that no process is left alone with one at the end.
    missing.sort(key=lambda job: (-job.steps, job))
    parallel = joblib.Parallel(n_jobs=workers, return_as="generator_unordered", batch_size=1)
    run = _Run(Path.cwd(), assembly.folder, assembly.token)
    for job in parallel(joblib.delayed(_work)(run, job) for job in missing):
        done(job)


class _Run(NamedTuple):
    """What tells one run from another: a process may have worked for one before."""

    working_folder: Path
    folder: Path
    token: str


def _work(run: _Run, job: ArmJob) -> ArmJob:
    os.chdir(run.working_folder)
    perform(_assembly(run), job)
    return job


@lru_cache(maxsize=1)
def _assembly(run: _Run) -> Assembly:
    """Build a worker's assembly once a process: opening tables checks their hashes."""
    return Assembly(json.loads((run.folder / CONFIGURATION).read_text()))
