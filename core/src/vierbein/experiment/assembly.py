"""Everything that a run is made of, built from its configuration."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from vierbein.config.build import build
from vierbein.errors.runs import (
    ImpossibleSettingError,
    NotChosenError,
    SameDomainError,
    UnknownSliceError,
)
from vierbein.events.schema import FeatureSchema
from vierbein.events.table import EventTable
from vierbein.experiment.base import Base
from vierbein.experiment.domain import Domain
from vierbein.experiment.identity import configuration_sha256
from vierbein.experiment.settings import (
    CompareSettings,
    CompressSettings,
    PretrainSettings,
    RunSettings,
    SealSettings,
    SplitSettings,
)
from vierbein.experiment.transfer import Loaded, Transfer
from vierbein.interfaces.adapter import Adapter
from vierbein.interfaces.backbone import Backbone
from vierbein.interfaces.compressor import Compressor
from vierbein.interfaces.dataset import Dataset
from vierbein.interfaces.hardware import Hardware
from vierbein.interfaces.network import Network
from vierbein.interfaces.objective import Objective
from vierbein.interfaces.observable import Observable
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.safeguard import Safeguard
from vierbein.interfaces.student import StudentHead
from vierbein.interfaces.supervised import Supervised
from vierbein.interfaces.task import Task
from vierbein.interfaces.tuner import Tuner
from vierbein.registry.installed import Registry, installed
from vierbein.training.loading import Consent
from vierbein.training.settings import TrainingSettings
from vierbein.training.statistics import statistics

if TYPE_CHECKING:
    from vierbein.experiment.sealing import Seal

Configuration = Mapping[str, Any]


class Assembly:
    """Builds what a run needs, each thing once, when it is first asked for.

    Parameters
    ----------
    configuration
        Composed and checked, as plain data.
    registry
        What is installed.
    """

    def __init__(self, configuration: Configuration, registry: Registry | None = None) -> None:
        self.configuration = configuration
        self.registry = registry or installed()
        self.token = secrets.token_hex(8)  # processes that work for several tell them apart by it

    @cached_property
    def settings(self) -> RunSettings:
        """The run's settings as dataclasses; components stay in the configuration."""
        made = {
            "source",
            "also",
            "anomalies",
            "high_fidelity",
            "rotation",
            "students",
        }  # of components
        names = set(RunSettings.__dataclass_fields__) - made
        values = {name: value for name, value in self.configuration.items() if name in names}
        for name, kind in (
            ("seal", SealSettings),
            ("splits", SplitSettings),
            ("training", TrainingSettings),
            ("pretrain", PretrainSettings),
            ("compare", CompareSettings),
            ("compress", CompressSettings),
        ):
            values[name] = kind(**values.get(name, {}))
        return RunSettings(**values)

    @property
    def folder(self) -> Path:
        """Where the run's files go."""
        return Path(self.settings.run_folder)

    @cached_property
    def source(self) -> Domain:
        """The source domain."""
        return self._domain(self.configuration["source"], "source.")

    @cached_property
    def targets(self) -> dict[str, Domain]:
        """The target domains by name; the first one is the run's own dataset and adapter."""
        nodes = [self.configuration, *self.configuration.get("also", {}).values()]
        targets: dict[str, Domain] = {}
        for node in nodes:
            domain = self._domain(node)
            if domain.name in targets:
                raise SameDomainError(domain.name)
            targets[domain.name] = domain
        for name in self.settings.seal.cuts:
            if name not in targets:
                wanted = f"names of target domains ({', '.join(targets)})"
                raise ImpossibleSettingError("seal.cuts", f"{{{name}: ...}}", wanted)
        return targets

    @cached_property
    def anomalies(self) -> dict[str, dict[str, Domain]]:
        """By target domain, the samples of its bank, each read by the domain's own adapter."""
        return {
            name: {
                sample: self._sample(name, "anomalies", dataset)
                for sample, dataset in bank.samples().items()
            }
            for name, bank in self._datasets("anomalies").items()
        }

    @cached_property
    def high_fidelity(self) -> dict[str, Domain]:
        """By target domain, the events of its small expensive simulation."""
        found = self._datasets("high_fidelity")
        return {name: self._sample(name, "high_fidelity", each) for name, each in found.items()}

    @cached_property
    def rotation(self) -> dict[str, "Assembly"]:
        """The same run from each further base, by its name."""
        return {
            name: Assembly(
                {
                    **self.configuration,
                    "base": node["base"],
                    "backbone": node["backbone"] or self.configuration["backbone"],
                    "rotation": {},
                },
                self.registry,
            )
            for name, node in self.configuration.get("rotation", {}).items()
        }

    @cached_property
    def task(self) -> Task:
        """The task."""
        task: Task = self._one("task")
        return task

    @cached_property
    def objective(self) -> Objective:
        """What a base is pretrained on: the task itself, where nothing else is chosen."""
        if self.configuration.get("objective") is None:
            return Supervised()
        objective: Objective = self._one("objective")
        return objective

    @cached_property
    def tuners(self) -> dict[str, Tuner]:
        """The tuners by name."""
        return self._many("tuner")

    @cached_property
    def safeguards(self) -> dict[str, Safeguard]:
        """The safeguards by name."""
        return self._many("safeguard")

    @cached_property
    def compressors(self) -> dict[str, Compressor]:
        """The compressors by name, in the order in which they work."""
        return self._many("compressor")

    @cached_property
    def hardware(self) -> dict[str, Hardware]:
        """The hardware backends by name."""
        return self._many("hardware")

    @cached_property
    def observables(self) -> dict[str, Observable]:
        """The observables by name.

        Returns
        -------
        dict
            Those that were chosen.

        Raises
        ------
        UnknownSliceError
            If a slice is asked for in one that is not chosen.
        """
        chosen = self._many("observable")
        for name in self.settings.compare.slices:
            if name not in chosen:
                raise UnknownSliceError(name, tuple(chosen))
        return chosen

    @cached_property
    def base(self) -> Base | None:
        """The base that the configuration names, or the one that the run pretrained."""
        if self.settings.base is not None:
            return Base.read(self.settings.base, self.registry.packages())
        made = self.folder / "pretrain" / "base"
        return Base.read(str(made), ()) if made.exists() else None

    def backbone(self, schema: FeatureSchema, *, is_smaller: bool = False) -> Backbone:
        """Build the run's backbone, or the smaller twin's, for some features."""
        if is_smaller:
            node = self.configuration["compare"]["smaller_twin"]
        elif (node := self.configuration.get("backbone")) is None:
            raise NotChosenError("backbone", self.registry.names("backbone"))
        backbone: Backbone = build(node, self.registry, schema=schema)
        return backbone

    def from_scratch(
        self,
        domain: Domain,
        train: EventTable,
        seed: int,
        *,
        is_smaller: bool = False,
        num_spare: int = 0,
    ) -> Network:
        """Make a network with random parameters, for a domain's own features.

        Its statistics come from its own training events: it must owe nothing to the base. Only a
        network that becomes a base has spare units.
        """
        torch.manual_seed(seed)
        backbone = self.backbone(domain.adapter.schema, is_smaller=is_smaller)
        head = self.task.head(backbone.width)
        return Network(_own_projection(domain, train), backbone, head, num_spare)

    def student(self, name: str, domain: Domain, train: EventTable, seed: int) -> Network:
        """Make a student with random parameters and a linear head, for a domain's own features."""
        torch.manual_seed(seed)
        node, schema = self.configuration["students"][name], domain.adapter.schema
        backbone: Backbone = build(node, self.registry, schema=schema)
        head = StudentHead(backbone.width, len(self.task.outputs))
        return Network(_own_projection(domain, train), backbone, head)

    def from_base(
        self, domain: Domain, train: EventTable | None, seed: int
    ) -> tuple[Network, Loaded]:
        """Make a network that starts from the base, for a domain's events.

        Parameters
        ----------
        domain
            Whose adapter's features are joined to the base's.
        train
            Training events, which give the statistics of features that the base does not know;
            without them such features have none and, being zero-initialised, no effect either.
        seed
            Of what starts at random.

        Returns
        -------
        Network
            The network.
        Loaded
            What arrived from the base, module by module, and whether it does what the base did.

        Raises
        ------
        PartialLoadError, NothingLoadedError, OtherTaskError, FunctionDiffersError
            If the base does not fill the network, or not without consent, or does something else.
        FeatureMismatchError
            If the detector lacks features of the base and names no default.
        """
        base, adapter = self._serving, domain.adapter
        if base is None:
            raise NotChosenError("base", ())
        torch.manual_seed(seed)
        settings = self.settings
        consent = Consent(
            tuple(settings.new_parameters),
            tuple(settings.expand),
            tuple(settings.dropped_parameters),
        )
        is_wider = any(module.partition(".")[0] == "backbone" for module in consent.expand)
        wanted = base.schema.wider(adapter.schema) if is_wider else base.schema
        known, either = dict(base.statistics), wanted.wider(adapter.schema)
        own = statistics(train) if train is not None else {}
        for name in (*either.names, *either.event_names):
            known.setdefault(name, own.get(name, (0.0, 1.0)))
        projection = Projection(adapter.schema, wanted, known, adapter.stand_ins)
        adapter.start(projection, base.sha256)
        backbone = self.backbone(wanted)
        num_spare = base.card.get("num_spare", 0)
        network = Network(projection, backbone, self.task.head(backbone.width), num_spare)
        transfer = Transfer(base, consent, self.registry)
        return network, transfer.fill(network, self.task, self.configuration)

    def zero_shot(self, domain: Domain) -> Network | None:
        """Give the base as it is, on another domain; nothing if its task was another one."""
        if not self.has_zero_shot:
            return None
        network, _ = self.from_base(domain, None, self.settings.seed)
        return network.eval()

    @property
    def has_zero_shot(self) -> bool:
        """Whether the base can be used as it is: it has a head for the run's task."""
        base = self._serving
        return base is not None and self._has_same_task(base)

    @property
    def _serving(self) -> Base | None:
        """The base, as one of the run's task where the settings say which outputs are meant."""
        base, outputs = self.base, self.settings.outputs
        if base is None or not outputs:
            return base
        return base.serving(self.configuration["task"], outputs, self.task.outputs)

    def _has_same_task(self, base: Base) -> bool:
        return bool(base.card["task"] == self.configuration["task"])

    def _domain(self, node: Mapping[str, Any], prefix: str = "") -> Domain:
        for kind in ("dataset", "adapter"):
            if node.get(kind) is None:
                raise NotChosenError(prefix + kind, self.registry.names(kind))
        settings, adapter = self.settings, build(node["adapter"], self.registry)
        return Domain(
            build(node["dataset"], self.registry),
            adapter,
            settings.splits,
            Path(settings.cache_folder),
            settings.bad_records,
            self._seal(adapter),
        )

    def _datasets(self, setting: str) -> dict[str, Dataset]:
        nodes = self.configuration.get(setting, {})
        return {name: build(node, self.registry) for name, node in nodes.items()}

    def _sample(self, domain: str, setting: str, dataset: Dataset) -> Domain:
        if domain not in self.targets:
            wanted = f"names of target domains ({', '.join(self.targets)})"
            raise ImpossibleSettingError(setting, f"{{{domain}: ...}}", wanted)
        return replace(self.targets[domain], dataset=dataset, seal=None)

    def _seal(self, adapter: Adapter) -> "Seal | None":
        settings = self.settings.seal
        if (cut := settings.cuts.get(adapter.domain)) is None:
            return None
        from vierbein.experiment.sealing import Seal  # noqa: PLC0415 - it needs `cryptography`
        from vierbein.experiment.signal_region import SignalRegion  # noqa: PLC0415

        region = SignalRegion(cut, adapter, self.observables)
        configuration = configuration_sha256(self.configuration)
        return Seal(region, settings.custodian, settings.megabytes, self.folder, configuration)

    def _one(self, kind: str) -> Any:
        node = self.configuration.get(kind)
        if node is None:
            raise NotChosenError(kind, self.registry.names(kind))
        return build(node, self.registry)

    def _many(self, kind: str) -> dict[str, Any]:
        nodes = self.configuration.get(kind) or {}
        return {name: build(node, self.registry) for name, node in nodes.items()}


def _own_projection(domain: Domain, train: EventTable) -> Projection:
    schema = domain.adapter.schema
    made = Projection(schema, schema, statistics(train))
    return made.requires_grad_(requires_grad=False)
