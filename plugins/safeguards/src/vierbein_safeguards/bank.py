"""The events of a stress test: a background, and a bank of signals that are injected into it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vierbein.events.table import EventTable
from vierbein.interfaces.network import Network
from vierbein.interfaces.run_view import RunView
from vierbein_safeguards.errors import NoBackgroundError, NotFiniteRepresentationError
from vierbein_safeguards.evaluated import Evaluated, evaluate
from vierbein_safeguards.search import Sample, Search
from vierbein_safeguards.sensitivity import Toys

_PILOT = 16
_CHUNK = 8192


@dataclass(frozen=True)
class Plan:
    """How signals are searched for.

    Parameters
    ----------
    sample_size
        Events of a sample.
    num_toys
        Samples without signal, for the p-values and again for the threshold.
    num_injections
        Samples at each of eight signal fractions.
    false_alarm
        Probability that a sample without signal is taken for one with.
    """

    sample_size: int
    num_toys: int
    num_injections: int
    false_alarm: float


@dataclass(frozen=True)
class Seen:
    """Background and signals in one representation, one row an event.

    Parameters
    ----------
    background
        Representations of the background.
    signals
        Of every signal, by name.
    prediction
        What the network predicts for the background, if it is one.
    """

    background: Sample
    signals: Mapping[str, Sample]
    prediction: Sample | None = None


@dataclass(frozen=True)
class Bank:
    """Background and signals of one domain.

    Parameters
    ----------
    background
        What the search takes for known: test events of every class, or of one.
    signals
        By name; nothing was trained on them.
    """

    background: EventTable
    signals: Mapping[str, EventTable]

    @classmethod
    def of(
        cls,
        view: RunView,
        domain: str,
        max_background: int,
        max_signal: int,
        known: tuple[str, int] | None = None,
    ) -> "Bank":
        """Take the first events of a domain's test split and of each signal of its bank.

        Parameters
        ----------
        view
            The run.
        domain
            A target domain.
        max_background
            How many test events are taken.
        max_signal
            How many events of each signal.
        known
            A truth and its value, where only test events of one class are the background.

        Returns
        -------
        Bank
            Of the domain.

        Raises
        ------
        NoBackgroundError
            If no test event has that truth.
        """
        background = view.events(domain, "test")
        if known is not None:
            name, value = known
            truths = background.truths()
            chosen = np.flatnonzero(truths[name] == value) if name in truths else np.array([], int)
            if not len(chosen):
                raise NoBackgroundError(domain, name, value, sorted(truths))
            background = background.choose(chosen)
        signals = {name: _first(t, max_signal) for name, t in view.anomalies(domain).items()}
        return cls(_first(background, max_background), signals)

    def seen_by(self, network: Network, name: str) -> Seen:
        """Represent all events by a network.

        Parameters
        ----------
        network
            In evaluation mode.
        name
            Of the network, for an error.

        Returns
        -------
        Seen
            Pooled representations.

        Raises
        ------
        NotFiniteRepresentationError
            If one is not a finite number.
        """

        def seen(sample: str, events: EventTable) -> Evaluated:
            found = evaluate(network, events)
            if bad := int((~np.isfinite(found.pooled).all(axis=1)).sum()):
                raise NotFiniteRepresentationError(name, sample, bad)
            return found

        known = seen("the background", self.background)
        signals = {sample: seen(sample, events).pooled for sample, events in self.signals.items()}
        return Seen(known.pooled, signals, known.prediction)

    def seen_raw(self, view: RunView) -> Seen | None:
        """Compute the run's observables, if it has any; what is not finite tells nothing."""
        if not view.observables(self.background.take(np.arange(1))):
            return None
        background = _observables(view, self.background)
        usual = np.nanmedian(np.where(np.isfinite(background), background, np.nan), axis=0)

        def told(columns: Sample) -> Sample:
            return np.where(np.isfinite(columns), columns, usual)

        signals = {name: told(_observables(view, t)) for name, t in self.signals.items()}
        return Seen(told(background), signals)


def inject(seen: Sequence[Seen], plan: Plan, seed: int) -> dict[str, Toys]:
    """Search for every signal, in one representation or in several at once.

    Parameters
    ----------
    seen
        The same events in each representation that the search looks at.
    plan
        Sizes of the search.
    seed
        Of the toys.

    Returns
    -------
    dict
        Toys by the signals' names.
    """
    search = Search([each.background for each in seen], plan.sample_size, plan.num_toys, seed)
    return {
        name: search.toys(
            [each.signals[name] for each in seen], plan.num_injections, number, num_pilot=_PILOT
        )
        for number, name in enumerate(seen[0].signals)
    }


def _observables(view: RunView, events: EventTable) -> Sample:
    parts = []
    for start in range(0, len(events), _CHUNK):
        found = view.observables(events.take(np.arange(start, min(start + _CHUNK, len(events)))))
        parts.append(np.stack([found[name] for name in sorted(found)], axis=1))
    return np.concatenate(parts).astype(np.float64)


def _first(events: EventTable, num: int) -> EventTable:
    return events.choose(np.arange(min(len(events), num)))
