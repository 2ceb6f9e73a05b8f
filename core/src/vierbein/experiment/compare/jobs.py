"""Which arms a comparison needs, on which samples of target events."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import ArmJob
from vierbein.experiment.compare.results import ArmResult
from vierbein.experiment.settings import ArmName

EqualFlops = Mapping[tuple[str, str, int, int], ArmJob]
"""By arm, domain, size and seed."""
_EQUAL_FLOPS: Sequence[ArmName] = ("twin_equal_flops", "twin_equal_flops_with_pretraining")
_SAME = 0.05
"""Twins whose steps differ by less are one training: nothing would be learned from another."""


def seeds(assembly: Assembly) -> list[int]:
    """Give the seeds of a comparison's repetitions; those of two runs never meet."""
    first = 1000 * assembly.settings.seed
    return [first + index for index in range(assembly.settings.compare.seeds)]


def transfer_jobs(assembly: Assembly) -> list[ArmJob]:
    """List the zero-shot networks and every tuner on every sample."""
    settings = assembly.settings.compare
    jobs = []
    for domain in assembly.targets.values():
        if "zero_shot" in settings.arms and assembly.has_zero_shot:
            jobs.append(ArmJob(domain.name, "zero_shot", 0, assembly.settings.seed, 0))
        jobs += [
            ArmJob(domain.name, "fine_tuned", size, seed, settings.steps, tuner)
            for size in settings.sizes
            for seed in seeds(assembly)
            for tuner in assembly.tuners
        ]
    return jobs


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


def equal_flops_jobs(assembly: Assembly) -> EqualFlops:
    """Find the twins' steps that cost what the chosen fine-tuned arm cost.

    Where the steps are those of the twin at equal steps, to within 5 %, the job is that one.
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
            spent = ArmResult.read(assembly.folder, twin).trial
            per_step = spent["flops"] / max(1, spent["steps"])
            steps = max(1, round((before + ours.trial["flops"]) / per_step))
            is_same = abs(steps - twin.steps) <= _SAME * twin.steps
            job = twin if is_same else replace(twin, arm=arm, steps=steps)
            jobs[arm, twin.domain, twin.size, twin.seed] = job
    return jobs


def num_compare_jobs(assembly: Assembly) -> int:
    """Say how many jobs the stage has at most."""
    twins = twin_jobs(assembly)
    equal = sum(job.arm == "twin_equal_steps" for job in twins)
    asked = sum(arm in assembly.settings.compare.arms for arm in _EQUAL_FLOPS)
    return len(twins) + equal * asked


def collect(
    assembly: Assembly, domain: str, equal_flops: EqualFlops
) -> dict[tuple[str, int], list[ArmResult]]:
    """Read a domain's results, by arm and size, one a seed; zero-shot stands under size 0."""
    arms: dict[tuple[str, int], list[ArmResult]] = {}
    for job in transfer_jobs(assembly):
        if job.domain == domain and job.arm == "zero_shot":
            arms["zero_shot", 0] = [ArmResult.read(assembly.folder, job)]
    for size in assembly.settings.compare.sizes:
        chosen = [chosen_tuner(assembly, domain, size, seed) for seed in seeds(assembly)]
        arms["fine_tuned", size] = chosen
    for job in twin_jobs(assembly):
        if job.domain == domain:
            arms.setdefault((job.arm, job.size), []).append(ArmResult.read(assembly.folder, job))
    for (arm, where, size, _), job in equal_flops.items():
        if where == domain:
            arms.setdefault((arm, size), []).append(ArmResult.read(assembly.folder, job))
    return arms
