"""The one recorded act that makes sealed events readable."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from vierbein.errors.blinding import (
    KeyFileError,
    NotFrozenError,
    NotReadyError,
    NotSealedError,
    TamperedLogError,
    WrongKeyError,
)
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import SCORES
from vierbein.experiment.compare.recommended import recommended
from vierbein.experiment.freezing import LOCK, faults
from vierbein.experiment.identity import configuration_sha256
from vierbein.experiment.lock import require
from vierbein.experiment.runs import read
from vierbein.experiment.stages.compare import COMPARISON
from vierbein.interfaces.safeguard import Answer
from vierbein.registry.installed import Registry, installed
from vierbein.storage.act_log import LOG, ActLog
from vierbein.storage.atomic import new_folder, read_json, write_json
from vierbein.storage.box import Opened, open_box
from vierbein.storage.cipher import public_of
from vierbein.storage.custodian import read_key
from vierbein.storage.event_cache import write_table
from vierbein.storage.run_folder import locked
from vierbein.training.evaluate import scores

UNBLINDED = "unblinded"
EVENTS = "events"
RESULT = "result.json"
_SHORTEST = 12


class Unblinded(NamedTuple):
    """What a run's sealed events are, now that they may be seen.

    Parameters
    ----------
    folder
        Their events, scores and figures, a folder a domain.
    num_events
        How many there are, by domain.
    before
        How many runs this key had unblinded before: looking often is paid for.
    """

    folder: Path
    num_events: Mapping[str, int]
    before: int


def unblind(
    run: Path, key: Path, frozen: str, passphrase: str = "", registry: Registry | None = None
) -> Unblinded:
    """Open a run's seals, score what they held with the frozen network, and record it first.

    The same call again gives the same answer, and is recorded again.

    Parameters
    ----------
    run
        The run's folder.
    key
        The custodian's key file.
    frozen
        The sha256 of the configuration that was approved, its first 12 digits at least.
    passphrase
        Of the key, if it has one.
    registry
        What is installed; looked up if not given.

    Returns
    -------
    Unblinded
        Where everything is.

    Raises
    ------
    NotSealedError
        If the run has no seal.
    NotFrozenError
        If the configuration's hash is another.
    OtherEnvironmentError
        If this is not the environment that the run began in.
    NotReadyError
        If a safeguard failed or was not asked, or anything was changed since.
    KeyFileError, WrongKeyError
        If the key cannot be used.
    DamagedSealError
        If a seal was not written so.
    """
    registry = registry or installed()
    configuration = read(run)["configuration"]
    cuts = configuration.get("seal", {}).get("cuts")
    if not cuts:
        raise NotSealedError(str(run))
    with locked(run):
        _check_frozen(run, configuration, frozen)
        require(run / LOCK, configuration, registry)
        if found := [*faults(run, configuration), *_unanswered(run, configuration)]:
            raise NotReadyError(str(run), found)
        private = _key(run, key, passphrase, configuration["seal"]["custodian"])
        boxes = {domain: run / "seal" / f"{domain}.box" for domain in cuts}
        opened = {domain: open_box(box, private) for domain, box in boxes.items()}
        before = _record(run, key, configuration, opened)
        assembly = Assembly({**configuration, "run_folder": str(run)}, registry)
        for domain, content in opened.items():
            _score(assembly, domain, content)
    counts = {domain: int(each.commitment["num_events"]) for domain, each in opened.items()}
    return Unblinded(run / UNBLINDED, counts, before)


def _check_frozen(run: Path, configuration: Mapping[str, Any], frozen: str) -> None:
    now = configuration_sha256(configuration)
    declared = ActLog(run / LOG).of("declared")
    sealed = declared[0]["configuration_sha256"] if declared else ""
    is_named = len(frozen) >= _SHORTEST and now.startswith(frozen)
    if not is_named or now != sealed:
        raise NotFrozenError(str(run), frozen, now, sealed)


def _unanswered(run: Path, configuration: Mapping[str, Any]) -> list[str]:
    """Say which safeguards have not passed, by the log, which holds their answers."""
    chosen = configuration["safeguard"] or {}
    found = [] if chosen else ["no safeguard was chosen, so that none has passed"]
    questioned = ActLog(run / LOG).of("questioned")
    answers = questioned[-1]["answers"] if questioned else {}
    files = questioned[-1]["files"] if questioned else {}
    found += [f"safeguard {n} was not asked" for n in chosen if f"question/{n}.json" not in files]
    return found + [f"safeguard {n} failed" for n, a in answers.items() if a == Answer.FAIL]


def _key(run: Path, key: Path, passphrase: str, custodian: str) -> bytes:
    if key.resolve().is_relative_to(run.resolve()):
        reason = "it lies in the folder of the run that it opens"
        raise KeyFileError(str(key), reason, "Move it to a folder that is the custodian's alone.")
    private = read_key(key, passphrase)
    if (found := public_of(private).hex()) != custodian:
        raise WrongKeyError(str(key), found, custodian)
    return private


def _record(
    run: Path, key: Path, configuration: Mapping[str, Any], opened: Mapping[str, Opened]
) -> int:
    """Write the act into the run's log and the custodian's own, before anything can be read."""
    log, own = ActLog(run / LOG), ActLog(key.with_name(f"{key.name}.log.jsonl"))
    details = {
        "run": configuration["name"],
        "configuration_sha256": configuration_sha256(configuration),
        "commitments": {domain: each.commitment["sha256"] for domain, each in opened.items()},
    }
    before = {act["declared"] for act in own.read()}
    declared = log.of("declared")[0]["hash"]
    if declared in before and not log.of("unblinded"):
        reason = f"{own.path} knows an unblinding that it lacks"
        raise TamperedLogError(str(log.path), reason)
    line = log.append("unblinded", details)
    own.append("unblinded", {**details, "declared": declared, "line": line["hash"]})
    return len(before - {declared})


def _score(assembly: Assembly, domain: str, opened: Opened) -> None:
    folder = assembly.folder / UNBLINDED / domain
    if (folder / RESULT).exists():
        return
    arm = read_json(assembly.folder / "compare" / COMPARISON)["domains"][domain]["recommended"]
    network, job = recommended(assembly, domain, arm)
    commitment = dict(opened.commitment)
    card = {key: commitment[key] for key in ("dataset", "set_aside")}
    result: dict[str, Any] = {"network": job, "commitment": commitment}
    with new_folder(folder) as temporary:
        if opened.batches:
            table = write_table(temporary / EVENTS, opened.batches, card)
            found = scores(network, assembly.task, table)
            np.save(temporary / SCORES, found, allow_pickle=False)
            result["event_ids"] = table.ids.tolist()
        write_json(temporary / RESULT, result)
