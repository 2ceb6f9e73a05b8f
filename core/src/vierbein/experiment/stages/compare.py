"""The stage that holds transfer against its twins and the conventional method."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from vierbein.errors.runs import StageMissingError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import RESULT, ArmJob
from vierbein.experiment.compare.comparison import Comparison
from vierbein.experiment.compare.pictures import pictures
from vierbein.experiment.compare.results import ArmResult, TestEvents
from vierbein.experiment.compare.workers import Done, perform_all
from vierbein.experiment.settings import ArmName
from vierbein.experiment.stages.adapt import seeds, transfer_jobs
from vierbein.storage.atomic import write_json

COMPARISON = "comparison.json"
_EQUAL_FLOPS: Sequence[ArmName] = ("twin_equal_flops", "twin_equal_flops_with_pretraining")


def twin_jobs(assembly: Assembly) -> list[ArmJob]:
    """List the arms that need to know nothing of the fine-tuned ones."""
    settings = assembly.settings.compare
    wanted: list[ArmName] = ["twin_equal_steps"]
    if assembly.configuration["compare"].get("smaller_twin") is not None:
        wanted.append("smaller_twin")
    if assembly.observables:
        wanted.append("baseline")
    return [
        ArmJob(domain, arm, size, seed, 0 if arm == "baseline" else settings.steps)
        for arm in wanted
        if arm in settings.arms
        for domain in assembly.targets
        for size in settings.sizes
        for seed in seeds(assembly)
    ]


def chosen_tuner(assembly: Assembly, domain: str, size: int, seed: int) -> ArmResult:
    """Give the fine-tuned arm whose tuner the validation events choose."""
    jobs = [
        job
        for job in transfer_jobs(assembly)
        if (job.domain, job.arm, job.size, job.seed) == (domain, "fine_tuned", size, seed)
    ]
    results = [ArmResult.read(assembly.folder, job) for job in jobs]
    return min(results, key=lambda result: float(result.trial["best_loss"]))


def equal_flops_jobs(assembly: Assembly) -> dict[tuple[str, str, int, int], ArmJob]:
    """Find the twins' steps that cost what the chosen fine-tuned arm cost.

    Returns
    -------
    dict
        By arm, domain, size and seed: the job. Where the steps are those of the twin at equal
        steps, it is that job: the same training has the same result.
    """
    jobs: dict[tuple[str, str, int, int], ArmJob] = {}
    for arm in _EQUAL_FLOPS:
        if arm not in assembly.settings.compare.arms or assembly.base is None:
            continue
        before = assembly.base.card["training"]["flops"] if arm.endswith("pretraining") else 0.0
        for twin in twin_jobs(assembly):
            if twin.arm != "twin_equal_steps":
                continue
            ours = chosen_tuner(assembly, twin.domain, twin.size, twin.seed)
            per_step = ArmResult.read(assembly.folder, twin).trial["flops"] / twin.steps
            steps = max(1, round((before + ours.trial["flops"]) / per_step))
            same = steps == twin.steps
            job = twin if same else replace(twin, arm=arm, steps=steps)
            jobs[arm, twin.domain, twin.size, twin.seed] = job
    return jobs


def compare(assembly: Assembly, done: Done) -> dict[str, Any]:
    """Run the twins and judge; give and write the comparison of every domain."""
    path = assembly.folder / "compare" / COMPARISON
    if path.exists():
        said: dict[str, Any] = json.loads(path.read_text())
        return said
    if not all((job.folder(assembly.folder) / RESULT).exists() for job in transfer_jobs(assembly)):
        raise StageMissingError("compare", "adapt")
    workers = assembly.settings.compare.workers
    perform_all(assembly, twin_jobs(assembly), done, workers)
    equal_flops = equal_flops_jobs(assembly)
    perform_all(assembly, list(equal_flops.values()), done, workers)
    found: dict[str, Any] = {"domains": {}, "pictures": []}
    for domain in assembly.targets:
        arms = _collect(assembly, domain, equal_flops)
        comparison = Comparison(TestEvents(assembly, domain), arms)
        found["domains"][domain] = comparison.to_json()
        drawn = pictures(domain, comparison, arms)
        found["pictures"] += [picture.to_json() for picture in drawn]
    write_json(path, found)
    return found


def _collect(
    assembly: Assembly, domain: str, equal_flops: dict[tuple[str, str, int, int], ArmJob]
) -> dict[tuple[str, int], list[ArmResult]]:
    arms: dict[tuple[str, int], list[ArmResult]] = {}
    for job in transfer_jobs(assembly):
        if job.domain == domain and job.arm == "zero_shot":
            arms["zero_shot", 0] = [ArmResult.read(assembly.folder, job)]
    for size in assembly.settings.compare.sizes:
        arms["fine_tuned", size] = [
            chosen_tuner(assembly, domain, size, seed) for seed in seeds(assembly)
        ]
    for job in twin_jobs(assembly):
        if job.domain == domain:
            arms.setdefault((job.arm, job.size), []).append(ArmResult.read(assembly.folder, job))
    for (arm, where, size, _), job in equal_flops.items():
        if where == domain:
            arms.setdefault((arm, size), []).append(ArmResult.read(assembly.folder, job))
    return arms


def num_compare_jobs(assembly: Assembly) -> int:
    """Say how many jobs the stage has at most."""
    twins = twin_jobs(assembly)
    equal = sum(job.arm == "twin_equal_steps" for job in twins)
    asked = sum(arm in assembly.settings.compare.arms for arm in _EQUAL_FLOPS)
    return len(twins) + equal * asked
