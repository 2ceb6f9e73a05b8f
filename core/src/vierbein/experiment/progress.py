"""Progress that a person can watch: a bar on a terminal, a line now and then elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@runtime_checkable
class Advance(Protocol):
    """Called when some of the work is done."""

    def __call__(self, amount: float = 1) -> None:
        """Add to what is done."""
        ...


_LINES = 5
"""Lines about one piece of work where there is no terminal."""


@contextmanager
def bar(what: str, total: float, console: Console) -> Iterator[Advance]:
    """Show how far a piece of work has come."""
    if not console.is_terminal:
        yield _lines(what, total, console)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        shown = progress.add_task(f"{what:10}", total=total)
        yield lambda amount=1: progress.advance(shown, amount)


def _lines(what: str, total: float, console: Console) -> Advance:
    done = said = 0.0

    def advance(amount: float = 1) -> None:
        nonlocal done, said
        done += amount
        if done - said >= total / _LINES or done >= total:
            said = done
            console.print(f"{what:10} {done:g} of {total:g}", highlight=False)

    return advance
