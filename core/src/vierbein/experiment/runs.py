"""Runs that were made: listed, shown, compared."""

from pathlib import Path
from typing import Any

from vierbein.errors.runs import NotARunError
from vierbein.experiment.result import REPORT
from vierbein.storage.atomic import read_json
from vierbein.storage.run_folder import CONFIGURATION, differences


def find(root: Path) -> list[Path]:
    """Find the folders of runs below a folder, sorted."""
    return sorted(path.parent for path in root.glob(f"**/{CONFIGURATION}"))


def read(folder: Path) -> dict[str, Any]:
    """Read a run: its configuration, and its report once there is one.

    Parameters
    ----------
    folder
        The run's.

    Returns
    -------
    dict
        ``configuration`` and ``report``; the report is None while there is none.

    Raises
    ------
    NotARunError
        If the folder holds no run.
    """
    if not (folder / CONFIGURATION).is_file():
        raise NotARunError(str(folder), [str(path) for path in find(folder.parent)])
    report = read_json(folder / REPORT) if (folder / REPORT).is_file() else None
    return {"configuration": read_json(folder / CONFIGURATION), "report": report}


def summary(folder: Path) -> dict[str, Any]:
    """Give a run in one line: name, seed, state and its transfer verdicts."""
    run = read(folder)
    said = {"folder": str(folder), "name": run["configuration"]["name"]}
    said |= {"seed": run["configuration"]["seed"], "state": "unfinished"}
    if run["report"] is not None:
        said |= {"state": "done", "transfer": run["report"]["outcome"]["transfer"]}
    return said


def differ(first: Path, second: Path) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Tell how two runs differ: in configuration, data, versions and figures.

    Parameters
    ----------
    first
        One run's folder.
    second
        The other's.

    Returns
    -------
    dict
        By topic: dotted path -> both values.
    """
    ours, theirs = read(first), read(second)
    found = {"configuration": differences(ours["configuration"], theirs["configuration"])}
    if ours["report"] is not None and theirs["report"] is not None:
        for topic, key in (("data", "domains"), ("versions", "versions"), ("base", "base")):
            pair = ({"": ours["report"][key] or {}}, {"": theirs["report"][key] or {}})
            found[topic] = differences(*pair)
        found["figures"] = differences(_figures(ours["report"]), _figures(theirs["report"]))
    return found


def _figures(report: dict[str, Any]) -> dict[str, Any]:
    figures: dict[str, Any] = {"transfer": report["outcome"]["transfer"]}
    for domain, said in report["comparison"].items():
        for size, at in said["sizes"].items():
            for arm, values in at["arms"].items():
                figures[f"{domain} {size} {arm}"] = round(values["metric"]["value"], 5)
    for verdict in report["verdicts"]:
        figures[verdict["safeguard"]] = verdict["answer"]
    return figures
