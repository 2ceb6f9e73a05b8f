"""The stage that carries the base to the target domains: what loaded, zero-shot, fine-tuned."""

from collections.abc import Callable
from typing import Any

import torch

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.jobs import transfer_jobs
from vierbein.experiment.compare.workers import Done, perform_all
from vierbein.experiment.measurable import check_measurable
from vierbein.interfaces.network import Network
from vierbein.storage.atomic import write_json

LOADING = "loading.json"


def loaded(assembly: Assembly, say: Callable[[str], None]) -> dict[str, Any]:
    """Join the base to each target domain, and say what arrived; fails closed.

    Parameters
    ----------
    assembly
        Of the run.
    say
        Told the table of each domain, in words.

    Returns
    -------
    dict
        By domain: the table of modules, whether the network does what the base did, features
        without a counterpart in the base, and features of the base for which a default stands.
    """
    said = {}
    torch.set_num_threads(
        assembly.settings.training.threads
    )  # answers depend on it in the last bit
    for name, domain in assembly.targets.items():
        network, arrived = assembly.from_base(domain, None, assembly.settings.seed)
        say(f"{name}: loaded from the base, in numbers\n{arrived}")
        said[name] = {
            "modules": arrived.to_json(),
            "function_checks": arrived.checks_to_json(),
            "extra_features": [*network.projection.extra, *_built_in(assembly, network)],
            "stand_ins": {n: domain.adapter.stand_ins[n] for n in network.projection.defaulted},
        }
    return said


def adapt(assembly: Assembly, done: Done, say: Callable[[str], None]) -> None:
    """Carry the base to the target domains."""
    for domain in assembly.targets.values():
        check_measurable(assembly.task, domain, assembly.settings.compare.test_events)
    write_json(assembly.folder / "adapt" / LOADING, loaded(assembly, say))
    perform_all(assembly, transfer_jobs(assembly), done, assembly.settings.compare.workers)


def _built_in(assembly: Assembly, network: Network) -> list[str]:
    """Name the features that the backbone, but not the base, was built for."""
    assert assembly.base is not None  # noqa: S101 - from_base has read it
    known, schema = assembly.base.schema, network.backbone.schema
    names, of_events = (set(known.names), set(known.event_names))
    return [n for n in schema.names if n not in names] + [
        n for n in schema.event_names if n not in of_events
    ]
