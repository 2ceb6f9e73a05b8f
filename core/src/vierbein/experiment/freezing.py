"""What a sealed run declared, and what it has come to: recorded once, held against the files."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from vierbein.errors.blinding import TamperedLogError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import TIMINGS
from vierbein.experiment.identity import configuration_sha256
from vierbein.experiment.lock import used, write_lock
from vierbein.interfaces.safeguard import Answer, Verdict
from vierbein.storage.act_log import LOG, ActLog
from vierbein.storage.hashing import sha256_of

LOCK: Final = "seal/vierbein.lock"
_MADE: Final = ("pretrain", "data", "adapt", "compare")
_ASKED: Final = ("question",)


def is_unblinded(run: Path) -> bool:
    """Whether a run's sealed events have been made readable."""
    return bool(ActLog(run / LOG).of("unblinded"))


def declare(assembly: Assembly) -> None:
    """Record configuration and environment of a sealed run, before anything is read."""
    log = ActLog(assembly.folder / LOG)
    if not log.read():
        lock = assembly.folder / LOCK
        write_lock(lock, used(assembly.configuration, assembly.registry))
        said = {"configuration_sha256": configuration_sha256(assembly.configuration)}
        log.append("declared", {**said, "files": {LOCK: sha256_of(lock)}})


def freeze(assembly: Assembly) -> None:
    """Record the hashes of all that a run has made; only once, so that no change is covered up."""
    log = ActLog(assembly.folder / LOG)
    if not log.of("frozen"):
        log.append("frozen", {"files": _hashes(assembly.folder, _MADE)})


def record_answers(assembly: Assembly, verdicts: Sequence[Verdict]) -> None:
    """Record what the safeguards said; the worst, where two answers go by one name."""
    log, files = ActLog(assembly.folder / LOG), _hashes(assembly.folder, _ASKED)
    before = log.of("questioned")
    if not before or before[-1]["files"] != files:
        rising = sorted(verdicts, key=lambda verdict: list(Answer).index(verdict.answer))
        answers = {verdict.safeguard: verdict.answer.value for verdict in rising}
        log.append("questioned", {"answers": answers, "files": files})


def faults(run: Path, configuration: Mapping[str, Any]) -> list[str]:
    """Say what of a sealed run is not as it was recorded.

    Parameters
    ----------
    run
        Its folder.
    configuration
        As it is now.

    Returns
    -------
    list
        Sentences without a full stop; none if all is as it was.
    """
    try:
        acts = ActLog(run / LOG).read()
    except TamperedLogError as error:
        return [str(error).partition("\n")[0].removesuffix(".")]
    found = [] if acts else ["nothing was recorded: the log is not there"]
    recorded: dict[str, str] = {}
    for act in acts:
        recorded |= act.get("files", {})
        sealed_with = act.get("configuration_sha256")
        if sealed_with not in (None, configuration_sha256(configuration)):
            found.append(f"the configuration is another than when it was {act['act']}")
    for name, expected in sorted(recorded.items()):
        path = run / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif sha256_of(path) != expected:
            found.append(f"{name} was changed")
    lacking = [d for d in configuration["seal"]["cuts"] if f"seal/{d}.box" not in recorded]
    return found + [f"domain {name} was never sealed" for name in lacking]


def _hashes(run: Path, folders: Sequence[str]) -> dict[str, str]:
    return {str(path.relative_to(run)): sha256_of(path) for path in _files(run, folders)}


def _files(run: Path, folders: Sequence[str]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((run / folder).rglob("*")):
            if path.is_file() and path.name != TIMINGS:
                yield path
