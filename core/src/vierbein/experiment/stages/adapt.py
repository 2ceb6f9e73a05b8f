"""The stage that carries the base to the target domains: what loaded, zero-shot, fine-tuned."""

from typing import Any

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.jobs import transfer_jobs
from vierbein.experiment.compare.workers import Done, perform_all
from vierbein.experiment.measurable import check_measurable
from vierbein.storage.atomic import write_json

LOADING = "loading.json"


def loaded(assembly: Assembly) -> dict[str, Any]:
    """Join the base to each target domain, and say what arrived; fails closed.

    Parameters
    ----------
    assembly
        Of the run.

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
    for domain in assembly.targets.values():
        check_measurable(assembly.task, domain, assembly.settings.compare.test_events)
    write_json(assembly.folder / "adapt" / LOADING, loaded(assembly))
    perform_all(assembly, transfer_jobs(assembly), done, assembly.settings.compare.workers)
