"""From a run to a bundle."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from vierbein.config.plain import COMPONENT
from vierbein.errors.blinding import StillSealedError
from vierbein.errors.bundles import BundleNameError, CannotPackError
from vierbein.errors.runs import StageMissingError, UnknownDomainError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.base import Base
from vierbein.experiment.bundle_card import card, readme
from vierbein.experiment.bundle_network import unpack
from vierbein.experiment.compare.recommended import recommended
from vierbein.experiment.freezing import is_unblinded
from vierbein.experiment.runs import read
from vierbein.interfaces.adapter import Adapter
from vierbein.interfaces.network import Network
from vierbein.registry.installed import Registry, installed
from vierbein.storage.bundle import ADAPTER, CARD, NAME, NETWORK, Bundle
from vierbein.storage.difference import Difference, is_same

ARMS = ("fine_tuned", "zero_shot", "twin_equal_steps")
"""Arms of which a run keeps a network that can be recommended."""


class Wish(NamedTuple):
    """What a publisher says of a bundle.

    Parameters
    ----------
    name
        What it goes by; the domain's if empty.
    domain
        The target domain; the run's first one if empty.
    arm
        One of `ARMS`; the run's recommended one if empty.
    licence, citation
        For the card.
    is_whole
        Whether it holds every parameter; if None, only where its base is not one that a plugin
        brings.
    """

    name: str = ""
    domain: str = ""
    arm: str = ""
    licence: str = ""
    citation: str = ""
    is_whole: bool | None = None


def pack(run: Path, wish: Wish | None = None, registry: Registry | None = None) -> Bundle:
    """Make a bundle of a finished run; the same run and wish give the same bytes.

    Parameters
    ----------
    run
        The run's folder.
    wish
        What the publisher says.
    registry
        What is installed; looked up if not given.

    Returns
    -------
    Bundle
        Not signed; it was read back, and gives the run's network to the last bit.

    Raises
    ------
    StageMissingError
        If the run made no comparison or no report.
    UnknownDomainError
        If the run has no such target domain.
    StillSealedError
        If the run is sealed: whoever has its network could look into the signal region.
    CannotPackError
        If there is nothing to pack.
    BundleError
        If a part of the run is not safe to publish.
    """
    wish, registry = wish or Wish(), registry or installed()
    said = read(run)
    if (report := said["report"]) is None:
        raise StageMissingError("pack", "report")
    assembly = Assembly(said["configuration"] | {"run_folder": str(run)}, registry)
    where = wish.domain or next(iter(assembly.targets))
    if where not in assembly.targets:
        raise UnknownDomainError(where, tuple(assembly.targets))
    if assembly.targets[where].seal is not None and not is_unblinded(run):
        raise StillSealedError(str(run), "packing its network")
    if where not in report["comparison"]:
        raise StageMissingError("pack", "compare")
    arm = wish.arm or report["outcome"]["recommended"][where]
    if arm == "zero_shot" and not assembly.has_zero_shot:
        cure = f"Choose another arm:  --arm {ARMS[0]}"
        raise CannotPackError(str(run), "its base has no head for this task", cure)
    network, job = recommended(assembly, where, arm)
    base = None if arm == "twin_equal_steps" else assembly.base
    is_whole = wish.is_whole
    if is_whole is None:
        is_whole = base is None or ":" not in base.name
    theirs = {} if is_whole or base is None else base.parameters
    difference = Difference.of(network.state_dict(), theirs)
    documents = {
        ADAPTER: _adapter(assembly, where),
        NETWORK: {
            **_components(assembly, job),
            "schema": network.backbone.schema.to_json(),
            "score_names": list(assembly.task.score_names),
            "base": _base(base) if base else None,
            "from_base": dict(difference.from_base),
            "num_spare": network.spare.num_units,
            "bad_records": assembly.settings.bad_records,
            "threads": assembly.settings.training.threads,
        },
    }
    documents[CARD] = {
        "name": _name(wish.name, where),
        "licence": wish.licence or "not stated",
        "citation": wish.citation or "not stated",
        "base": _base(base) | {"licence": base.card.get("licence", "")} if base else None,
        **card(assembly, where, job, report),
    }
    bundle = Bundle.make(documents, difference.own, readme(documents[CARD]))
    _prove(bundle, network, registry, base)
    return bundle


def _name(asked: str, domain: str) -> str:
    name = asked or re.sub(r"[^a-z0-9]+", "_", domain.lower()).strip("_")
    if not NAME.fullmatch(name):
        raise BundleNameError(name, "it could not be typed", "Give it one:  --name NAME")
    return name


def _base(base: Base) -> dict[str, Any]:
    return {"name": base.name, "sha256": base.sha256}


def _adapter(assembly: Assembly, domain: str) -> dict[str, Any]:
    adapter = assembly.targets[domain].adapter
    configuration = assembly.configuration
    nodes = [configuration, *configuration.get("also", {}).values()]
    node = nodes[list(assembly.targets).index(domain)]["adapter"]
    kind = type(adapter)
    is_plain = kind.read is Adapter.read and kind.columns is Adapter.columns
    return {
        "schema": adapter.schema.to_json(),
        "mapping": adapter.mapping.to_json(),
        "stand_ins": dict(adapter.stand_ins),
        "component": None if is_plain else _component(node),
    }


def _components(assembly: Assembly, job: Mapping[str, Any]) -> dict[str, Any]:
    configuration = assembly.configuration
    tuner = configuration["tuner"][job["tuner"]] if job["tuner"] else None
    return {
        "backbone": _component(configuration["backbone"]),
        "task": _component(configuration["task"]),
        "tuner": tuner and _component(tuner),
    }


def _component(node: Mapping[str, Any]) -> dict[str, Any]:
    settings = {name: value for name, value in node.items() if name != COMPONENT}
    return {"component": node[COMPONENT], "settings": settings}


def _prove(bundle: Bundle, network: Network, registry: Registry, base: Base | None) -> None:
    """Read a new bundle back, and hold it against the network to the last bit."""
    again = unpack(Bundle.from_bytes(bundle.to_bytes(), bundle.file), registry, base).network
    for (name, ours), theirs in zip(
        network.state_dict().items(), again.state_dict().values(), strict=True
    ):
        if not is_same(ours, theirs):
            cure = "This is a bug of the tuner or of vierbein: report it."
            raise CannotPackError(bundle.file, f"{name} does not come back as it was", cure)
