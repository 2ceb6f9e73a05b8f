"""Networks of fixed-point numbers: what firmware is made of."""

from abc import abstractmethod
from typing import Final

from jaxtyping import Float, Int
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.fixed_point.program import Program
from vierbein.interfaces.network import Network

NOT_FIXED_POINT: Final = (
    "it computes with floats; compressor=[...,quantize] makes a fixed-point network of it"
)
"""What a backend of fixed-point networks says of any other."""


class FixedPointNetwork(Network):
    """A network all of whose numbers, from its input words on, are fixed-point numbers.

    It keeps the exact profile, so that `program` computes what it predicts, to the last bit.
    """

    @abstractmethod
    def words(self, events: EventBatch) -> Int[Tensor, "event particle feature"]:
        """Give the input words of events: whole numbers of the input format's spacings."""

    @abstractmethod
    def from_words(
        self, words: Int[Tensor, "event particle feature"]
    ) -> Float[Tensor, "event output"]:
        """Predict for input words, by torch's own arithmetic."""

    @abstractmethod
    def program(self) -> Program:
        """Give what is lowered.

        Returns
        -------
        Program
            It keeps the exact profile.

        Raises
        ------
        NotExactError
            If a layer breaks the exact profile.
        """
