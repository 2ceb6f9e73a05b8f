import math

import numpy as np

from vierbein.events.jagged import segment_sum
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment, Safeguard, Verdict


class Exemplar(Safeguard):
    """Compares the mean energy of each target domain's events with the source domain's.

    Parameters
    ----------
    threshold
        Standard errors of the difference, from which on it warns.
    """

    moment = Moment.ADAPTED

    def __init__(self, threshold: float = 4.0) -> None:
        self.threshold = threshold

    def question(self, view: RunView) -> list[Verdict]:
        mean, error = _mean_log_energy(view, view.source)
        verdicts = []
        for domain in view.targets:
            other_mean, other_error = _mean_log_energy(view, domain)
            pull = (other_mean - mean) / math.hypot(error, other_error)
            answer = Answer.WARN if abs(pull) > self.threshold else Answer.PASS
            sentence = f"{domain}: the mean energy is {pull:+.1f} standard errors off the source's."
            figure = Figure("pull of the mean energy", pull, pull - 1, pull + 1)
            rate = math.erfc(self.threshold / math.sqrt(2))
            name = f"exemplar: {domain}"
            verdicts.append(Verdict(name, answer, sentence, figure, self.threshold, rate))
        return verdicts


def _mean_log_energy(view: RunView, domain: str) -> tuple[float, float]:
    events = view.events(domain, "test").take()
    energy = segment_sum(events.p4[:, 0], events.offsets).double().numpy()
    values = np.log1p(energy)
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))
