"""What a calorimeter sees of the hadrons."""

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from vierbein.errors.features import UnknownFeatureError
from vierbein.events.batch import EventBatch
from vierbein.events.jagged import segment_sum
from vierbein.interfaces.observable import Observable

_KINETIC, _TOTAL = (211, 321, 2212), (11, 22, 111)


class AvailableEnergy(Observable):
    """Kinetic energy of protons and charged mesons, total energy of photons and electrons.

    Of the particles that are kept: what was too slow for a track is not in it.
    """

    title: ClassVar[str] = "available energy of tracks and photons"
    unit: ClassVar[str] = "GeV"
    citation: ClassVar[str] = "MINERvA Collaboration, arXiv:1511.05944"

    def __call__(self, events: EventBatch) -> Float[Tensor, " event"]:
        """Compute it in GeV.

        Parameters
        ----------
        events
            With PDG codes.

        Returns
        -------
        Tensor
            One number an event.

        Raises
        ------
        UnknownFeatureError
            If they have no PDG codes.
        """
        if events.pdg is None:
            raise UnknownFeatureError("feature", "pdg", events.schema.names)
        p4, kind = events.p4.double(), events.pdg.abs()
        energy = p4[:, 0]
        kinetic = energy - (energy**2 - (p4[:, 1:] ** 2).sum(1)).clamp(min=0).sqrt()
        counted = kinetic * torch.isin(kind, kind.new_tensor(_KINETIC))
        counted = counted + energy * torch.isin(kind, kind.new_tensor(_TOTAL))
        return segment_sum(counted, events.offsets).float()
