"""Read the settings of a component from the imported class, where the source is not plain."""

import ast
import dataclasses
import inspect
from enum import Enum
from types import NoneType
from typing import Any

from vierbein.registry import annotation as annotations
from vierbein.registry import docstring
from vierbein.registry.kinds import RUNTIME
from vierbein.registry.setting import REQUIRED, Setting


def from_class(kind: str, cls: type) -> tuple[Setting, ...]:
    """Read a component's settings from its class.

    Parameters
    ----------
    kind
        The component's kind: it says which parameters the run gives itself.
    cls
        The component's class.

    Returns
    -------
    tuple[Setting, ...]
        In the constructor's order.
    """
    try:
        signature = inspect.signature(cls, eval_str=True)
    except Exception:  # noqa: BLE001 - a name that exists for type checkers only
        signature = inspect.signature(cls)
    own = docstring.parameters(inspect.getdoc(vars(cls).get("__init__")))
    meanings = docstring.parameters(inspect.getdoc(cls)) | own
    variadic = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    return tuple(
        _setting(cls, parameter, meanings.get(parameter.name, ""))
        for parameter in signature.parameters.values()
        if parameter.kind not in variadic and parameter.name not in RUNTIME.get(kind, ())
    )


def _setting(cls: type, parameter: inspect.Parameter, meaning: str) -> Setting:
    given = parameter.annotation
    default = REQUIRED if parameter.default is parameter.empty else parameter.default
    if repr(default) == "<factory>":
        fields = {field.name: field for field in dataclasses.fields(cls)}
        factory = fields[parameter.name].default_factory
        default = None if factory is dataclasses.MISSING else factory()
    default = default.value if isinstance(default, Enum) else default
    if isinstance(given, type) and issubclass(given, Enum):
        allowed = tuple(member.value for member in given)
        return Setting(parameter.name, given.__name__, default, allowed, meaning)
    text = "Any" if given is parameter.empty else _text(given)
    try:
        node = annotations.normalise(ast.parse(text, mode="eval").body, {})
    except SyntaxError:
        return Setting(parameter.name, text, default, (), meaning)
    allowed = annotations.choices(node)
    return Setting(parameter.name, ast.unparse(node), default, allowed, meaning)


def _text(given: Any) -> str:
    if given is NoneType or given is None:
        return "None"
    return (
        given.__qualname__
        if type(given) is type
        else given
        if isinstance(given, str)
        else repr(given)
    )
