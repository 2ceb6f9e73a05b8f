"""One run, from its configuration to its report."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from rich.console import Console

from vierbein.config.compose import compose
from vierbein.config.plain import plain
from vierbein.errors.runs import NotChosenError, StageMissingError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import TIMINGS
from vierbein.experiment.compare.jobs import num_compare_jobs, transfer_jobs
from vierbein.experiment.compressed import Compressed
from vierbein.experiment.freezing import declare, freeze, record_answers
from vierbein.experiment.hooks import manager
from vierbein.experiment.inside import require_inside
from vierbein.experiment.lock import require
from vierbein.experiment.progress import bar
from vierbein.experiment.report.collect import collect, nodes
from vierbein.experiment.report.html import write_html
from vierbein.experiment.report.trust import unasked
from vierbein.experiment.result import REPORT, REPORT_HTML, Result
from vierbein.experiment.settings import RunSettings, Stage
from vierbein.experiment.stages.adapt import LOADING, adapt
from vierbein.experiment.stages.compare import COMPARISON, compare
from vierbein.experiment.stages.compress import compress
from vierbein.experiment.stages.deploy import deploy, places
from vierbein.experiment.stages.pretrain import pretrain
from vierbein.experiment.stages.question import asked_at, question, seconds
from vierbein.interfaces.safeguard import Moment, Verdict
from vierbein.registry.installed import Registry, installed
from vierbein.storage.atomic import read_json, sweep, write_json
from vierbein.storage.run_folder import claim, locked


def configure(
    experiment: str | None = None,
    overrides: Sequence[str] = (),
    *,
    registry: Registry | None = None,
    folder: Path | None = None,
) -> dict[str, Any]:
    """Compose and check a run's configuration.

    Parameters
    ----------
    experiment
        Name of an experiment.
    overrides
        In Hydra's grammar, such as ``tuner=lora`` or ``seed=3``.
    registry
        What is installed; looked up if not given.
    folder
        The working folder, whose ``conf`` is searched first.

    Returns
    -------
    dict
        Every value, as plain data.
    """
    named = [f"experiment={experiment}"] if experiment else []
    composed = compose(RunSettings, [*named, *overrides], registry=registry, folder=folder)
    configuration: dict[str, Any] = plain(composed.config)
    require_inside(configuration, overrides, folder or Path())
    return configuration


def run(
    experiment: str | None = None,
    overrides: Sequence[str] = (),
    *,
    is_quiet: bool = False,
    registry: Registry | None = None,
    locked_by: Path | None = None,
) -> Result:
    """Run an experiment; the same call again goes on where the last one stopped.

    Parameters
    ----------
    experiment
        Name of an experiment, such as ``quickstart``.
    overrides
        In Hydra's grammar: ``["tuner=lora", "tuner.rank=8", "seed=3"]``.
    is_quiet
        Show no progress.
    registry
        What is installed; looked up if not given.
    locked_by
        A lock: the run is refused in another environment.

    Returns
    -------
    Result
        Tables, figures and the report's path.

    Raises
    ------
    VierbeinError
        Whatever the user can mend: misspelt names, bad input, a base that does not fit.
    """
    registry = registry or installed()
    configuration = configure(experiment, overrides, registry=registry)
    if locked_by is not None:
        require(locked_by, configuration, registry)
    return perform(Assembly(configuration, registry), Console(quiet=is_quiet))


def perform(assembly: Assembly, console: Console) -> Result:
    """Run what an assembly describes."""
    with locked(assembly.folder):
        sweep(assembly.folder)
        claim(assembly.folder, assembly.configuration)
        return _Run(assembly, console).perform()


def _silent(amount: float = 1, part: str = "") -> None:
    """Show nothing: nobody is asked."""


class _Run:
    def __init__(self, assembly: Assembly, console: Console) -> None:
        self.assembly, self.console = assembly, console
        self.folder = assembly.folder
        self.seconds: dict[str, float] = {}
        self.verdicts: list[Verdict] = []
        self.compressed: dict[str, Any] = {}
        self.hardware: dict[str, Any] = {}
        self.is_sealed = bool(assembly.settings.seal.cuts)
        chosen = {identity.split("/")[1] for _, identity in nodes(assembly.configuration)}
        self.hook = manager(assembly.registry, {*chosen, *assembly.settings.hooks}).hook

    def perform(self) -> Result:
        self.hook.run_start(configuration=self.assembly.configuration)
        if set(self.assembly.settings.stages) - {"pretrain"}:  # which needs no target domain
            with self._timed("data"):
                domains = self.assembly.targets
                if self.is_sealed:
                    declare(self.assembly)
                self.hook.data_ready(domains={n: len(d.table) for n, d in domains.items()})
                self._ask(Moment.DATA_READY)
            if self.is_sealed:  # reading takes the longer the more is sealed
                self.seconds.pop("data")
        stages: dict[Stage, Any] = {
            "pretrain": self._pretrain,
            "adapt": self._adapt,
            "compare": self._compare,
            "question": self._question,
            "compress": self._compress,
            "deploy": self._deploy,
            "report": self._report,
        }
        for stage in self.assembly.settings.stages:
            with self._timed(stage):
                stages[stage]()
        return Result(self.folder)

    def _pretrain(self) -> None:
        if self.assembly.settings.base is not None:
            return
        with bar("pretrain", self.assembly.settings.pretrain.steps, self.console) as advance:

            def watch(step: int, steps: int, loss: float) -> None:
                self.hook.step(step=step, steps=steps, loss=loss)
                advance()

            pretrain(self.assembly, watch)
        self.assembly.__dict__.pop("base", None)  # looked up before it was made

    def _adapt(self) -> None:
        if self.assembly.base is None:
            raise StageMissingError("adapt", "pretrain")
        if not self.assembly.tuners:
            raise NotChosenError("tuner", self.assembly.registry.names("tuner"))
        with bar("adapt", len(transfer_jobs(self.assembly)), self.console) as advance:
            adapt(self.assembly, lambda _: advance(), self._say)

    def _say(self, text: str) -> None:
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    def _compare(self) -> None:
        with bar("compare", num_compare_jobs(self.assembly), self.console) as advance:
            compare(self.assembly, lambda _: advance())

    def _question(self) -> None:
        self._ask(Moment.ADAPTED, Moment.COMPARED, Moment.BEFORE_UNBLINDING)
        if self.is_sealed:
            record_answers(self.assembly, self.verdicts)
        self.hook.verdicts(verdicts=self.verdicts)

    def _compress(self) -> None:
        if not self.assembly.compressors:
            return
        compressed = Compressed(self.assembly, self._recommendations)
        num = len(compressed.students) * len(compressed.seeds) * len(compressed.steps)
        with bar("compress", num, self.console) as advance:
            self.compressed = compress(self.assembly, self._recommendations, advance)
        self._ask(Moment.COMPRESSED)

    def _deploy(self) -> None:
        num = len(places(self.assembly))
        with bar("deploy", num, self.console) if num else nullcontext(_silent) as advance:
            self.hardware = deploy(self.assembly, self._recommendations, advance)

    def _report(self) -> None:
        loading = self.folder / "adapt" / LOADING
        report = collect(
            self.assembly,
            self._comparison,
            read_json(loading) if loading.exists() else {},
            self.verdicts,
            self.compressed,
            self.hardware,
        )
        write_json(self.folder / REPORT, report)
        timings = self._timings()
        write_json(self.folder / TIMINGS, timings)
        others = unasked(self.assembly.registry, report)
        write_html(self.folder / REPORT_HTML, report, timings, others)
        self.hook.run_end(report=report)

    def _ask(self, *moments: Moment) -> None:
        num = len(asked_at(self.assembly, *moments))
        with bar("question", num, self.console) if num else nullcontext(_silent) as advance:
            for moment in moments:
                if self.is_sealed and moment is Moment.BEFORE_UNBLINDING:
                    freeze(self.assembly)
                said = question(self.assembly, moment, self._recommendations, advance)
                self.verdicts += said

    @property
    def _comparison(self) -> Mapping[str, Any]:
        path = self.folder / "compare" / COMPARISON
        said: dict[str, Any] = read_json(path) if path.exists() else {}
        return said

    @property
    def _recommendations(self) -> dict[str, str]:
        domains = self._comparison.get("domains", {})
        return {name: said["recommended"] for name, said in domains.items()}

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[what] = time.perf_counter() - begun

    def _timings(self) -> dict[str, Any]:
        """Give the times of this call, added to what an interrupted one spent."""
        path = self.folder / TIMINGS
        before = read_json(path)["seconds"] if path.exists() else {}
        spent = {what: before.get(what, 0.0) + took for what, took in self.seconds.items()}
        asked = {f"safeguard {name}": took for name, took in seconds(self.assembly).items()}
        return {
            "seconds": {**before, **spent, **asked},
            "run_folder": str(self.folder),
            "hardware": {name: said["metrics"] for name, said in self.hardware.items()},
        }
