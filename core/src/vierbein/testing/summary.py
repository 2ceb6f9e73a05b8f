"""What the end of a session says of contracts: how many checks ran, and which did not."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

WORDS: Final = {
    "passed": "passed",
    "failed": "failed",
    "error": "could not start",
    "xfailed": "expected to fail",
    "contract warnings": "warned",
    "skipped": "skipped",
}
"""pytest's word for an outcome -> ours."""


def lines(reports: Sequence[tuple[str, Any]]) -> Iterator[str]:
    """Count the checks of a session by outcome, and name those that did not simply run.

    Parameters
    ----------
    reports
        pytest's word for the outcome, and its report, one a check.

    Yields
    ------
    str
        A line of the summary.
    """
    judged = [(word, report) for word, report in reports if word in WORDS]
    counts = Counter(word for word, _ in judged)
    ran = sum(counts.values()) - counts["skipped"]
    components = {properties(report)["vierbein_check"].partition(" ")[0] for _, report in judged}
    said = ", ".join(f"{counts[word]} {ours}" for word, ours in WORDS.items() if counts[word])
    yield f"{ran} checks of {len(components)} components ran: {said}"
    grouped: dict[tuple[str, str], list[str]] = {}
    for word, report in judged:
        if word in {"skipped", "xfailed", "contract warnings"}:
            name = properties(report)["vierbein_check"]
            grouped.setdefault((WORDS[word], _reason(word, report)), []).append(name)
    for (word, reason), names in grouped.items():
        yield f"  {word}: {', '.join(names)}"
        yield f"    {reason}"


def properties(report: Any) -> dict[str, str]:
    """Give what the kit has written into a report."""
    return dict(report.user_properties)


def _reason(word: str, report: Any) -> str:
    if word == "contract warnings":
        return properties(report)["vierbein_warning"]
    if word == "xfailed":
        return str(getattr(report, "wasxfail", "")).removeprefix("reason: ")
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return str(text).removeprefix("Skipped: ")
