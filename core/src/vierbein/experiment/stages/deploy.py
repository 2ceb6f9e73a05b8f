"""The stage that lowers networks to hardware, and verifies what came out."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vierbein.errors.base import VierbeinError
from vierbein.errors.workers import MissingProgramError
from vierbein.events.batch import EventBatch
from vierbein.events.table import EventTable
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.recommended import recommended
from vierbein.experiment.compressed import ITSELF, Compressed
from vierbein.experiment.progress import Advance
from vierbein.fixed_point.program import WORDS
from vierbein.interfaces.fixed_point import FixedPointNetwork
from vierbein.interfaces.hardware import Artifact, Hardware, Level, Vectors
from vierbein.interfaces.network import Network
from vierbein.interfaces.task import Task
from vierbein.interfaces.verification import golden, verify
from vierbein.storage.atomic import new_folder, write_json
from vierbein.storage.hashing import sha256_of_data
from vierbein.storage.manifest import check_manifest, manifest

_EXAMPLE = 256


def places(assembly: Assembly) -> list[tuple[str, str]]:
    """List what is lowered: backend and student, or `network` for the recommended network."""
    students = list(assembly.configuration.get("students") or {}) if assembly.compressors else []
    return [(name, student) for student in students or [ITSELF] for name in assembly.hardware]


def deploy(
    assembly: Assembly, recommendations: Mapping[str, str], advance: Advance
) -> dict[str, Any]:
    """Lower and verify, on every chosen hardware backend, the first domain's networks.

    Parameters
    ----------
    assembly
        Of the run.
    recommendations
        The recommended arm of each domain.
    advance
        Called before and after each lowering.

    Returns
    -------
    dict
        By backend, and student where there are any: what was lowered, the verification of each
        level, and the figures apart, since times differ between runs.
    """
    said = {}
    for name, student in places(assembly):
        folder = assembly.folder / "deploy" / name / student
        title = name if student == ITSELF else f"{name}, {student}"
        advance(0, title)
        if not folder.exists():
            network, job = _network(assembly, recommendations, student)
            _lower(assembly, assembly.hardware[name], network, job, folder)
        check_manifest(folder)
        advance()
        said[title] = {
            "verdict": json.loads((folder / "verdict.json").read_text()),
            "metrics": json.loads((folder / "metrics.json").read_text()),
        }
    return said


def _network(
    assembly: Assembly, recommendations: Mapping[str, str], student: str
) -> tuple[Network, dict[str, Any]]:
    domain = next(iter(assembly.targets))
    network, job = recommended(assembly, domain, recommendations[domain])
    if not assembly.compressors:
        return network, job
    compressed = Compressed(assembly, recommendations)
    made = {"student": student, "compressors": compressed.steps}
    return compressed.network(student, compressed.seeds[0]), {**job, **made}


def _lower(
    assembly: Assembly, backend: Hardware, network: Network, job: Mapping[str, Any], folder: Path
) -> None:
    is_fixed = isinstance(network, FixedPointNetwork)
    wanted = assembly.settings.compress.golden_events if is_fixed else _EXAMPLE
    test = assembly.targets[job["domain"]].events("test")
    example = test.take(np.arange(min(wanted, len(test))))
    probe = backend.probe()
    verdict: dict[str, Any] = {"network": job, "probe": asdict(probe), "levels": {}}
    problems = not_exported(network) if probe.can_run else [probe.reason]
    problems = problems or list(backend.check(network, example))
    with new_folder(folder.absolute()) as made:  # programs work in folders of their own
        files, metrics = ["metrics.json", "verdict.json"], []
        if not problems:
            inputs, outputs = golden(network, example)
            np.savez(made / "golden.npz", allow_pickle=False, **_named(inputs, outputs))
            if isinstance(network, FixedPointNetwork):
                verdict["inputs"] = _saturated(network, inputs, len(example))
            artifact = backend.lower(network, example, made)
            files = ["golden.npz", *artifact.files, *files]
            for level in backend.levels:
                if level in probe.missing:
                    reason = probe.missing[level]
                    verdict["levels"][level] = {"status": "SKIP", "reason": reason}
                    continue
                said, emulated = _verified(backend, artifact, level, inputs, outputs)
                if said["status"] == "FAIL" and emulated is not None:
                    name = f"emulated-{level}.npz"
                    np.savez(made / name, allow_pickle=False, **emulated)
                    files.append(name)
                if is_fixed and emulated is not None and "prediction" in emulated:
                    said |= _decided(assembly.task, example, outputs, emulated)
                verdict["levels"][level] = said
            metrics = [f.to_json() for f in backend.report(artifact, network, example)]
        for level in Level:
            reason = problems[0] if problems else "the backend does not offer this level"
            verdict["levels"].setdefault(level, {"status": "SKIP", "reason": reason})
        write_json(made / "metrics.json", metrics)
        write_json(made / "verdict.json", verdict | {"problems": problems})
        manifest(made, files, sha256_of_data(job))


def _verified(
    backend: Hardware, artifact: Artifact, level: Level, inputs: Vectors, outputs: Vectors
) -> tuple[dict[str, Any], Vectors | None]:
    """Verify a level; give what it emulated as well, if it came so far."""
    try:
        emulated = backend.emulate(artifact, level, inputs)
    except MissingProgramError:  # the user's to mend: a verdict would be stored, and never retried
        raise
    except VierbeinError as error:  # such as an assertion of the hardware's own sources
        return {"status": "FAIL", "reason": str(error).partition("\n")[0]}, None
    found = verify(outputs, emulated, backend.numerics)
    said: dict[str, Any] = {
        **asdict(found),
        "status": "PASS" if found.is_equal else "FAIL",
        "num_events": len(next(iter(inputs.values()))),
        "exact": _share_exact(outputs, emulated),
    }
    return said, emulated


def _share_exact(outputs: Vectors, emulated: Vectors) -> float | None:
    """Give the share of events whose prediction is equal in every bit."""
    wanted, found = outputs["prediction"], emulated.get("prediction")
    if found is None or found.shape != wanted.shape:
        return None
    return float((found == wanted).reshape(len(wanted), -1).all(axis=1).mean())


def _decided(
    task: Task, example: EventBatch, outputs: Vectors, emulated: Vectors
) -> dict[str, Any]:
    """Draw the task's curve of what was emulated of ordinary events, and count other decisions."""
    wanted, found = (
        torch.from_numpy(np.array(each["prediction"][: len(example)], np.float32))
        for each in (outputs, emulated)
    )
    if found.shape != wanted.shape:
        return {}
    scores, events = task.scores(found).numpy(), EventTable.of(example)
    curve = task.curve("", scores, events.truths(), events.weights)
    flips = int((wanted.argmax(dim=-1) != found.argmax(dim=-1)).sum())
    return {"num_ordinary": len(example), "num_flips": flips, "curve": asdict(curve)}


def _saturated(network: FixedPointNetwork, inputs: Vectors, num_events: int) -> dict[str, Any]:
    """Count the words of ordinary events that stand at an end of their format."""
    grid, words = network.program().format, inputs[WORDS][:num_events]
    return {
        "num_events": num_events,
        "num_words": int(words.size),
        "num_saturated": int(((words == grid.lowest) | (words == grid.highest)).sum()),
    }


def not_exported(network: Network) -> list[str]:
    """Say what the network reads besides the padded blocks that backends are given."""
    read = {
        "per-event features": network.projection.reads_event_features,
        "PDG codes": bool(network.backbone.codes),
    }
    return [f"it reads {what}, which are not exported" for what, is_read in read.items() if is_read]


def _named(inputs: Vectors, outputs: Vectors) -> dict[str, Any]:
    return {
        **{f"input.{name}": values for name, values in inputs.items()},
        **{f"output.{name}": values for name, values in outputs.items()},
    }
