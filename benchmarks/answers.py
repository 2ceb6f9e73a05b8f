"""Rows of a run's answers: what transfer did in each domain, and how many labels it saved."""

from typing import Any

from rows import write_row

_BOUNDS = {"": "", "at_least": "a lower bound, ", "at_most": "an upper bound, "}


def write_transfer(name: str, report: dict[str, Any], command: str) -> None:
    """Write a row for each domain: fine-tuned minus twin, over all sizes, with its verdict.

    Parameters
    ----------
    name
        Begins the rows' names.
    report
        Of the run.
    command
        What measured it.
    """
    margin = report["configuration"]["compare"]["margin"]
    for domain, said in report["comparison"].items():
        pooled = said["pooled"]["twin_equal_steps"]
        value, low, high = (pooled["difference"][key] for key in ("value", "low", "high"))
        against = f"{pooled['outcome']}: half-width {(high - low) / 2:.2g}, margin {margin}"
        row = (f"{name}_transfer_{domain}", value, low, high, "AUC", against, command)
        print(write_row("main", *row))


def write_label_efficiency(
    name: str, report: dict[str, Any], domain: str, size: str, command: str
) -> None:
    """Write how many times fewer labelled events transfer took, and whether that is a bound.

    Parameters
    ----------
    name
        The row's.
    report
        Of the run.
    domain
        The target domain.
    size
        Labelled events that transfer had.
    command
        What measured it.
    """
    found = report["comparison"][domain]["sizes"][size]["label_efficiency"]
    low, high = (found["value"] if found[key] is None else found[key] for key in ("low", "high"))
    bound = _BOUNDS[found["bound"]]
    against = f"{bound}{domain}, {size} labelled events, the twin at equal steps"
    print(write_row("main", name, found["value"], low, high, "1", against, command))
