"""Contracts in a pytest session: expected failures, checks that only warn, what is counted."""

from collections.abc import Generator, Sequence
from typing import Any, Final

import pytest
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from vierbein.errors.base import VierbeinError, did_you_mean
from vierbein.testing.check import checks, replaced, since
from vierbein.testing.contract import Contract

NAME: Final = "vierbein-contracts"


class Session:
    """Turns the failures of checks that a plugin does not have to pass yet into warnings.

    Parameters
    ----------
    newer
        Node ids of those checks -> why they only warn.
    """

    def __init__(self, newer: dict[str, str]) -> None:
        self.newer = newer

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let a check that is newer than its plugin warn instead of failing."""
        report = yield
        if call.when == "call" and report.failed and item.nodeid in self.newer:
            report.outcome = "passed"
            text = f"{self.newer[item.nodeid]} {' '.join(str(report.longrepr).split())}"
            report.user_properties.append(("vierbein_warning", text))
        return report


def prepare(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """Mark the checks among the collected tests.

    Parameters
    ----------
    config
        Of the session.
    items
        Everything that was collected.

    Raises
    ------
    pytest.UsageError
        If a class expects failures of checks that there are not, or has replaced a check.
    """
    newer: dict[str, str] = {}
    for item in items:
        contract = getattr(item, "cls", None)
        if not isinstance(contract, type) or not issubclass(contract, Contract):
            continue
        refuse_misuse(contract)
        name = getattr(item, "originalname", item.name)
        version = since(getattr(contract, name))
        if version is None:  # a test of the author's own
            continue
        who = f"{contract.kind}={contract.component}"
        item.user_properties.append(("vierbein_check", f"{who} {name}"))
        if reason := contract.expected_failures.get(name):
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
        if (bound := lower_bound(contract)) and Version(version) > Version(bound):
            newer[item.nodeid] = f"asked since vierbein {version}; the plugin declares {bound}."
    config.pluginmanager.register(Session(newer), NAME)


def refuse_misuse(contract: type[Contract]) -> None:
    """Refuse a class that would let checks vanish in silence.

    Parameters
    ----------
    contract
        A class of checks that was collected.

    Raises
    ------
    pytest.UsageError
        Naming them.
    """
    known = checks(contract)
    for name in contract.expected_failures:
        if name not in known:
            message = (
                f"{contract.__name__} expects {name!r} to fail.{did_you_mean(name, known)}\n"
                f"  The contract of a {contract.kind} has no such check.\n"
                f"  Its checks: {', '.join(known)}"
            )
            raise pytest.UsageError(message)
    if names := replaced(contract):
        message = (
            f"{contract.__name__} puts something else in the place of {', '.join(names)}.\n"
            "  Checks may not vanish in silence.\n"
            "  Give your own test another name, and say why a check fails:  "
            f'expected_failures = {{"{names[0]}": "reason"}}'
        )
        raise pytest.UsageError(message)


def lower_bound(contract: type[Contract]) -> str | None:
    """Give the oldest vierbein that a component's plugin declares; None where it declares none."""
    try:
        owner = contract.registry().find(contract.kind, contract.asked())
    except VierbeinError:
        return None
    requirements = contract.registry().plugins[owner.distribution].requirements
    specifiers = [r.specifier for r in requirements if r.name == "vierbein" and r.applies]
    bounds: list[Any] = []
    for text in specifiers:
        try:
            clauses = SpecifierSet(text)
        except InvalidSpecifier:
            continue
        bounds += [
            c.version.removesuffix(".*") for c in clauses if c.operator in {">=", "==", "~="}
        ]
    return str(max(map(Version, bounds))) if bounds else None
