"""Types and shapes are checked in the test run: jaxtyping's import hook, with beartype.

A hook of our own instead of ``--jaxtyping-packages``, which takes no settings of the checker, and
no package that pytest has already loaded a plugin from.
"""

from collections.abc import Iterator

import jaxtyping
import pytest

# Not `vierbein.testing`: pluggy wants its hook wrappers to be plain generator functions.
_CORE = (
    "cli",
    "config",
    "errors",
    "events",
    "experiment",
    "fixed_point",
    "interfaces",
    "provenance",
    "registry",
    "storage",
    "training",
)
_PLUGINS = (
    "collider",
    "compression",
    "cpu",
    "files",
    "hls4ml",
    "lorentz",
    "objectives",
    "safeguards",
    "transformer",
    "tuners",
)

# A whole number is a float, as mypy has it. The hook decorates methods, which know no `Self`.
_BEARTYPE = (
    "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True, hint_overrides="
    "beartype.FrozenDict({beartype.typing.Self: beartype.typing.Any})))"
)

jaxtyping.install_import_hook(
    [*(f"vierbein.{part}" for part in _CORE), *(f"vierbein_{part}" for part in _PLUGINS)],
    _BEARTYPE,
)


@pytest.fixture(autouse=True)
def _contracts_see_what_users_see(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold a component to its contract unchecked: it must refuse by itself what it must refuse."""
    is_contract = hasattr(request.cls, "is_vierbein_contract") or "planted" in request.fixturenames
    jaxtyping.config.update("jaxtyping_disable", is_contract)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)
