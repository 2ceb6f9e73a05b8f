"""What a run must have before its blind spots can be looked for."""

from vierbein.interfaces.figure import Figure
from vierbein.interfaces.safeguard import Answer, Verdict
from vierbein_safeguards.bank import Bank

FEWEST_SEEDS = 3
"""With fewer, how far seeds differ is not known well enough to say anything."""
FEWEST_EVENTS = 100
"""Background events below which there is nothing to search in."""


def what_lacks(bank: Bank, num_seeds: int) -> str:
    """Say what is not there, without which signals cannot be searched for; empty if all is."""
    if not bank.signals:
        return "the run has no bank of signals for it"
    if empty := [name for name, events in bank.signals.items() if not len(events)]:
        return f"the bank has no events of {', '.join(empty)}"
    if len(bank.background) < FEWEST_EVENTS:
        return f"{len(bank.background)} test events are too few to search in ({FEWEST_EVENTS})"
    if num_seeds < FEWEST_SEEDS:
        return f"{num_seeds} seeds do not tell how far seeds differ ({FEWEST_SEEDS} are needed)"
    return ""


def undone(safeguard: str, domain: str, lacking: str, threshold: float) -> Verdict:
    """Warn that blind spots could not be looked for, and say why."""
    return Verdict(
        f"{safeguard}: {domain}",
        Answer.WARN,
        f"{domain}: blind spots were not looked for, because {lacking}.",
        Figure("signals whose blind-spot ratio is known", 0.0, 0.0, 0.0),
        threshold,
        1.0,
        advice="Give the run what is missing: anomalies.DOMAIN, rotation.NAME.base, compare.seeds.",
    )
