"""Settings of a run, besides those of its components."""

import math
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from vierbein.errors.runs import ImpossibleSettingError
from vierbein.training.settings import TrainingSettings

Stage = Literal["pretrain", "adapt", "compare", "question", "compress", "deploy", "report"]
BadRecords = Literal["error", "set_aside"]
ArmName = Literal[
    "zero_shot",
    "fine_tuned",
    "twin_equal_steps",
    "twin_equal_flops",
    "twin_equal_flops_with_pretraining",
    "smaller_twin",
    "baseline",
]


@dataclass(frozen=True)
class DomainSettings:
    """A detector domain.

    Parameters
    ----------
    dataset
        Its records.
    adapter
        Its detector.
    """

    dataset: Any = None
    adapter: Any = None


@dataclass(frozen=True)
class RotatedSettings:
    """A further base, trained on other assumptions than the run's own.

    Parameters
    ----------
    base
        As the run's own is named: a folder, or `package:folder` of an installed plugin.
    backbone
        Its backbone, where that is another than the run's.
    """

    base: str = "???"
    backbone: Any = None


@dataclass(frozen=True)
class SplitSettings:
    """Shares of the events by what they are for; an event's part follows from its id.

    Parameters
    ----------
    train
        To learn from.
    validation
        To choose checkpoints by.
    test
        To judge by, and never anything else.
    """

    train: float = 0.4
    validation: float = 0.1
    test: float = 0.5

    def __post_init__(self) -> None:
        shares = (self.train, self.validation, self.test)
        if min(shares) <= 0 or not math.isclose(sum(shares), 1.0):
            said = f"{{train: {self.train}, validation: {self.validation}, test: {self.test}}}"
            raise ImpossibleSettingError("splits", said, "shares above 0 that add up to 1")


@dataclass(frozen=True)
class PretrainSettings:
    """How a base is made, where none is given.

    Parameters
    ----------
    steps
        Optimiser steps.
    batch_size
        Events a step.
    learning_rate
        At the peak.
    licence
        Under which the base may be used; it stands in its card.
    spare_units
        Units at the end of the pooled vector that no head sees until the tuner `dummy_nodes`
        connects them.
    """

    steps: int = 2000
    batch_size: int = 128
    learning_rate: float = 1e-3
    licence: str = "Apache-2.0"
    spare_units: int = 0

    def __post_init__(self) -> None:
        if self.spare_units < 0:
            raise ImpossibleSettingError("pretrain.spare_units", self.spare_units, "at least 0")


@dataclass(frozen=True)
class CompareSettings:
    """The comparison; everything that decides a verdict is declared here, before the run.

    Parameters
    ----------
    arms
        Which arms run; the first two and the twin at equal steps are needed for verdicts.
    sizes
        Numbers of labelled target events, those for validation included.
    seeds
        Repetitions, each with its own events, start and order.
    steps
        Optimiser steps of an arm.
    validation
        Share of the labelled target events that chooses checkpoints and trials.
    trials
        Learning rates that are tried for each tuner; the twins get as many in all as the tuners
        have together.
    span
        Trials lie between the usual learning rate divided and multiplied by it.
    margin
        The smallest difference of the deciding metric that matters.
    level
        Confidence level of every interval.
    replicas
        Bootstrap replicas of the test events.
    test_events
        At most so many test events a domain; 0 takes all.
    slices
        Observables, and into how many slices of equal numbers of events each is cut.
    smaller_twin
        The backbone of the smaller twin.
    workers
        Trainings side by side; figures do not depend on it.
    """

    arms: list[ArmName] = field(
        default_factory=lambda: [
            "zero_shot",
            "fine_tuned",
            "twin_equal_steps",
            "twin_equal_flops",
            "smaller_twin",
            "baseline",
        ]
    )
    sizes: list[int] = field(default_factory=lambda: [100, 1000])
    seeds: int = 3
    steps: int = 100
    validation: float = 0.3
    trials: int = 1
    span: float = 3.0
    margin: float = 0.02
    level: float = 0.95
    replicas: int = 200
    test_events: int = 4000
    slices: dict[str, int] = field(default_factory=dict)
    smaller_twin: Any = None
    workers: int = 2

    def __post_init__(self) -> None:
        counts = ("seeds", "steps", "trials", "workers")
        rising = bool(self.sizes) and self.sizes == sorted({*self.sizes})
        needed = {
            "sizes": (rising, "one number or several, each larger than the one before"),
            **{name: (getattr(self, name) >= 1, "at least 1") for name in counts},
            "validation": (0 < self.validation < 1, "a share between 0 and 1"),
            "span": (self.span >= 1, "at least 1"),
            "margin": (self.margin >= 0, "at least 0"),
            "level": (0 < self.level < 1, "a probability between 0 and 1"),
            "replicas": (self.replicas > 1, "at least 2"),
            "test_events": (self.test_events >= 0, "at least 0"),
            "slices": (all(n >= 1 for n in self.slices.values()), "at least 1 slice each"),
        }
        for name, (is_possible, wanted) in needed.items():
            if not is_possible:
                raise ImpossibleSettingError(f"compare.{name}", getattr(self, name), wanted)


