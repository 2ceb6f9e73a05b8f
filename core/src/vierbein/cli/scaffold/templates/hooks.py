"""Says in a line how a run went."""

from collections.abc import Mapping
from typing import Any

import pluggy

hookimpl = pluggy.HookimplMarker("vierbein")


@hookimpl
def run_end(report: Mapping[str, Any]) -> None:
    """Print the run's name and its transfer verdicts."""
    print(f"exemplar: {report['name']}: {report['outcome']['transfer']}")
