"""Networks of a comparison, read back: of any arm, and of the one that a run recommends."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from vierbein.errors.loading import ChangedBaseError
from vierbein.errors.runs import StageMissingError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import ArmJob, make_network, sample
from vierbein.experiment.compare.jobs import chosen_tuner, seeds
from vierbein.experiment.settings import ArmName
from vierbein.interfaces.network import Network
from vierbein.storage.difference import Difference
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
    ChangedBaseError
        If the base is another than the one that it was tuned from.
    """
    return trained(assembly, domain, arm, seeds(assembly)[0])


def trained(assembly: Assembly, domain: str, arm: str, seed: int) -> tuple[Network, dict[str, Any]]:
    """Read an arm's network back, at the largest size.

    Parameters
    ----------
    assembly
        Of the run.
    domain
        The target domain.
    arm
        ``zero_shot``, ``fine_tuned`` (by the tuner that the validation events chose),
        ``twin_equal_steps`` or ``smaller_twin``.
    seed
        One of the comparison's.

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
    ChangedBaseError
        If the base is another than the one that it was tuned from.
    """
    where, size = assembly.targets[domain], assembly.settings.compare.sizes[-1]
    network: Network | None
    if arm == "zero_shot":
        job = ArmJob(domain, "zero_shot", 0, assembly.settings.seed, 0)
        network = assembly.zero_shot(where)
    else:
        steps = assembly.settings.compare.steps
        name: ArmName = "smaller_twin" if arm == "smaller_twin" else "twin_equal_steps"
        job = ArmJob(domain, name, size, seed, steps)
        if arm == "fine_tuned":
            job = chosen_tuner(assembly, domain, size, seed).job
        events = sample(where, size, seed, assembly.settings.compare.validation)
        network, _ = make_network(assembly, job, where, events.train)
    folder = job.folder(assembly.folder)
    if network is None or not folder.exists():
        raise StageMissingError("deploy", "adapt")
    own, card = read_parameters(folder)
    theirs: Mapping[str, Tensor] = {}
    if (said := card.get("base")) and (base := assembly.base) is not None:
        if base.sha256 != said["sha256"]:
            raise ChangedBaseError(str(folder), base.name, said["sha256"], base.sha256)
        theirs = base.parameters
    difference = Difference(own, card.get("from_base", {}))
    network.load_state_dict(difference.fill(theirs, network.state_dict()))
    arm_said: dict[str, Any] = card["arm"]
    return network.eval(), arm_said
