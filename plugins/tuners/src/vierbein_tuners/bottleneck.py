"""Small layers between the blocks learn."""

from typing import Any

from jaxtyping import Float
from torch import Tensor, nn

from vierbein.errors.runs import ImpossibleSettingError
from vierbein.interfaces.network import Network
from vierbein.interfaces.tuner import Tuner
from vierbein_tuners.block_outputs import tensors_of, vectors
from vierbein_tuners.errors import NothingToTuneError
from vierbein_tuners.new_parts import learn_new_parts_only


class Inserted(nn.Module):
    """A narrow residual network after a block; a vector of zeros stays one, as in empty slots.

    Parameters
    ----------
    width
        Of the vectors that the block gives.
    units
        In the middle.
    place
        Of the tensor that is refined, where the block gives several.
    """

    def __init__(self, width: int, units: int, place: int) -> None:
        super().__init__()
        self.place = place
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.down = nn.Linear(width, units, bias=False)
        self.up = nn.Linear(units, width, bias=False)
        nn.init.zeros_(self.up.weight)

    def refine(self, x: Float[Tensor, "*any width"]) -> Float[Tensor, "*any width"]:
        """Add what the narrow network makes of a vector."""
        refined: Tensor = x + self.up(nn.functional.gelu(self.down(self.norm(x))))
        return refined

    def forward(self, block: nn.Module, given: Any, output: Any) -> Any:  # noqa: ARG002
        """Refine what a block gives: it is the block's forward hook."""
        if isinstance(output, Tensor):
            return self.refine(output)
        chosen = tensors_of(output)[self.place]
        parts = [self.refine(part) if part is chosen else part for part in output]
        return type(output)(parts)


class Bottleneck(Tuner):
    """A narrow network is added to what each block gives, whatever the block is made of.

    Where the backbone claims symmetries, the first of a block's tensors that they leave alone is
    taken; blocks that give none are passed over. Inserted layers are nonlinear, so that they cannot
    be merged into the base's parameters.

    Parameters
    ----------
    units
        In the middle of each inserted network.
    learning_rate
        Peak learning rate.

    Raises
    ------
    ImpossibleSettingError
        If there is not at least one unit.

    References
    ----------
    .. [1] N. Houlsby et al., arXiv:1902.00751.
    """

    is_mergeable = False

    def __init__(self, units: int = 8, learning_rate: float = 2e-3) -> None:
        if units < 1:
            raise ImpossibleSettingError("tuner.bottleneck.units", units, "at least 1")
        self.units = units
        self.learning_rate = learning_rate

    def apply(self, network: Network) -> None:
        """Freeze the backbone and insert the networks, which start at the identity.

        Parameters
        ----------
        network
            Changed in place.

        Raises
        ------
        NothingToTuneError
            If no block gives vectors.
        """
        backbone = network.backbone
        found = vectors(backbone)
        if not found:
            sought = "vectors that blocks give and symmetries leave alone"
            raise NothingToTuneError("bottleneck", type(backbone).__name__, sought)
        learn_new_parts_only(network)
        like = next(backbone.parameters())
        made = [Inserted(width, self.units, place).to(like) for _, place, width in found]
        # Beside the blocks, not inside: a block may be a sequence, which calls all that it holds.
        backbone.inserted = nn.ModuleList(made)
        for (block, _, _), inserted in zip(found, made, strict=True):
            block.register_forward_hook(inserted)
