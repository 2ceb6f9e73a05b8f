"""The three jobs of other processes: to convert a graph, to execute it, to simulate its C++."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from vierbein.fixed_point.format import Format
from vierbein.fixed_point.program import WORDS
from vierbein.interfaces.hardware import Vectors
from vierbein.interfaces.worker import work
from vierbein_hls4ml.build import LIBRARY
from vierbein_hls4ml.errors import WordsError

GRAPH, PROJECT = "model.qonnx", "project"

Description = Mapping[str, Any]
Values = Float[NDArray[np.float64], "event ..."]

_GIVEN, _FOUND = "inputs.npz", "outputs.npz"
_WORKERS = Path(__file__).parent / "workers"


def converted(python: str, job: Mapping[str, Any], bench: Path) -> Any:
    """Have hls4ml make a project of a graph; give the layers whose numbers can be looked at."""
    return _work(python, "convert", job, bench)["layers"]


def executed(python: str, description: Description, values: Values, bench: Path) -> Vectors:
    """Have qonnx execute the graph; give its tensors."""
    job = {"input": description["input"], "tensors": list(description["tensors"].values())}
    np.savez(bench / _GIVEN, values=values)
    _work(python, "execute", job, bench)
    return _read(bench / _FOUND)


def simulated(python: str, description: Description, values: Values, bench: Path) -> Vectors:
    """Run a built project; give the tensors that its layers compute, or that are one of those."""
    output = description["output"]
    job = {
        "library": LIBRARY,
        "layers": description["layers"],
        "output": description["tensors"][output],
        "output_shape": description["shapes"][output],
    }
    np.savez(bench / _GIVEN, values=values)
    _work(python, "simulate", job, bench)
    found = _read(bench / _FOUND)
    same = {to: found[of] for to, of in description["reshaped"].items() if of in found}
    return {**same, **found}


def values_of(words: NDArray[Any], description: Description) -> Values:
    """Give the values of input words.

    Parameters
    ----------
    words
        Whole numbers of the input's spacings.
    description
        Of the artifact.

    Returns
    -------
    NDArray
        One row an event.

    Raises
    ------
    WordsError
        If they have another shape, or are out of range.
    """
    shape, grid = tuple(description["shapes"][WORDS]), Format(**description["formats"][WORDS])
    wanted = f"whole numbers from {grid.lowest} to {grid.highest}, of shape (events, {shape})"
    if words.shape[1:] != shape or not np.issubdtype(words.dtype, np.integer):
        found = f"they are {words.dtype} of shape {words.shape}"
        raise WordsError(found, wanted)
    outside = (words < grid.lowest) | (words > grid.highest)
    if outside.any():
        events = int(outside.reshape(len(words), -1).any(axis=1).sum())
        found = f"{events} of {len(words)} events have words out of range"
        raise WordsError(found, wanted)
    return np.ldexp(words.astype(np.float64), -grid.num_fraction)


def _work(python: str, script: str, job: Mapping[str, Any], bench: Path) -> Any:
    one_thread = {"OMP_NUM_THREADS": "1"}
    return work(python or sys.executable, _WORKERS / f"{script}.py", job, bench, one_thread)


def _read(file: Path) -> Vectors:
    with np.load(file) as found:
        return dict(found)
