"""The last blocks learn."""

from vierbein.interfaces.network import Network
from vierbein.interfaces.tuner import Tuner
from vierbein_tuners.errors import NumBlocksError
from vierbein_tuners.new_parts import learn_new_parts_only


class LastL(Tuner):
    """The last blocks of the backbone learn, by its own order of depth.

    How many are best is to be measured: it differs from one target domain to the next.

    Parameters
    ----------
    num_blocks
        Blocks that learn.
    learning_rate
        Peak learning rate.
    """

    def __init__(self, num_blocks: int = 1, learning_rate: float = 5e-4) -> None:
        self.num_blocks = num_blocks
        self.learning_rate = learning_rate

    def apply(self, network: Network) -> None:
        """Freeze all blocks but the last ones.

        Parameters
        ----------
        network
            Changed in place.

        Raises
        ------
        NumBlocksError
            If the backbone has fewer blocks.
        """
        blocks = network.backbone.blocks()
        if not 1 <= self.num_blocks <= len(blocks):
            raise NumBlocksError(self.num_blocks, type(network.backbone).__name__, len(blocks))
        learn_new_parts_only(network)
        for block in blocks[-self.num_blocks :]:
            block.requires_grad_(True)
