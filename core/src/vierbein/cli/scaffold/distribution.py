"""The files of a new plugin."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import vierbein
from vierbein.cli.scaffold import templates
from vierbein.cli.scaffold.licences import licence_text
from vierbein.cli.scaffold.names import Names
from vierbein.registry.kinds import API, KINDS, SPECIAL
from vierbein.registry.summary import summary

TEMPLATES: Final = (*KINDS, *SPECIAL)
"""The kinds that have a template."""

CI: Final = ".ci/run"
_PRESETS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "dataset": ("small", "num_events: 100"),
        "adapter": ("elsewhere", "domain: elsewhere"),
        "tuner": ("gentle", "learning_rate: 3e-4"),
        "safeguard": ("strict", "threshold: 3.0"),
        "compressor": ("sparse", "sparsity: 0.9"),
    }
)
"""Kind -> what its preset is called after the component's name, and what it sets."""

_TESTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "dataset": ("", '    columns = ("pt", "eta", "phi", "process", "number")\n'),
        "adapter": (
            """\
import numpy as np

from vierbein.events.jagged import Jagged
from vierbein.events.records import Records
""",
            """
    def records(self) -> Records:
        offsets = np.array([0, 2])
        columns = {
            "pt": Jagged(np.array([3000.0, 1000.0]), offsets),
            "eta": Jagged(np.array([0.0, np.arcsinh(0.75)]), offsets),
            "phi": Jagged(np.array([np.pi / 2, 0.0]), offsets),
            "process": np.array([1]),
            "number": np.array([7]),
        }
        return Records(columns, "by hand")

    def expected(self) -> dict[str, object]:
        return {"p4": [[3, 0, 3, 0], [1.25, 1, 0, 0.75]], "truth.process": [1], "event_id": [7]}
""",
        ),
    }
)
"""Kind -> imports and methods of its test: what the contract cannot know."""

_DISTRIBUTIONS: Final = MappingProxyType({"sklearn": "scikit-learn"})


def source(kind: str) -> str:
    """Give the template of a kind."""
    return (Path(templates.__file__).parent / f"{kind}.py").read_text("utf-8")


def plugin_files(kind: str, names: Names, licence: str, year: int) -> dict[str, str]:
    """Write a plugin of one component.

    Parameters
    ----------
    kind
        One of `TEMPLATES`.
    names
        Of its parts.
    licence
        SPDX identifier.
    year
        Of the copyright.

    Returns
    -------
    dict[str, str]
        Path in the distribution's folder -> text.
    """
    template = source(kind)
    code = re.sub(r"\bExemplar\b", names.class_name, template)
    code = re.sub(r"\bexemplar\b", names.component, code)
    target = f"{templates.__name__}.{kind}" + ("" if kind in SPECIAL else ":Exemplar")
    about = summary(target)
    package = f"src/{names.package}"
    files = {
        "pyproject.toml": _pyproject(kind, names, licence, about, _needs(template)),
        "README.md": _readme(kind, names, about),
        "LICENSE": licence_text(licence, names.distribution, year),
        f"{package}/__init__.py": "",
        f"{package}/{names.component}.py": code,
        "tests/test_contract.py": _test(kind, names),
        CI: _ci(names),
    }
    if preset := _PRESETS.get(kind):
        path = f"{package}/conf/{kind}/{names.component}_{preset[0]}.yaml"
        files[path] = f"defaults: [{names.component}, _self_]\n{preset[1]}\n"
    return files


def _needs(template: str) -> list[str]:
    imported = set(re.findall(r"^(?:from|import) (\w+)", template, re.MULTILINE))
    theirs = imported & {"jaxtyping", "numpy", "pluggy", "sklearn", "torch"}
    major, minor = vierbein.__version__.split(".")[:2]
    ours = f"vierbein>={major}.{minor},<{major}.{int(minor) + 1}"
    return sorted([*(_DISTRIBUTIONS.get(name, name) for name in theirs), ours])


def _pyproject(kind: str, names: Names, licence: str, about: str, needs: list[str]) -> str:
    target = f"{names.package}.{names.component}"
    target += "" if kind in SPECIAL else f":{names.class_name}"
    needed = ", ".join(f'"{need}"' for need in needs)
    return f"""\
build-system = {{ requires = ["flit_core>=3.11,<5"], build-backend = "flit_core.buildapi" }}

[project]
name = "{names.distribution}"
version = "0.1.0"
description = "{about}"
readme = "README.md"
license = "{licence}"
dependencies = [{needed}]
entry-points."vierbein.v{API}.{kind}" = {{ {names.component} = "{target}" }}
"""


def _readme(kind: str, names: Names, about: str) -> str:
    use = f"vierbein run experiment=quickstart {kind}={names.component}"
    use = {
        "hooks": f"vierbein run experiment=quickstart hooks=[{names.distribution}]",
        "command": f"vierbein {names.component}",
    }.get(kind, use)
    return f"""\
# {names.distribution}

{about}

```
pip install -e . pytest
pytest
vierbein plugins show {kind}={names.component}
{use}
```

The component is `src/{names.package}/{names.component}.py`; its constructor's typed parameters are
its settings. `tests/test_contract.py` holds it against the contract of its kind, and `.ci/run` does
so in an environment of its own.
"""


def _test(kind: str, names: Names) -> str:
    contract = f"{kind.capitalize()}Contract"
    imports, methods = _TESTS.get(kind, ("", ""))
    return f"""\
{imports}from vierbein.testing.{kind} import {contract}


class Test{names.class_name}({contract}):
    component = "{names.component}"
{methods}"""


def _ci(names: Names) -> str:
    return f"""\
#!/usr/bin/env bash
# What must pass before a change lands.
set -euo pipefail
cd "$(dirname "$0")/.."
python3 -m venv .venv
.venv/bin/pip install --quiet -e . pytest
.venv/bin/vierbein plugins doctor {names.distribution}
.venv/bin/pytest
"""
