"""What a run's configuration is known by."""

from collections.abc import Mapping
from typing import Any, Final

from vierbein.storage.hashing import sha256_of_data

_ELSEWHERE: Final = ("run_folder", "cache_folder")
"""Settings that change no figure; they stand in timings.json."""


def deciding(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Give the settings that figures may depend on."""
    return {name: value for name, value in configuration.items() if name not in _ELSEWHERE}


def configuration_sha256(configuration: Mapping[str, Any]) -> str:
    """Hash the settings that figures may depend on, as the report does."""
    return sha256_of_data(deciding(configuration))
