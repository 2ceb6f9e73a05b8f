"""Read the settings of a component from its constructor, in the source, without importing it."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from vierbein.registry import annotation as annotations
from vierbein.registry import docstring
from vierbein.registry.kinds import RUNTIME
from vierbein.registry.setting import REQUIRED, Setting
from vierbein.registry.source import FoundClass, NotPlainError, find_class

HARMLESS: Final = frozenset({"final", "dataclass", "runtime_checkable"})
"""Class decorators that leave the constructor as the source shows it."""

OPAQUE: Final = frozenset({"object", "ABC", "Protocol", "Generic", "Module"})
"""Bases without settings of their own (`Module` is torch's)."""

FACTORIES: Final[dict[str, Any]] = {"list": [], "dict": {}, "tuple": ()}


@dataclass(frozen=True)
class _Parameter:
    """A constructor's parameter, unread."""

    name: str
    annotation: ast.expr | None
    default: ast.expr | None
    home: FoundClass


def from_source(kind: str, target: str, path: Sequence[str] | None = None) -> tuple[Setting, ...]:
    """Read a component's settings without importing it.

    Parameters
    ----------
    kind
        The component's kind: it says which parameters the run gives itself.
    target
        `package.module:Class`.
    path
        Folders to look in before the import path.

    Returns
    -------
    tuple[Setting, ...]
        In the constructor's order.

    Raises
    ------
    NotPlainError
        If only an import can tell: an inherited constructor from outside, a decorated one,
        a computed default, an annotation that is no plain data.
    """
    module, _, name = target.partition(":")
    found = find_class(module, name, path)
    parameters = [p for p in _constructor(found, path) if p.name not in RUNTIME.get(kind, ())]
    meanings = _meanings(found)
    return tuple(_setting(parameter, meanings.get(parameter.name, "")) for parameter in parameters)


def _meanings(found: FoundClass) -> dict[str, str]:
    init = _init(found.node)
    own = docstring.parameters(ast.get_docstring(init) if init else None)
    return docstring.parameters(ast.get_docstring(found.node)) | own


def _init(node: ast.ClassDef) -> ast.FunctionDef | None:
    inits = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
    return inits[-1] if inits else None


def _tail(node: ast.expr) -> str:
    """Name a decorator or base: `dataclasses.dataclass(frozen=True)` -> `dataclass`."""
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return ast.unparse(node).rpartition(".")[2]


def _constructor(found: FoundClass, path: Sequence[str] | None) -> list[_Parameter]:
    node = found.node
    decorators = {_tail(decorator) for decorator in node.decorator_list}
    methods = {n.name for n in node.body if isinstance(n, ast.FunctionDef)}
    if decorators - HARMLESS or node.keywords or "__new__" in methods:
        raise NotPlainError(node.name)
    init = _init(node)
    if init is not None:
        return list(_arguments(init, found))
    if "dataclass" in decorators:
        fields = _fields(found, path)
        return [field for field in fields.values() if field is not None]
    for base in _bases(found, path):
        if parameters := _constructor(base, path):
            return parameters
    return []


def _arguments(init: ast.FunctionDef, found: FoundClass) -> Iterator[_Parameter]:
    if init.decorator_list:
        raise NotPlainError(found.node.name)
    ordered = [*init.args.posonlyargs, *init.args.args]
    defaults = [*[None] * (len(ordered) - len(init.args.defaults)), *init.args.defaults]
    pairs = [*zip(ordered, defaults, strict=True)][1:]
    keyword_only = zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True)
    for argument, default in (*pairs, *keyword_only):
        yield _Parameter(argument.arg, argument.annotation, default, found)


def _bases(found: FoundClass, path: Sequence[str] | None) -> Iterator[FoundClass]:
    for base in found.node.bases:
        name = _tail(base)
        if name in OPAQUE:
            continue
        if not isinstance(base, ast.Name | ast.Subscript):
            raise NotPlainError(name)
        yield find_class(found.module, name, path)


def _fields(found: FoundClass, path: Sequence[str] | None) -> dict[str, _Parameter | None]:
    """Collect a dataclass's fields, its bases' first; None for one that is no parameter."""
    fields: dict[str, _Parameter | None] = {}
    for base in reversed([*_bases(found, path)]):
        decorators = [d for d in base.node.decorator_list if _tail(d) == "dataclass"]
        fields |= _fields(base, path) if decorators else {}
    for decorator in found.node.decorator_list:
        for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
            if keyword.arg == "init":
                raise NotPlainError(found.node.name)
    for node in found.node.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            text = ast.unparse(node.annotation)
            if "ClassVar" not in text and "KW_ONLY" not in text:
                fields[node.target.id] = _field(node, node.target.id, found)
    return fields


def _field(node: ast.AnnAssign, name: str, found: FoundClass) -> _Parameter | None:
    value = node.value
    if not (isinstance(value, ast.Call) and _tail(value) == "field"):
        return _Parameter(name, node.annotation, value, found)
    options = {keyword.arg: keyword.value for keyword in value.keywords}
    init = options.get("init")
    if isinstance(init, ast.Constant) and init.value is False:
        return None
    factory, default = options.get("default_factory"), options.get("default")
    if isinstance(factory, ast.Lambda):
        default = factory.body
    elif isinstance(factory, ast.Name) and factory.id in FACTORIES:
        default = ast.parse(repr(FACTORIES[factory.id]), mode="eval").body
    elif factory is not None:
        raise NotPlainError(name)
    return _Parameter(name, node.annotation, default, found)


def _setting(parameter: _Parameter, meaning: str) -> Setting:
    constants = {
        target.id: node.value
        for node in parameter.home.tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    try:
        default = _evaluate(parameter.default, constants)
        kind = annotations.normalise(parameter.annotation or ast.Name("Any"), constants)
    except (ValueError, TypeError, SyntaxError, RecursionError) as fault:
        raise NotPlainError(parameter.name) from fault
    if annotations.names(kind) - annotations.PLAIN:
        raise NotPlainError(parameter.name)
    choices = annotations.choices(kind)
    return Setting(parameter.name, ast.unparse(kind), default, choices, meaning)


def _evaluate(node: ast.expr | None, constants: dict[str, ast.expr]) -> Any:
    """Give a literal's value, following names of module-level literals."""
    while isinstance(node, ast.Name) and node.id in constants:
        node = constants[node.id]
    return REQUIRED if node is None else ast.literal_eval(node)
