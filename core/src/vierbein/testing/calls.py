"""In which order modules are called."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from torch import nn


@contextmanager
def calls(modules: Sequence[nn.Module]) -> Iterator[list[int]]:
    """Note the order in which modules are first called; those that are not called are left out.

    Parameters
    ----------
    modules
        Watched while the context lasts.

    Yields
    ------
    list[int]
        Their positions, filled as they are called.
    """
    seen: list[int] = []

    def note(place: int) -> Any:
        return lambda *_: None if place in seen else seen.append(place)

    handles = [module.register_forward_pre_hook(note(i)) for i, module in enumerate(modules)]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()
