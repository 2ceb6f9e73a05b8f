"""Blinding: whether a run that is about to be unblinded has kept its signal region shut."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from vierbein.events.table import EventTable
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment, Safeguard, Verdict

_SPLITS: Final = ("train", "validation", "test")
_CHUNK: Final = 8192
_SHOWN: Final = 3
_BROKEN: Final = "Do not unblind. Find out who changed what, then run again in a new folder."
_OPEN: Final = "Seal the signal region before the next look at data: seal.cuts, seal.custodian."


class Blinding(Safeguard):
    """Looks for anything by which a sealed event could have been seen, before it may be.

    Every open event is held against the signal region's cut: one inside it was not sealed. Seals,
    their log, the configuration and what the run has made must be as they were recorded. The figure
    counts what is wrong; none is the threshold, and as nothing is random, so is the false-alarm
    rate. A run that seals nothing is warned of.
    """

    moment = Moment.BEFORE_UNBLINDING

    def question(self, view: RunView) -> list[Verdict]:
        """Give one verdict on the whole run.

        Parameters
        ----------
        view
            The run.

        Returns
        -------
        list
            One verdict.
        """
        cuts = {domain: cut for domain in view.targets if (cut := view.signal_region(domain))}
        inside = {domain: _num_inside(view, domain) for domain in cuts}
        open_inside = [
            f"{num} open events of {domain} lie in its signal region"
            for domain, num in inside.items()
            if num
        ]
        faults = [*view.seal_faults(), *open_inside]
        wrong = float(len(view.seal_faults()) + sum(inside.values()))
        return [
            Verdict(
                "blinding",
                Answer.FAIL if faults else Answer.PASS if cuts else Answer.WARN,
                _sentence(cuts, faults),
                Figure("things by which sealed events could have been seen", wrong, wrong, wrong),
                threshold=0.0,
                false_alarm_rate=0.0,
                advice=_BROKEN if faults else "" if cuts else _OPEN,
            )
        ]


def _sentence(cuts: dict[str, str], faults: list[str]) -> str:
    if faults:
        more = f", and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        return f"The blinding does not hold: {'; '.join(faults[:_SHOWN])}{more}."
    if not cuts:
        return "Nothing is sealed: every event could be seen while the analysis was made."
    regions = "; ".join(f"{domain}: {cut}" for domain, cut in cuts.items())
    return f"Sealed and untouched ({regions}): no open event lies inside, and nothing has changed."


def _num_inside(view: RunView, domain: str) -> int:
    return sum(
        int(view.in_signal_region(table.take(part)).sum())
        for table in (view.events(domain, split) for split in _SPLITS)
        for part in _chunks(table)
    )


def _chunks(table: EventTable) -> Iterator[np.ndarray]:
    for start in range(0, len(table), _CHUNK):
        yield np.arange(start, min(start + _CHUNK, len(table)))
