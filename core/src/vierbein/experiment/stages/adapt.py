"""The stage that carries the base to the target domains: what loaded, zero-shot, fine-tuned."""

from typing import Any

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import ArmJob
from vierbein.experiment.compare.workers import Done, perform_all
from vierbein.storage.atomic import write_json

LOADING = "loading.json"


def seeds(assembly: Assembly) -> list[int]:
    """Give the seeds of a comparison's repetitions; those of two runs never meet."""
    first = 1000 * assembly.settings.seed
    return [first + index for index in range(assembly.settings.compare.seeds)]


def transfer_jobs(assembly: Assembly) -> list[ArmJob]:
    """List the zero-shot networks and every tuner on every sample."""
    settings = assembly.settings.compare
    jobs = []
    for domain in assembly.targets.values():
        if "zero_shot" in settings.arms and assembly.zero_shot(domain) is not None:
            jobs.append(ArmJob(domain.name, "zero_shot", 0, assembly.settings.seed, 0))
        jobs += [
            ArmJob(domain.name, "fine_tuned", size, seed, settings.steps, tuner)
            for size in settings.sizes
            for seed in seeds(assembly)
            for tuner in assembly.tuners
        ]
    return jobs


def loaded(assembly: Assembly) -> dict[str, Any]:
    """Join the base to each target domain, and say what arrived; fails closed.

    Returns
    -------
    dict
        By domain: the table of modules, features without a counterpart in the base, and features of
        the base for which a default stands.
    """
    said = {}
    for name, domain in assembly.targets.items():
        network, table = assembly.from_base(domain, None, assembly.settings.seed)
        said[name] = {
            "modules": table.to_json(),
            "extra_features": list(network.projection.extra),
            "stand_ins": {n: domain.adapter.stand_ins[n] for n in network.projection.defaulted},
        }
    return said


def adapt(assembly: Assembly, done: Done) -> None:
    """Carry the base to the target domains."""
    write_json(assembly.folder / "adapt" / LOADING, loaded(assembly))
    perform_all(assembly, transfer_jobs(assembly), done, assembly.settings.compare.workers)
