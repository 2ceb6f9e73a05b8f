"""Expand overrides with several values into one list of overrides for each run."""

from collections.abc import Sequence
from itertools import product

from hydra.core.override_parser.types import ValueType

from vierbein.config.overrides import parse
from vierbein.errors.settings import SweepError


def expand(overrides: Sequence[str]) -> list[list[str]]:
    """Make the product of all values, as Hydra's basic sweeper does: the last one runs fastest.

    Parameters
    ----------
    overrides
        As typed after `--multirun`: `a=1,2`, `a=range(0,3)`, `a=choice(x,y)`; `a=1` is kept.

    Returns
    -------
    list[list[str]]
        The overrides of each run.

    Raises
    ------
    SweepError
        If the values cannot be listed: an interval, a pattern.

    Examples
    --------
    >>> expand(["tuner=full,lora", "seed=0,1"])[1]
    ['tuner=full', 'seed=1']
    """
    axes: dict[str, list[str]] = {}
    for override in parse(overrides):
        key = override.get_key_element()
        axes[key] = [str(override.input_line)]
        if override.is_sweep_override():
            if override.value_type in (ValueType.GLOB_CHOICE_SWEEP, ValueType.INTERVAL_SWEEP):
                raise SweepError(str(override.input_line), key, "has no list of values")
            axes[key] = [f"{key}={value}" for value in override.sweep_string_iterator()]
    return [list(run) for run in product(*axes.values())]
