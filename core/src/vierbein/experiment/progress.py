"""Progress that a person can watch: a bar on a terminal, a line now and then elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@runtime_checkable
class Advance(Protocol):
    """Called when some of the work is done, or begun."""

    def __call__(self, amount: float = 1, part: str = "") -> None:
        """Add to what is done, and name the part that is begun."""
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

        def advance(amount: float = 1, part: str = "") -> None:
            if part:
                progress.update(shown, description=f"{what:10} {part}", refresh=True)
            progress.advance(shown, amount)

        yield advance


def _lines(what: str, total: float, console: Console) -> Advance:
    done = said = 0.0

    def advance(amount: float = 1, part: str = "") -> None:
        nonlocal done, said
        if part:
            console.print(f"{what:10} {part}", highlight=False, markup=False)
        done += amount
        if done - said >= total / _LINES or done >= total:
            said = done
            console.print(f"{what:10} {done:g} of {total:g}", highlight=False)

    return advance
