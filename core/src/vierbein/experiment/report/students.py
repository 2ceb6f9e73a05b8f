"""Pictures of students: what was lost, and what it costs in hardware."""

from collections.abc import Mapping
from typing import Any

from vierbein.experiment.assembly import Assembly
from vierbein.interfaces.figure import Line, Picture


def student_pictures(
    assembly: Assembly, compressed: Mapping[str, Any], hardware: Mapping[str, Any]
) -> list[Picture]:
    """Draw the usual curve of each step, and figures against resources.

    Parameters
    ----------
    assembly
        Of the run.
    compressed
        As `compress` gave it; may be empty.
    hardware
        As `deploy` gave it; may be empty.

    Returns
    -------
    list
        None without compressed networks.
    """
    if not compressed:
        return []
    axes, pictures = assembly.task.curve_axes, []
    for student, said in compressed.items():
        curves = {step["name"]: step["curve"] for step in said["steps"]}
        for title, lowered in hardware.items():
            if lowered["verdict"]["network"].get("student") == student:
                backend = title.partition(",")[0]
                for level, found in lowered["verdict"]["levels"].items():
                    if "curve" in found:
                        events = f"{found['num_ordinary']:,} events"
                        curves[f"{backend}, {level} ({events})"] = found["curve"]
        lines = [Line(**{**curve, "label": label}) for label, curve in curves.items()]
        title = f"{said['domain']}: student {student}"
        pictures.append(Picture(title, *axes, lines, y_log=True))
    against = _against_resources(assembly, compressed, hardware)
    return pictures + ([against] if against else [])


def _against_resources(
    assembly: Assembly, compressed: Mapping[str, Any], hardware: Mapping[str, Any]
) -> Picture | None:
    settings = assembly.settings.compress
    lines = []
    for title, said in hardware.items():
        student = said["verdict"]["network"].get("student")
        luts = [f["value"] for f in said["metrics"] if f["name"] == "LUT"]
        if student in compressed and luts:
            figure = _figure(compressed[student]["steps"][-1], settings.figure)
            ends = ([figure["low"]], [figure["high"]])
            lines.append(Line(title, [luts[0]], [figure["value"]], *ends, style="points"))
    if not lines:
        return None
    for label, (luts_of, value) in settings.published.items():
        lines.append(Line(f"{label} (other data)", [luts_of], [value], [value], [value], "points"))
    name = settings.figure or assembly.task.metric
    domain = next(iter(compressed.values()))["domain"]
    title = f"{domain}: students against resources (LUT: each backend's own figure)"
    return Picture(title, "LUT", name, lines, x_log=True)


def _figure(step: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = step["metric"]
    for figure in step["figures"]:
        if figure["name"] == name:
            found = figure
    return found
