"""Parameters that do not fit the network they are for."""

from collections import Counter
from collections.abc import Iterator, Sequence

from vierbein.errors.base import VierbeinError

_SHOWN = 6
_DEPTH = 3


class PartialLoadError(VierbeinError):
    """A base does not fill the network that should start from it, or does not fit into it.

    Parameters
    ----------
    base
        Its name.
    table
        What would have arrived.
    left
        Tensors of the network that nothing fills.
    faults
        Why, one line each.
    homeless
        Tensors of the base that have no place.
    can_grow
        Those of `left` that could keep what the base computes, if that were asked for.
    entry
        Those of `left` that belong to the input layer.
    """

    def __init__(
        self,
        base: str,
        table: str,
        left: Sequence[str],
        faults: Sequence[str],
        homeless: Sequence[str],
        can_grow: Sequence[str],
        entry: Sequence[str],
    ) -> None:
        lines = []
        if left:
            lines.append(f"Base {base!r} leaves {len(left)} tensors of the network at random:")
            lines += [f"    {fault}" for fault in _few(faults)]
        if entry:
            lines.append(
                f"  The input layer is among them ({entry[0]}): through random numbers, nothing "
                "that the base has learned can be read."
            )
        if homeless:
            lines.append(f"Base {base!r} has {len(homeless)} tensors without a place:")
            lines += [f"    {name}" for name in _few(homeless)]
        cures = {
            "expand": {name.partition(".")[0] for name in can_grow},
            "new_parameters": {_module(name) for name in left if name not in can_grow},
            "dropped_parameters": {_module(name) for name in homeless},
        }
        words = [f"{key}=[{','.join(sorted(names))}]" for key, names in cures.items() if names]
        super().__init__(
            "\n".join([*lines, table])
            + _prefixes(homeless, left)
            + "\n  Choose the backbone and settings that its card names, or consent in so many "
            f"words:  {'  '.join(words)}"
        )


class NothingLoadedError(VierbeinError):
    """No tensor of a base has a place in a part of the network."""

    def __init__(self, base: str, base_names: Sequence[str], network_names: Sequence[str]) -> None:
        super().__init__(
            f"Base {base!r}: none of its {len(base_names)} tensors has a place in the network's "
            f"{network_names[0].partition('.')[0]}.\n"
            f"  The base begins with {base_names[0] if base_names else 'nothing'!r}, "
            f"the network with {network_names[0]!r}."
            + (
                _prefixes(base_names, network_names)
                or "\n  Is it a base of another backbone? Its card says which one."
            )
        )


class OtherTaskError(VierbeinError):
    """A base's head was made for another task, and nothing was said about it."""

    def __init__(self, base: str, theirs: Sequence[str], ours: Sequence[str]) -> None:
        super().__init__(
            f"The head of base {base!r} was trained for another task: it gives "
            f"{', '.join(theirs) or 'what its card does not say'}.\n"
            f"  The run's task wants {', '.join(ours)}.\n"
            "  Start the head anew:  new_parameters=[head]   or keep the outputs that both have, "
            "and add the others as zeros:  expand=[head]"
        )


class FunctionDiffersError(VierbeinError):
    """A base was loaded whole, and still the network does not do what the base did."""

    def __init__(
        self, base: str, what: str, difference: float, tolerance: float, settings: Sequence[str]
    ) -> None:
        differing = f"The settings differ: {'; '.join(settings)}.\n  " if settings else ""
        super().__init__(
            f"Base {base!r} was loaded, but the network's {what} differs from the base's by "
            f"{difference:.3g} of its size on the probe events; {tolerance:g} is granted.\n"
            f"  {differing}Numbers of equal shape can mean something else under other settings, or "
            "in another version of the plugin.\n"
            "  Take the backbone and settings of its card, or its plugin's version."
        )


class DifferenceError(VierbeinError):
    """A network's own tensors and its base's do not make it up."""

    def __init__(self, name: str, reason: str) -> None:
        self.reason = f"{name} {reason}"
        super().__init__(
            f"The parameters do not make up the network: {self.reason}.\n"
            "  A tuned network is its difference to a base; both together name each tensor once.\n"
            "  Use the plugin versions that wrote it (the report names them), or train it again."
        )


class ChangedBaseError(VierbeinError):
    """A network is kept as its difference to another base than the one that is there."""

    def __init__(self, folder: str, base: str, expected: str, found: str) -> None:
        super().__init__(
            f"{folder}: its parameters were tuned from a base with sha256 {expected[:16]}...\n"
            f"  The base {base} has {found[:16]}...\n"
            "  Put the right one in its place, or run anew:  run_folder=ANOTHER"
        )


def _few(words: Sequence[str]) -> Iterator[str]:
    yield from words[:_SHOWN]
    if len(words) > _SHOWN:
        yield f"... and {len(words) - _SHOWN} more"


def _module(name: str) -> str:
    return name.rpartition(".")[0] or name


def _heads(name: str) -> Iterator[tuple[str, str]]:
    """Part a tensor's name after its first, second, ... word: what goes before, and the rest."""
    parts = name.split(".")
    for at in range(min(_DEPTH, len(parts) - 1) + 1):
        yield "".join(f"{part}." for part in parts[:at]), ".".join(parts[at:])


def _prefixes(base_names: Sequence[str], network_names: Sequence[str]) -> str:
    """Say which prefix would make names match, or nothing."""
    rests: dict[str, list[str]] = {}
    for name in network_names:
        for prefix, rest in _heads(name):
            rests.setdefault(rest, []).append(prefix)
    pairs: Counter[tuple[str, str]] = Counter()
    for name in base_names:
        for prefix, rest in _heads(name):
            pairs.update((prefix, ours) for ours in rests.get(rest, ()) if ours != prefix)
    enough = max(1, min(len(base_names), len(network_names)) // 2)
    if max(pairs.values(), default=0) < enough:
        return ""
    (theirs, ours), count = max(pairs.items(), key=lambda pair: (pair[1], -len("".join(pair[0]))))
    return (
        f"\n  Is the prefix wrong? {count} of its names fit with {ours!r} in place of {theirs!r}: "
        "rename them where the base is written."
    )
