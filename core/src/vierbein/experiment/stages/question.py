"""The stage in which safeguards question the run."""

import json
import time
from collections.abc import Sequence

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.stages.view import View
from vierbein.interfaces.safeguard import Moment, Verdict
from vierbein.storage.atomic import write_json


def question(
    assembly: Assembly, moment: Moment, recommendations: dict[str, str]
) -> tuple[list[Verdict], dict[str, float]]:
    """Ask every safeguard whose moment has come.

    Parameters
    ----------
    assembly
        Of the run.
    moment
        Which one.
    recommendations
        The recommended arm of each domain, once there is one.

    Returns
    -------
    list
        Their verdicts.
    dict
        Seconds that each took.
    """
    verdicts: list[Verdict] = []
    seconds: dict[str, float] = {}
    for name, safeguard in assembly.safeguards.items():
        if safeguard.moment != moment:
            continue
        path = assembly.folder / "question" / f"{name}.json"
        if not path.exists():
            begun, view = time.perf_counter(), View(assembly, recommendations)
            said = [verdict.to_json() for verdict in safeguard.question(view)]
            write_json(path, {"verdicts": said, "reads": view.reads})
            seconds[name] = time.perf_counter() - begun
        verdicts += _read(json.loads(path.read_text())["verdicts"])
    return verdicts, seconds


def _read(said: Sequence[dict[str, object]]) -> list[Verdict]:
    return [Verdict.from_json(verdict) for verdict in said]
