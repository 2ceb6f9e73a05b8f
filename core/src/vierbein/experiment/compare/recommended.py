"""The network that a run recommends for a domain."""

from typing import Any

from vierbein.errors.runs import StageMissingError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import ArmJob, make_network, sample
from vierbein.experiment.compare.jobs import chosen_tuner, seeds
from vierbein.interfaces.network import Network
from vierbein.storage.parameters import read_parameters


def recommended(assembly: Assembly, domain: str, arm: str) -> tuple[Network, dict[str, Any]]:
    """Read a recommended arm's network back: its first seed, at the largest size.

    Parameters
    ----------
    assembly
        Of the run.
    domain
        The target domain.
    arm
        As the comparison's ``recommended`` names it.

    Returns
    -------
    Network
        In evaluation mode.
    dict
        The job that trained it, as plain data.

    Raises
    ------
    StageMissingError
        If the arm has no result.
    HashMismatchError
        If its parameters were changed.
    """
    where, size = assembly.targets[domain], assembly.settings.compare.sizes[-1]
    first = seeds(assembly)[0]
    if arm == "zero_shot":
        job = ArmJob(domain, "zero_shot", 0, assembly.settings.seed, 0)
        network = assembly.zero_shot(where)
    else:
        steps = assembly.settings.compare.steps
        job = ArmJob(domain, "twin_equal_steps", size, first, steps)
        if arm == "fine_tuned":
            job = chosen_tuner(assembly, domain, size, first).job
        events = sample(where, size, first, assembly.settings.compare.validation)
        network, _ = make_network(assembly, job, where, events.train)
    folder = job.folder(assembly.folder)
    if network is None or not folder.exists():
        raise StageMissingError("deploy", "adapt")
    parameters, card = read_parameters(folder)
    network.load_state_dict(parameters)
    said: dict[str, Any] = card["arm"]
    return network.eval(), said
