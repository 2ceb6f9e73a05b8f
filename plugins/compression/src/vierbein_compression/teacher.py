"""A trained network's answers, each computed once."""

from copy import deepcopy
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.interfaces.network import Network


class Answers(NamedTuple):
    """What a network makes of events."""

    prediction: Float[Tensor, "event output"]
    pooled: Float[Tensor, "event width"]


class Teacher:
    """Remembers what a network answered to each event: epochs after the first cost nothing.

    Parameters
    ----------
    network
        Copied; it answers in evaluation mode.
    """

    def __init__(self, network: Network) -> None:
        self._network = deepcopy(network).eval()
        self._known: dict[tuple[str, int], tuple[Tensor, Tensor]] = {}

    def answers(self, events: EventBatch) -> Answers:
        """Answer for some events, which their domain and number tell apart."""
        names = [(events.domain, number) for number in events.event_id.tolist()]
        if new := [at for at, name in enumerate(names) if name not in self._known]:
            found = self._ask(events.take(torch.tensor(new, device=events.p4.device)))
            self._known.update(
                zip((names[at] for at in new), zip(*found, strict=True), strict=True)
            )
        predictions, pooled = zip(*(self._known[name] for name in names), strict=True)
        return Answers(torch.stack(predictions), torch.stack(pooled))

    def _ask(self, events: EventBatch) -> Answers:
        network = self._network.to(events.p4.device)
        with torch.no_grad():
            seen = network.represent(events)
            return Answers(network.head(seen), seen.pooled)
