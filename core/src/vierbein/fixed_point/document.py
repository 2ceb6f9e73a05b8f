"""Programs as plain data, for workers in other processes."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import OPERATIONS
from vierbein.fixed_point.program import Program

_BY_NAME = {each.__name__: each for each in OPERATIONS}


def to_json(program: Program) -> dict[str, Any]:
    """Give a program as plain data."""
    operations = [
        {
            "operation": type(each).__name__,
            **{f.name: _plain(getattr(each, f.name)) for f in fields(each)},
        }
        for each in program.operations
    ]
    return {
        "shape": list(program.shape),
        "format": asdict(program.format),
        "operations": operations,
    }


def from_json(data: Mapping[str, Any]) -> Program:
    """Read what `to_json` wrote."""
    operations = []
    for each in data["operations"]:
        of_type = _BY_NAME[each["operation"]]
        operations.append(
            of_type(**{f.name: _typed(f.name, each[f.name]) for f in fields(of_type)})
        )
    return Program(tuple(data["shape"]), Format(**data["format"]), tuple(operations))


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Format):
        return asdict(value)
    return list(value) if isinstance(value, tuple) else value


def _typed(name: str, value: Any) -> Any:
    if name in ("weight", "bias") and value is not None:
        return np.array(value, np.int64)
    if name == "format":
        return Format(**value)
    return tuple(value) if isinstance(value, list) else value
