"""Types and shapes are checked in the test run: jaxtyping's import hook, with beartype.

A hook of our own instead of ``--jaxtyping-packages``, which takes no settings of the checker, and
no package that pytest has already loaded a plugin from.
"""

from jaxtyping import install_import_hook

# Not `vierbein.testing`: pluggy wants its hook wrappers to be plain generator functions.
_CORE = (
    "cli",
    "config",
    "errors",
    "events",
    "experiment",
    "interfaces",
    "provenance",
    "registry",
    "storage",
    "training",
)
_PLUGINS = ("collider", "cpu", "files", "safeguards", "transformer", "tuners")

# A whole number is a float, as mypy has it. The hook decorates methods, which know no `Self`.
_BEARTYPE = (
    "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True, hint_overrides="
    "beartype.FrozenDict({beartype.typing.Self: beartype.typing.Any})))"
)

install_import_hook(
    [*(f"vierbein.{part}" for part in _CORE), *(f"vierbein_{part}" for part in _PLUGINS)],
    _BEARTYPE,
)
