"""Checkpoints inside a training, so that it goes on where it stopped."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from vierbein.errors.files import HashMismatchError
from vierbein.interfaces.trainer import Point
from vierbein.storage.atomic import write_bytes

_DIGEST = re.compile(rb'"sha256":"([0-9a-f]{64})"')
_BLANK = "0" * 64
"""Stands where the file's sha256 will be, while it is taken."""


@dataclass(frozen=True)
class Progress:
    """Where a training stands.

    Parameters
    ----------
    step
        Steps that are done.
    best_step
        The step of the best validation loss so far.
    best_loss
        That loss.
    history
        Looks so far.
    running_loss
        Sum of the training losses since the last look.
    flops
        Spent so far.
    """

    step: int
    best_step: int
    best_loss: float
    history: tuple[Point, ...]
    running_loss: float
    flops: float


def write_checkpoint(
    path: Path,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    best: Mapping[str, Tensor],
    progress: Progress,
) -> None:
    """Write everything that the next step depends on into one safetensors file, atomically."""
    tensors = {f"network.{k}": v for k, v in network.state_dict().items()}
    tensors |= {f"best.{k}": v for k, v in best.items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{k}": v for k, v in state.items()}
    plain = {name: t.detach().cpu().clone().contiguous() for name, t in tensors.items()}
    metadata = {"progress": json.dumps(asdict(progress)), "sha256": _BLANK}
    data = save(plain, metadata)
    digest = hashlib.sha256(data).hexdigest()
    write_bytes(path, data.replace(_BLANK.encode(), digest.encode(), 1))


def read_checkpoint(
    path: Path, network: nn.Module, optimizer: torch.optim.Optimizer
) -> tuple[dict[str, Tensor], Progress]:
    """Restore network and optimiser in place; give the best parameters and the progress.

    Parameters
    ----------
    path
        The checkpoint's file.
    network
        Of the shape that was saved; overwritten.
    optimizer
        Of that network's parameters; its moments are overwritten.

    Returns
    -------
    dict
        The best parameters by name.
    Progress
        Where the training stood.

    Raises
    ------
    HashMismatchError
        If the file was changed after it was written.
    """
    data = path.read_bytes()
    _check(path, data)
    tensors = load(data)
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
    said = json.loads(header["progress"])
    parts: dict[str, dict[str, Tensor]] = {"network": {}, "best": {}, "optimizer": {}}
    for name, tensor in tensors.items():
        part, _, rest = name.partition(".")
        parts[part][rest] = tensor
    network.load_state_dict(parts["network"])
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in parts["optimizer"].items():
        index, _, key = name.partition(".")
        state.setdefault(int(index), {})[key] = tensor
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
    said["history"] = tuple(Point(**point) for point in said["history"])
    return parts["best"], Progress(**said)


def _check(path: Path, data: bytes) -> None:
    written = _DIGEST.search(data)
    expected = written[1].decode() if written else "none"
    blank = data.replace(expected.encode(), _BLANK.encode(), 1) if written else data
    if (found := hashlib.sha256(blank).hexdigest()) != expected:
        raise HashMismatchError(str(path), expected, found)
