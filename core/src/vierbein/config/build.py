"""Make components: the one place where a configuration becomes objects."""

import dis
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final

from omegaconf import DictConfig

from vierbein.config.check import Check
from vierbein.config.plain import COMPONENT, plain
from vierbein.errors.base import VierbeinError
from vierbein.errors.settings import BuildError
from vierbein.registry.component import Component
from vierbein.registry.installed import Registry

RAISE: Final = dis.opmap["RAISE_VARARGS"]


def build(node: DictConfig | Mapping[str, Any], registry: Registry, **runtime: Any) -> Any:
    """Make the component that a node of a configuration stands for.

    Parameters
    ----------
    node
        Its settings and identity, as `compose` gives them.
    registry
        What is installed.
    **runtime
        What only the run can give: a backbone's `schema`.

    Returns
    -------
    Any
        The component; it was given plain Python values.

    Raises
    ------
    BuildError
        If the component refuses its settings.
    VierbeinError
        If it is not installed, cannot be imported, or a setting is not of its type.
    """
    check, content = Check(registry), plain(node)
    owner = check.owner(content)
    settings = check.component(content, f"{owner.kind}.{owner.name}")
    check.complete()
    del settings[COMPONENT]
    made = registry.load(owner)
    try:
        return made(**settings, **runtime)
    except VierbeinError as error:
        raise BuildError(_who(owner), settings, str(error)) from error
    except (TypeError, ValueError) as error:
        if not _on_purpose(error.__traceback__, owner.package):
            raise
        raise BuildError(_who(owner), settings, str(error)) from error


def _who(owner: Component) -> str:
    return f"{owner.kind}={owner.name} of {owner.distribution} {owner.version}"


def _on_purpose(trace: TracebackType | None, package: str) -> bool:
    """Tell a bad value that the plugin refuses (`raise`) from a bug that happens to it."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return False
    module = str(trace.tb_frame.f_globals.get("__name__")).partition(".")[0]
    return module == package and trace.tb_frame.f_code.co_code[trace.tb_lasti] == RAISE
