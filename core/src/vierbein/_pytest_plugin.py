"""What pytest is told of contracts, in every session of an environment that has vierbein.

It imports pytest and os alone, and does nothing where no contract is collected.
"""

import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_ALL = os.path.join("vierbein", "testing", "all.py")  # noqa: PTH118 - no import for a suffix


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--vierbein-plugin`."""
    parser.getgroup("vierbein").addoption(
        "--vierbein-plugin",
        action="append",
        default=[],
        metavar="DIST",
        help="with --pyargs vierbein.testing.all: run the contracts of every component of DIST",
    )


def pytest_pycollect_makemodule(
    module_path: "Path", parent: pytest.Collector
) -> pytest.Module | None:
    """Collect `vierbein.testing.all` as the contracts of a distribution."""
    if not str(module_path).endswith(_ALL):
        return None
    from vierbein.testing.collection import Everything  # noqa: PLC0415 - heavy

    made: pytest.Module = Everything.from_parent(parent, path=module_path)
    return made


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Prepare the checks among what was collected."""
    classes = [getattr(item, "cls", None) for item in items]
    if any(getattr(cls, "is_vierbein_contract", False) for cls in classes):
        from vierbein.testing.session import prepare  # noqa: PLC0415 - heavy

        prepare(config, items)


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, Any] | None:
    """Give checks that only warn a place of their own."""
    if "vierbein_warning" in dict(getattr(report, "user_properties", ())):
        return "contract warnings", "w", ("WARNED", {"yellow": True})
    return None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many checks ran, and name those that did not or were expected to fail."""
    stats = terminalreporter.stats.items()
    reports = [
        (kind, report)
        for kind, several in stats
        for report in several
        if "vierbein_check" in dict(getattr(report, "user_properties", ()))
    ]
    if reports:
        from vierbein.testing.summary import lines  # noqa: PLC0415 - of contracts alone

        terminalreporter.section("vierbein contracts")
        for line in lines(reports):
            terminalreporter.write_line(line)
