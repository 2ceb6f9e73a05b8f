"""Scores of a run's or a bundle's network for a file of events, streamed."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from vierbein.config.build import build
from vierbein.errors.runs import NoReaderError, StageMissingError, UnknownDomainError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.bundle_network import Unpacked, find_base, find_bundle, unpack
from vierbein.experiment.compare.recommended import recommended
from vierbein.experiment.conversion import Converted, convert
from vierbein.experiment.freezing import is_unblinded
from vierbein.experiment.runs import read
from vierbein.experiment.settings import BadRecords
from vierbein.experiment.stages.compare import COMPARISON
from vierbein.interfaces.adapter import Adapter
from vierbein.interfaces.dataset import Columns, Dataset
from vierbein.registry.installed import Registry, installed
from vierbein.storage.atomic import read_json
from vierbein.storage.bundle_folder import SUFFIX, installed_bundles
from vierbein.storage.signature import Policy, check_signature

if TYPE_CHECKING:
    from vierbein.experiment.sealing import Seal


class Predicted(NamedTuple):
    """What became of a file.

    Parameters
    ----------
    num_events
        Events that were scored.
    set_aside
        Bad records that were not.
    """

    num_events: int
    set_aside: int


class _Scorer(NamedTuple):
    """A network, and how its run reads and computes."""

    unpacked: Unpacked
    bad_records: BadRecords
    threads: int
    seal: "Seal | None" = None


def predict(
    source: Path,
    file: Path,
    output: Path,
    domain: str = "",
    registry: Registry | None = None,
    *,
    base: str | None = None,
    policy: Policy | None = None,
) -> Predicted:
    """Write the scores of the network that a run recommends, or that a bundle holds, by event id.

    Neither truth nor event weights are read: measured events have none. While a run is sealed,
    events inside its signal region are left out, and how many they are is not said. Bad records are
    an error or set aside, as the run has it. A bundle and its run give the same scores, to the last
    bit.

    Parameters
    ----------
    source
        A run's folder; or a bundle: its file, or the name that it is installed under.
    file
        Records in the format that the domain's adapter reads.
    output
        A new file; its suffix says which dataset writes it.
    domain
        The target domain whose adapter reads the file; the run's first one if empty.
    registry
        What is installed; looked up if not given.
    base
        The base that a bundle builds on, as a folder or `package:folder`; found by its own word if
        None.
    policy
        Which signatures of a bundle are asked for; if None, one that is there must be whole.

    Returns
    -------
    Predicted
        How many events were scored, and how many records set aside.

    Raises
    ------
    NoReaderError
        If no installed dataset reads or writes such a file.
    UnknownDomainError
        If there is no such target domain.
    StageMissingError
        If the run has made no comparison.
    SignalRegionError
        If the run is sealed by a truth, which cannot be told here.
    BundleError
        If the bundle is refused.
    """
    registry = registry or installed()
    if _is_run(source, registry):
        scorer = _of_run(source, domain, registry)
    else:
        scorer = _of_bundle(str(source), domain, registry, base, policy or Policy())
    reader, writer = _dataset(file, registry), _dataset(output, registry)
    network, adapter, task = scorer.unpacked
    torch.set_num_threads(scorer.threads)  # scores depend on it in the last bit
    num_events = set_aside = 0

    def runs() -> Iterator[Columns]:
        nonlocal num_events, set_aside
        dataset = _build(reader, file, registry)
        for events, bad in _read(dataset, adapter, scorer):
            set_aside += bad
            if events is None:
                continue
            with torch.inference_mode():
                scores = task.scores(network(events)).numpy()
            num_events += len(events)
            named = {f"score_{n}": scores[:, i] for i, n in enumerate(task.score_names)}
            yield {"event_id": events.event_id.numpy(), **named}

    registry.load(registry.find("dataset", writer)).write(output, runs())
    return Predicted(num_events, set_aside)


def _read(dataset: Dataset, adapter: Adapter, scorer: _Scorer) -> Iterator[Converted]:
    """Read events without truth; of a sealed run, those outside its signal region alone."""
    converted = convert(dataset, adapter, scorer.bad_records, labelled=False)
    if scorer.seal is None:
        return converted
    scorer.seal.region.require_unlabelled()
    return (Converted(events, 0) for events in scorer.seal.opened(converted))


def _is_run(source: Path, registry: Registry) -> bool:
    if source.is_dir() or source.suffix == SUFFIX:
        return source.is_dir()
    return str(source) not in (*installed_bundles(), *registry.names("adapter"))


def _of_run(run: Path, domain: str, registry: Registry) -> _Scorer:
    assembly = Assembly(read(run)["configuration"] | {"run_folder": str(run)}, registry)
    name = domain or next(iter(assembly.targets))
    if name not in assembly.targets:
        raise UnknownDomainError(name, tuple(assembly.targets))
    if not (comparison := run / "compare" / COMPARISON).exists():
        raise StageMissingError("predict", "compare")
    arm = read_json(comparison)["domains"][name]["recommended"]
    network, _ = recommended(assembly, name, arm)
    unpacked = Unpacked(network, assembly.targets[name].adapter, assembly.task)
    settings = assembly.settings
    seal = None if is_unblinded(run) else assembly.targets[name].seal
    return _Scorer(unpacked, settings.bad_records, settings.training.threads, seal)


def _of_bundle(
    asked: str, domain: str, registry: Registry, base: str | None, policy: Policy
) -> _Scorer:
    bundle = find_bundle(asked, registry)
    check_signature(bundle, policy)
    if domain not in ("", bundle.mapping.domain):
        raise UnknownDomainError(domain, (bundle.mapping.domain,))
    unpacked = unpack(bundle, registry, find_base(bundle, base, registry))
    return _Scorer(unpacked, bundle.network["bad_records"], bundle.network["threads"])


def _dataset(file: Path, registry: Registry) -> str:
    known: dict[str, str] = {}
    for name in registry.names("dataset"):
        loaded: type[Dataset] = registry.load(registry.find("dataset", name))
        known |= dict.fromkeys(loaded.suffixes, name)
    if file.suffix not in known:
        raise NoReaderError(str(file), sorted(known))
    return known[file.suffix]


def _build(name: str, file: Path, registry: Registry) -> Dataset:
    component = registry.find("dataset", name)
    node: dict[str, Any] = {"_component_": f"dataset/{component.qualified}", "path": str(file)}
    dataset: Dataset = build(node, registry)
    return dataset
