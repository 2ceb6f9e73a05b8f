"""What a bundle says of itself: provenance, figures, verdicts, overlap."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import sample
from vierbein.storage.hashing import sha256_of_data

_VERDICT = ("safeguard", "answer", "sentence", "figure", "threshold", "false_alarm_rate")


def card(
    assembly: Assembly, domain: str, job: Mapping[str, Any], report: Mapping[str, Any]
) -> dict[str, Any]:
    """Collect what is known of a run's network.

    Parameters
    ----------
    assembly
        Of the run.
    domain
        The target domain.
    job
        The arm that trained the network.
    report
        The run's.

    Returns
    -------
    dict
        The card, but for what only the publisher knows.
    """
    comparison = report["comparison"][domain]
    size = str(assembly.settings.compare.sizes[-1])
    arms = comparison["sizes"][size]["arms"]
    judged = arms.get(job["arm"]) or comparison["zero_shot"] or {}
    own = assembly.targets[domain].card
    return {
        "domain": domain,
        "arm": job["arm"],
        "training": _training(assembly, domain, job, own),
        "overlap": overlap(assembly.base.card["source"] if assembly.base else None, own),
        "figures": list(judged.get("figures", ())),
        "transfer": str(report["outcome"]["transfer"][domain]),
        "verdicts": [
            {key: verdict[key] for key in _VERDICT if key in verdict}
            for verdict in report["verdicts"]
        ],
        "run": {
            "name": report["name"],
            "seed": report["seed"],
            "configuration_sha256": report["configuration_sha256"],
            "exit_status": report["outcome"]["exit_status"],
        },
        "versions": dict(report["versions"]),
    }


def _training(
    assembly: Assembly, domain: str, job: Mapping[str, Any], own: Mapping[str, Any]
) -> dict[str, Any]:
    data = {"dataset": own["dataset"], "num_events": own["num_events"], "columns": own["sha256"]}
    said = {"data": data, "data_sha256": sha256_of_data(data), "set_aside": own["set_aside"]}
    said |= {key: job[key] for key in ("size", "seed", "steps", "tuner")}
    if job["size"]:
        validation = assembly.settings.compare.validation
        events = sample(assembly.targets[domain], job["size"], job["seed"], validation)
        ids = np.sort(np.concatenate([events.train.ids, events.validation.ids])).astype("<i8")
        said["event_ids_sha256"] = hashlib.sha256(ids.tobytes()).hexdigest()
    return said


def overlap(base: Mapping[str, Any] | None, own: Mapping[str, Any]) -> dict[str, Any]:
    """Say whether the base has seen the target domain's data: by files, and by converted columns.

    Parameters
    ----------
    base
        The card of the base's source domain; None where there is no base.
    own
        The card of the target domain.

    Returns
    -------
    dict
        ``statement`` in words, and ``common_files`` by their sha256.
    """
    if base is None:
        return {"statement": "There is no base, so nothing can overlap.", "common_files": []}
    theirs, ours = set(_hashes(base["dataset"])), set(_hashes(own["dataset"]))
    common = sorted(theirs & ours)
    if base["sha256"] == own["sha256"] or base["dataset"] == own["dataset"]:
        statement = "The base was pretrained on the same events."
    elif common:
        statement = f"{len(common)} files are common to both; the base has seen events of them."
    elif theirs and ours:
        statement = (
            "No file is common to both, by sha256. Single events of different files were not "
            "compared."
        )
    else:
        statement = (
            "Base and target domain have different provenance; one of them is not made of files, "
            "so that no file could be compared."
        )
    return {"statement": statement, "common_files": common}


def _hashes(provenance: object) -> Iterator[str]:
    """Find the sha256 of every file in a dataset's provenance."""
    if isinstance(provenance, Mapping):
        for part in provenance.values():
            yield from _hashes(part)
    elif isinstance(provenance, list | tuple):
        for part in provenance:
            yield from _hashes(part)
    elif isinstance(provenance, str) and re.fullmatch(r"[0-9a-f]{64}", provenance):
        yield provenance


def readme(said: Mapping[str, Any]) -> str:
    """Write a bundle's page from its card."""
    training, base = said["training"], said["base"]
    lines = [
        f"# {said['name']}",
        "",
        f"An adapter for the detector domain `{said['domain']}`, with the network",
        f"`{said['arm']}` of the run `{said['run']['name']}`.",
        "Data only: vierbein reads it, nothing in it runs.",
        "",
        f"- Licence: {said['licence']}",
        f"- Citation: {said['citation']}",
        f"- Base: {base['name']} (sha256 {base['sha256']})" if base else "- Base: none",
        f"- Labelled events: {training['size']} of {training['data']['num_events']}",
        f"- Transfer: {said['transfer']}",
        f"- Overlap with the base's data: {said['overlap']['statement']}",
        "",
        "## Figures on the run's test events",
        "",
        *(
            f"- {each['name']}: {each['value']:.4g} ({each['low']:.4g} to {each['high']:.4g})"
            for each in said["figures"]
        ),
        "",
        "## Verdicts of safeguards",
        "",
        *([f"- {each['safeguard']}: {each['answer']}" for each in said["verdicts"]] or ["None."]),
        "",
        "## Use",
        "",
        "    vierbein adapter verify FILE.vbn",
        "    vierbein predict FILE.vbn EVENTS -o scores.parquet",
        "    vierbein run experiment=EXPERIMENT adapter=./FILE.vbn",
        "",
    ]
    return "\n".join(lines)
