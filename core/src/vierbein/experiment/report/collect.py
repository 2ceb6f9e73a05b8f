"""The report as plain data: the same seed gives the same bytes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.verdict import Outcome
from vierbein.experiment.identity import configuration_sha256, deciding
from vierbein.experiment.report.students import student_pictures
from vierbein.interfaces.safeguard import Answer, Verdict
from vierbein.provenance import versions

SCHEMA = 1
"""Version of the report's layout; documented in docs/reference/report.md."""

FAILED = 3
"""Exit status of a run in which a safeguard failed, or transfer was negative in all or in part."""


def collect(
    assembly: Assembly,
    comparison: Mapping[str, Any],
    loading: Mapping[str, Any],
    verdicts: Sequence[Verdict],
    compressed: Mapping[str, Any],
    hardware: Mapping[str, Any],
) -> dict[str, Any]:
    """Put together everything that a run has found.

    Parameters
    ----------
    assembly
        Of the run.
    comparison
        As `compare` gave it; may be empty.
    loading
        As `adapt` wrote it; may be empty.
    verdicts
        Of the safeguards.
    compressed
        As `compress` gave it; may be empty.
    hardware
        As `deploy` gave it; may be empty.

    Returns
    -------
    dict
        The content of report.json, in plain data.
    """
    configuration = deciding(assembly.configuration)
    components = [_component(assembly, path, node) for path, node in nodes(configuration)]
    domains: Mapping[str, Any] = comparison.get("domains", {})
    outcome: dict[str, Any] = {
        "transfer": {name: said["transfer"] for name, said in domains.items()},
        "recommended": {name: said["recommended"] for name, said in domains.items()},
        "advice": {name: said["advice"] for name, said in domains.items()},
        "failed": [v.safeguard for v in verdicts if v.answer is Answer.FAIL] + _faults(hardware),
        "negative_parts": _negative_parts(domains),
    }
    is_negative = Outcome.NEGATIVE in outcome["transfer"].values() or outcome["negative_parts"]
    is_bad = outcome["failed"] or is_negative
    return {
        "schema": SCHEMA,
        "name": assembly.settings.name,
        "title": assembly.settings.title or assembly.settings.name,
        "seed": assembly.settings.seed,
        "outcome": {**outcome, "exit_status": FAILED if is_bad else 0},
        "comparison": dict(domains),
        "verdicts": [verdict.to_json() for verdict in verdicts],
        "compressed": dict(compressed),
        "hardware": {name: said["verdict"] for name, said in hardware.items()},
        "loading": dict(loading),
        "base": _base(assembly),
        "domains": _domains(assembly),
        "components": components,
        "configuration": configuration,
        "configuration_sha256": configuration_sha256(configuration),
        "versions": versions(tuple({c["distribution"] for c in components})),
        "pictures": [
            *comparison.get("pictures", ()),
            *(picture.to_json() for picture in student_pictures(assembly, compressed, hardware)),
            *(picture.to_json() for verdict in verdicts for picture in verdict.pictures),
        ],
    }


def nodes(configuration: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    """Walk over the components that a configuration names: place and identity."""
    for key, value in configuration.items():
        if isinstance(value, Mapping):
            if "_component_" in value:
                yield f"{place}{key}", value["_component_"]
            else:
                yield from nodes(value, f"{place}{key}.")


def _component(assembly: Assembly, place: str, identity: str) -> dict[str, str]:
    kind, _, qualified = identity.partition("/")
    found = assembly.registry.find(kind, qualified)
    return {
        "place": place,
        "kind": kind,
        "name": found.name,
        "distribution": found.distribution,
        "version": found.version,
    }


def _base(assembly: Assembly) -> dict[str, Any] | None:
    base = assembly.base
    if base is None:
        return None
    kept = ("licence", "objective", "figures", "source", "versions", "parameters")
    said = {key: base.card[key] for key in kept if key in base.card}
    return {"name": base.card["name"], **said, "flops": base.card["training"]["flops"]}


def _domains(assembly: Assembly) -> dict[str, Any]:
    named = {"source": assembly.source} if assembly.configuration["source"]["dataset"] else {}
    return {
        **{f"source {domain.name}": domain.card for domain in named.values()},
        **{name: domain.card for name, domain in assembly.targets.items()},
    }


def _negative_parts(domains: Mapping[str, Any]) -> list[str]:
    return [
        f"{domain}, {size} events, {part['name']}"
        for domain, said in domains.items()
        for size, at in said["sizes"].items()
        for part in at["parts"]
        if part["outcome"] == Outcome.NEGATIVE
    ]


def _faults(hardware: Mapping[str, Any]) -> list[str]:
    return [
        f"hardware {name} ({level}): {_fault(said)}"
        for name, backend in hardware.items()
        for level, said in backend["verdict"]["levels"].items()
        if said["status"] == "FAIL"
    ]


def _fault(said: Mapping[str, Any]) -> str:
    differing = said.get("first_differing")
    return f"{differing} differs" if differing else str(said["reason"])
