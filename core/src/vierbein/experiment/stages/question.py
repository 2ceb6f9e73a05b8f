"""The stage in which safeguards question the run."""

import time
from collections.abc import Mapping

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import TIMINGS
from vierbein.experiment.progress import Advance
from vierbein.experiment.stages.view import View
from vierbein.interfaces.safeguard import Moment, Verdict
from vierbein.storage.atomic import read_json, write_json


def asked_at(assembly: Assembly, *moments: Moment) -> list[str]:
    """Name the chosen safeguards that ask at some moments."""
    return [name for name, each in assembly.safeguards.items() if each.moment in moments]


def question(
    assembly: Assembly, moment: Moment, recommendations: dict[str, str], advance: Advance
) -> list[Verdict]:
    """Ask every safeguard whose moment has come; what was answered before is not asked again.

    Parameters
    ----------
    assembly
        Of the run.
    moment
        Which one.
    recommendations
        The recommended arm of each domain, once there is one.
    advance
        Called with a safeguard's name before it is asked, and when it has answered.

    Returns
    -------
    list
        Their verdicts.
    """
    verdicts: list[Verdict] = []
    if not (names := asked_at(assembly, moment)):  # such a run may have no source domain to show
        return verdicts
    view = View(assembly, recommendations)
    for name in names:
        advance(0, name)
        path = assembly.folder / "question" / f"{name}.json"
        if not path.exists():
            begun, view.reads = time.perf_counter(), []
            said = [verdict.to_json() for verdict in assembly.safeguards[name].question(view)]
            write_json(path, {"verdicts": said, "reads": view.reads})
            took = {**seconds(assembly), name: time.perf_counter() - begun}
            write_json(path.with_name(TIMINGS), {"seconds": took})
        said = read_json(path)["verdicts"]
        verdicts += [Verdict.from_json({**verdict, "chosen": name}) for verdict in said]
        advance()
    return verdicts


def seconds(assembly: Assembly) -> Mapping[str, float]:
    """Give what each safeguard took; an interrupted run has it too."""
    path = assembly.folder / "question" / TIMINGS
    return read_json(path)["seconds"] if path.exists() else {}
