"""From a bundle to the network, adapter and task of its run."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch

from vierbein.config.build import build
from vierbein.config.plain import COMPONENT
from vierbein.errors.bundles import (
    BundleBaseMissingError,
    BundleContentError,
    BundleParametersError,
    NoBundleError,
    OtherBaseError,
)
from vierbein.errors.loading import DifferenceError
from vierbein.errors.runs import BaseNotFoundError
from vierbein.experiment.base import Base
from vierbein.interfaces.adapter import Adapter
from vierbein.interfaces.bundled import Bundled
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.task import Task
from vierbein.registry.component import Component
from vierbein.registry.installed import Registry
from vierbein.storage.bundle import ADAPTER, NETWORK, Bundle
from vierbein.storage.bundle_folder import SUFFIX, bundle_folder, installed_bundles, locate
from vierbein.storage.difference import Difference


class Unpacked(NamedTuple):
    """What predicts as the run did.

    Parameters
    ----------
    network
        In evaluation mode.
    adapter
        Reads the detector's records.
    task
        Makes scores of predictions.
    """

    network: Network
    adapter: Adapter
    task: Task


def find_bundle(asked: str, registry: Registry) -> Bundle:
    """Read a bundle by its file, the name it is installed under, or a plugin that is one.

    Parameters
    ----------
    asked
        A file's path, or a name.
    registry
        What is installed.

    Returns
    -------
    Bundle
        Checked to its last byte.

    Raises
    ------
    NoBundleError
        If there is none.
    BundleError
        If it is refused.
    """
    if not asked.endswith(SUFFIX) and asked not in installed_bundles():
        if asked in registry.names("adapter"):
            component = registry.find("adapter", asked)
            adapter = build({COMPONENT: f"adapter/{component.qualified}"}, registry)
            if isinstance(adapter, Bundled):
                return adapter.bundle
        raise NoBundleError(asked, str(bundle_folder()), list(installed_bundles()))
    return Bundle.read(locate(asked))


def find_base(bundle: Bundle, given: str | None, registry: Registry) -> Base | None:
    """Find the base that a bundle builds on.

    Parameters
    ----------
    bundle
        Names it by the sha256 of its parameters.
    given
        Its folder, or `package:folder`; looked up by the bundle's own word if None.
    registry
        What is installed.

    Returns
    -------
    Base | None
        None where the bundle holds every parameter itself and nobody names a base.

    Raises
    ------
    BundleBaseMissingError
        If it is needed and not here.
    OtherBaseError
        If what is there is another.
    """
    said = bundle.network["base"]
    if given is None and not bundle.network["from_base"]:
        return None
    name = given or said["name"]
    expected = said["sha256"] if said else "none"
    if given is None and ":" not in name:  # a path of the publisher's disk means nothing here
        raise BundleBaseMissingError(bundle.file, name, expected)
    try:
        base = Base.read(name, registry.packages())
    except BaseNotFoundError as error:
        if given is not None:
            raise
        raise BundleBaseMissingError(bundle.file, name, expected) from error
    if base.sha256 != expected:
        raise OtherBaseError(bundle.file, f"The base {name}", expected, base.sha256)
    return base


def unpack(bundle: Bundle, registry: Registry, base: Base | None) -> Unpacked:
    """Build what a bundle describes, of installed components alone.

    Parameters
    ----------
    bundle
        Checked.
    registry
        What is installed.
    base
        As `find_base` gave it.

    Returns
    -------
    Unpacked
        The network in evaluation mode, the adapter and the task.

    Raises
    ------
    BundleParametersError
        If the parameters are not those of the network.
    BundleContentError
        If an installed component no longer does what the bundle says.
    VierbeinError
        If a plugin is not installed, or refuses its settings.
    """
    said = bundle.network
    task: Task = build(_node(said["task"]), registry)
    if list(task.score_names) != said["score_names"]:
        found = f"the task gives {', '.join(task.score_names)}"
        raise BundleContentError(
            bundle.file, f"{NETWORK} score_names", found, ", ".join(said["score_names"])
        )
    given, wanted = bundle.mapping.schema, bundle.base_schema
    either = given.wider(wanted)
    statistics = dict.fromkeys((*either.names, *either.event_names), (0.0, 1.0))  # its own below
    with torch.random.fork_rng(devices=[]):
        projection = Projection(given, wanted, statistics, bundle.adapter["stand_ins"])
        backbone = build(_node(said["backbone"]), registry, schema=wanted)
        if not 0 <= (num_spare := said["num_spare"]) < backbone.width:
            wanted_number = f"a number below the backbone's width, {backbone.width}"
            raise BundleContentError(
                bundle.file, f"{NETWORK} num_spare", str(num_spare), wanted_number
            )
        network = Network(projection, backbone, task.head(backbone.width), num_spare)
        if said["tuner"] is not None:
            build(_node(said["tuner"]), registry).apply(network)
    _fill(network, bundle, base)
    return Unpacked(network.eval(), _adapter(bundle, registry), task)


def components_of(bundle: Bundle, registry: Registry) -> list[Component]:
    """Find the installed components that a bundle names, and the base's package's, once each."""
    said = bundle.network
    nodes = [said["backbone"], said["task"], said["tuner"], bundle.adapter["component"]]
    found = []
    for node in nodes:
        if node is not None:
            kind, _, name = node["component"].partition("/")
            found.append(registry.find(kind, name))
    package = (said["base"] or {}).get("name", "").partition(":")[0]
    found += [c for c in registry.components if c.package == package][:1]
    return found


def _adapter(bundle: Bundle, registry: Registry) -> Adapter:
    component = bundle.adapter["component"]
    if component is None:
        return Adapter(bundle.mapping, bundle.adapter["stand_ins"])
    adapter: Adapter = build(_node(component), registry)
    if adapter.mapping != bundle.mapping:
        found = f"the installed {component['component']} has another mapping"
        raise BundleContentError(bundle.file, ADAPTER, found, "the bundle's")
    return adapter


def _fill(network: Network, bundle: Bundle, base: Base | None) -> None:
    difference = Difference(bundle.parameters, bundle.network["from_base"])
    try:
        filled = difference.fill(base.parameters if base else {}, network.state_dict())
    except DifferenceError as error:
        raise BundleParametersError(bundle.file, error.reason) from error
    network.load_state_dict(filled)


def _node(said: Mapping[str, Any]) -> dict[str, Any]:
    """Make a bundle's word for a component a node of a configuration."""
    return {COMPONENT: said["component"], **said["settings"]}
