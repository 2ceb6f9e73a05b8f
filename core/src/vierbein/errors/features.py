"""Features that do not meet: schemas, expressions, mappings."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError, did_you_mean


class FeatureMismatchError(VierbeinError):
    """An adapter lacks features that a base was pretrained on."""

    def __init__(self, missing: Sequence[str], given: Sequence[str]) -> None:
        hints = "".join(did_you_mean(name, given) for name in missing)
        super().__init__(
            f"The base was pretrained on features that the adapter does not give: "
            f"{', '.join(missing)}.{hints}\n"
            f"  The adapter gives: {', '.join(given)}\n"
            "  Add them to the adapter's mapping, or state what stands in their place:  "
            f"adapter.stand_ins.{missing[0]}=0.0"
        )


class UnitMismatchError(VierbeinError):
    """One feature name, two units or two symmetry roles."""

    def __init__(self, name: str, expected: str, given: str) -> None:
        super().__init__(
            f"Feature {name!r} is {given} in the adapter and {expected} in the base.\n"
            "  Features are joined by name, so one name must have one unit and one role.\n"
            "  Convert it in the adapter's mapping, or give it a name of its own."
        )


class RepeatedFeatureError(VierbeinError):
    """A schema has one name twice."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"These names stand for two features of one schema: {', '.join(names)}.\n"
            "  Features of particles and of events are joined by name, so each needs its own.\n"
            "  Rename one of the two in the adapter's mapping."
        )


class UnknownParticleError(VierbeinError):
    """Events hold particles of a kind that the backbone has no row for."""

    def __init__(self, codes: Sequence[int], known: Sequence[int]) -> None:
        shown = ", ".join(map(str, codes))
        super().__init__(
            f"The events hold PDG codes that the backbone does not know: {shown}\n"
            f"  It knows: {', '.join(map(str, known))}\n"
            "  Add them to the backbone's codes, and let the base be expanded:  expand=[backbone]\n"
            "  Or map them to known codes in the adapter, or list 0, which stands for all others."
        )


class UnknownFeatureError(VierbeinError):
    """A feature, truth or observable is asked for that the events do not have."""

    def __init__(self, kind: str, name: str, present: Sequence[str]) -> None:
        super().__init__(
            f"The events have no {kind} {name!r}.{did_you_mean(name, present)}\n"
            f"  They have: {', '.join(sorted(present)) or 'none'}\n"
            "  Add it to the adapter's mapping, or choose another."
        )


class ExpressionError(VierbeinError):
    """A mapping's expression is not in the closed language."""

    def __init__(self, expression: str, reason: str, allowed: str) -> None:
        super().__init__(
            f"The mapping's expression {expression!r} cannot be used: {reason}.\n"
            f"  Allowed: {allowed}.\n"
            "  Rewrite it, or let a plugin's own adapter class compute it."
        )


class MappingError(VierbeinError):
    """A mapping (data that turn records into events) is not well formed."""

    def __init__(self, where: str, found: str, expected: str) -> None:
        super().__init__(
            f"The adapter's mapping is wrong at {where}: {found}.\n"
            f"  Expected: {expected}.\n"
            "  Mend the mapping; `vierbein plugins show KIND=NAME` shows where it comes from."
        )