@dataclass(frozen=True)
class CompressSettings:
    """How networks are made small.

    Parameters
    ----------
    seeds
        Of the comparison's seeds, how many networks are compressed: safeguards that hold students
        against what they were made of need two at least. The first one is deployed.
    golden_events
        Ordinary events among the golden vectors, besides the adversarial ones.
    figure
        The task's figure that stands against resources in the report's picture; empty for the
        deciding one.
    published
        Networks of others to draw beside ours, by label: LUTs, and the figure. They are of other
        data.
    """

    seeds: int = 1
    golden_events: int = 500
    figure: str = ""
    published: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("seeds", "golden_events"):
            if getattr(self, name) < 1:
                raise ImpossibleSettingError(f"compress.{name}", getattr(self, name), "at least 1")
        for label, point in self.published.items():
            if len(point) != 2:  # noqa: PLR2004 - two numbers
                wanted = "two numbers: LUTs, and the figure"
                raise ImpossibleSettingError(f"compress.published.{label}", point, wanted)


@dataclass(frozen=True)
class SealSettings:
    """Signal regions whose events nobody sees before they are unblinded.

    Parameters
    ----------
    cuts
        By domain: which events are sealed, in the language of a mapping's cuts, of the run's
        observables and the events' features and truths.
    custodian
        The public key of whoever may open it, as `vierbein custodian FILE` prints it.
    megabytes
        The size of each seal in MiB, whatever it holds.
    """

    cuts: dict[str, str] = field(default_factory=dict)
    custodian: str = ""
    megabytes: int = 64

    def __post_init__(self) -> None:
        is_key = re.fullmatch("[0-9a-f]{64}", self.custodian) is not None
        if self.cuts and not is_key:
            wanted = "64 hexadecimal digits, as  vierbein custodian FILE  prints them"
            raise ImpossibleSettingError("seal.custodian", repr(self.custodian), wanted)
        if self.megabytes < 1:
            raise ImpossibleSettingError("seal.megabytes", self.megabytes, "at least 1")


@dataclass(frozen=True)
class RunSettings:
    """A run.

    Parameters
    ----------
    name
        Of the run, and of its folder.
    title
        Of the report.
    seed
        Everything random follows from it.
    run_folder
        Where the run's files go.
    cache_folder
        Where converted events are kept for all runs.
    stages
        What is done, in this order.
    base
        The pretrained base: a folder, or `package:folder` of an installed plugin; nothing
        pretrains one.
    new_parameters
        Modules that may start anew although the base should fill them, such as ``head``.
    expand
        Parts that may be wider than the base's, and keep what it computes: ``backbone`` is then
        built for the detector's own features, too, ``head`` for more outputs.
    dropped_parameters
        Modules of the base that may be left out.
    outputs
        Which of the base's outputs stands for each of the task's, where the base was made
        for another task; without it a new head learns, and there is no zero-shot arm.
    bad_records
        What happens to bad records: an error, or they are set aside and counted.
    hooks
        Distributions whose hooks take part besides those of the chosen components.
    source
        The source domain: where the base's parameters come from.
    also
        Further target domains by name, besides the run's own dataset and adapter.
    anomalies
        By target domain: a dataset of signals that nothing is trained on, for safeguards that ask
        what a transfer no longer sees.
    high_fidelity
        By target domain: a dataset of few labelled events from a better and more expensive
        simulation, or measured.
    rotation
        Further bases by name, for safeguards that ask what depends on the choice of one.
    students
        Backbones for firmware by name: each is what compressors make of the recommended network,
        where one of them distils.
    seal
        Signal regions that are sealed.
    splits
        Shares of train, validation and test.
    training
        The loop.
    pretrain
        How a base is made.
    compare
        The comparison.
    compress
        How networks are made small.
    """

    name: str = "run"
    title: str = ""
    seed: int = 0
    run_folder: str = "runs/${name}"
    cache_folder: str = "runs/.cache"
    stages: list[Stage] = field(
        default_factory=lambda: [
            "pretrain",
            "adapt",
            "compare",
            "question",
            "compress",
            "deploy",
            "report",
        ]
    )
    base: str | None = None
    new_parameters: list[str] = field(default_factory=list)
    expand: list[str] = field(default_factory=list)
    dropped_parameters: list[str] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    bad_records: BadRecords = "error"
    hooks: list[str] = field(default_factory=list)
    source: DomainSettings = field(default_factory=DomainSettings)
    also: dict[str, DomainSettings] = field(default_factory=dict)
    anomalies: dict[str, Any] = field(default_factory=dict)
    high_fidelity: dict[str, Any] = field(default_factory=dict)
    rotation: dict[str, RotatedSettings] = field(default_factory=dict)
    students: dict[str, Any] = field(default_factory=dict)
    seal: SealSettings = field(default_factory=SealSettings)
    splits: SplitSettings = field(default_factory=SplitSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    pretrain: PretrainSettings = field(default_factory=PretrainSettings)
    compare: CompareSettings = field(default_factory=CompareSettings)
    compress: CompressSettings = field(default_factory=CompressSettings)
