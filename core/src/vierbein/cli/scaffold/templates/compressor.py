from collections.abc import Mapping
from copy import deepcopy

import torch
from torch import Tensor

from vierbein.interfaces.compressor import Compressor, Materials
from vierbein.interfaces.network import Network


class Exemplar(Compressor):
    """Sets the smallest entries of the backbone's matrices to zero.

    Parameters
    ----------
    sparsity
        Which share of each matrix.
    """

    def __init__(self, sparsity: float = 0.5) -> None:
        self.sparsity = sparsity

    def compress(self, network: Network, materials: Materials) -> Network:
        smaller = deepcopy(network)
        for parameter in smaller.backbone.parameters():
            num = int(self.sparsity * parameter.numel())
            if parameter.ndim > 1 and num:
                with torch.no_grad():
                    limit = parameter.abs().flatten().kthvalue(num).values
                    parameter[parameter.abs() <= limit] = 0.0
        return smaller

    def restored(
        self, network: Network, materials: Materials, parameters: Mapping[str, Tensor]
    ) -> Network:
        smaller = deepcopy(network)
        smaller.load_state_dict(parameters)
        return smaller
