"""The kinds of component, what each is for, and how their entry-point groups are named."""

from typing import Final

API: Final = 1
"""Version of the plugin API: it stands in the groups' names, and so is known without an import."""

KINDS: Final[dict[str, str]] = {
    "dataset": "where records come from: files or an event generator",
    "adapter": "a detector's records -> events in a declared schema",
    "backbone": "events -> representation; carries what was pretrained",
    "task": "head, loss and metrics on top of a representation",
    "objective": "what a backbone is pretrained on",
    "tuner": "which parameters learn, and how",
    "safeguard": "questions a run and answers with a verdict",
    "compressor": "makes a network small: distil, prune, quantise",
    "hardware": "makes an artifact of a network that runs elsewhere",
    "generator": "conditions -> sampled events, learned",
    "observable": "a physics quantity that is computed from events, by name",
}
"""Today's kinds, in the order of the data's way; any other `vierbein.v1.<word>` is one too."""

MULTI: Final = ("tuner", "safeguard", "observable", "hardware", "compressor")
"""Kinds of which a run may choose several; their settings stand under `<kind>.<name>`."""

SPECIAL: Final[dict[str, str]] = {
    "hooks": "a module that is notified of a run's moments",
    "command": "a command of its own: vierbein NAME ...",
}
"""Groups whose entry points are modules, not classes; they have no settings."""

RUNTIME: Final[dict[str, frozenset[str]]] = {
    "backbone": frozenset({"schema"}),
    "generator": frozenset({"schema"}),
}
"""Constructor parameters that the run gives, so that they are no settings."""


def meaning(kind: str) -> str:
    """Say in one line what a kind is for; a stranger's kind has no line."""
    return KINDS.get(kind) or SPECIAL.get(kind, "")


def rank(kind: str) -> tuple[int, str]:
    """Sort kinds in the order of the data's way, strangers after them, special groups last."""
    order = (*KINDS, *SPECIAL)
    strangers = len(KINDS) - 0.5
    return (int(2 * (order.index(kind) if kind in order else strangers)), kind)
