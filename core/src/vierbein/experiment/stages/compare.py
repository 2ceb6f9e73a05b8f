"""The stage that holds transfer against its twins and the conventional method."""

from typing import Any

from vierbein.errors.runs import StageMissingError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import RESULT
from vierbein.experiment.compare.comparison import Comparison
from vierbein.experiment.compare.jobs import collect, equal_flops_jobs, transfer_jobs, twin_jobs
from vierbein.experiment.compare.pictures import pictures
from vierbein.experiment.compare.results import TestEvents
from vierbein.experiment.compare.workers import Done, perform_all
from vierbein.storage.atomic import read_json, write_json

COMPARISON = "comparison.json"


def compare(assembly: Assembly, done: Done) -> dict[str, Any]:
    """Run the twins and judge; give and write the comparison of every domain."""
    path = assembly.folder / "compare" / COMPARISON
    if path.exists():
        said: dict[str, Any] = read_json(path)
        return said
    if not all((job.folder(assembly.folder) / RESULT).exists() for job in transfer_jobs(assembly)):
        raise StageMissingError("compare", "adapt")
    workers = assembly.settings.compare.workers
    perform_all(assembly, twin_jobs(assembly), done, workers)
    equal_flops = equal_flops_jobs(assembly)
    perform_all(assembly, list(equal_flops.values()), done, workers)
    found: dict[str, Any] = {"domains": {}, "pictures": []}
    for domain in assembly.targets:
        arms = collect(assembly, domain, equal_flops)
        comparison = Comparison(TestEvents(assembly, domain), arms)
        found["domains"][domain] = comparison.to_json()
        drawn = pictures(domain, comparison, arms)
        found["pictures"] += [picture.to_json() for picture in drawn]
    write_json(path, found)
    return found
