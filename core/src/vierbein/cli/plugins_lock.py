"""`vierbein plugins lock`: write down what a run uses, or all that is installed."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from vierbein.errors.plugins import UnknownDistributionError
from vierbein.registry.installed import Registry


def lock(registry: Registry, arguments: Namespace) -> int:
    """Write the lock, and say what it holds."""
    from vierbein.experiment.lock import used, write_lock

    names = set(registry.plugins)
    if arguments.words:
        names = used(_configuration(arguments.words, registry), registry)
    if missing := sorted(names - set(registry.plugins)):
        raise UnknownDistributionError(missing[0], sorted(registry.plugins))
    written = write_lock(Path(arguments.output), names)
    for name, said in written["distributions"].items():
        print(f"  {name} {said['version']}   sha256 {said['sha256'][:12]}...")
    print(f"Locked in {arguments.output}. Refuse any other environment:  vierbein run --locked ...")
    return 0


def _configuration(words: list[str], registry: Registry) -> dict[str, Any]:
    from vierbein.experiment.run import configure
    from vierbein.experiment.runs import read

    folder = Path(words[0])
    if len(words) == 1 and "=" not in words[0]:
        configuration: dict[str, Any] = read(folder)["configuration"]
        return configuration
    return configure(overrides=words, registry=registry)
