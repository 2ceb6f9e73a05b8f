"""What a run was asked for and cannot do."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError, did_you_mean


class NotChosenError(VierbeinError):
    """A run lacks a component that it cannot do without."""

    def __init__(self, what: str, names: Sequence[str]) -> None:
        super().__init__(
            f"The run has no {what}.\n"
            f"  Installed: {', '.join(names) or 'none'}\n"
            f"  Choose one:  {what}=NAME   (or begin with an experiment:  experiment=quickstart)"
        )


class BaseNotFoundError(VierbeinError):
    """A base is named that is not there."""

    def __init__(self, base: str, looked: str, packages: Sequence[str]) -> None:
        super().__init__(
            f"There is no base {base!r}; looked in {looked}.\n"
            "  A base is a folder with card.json and parameters.safetensors, or package:folder of "
            f"an installed plugin ({', '.join(packages) or 'none is installed'}).\n"
            "  Name one, or pretrain:  base=null"
        )


class NotABaseError(VierbeinError):
    """A folder is named as the base that holds something else."""

    def __init__(self, base: str, keys: Sequence[str]) -> None:
        super().__init__(
            f"{base!r} is no base: its card says nothing of features and statistics.\n"
            f"  The card holds: {', '.join(keys)}; an arm's parameters are no base either.\n"
            "  Name what a pretraining wrote:  base=RUN/pretrain/base"
        )


class TooFewEventsError(VierbeinError):
    """A comparison asks for more events than a domain has."""

    def __init__(self, domain: str, asked: int, available: int, purpose: str) -> None:
        super().__init__(
            f"Domain {domain!r}: {asked} events are asked for as {purpose}, "
            f"{available} are there.\n"
            "  Train, validation and test events never overlap.\n"
            "  Ask for fewer (compare.sizes=[...]), or give the dataset more events."
        )


class ImpossibleSettingError(VierbeinError):
    """A setting has the right type, and a value that makes no sense."""

    def __init__(self, setting: str, value: object, wanted: str) -> None:
        super().__init__(
            f"{setting} is {value}, which is impossible.\n"
            f"  Needed: {wanted}.\n"
            f"  Change it:  {setting}=..."
        )


class NoTruthError(VierbeinError):
    """A domain's events lack a truth that the task learns from."""

    def __init__(self, domain: str, missing: str, present: Sequence[str]) -> None:
        super().__init__(
            f"Domain {domain!r}: its events have no truth {missing!r}, which the task needs.\n"
            f"  They have: {', '.join(sorted(present)) or 'none'}\n"
            "  Name it in the adapter's mapping; a source domain can do without:  "
            "objective=masked_particles"
        )


class UndefinedMetricError(VierbeinError):
    """The deciding metric has no value on a domain's test events."""

    def __init__(self, domain: str, metric: str, num_events: int) -> None:
        super().__init__(
            f"Domain {domain!r}: {metric} is not defined on its {num_events} test events.\n"
            "  It needs events of every class, with a positive sum of event weights each.\n"
            "  Take more of them (compare.test_events=0 takes all), or other records."
        )


class SampleTooSmallError(VierbeinError):
    """A sample of labelled events is too small to be parted."""

    def __init__(self, size: int, num_train: int, num_validation: int) -> None:
        super().__init__(
            f"compare.sizes holds {size}: of so many labelled events {num_train} would train "
            f"and {num_validation} validate.\n"
            "  Each part needs one at least: the validation events choose the checkpoint.\n"
            "  Ask for more (compare.sizes=[...]), or for another share (compare.validation=0.3)."
        )


class SameDomainError(VierbeinError):
    """Two target domains have one name."""

    def __init__(self, domain: str) -> None:
        super().__init__(
            f"Two target domains are called {domain!r}.\n"
            "  Each adapter names its domain, and figures are told apart by it.\n"
            "  Drop one (~also.NAME), or choose another adapter."
        )


class UnknownSliceError(VierbeinError):
    """A slice is asked for in an observable that the run does not have."""

    def __init__(self, name: str, chosen: Sequence[str]) -> None:
        super().__init__(
            f"compare.slices names the observable {name!r}, which the run does not compute."
            f"{did_you_mean(name, chosen)}\n"
            f"  Chosen observables: {', '.join(chosen) or 'none'}\n"
            f"  Add it:  observable=[{','.join([*chosen, name])}]"
        )


class StageMissingError(VierbeinError):
    """A stage needs what an earlier one makes."""

    def __init__(self, stage: str, needed: str) -> None:
        super().__init__(
            f"Stage {stage!r} needs what stage {needed!r} makes, which is not in this run.\n"
            "  The stages are pretrain, adapt, compare, question, deploy, report, in this order.\n"
            f"  Put it in:  stages=[{needed},{stage}]   or go on in a folder where it ran."
        )


class NotARunError(VierbeinError):
    """A folder is named that holds no run."""

    def __init__(self, folder: str, runs: Sequence[str]) -> None:
        super().__init__(
            f"{folder}: holds no run (no configuration.json).{did_you_mean(folder, runs)}\n"
            f"  Runs here: {', '.join(runs) or 'none'}\n"
            "  List them with  vierbein runs list"
        )


class UnknownDomainError(VierbeinError):
    """A run is asked about a domain that it does not have."""

    def __init__(self, domain: str, known: Sequence[str]) -> None:
        super().__init__(
            f"The run has no target domain {domain!r}.{did_you_mean(domain, known)}\n"
            f"  It has: {', '.join(known)}\n"
            "  Choose one:  --domain NAME"
        )


class NoReaderError(VierbeinError):
    """No installed dataset reads a file of this suffix."""

    def __init__(self, file: str, suffixes: Sequence[str]) -> None:
        super().__init__(
            f"{file}: no installed dataset reads this kind of file.\n"
            f"  Suffixes that can be read: {', '.join(suffixes) or 'none'}\n"
            "  Convert it, or install the plugin that reads it (vierbein-files reads .parquet and "
            ".root)."
        )


class UnknownHookError(VierbeinError):
    """A plugin implements a hook that does not exist."""

    def __init__(self, plugin: str, reason: str, known: Sequence[str]) -> None:
        super().__init__(
            f"The hooks of {plugin} cannot take part: {reason}\n"
            f"  Hooks that exist, or the closest: {', '.join(known)}\n"
            "  Tell its author, or run without it:  VIERBEIN_DISABLE_PLUGINS=DISTRIBUTION"
        )


class CourseNamesError(VierbeinError):
    """A tuner's course speaks of parameters that do not learn, or of one twice."""

    def __init__(self, names: Sequence[str]) -> None:
        shown = ", ".join(names[:4]) + (" ..." if len(names) > 4 else "")  # noqa: PLR2004
        super().__init__(
            f"A tuner's course groups {len(names)} parameters that it may not: {shown}\n"
            "  A group names parameters that learn, each in one group only.\n"
            "  This is for the tuner's author:  pytest --pyargs vierbein.testing.all "
            "--vierbein-plugin DISTRIBUTION"
        )
