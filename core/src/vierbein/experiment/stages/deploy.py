"""The stage that lowers the recommended network, and verifies what came out."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.recommended import recommended
from vierbein.interfaces.hardware import Hardware, Level, Vectors
from vierbein.interfaces.network import Network
from vierbein.interfaces.verification import golden, verify
from vierbein.storage.atomic import new_folder, write_json
from vierbein.storage.hashing import sha256_of_data
from vierbein.storage.manifest import check_manifest, manifest

_EXAMPLE = 256


def deploy(assembly: Assembly, recommendations: dict[str, str]) -> dict[str, Any]:
    """Lower and verify, on every chosen hardware backend, the first domain's network.

    Parameters
    ----------
    assembly
        Of the run.
    recommendations
        The recommended arm of each domain.

    Returns
    -------
    dict
        By backend: what was lowered, the verification of each level, and the measured figures
        apart, since times differ between runs.
    """
    said = {}
    for name, backend in assembly.hardware.items():
        folder = assembly.folder / "deploy" / name
        if not folder.exists():
            _lower(assembly, name, backend, recommendations)
        check_manifest(folder)
        said[name] = {
            "verdict": json.loads((folder / "verdict.json").read_text()),
            "metrics": json.loads((folder / "metrics.json").read_text()),
        }
    return said


def _lower(
    assembly: Assembly, name: str, backend: Hardware, recommendations: dict[str, str]
) -> None:
    domain = next(iter(assembly.targets))
    network, job = recommended(assembly, domain, recommendations[domain])
    test = assembly.targets[domain].events("test")
    example = test.take(np.arange(min(_EXAMPLE, len(test))))
    probe = backend.probe()
    verdict: dict[str, Any] = {"network": job, "probe": asdict(probe), "levels": {}}
    problems = not_exported(network) if probe.can_run else [probe.reason]
    problems = problems or list(backend.check(network, example))
    with new_folder(assembly.folder / "deploy" / name) as folder:
        files, metrics = ["metrics.json", "verdict.json"], []
        if not problems:
            inputs, outputs = golden(network, example)
            np.savez(folder / "golden.npz", allow_pickle=False, **_named(inputs, outputs))
            artifact = backend.lower(network, example, folder)
            for level in backend.levels:
                found = verify(outputs, backend.emulate(artifact, level, inputs), backend.numerics)
                status = "PASS" if found.is_equal else "FAIL"
                verdict["levels"][level] = {**asdict(found), "status": status}
            metrics = [f.to_json() for f in backend.report(artifact, network, example)]
            files = ["golden.npz", *artifact.files, *files]
        for level in Level:
            reason = problems[0] if problems else "the backend does not offer this level"
            verdict["levels"].setdefault(level, {"status": "SKIP", "reason": reason})
        write_json(folder / "metrics.json", metrics)
        write_json(folder / "verdict.json", verdict | {"problems": problems})
        manifest(folder, files, sha256_of_data(job))


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
