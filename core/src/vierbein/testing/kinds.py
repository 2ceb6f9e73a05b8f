"""The contract of each kind."""

from importlib import import_module
from typing import Final

from vierbein.testing.contract import Contract

CONTRACTS: Final[dict[str, str]] = {
    "dataset": "DatasetContract",
    "adapter": "AdapterContract",
    "backbone": "BackboneContract",
    "task": "TaskContract",
    "objective": "ObjectiveContract",
    "tuner": "TunerContract",
    "safeguard": "SafeguardContract",
    "compressor": "CompressorContract",
    "hardware": "HardwareContract",
    "generator": "GeneratorContract",
    "observable": "ObservableContract",
    "hooks": "HooksContract",
    "command": "CommandContract",
}
"""Kind -> name of the class, in the module of the kind's name."""


def contract_of(kind: str) -> type[Contract]:
    """Import the contract of a kind; a stranger's kind is held to what every component must do."""
    if kind not in CONTRACTS:
        return Contract
    found: type[Contract] = getattr(import_module(f"vierbein.testing.{kind}"), CONTRACTS[kind])
    return found
