"""Networks whose linear layers and rectifiers are replaced by quantised ones, and back."""

from collections.abc import Mapping
from copy import deepcopy
from typing import cast

import torch
from torch import Tensor, nn

from vierbein.interfaces.backbone import Representation
from vierbein.interfaces.network import Network
from vierbein.interfaces.student import Student, StudentHead
from vierbein_compression.errors import NoStudentError, UnmappedLayerError
from vierbein_compression.sparsity import plain
from vierbein_compression.tracing import Firmware

_PROBED = 16


def prepared(network: Network) -> Network:
    """Copy a float network so that all that firmware computes is layers that can be replaced.

    Parameters
    ----------
    network
        Whose backbone is a student.

    Returns
    -------
    Network
        In evaluation mode; a head that is a linear layer itself has that layer inside.

    Raises
    ------
    NoStudentError
        If the backbone is no student.
    UnmappedLayerError
        If units are hidden from the head.
    """
    if not isinstance(network.backbone, Student):
        raise NoStudentError(type(network.backbone).__name__)
    if network.spare.num_units:
        instead = "Use a base without spare units, or distil it into a student."
        raise UnmappedLayerError("spare", "a vector with hidden units", instead)
    made = plain(network).eval()
    if isinstance(made.head, nn.Linear) and _is_linear(made.head):
        made.head = _student_head(made.head)
    return made


def layers(network: Network) -> dict[str, nn.Linear | nn.ReLU]:
    """Give the layers that are quantised, by name, in the network's order."""
    found = Firmware(cast("Student", network.backbone).body, network.head).named_modules()
    return {name: each for name, each in found if type(each) in (nn.Linear, nn.ReLU)}


def substituted(network: Network, by_name: Mapping[str, nn.Module]) -> Network:
    """Copy a prepared network with other layers in the places of those that are quantised."""
    made = deepcopy(network)
    student = cast("Student", made.backbone)
    firmware = Firmware(student.body, made.head)
    others = {id(each): by_name[name] for name, each in layers(made).items()}
    for parent in list(firmware.modules()):
        for name, child in parent.named_children():
            if id(child) in others:
                setattr(parent, name, others[id(child)])
    student.body, made.head = firmware.body, firmware.head
    return made


def _is_linear(head: nn.Linear) -> bool:
    """Say whether a head is no more than its layer."""
    pooled = torch.randn(_PROBED, head.in_features, generator=torch.Generator().manual_seed(0))
    pooled = pooled.to(head.weight)
    mask = torch.ones(_PROBED, 1, dtype=torch.bool, device=pooled.device)
    with torch.no_grad():
        found = head(Representation(pooled, pooled[:, None], mask))
        return torch.equal(found, nn.functional.linear(pooled, head.weight, head.bias))


def _student_head(linear: nn.Linear) -> StudentHead:
    made = StudentHead(linear.in_features, linear.out_features).to(linear.weight)
    bias: Tensor | None = linear.bias
    with torch.no_grad():
        made.linear.weight.copy_(linear.weight)
        made.linear.bias.copy_(torch.zeros(linear.out_features) if bias is None else bias)
    return made
