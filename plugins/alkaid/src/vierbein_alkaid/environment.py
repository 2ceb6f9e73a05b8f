"""Which versions of the tool another interpreter has, without importing them."""

import json
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version

PINNED = {"alkaid": "0.8.2"}
_SCRIPT = """
import json, sys
from importlib.metadata import PackageNotFoundError, version
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        pass
print(json.dumps(found))
"""


def versions(python: str) -> dict[str, str]:
    """Look at what is installed.

    Parameters
    ----------
    python
        An interpreter.

    Returns
    -------
    dict
        Versions of the tool's distributions that are there; none where there is no interpreter.
    """
    if python == sys.executable:
        found = {}
        for name in PINNED:
            try:
                found[name] = version(name)
            except PackageNotFoundError:
                continue
        return found
    if shutil.which(python) is None:
        return {}
    asked = subprocess.run(  # noqa: S603 - the user's own setting names it
        [python, "-c", _SCRIPT, *PINNED], capture_output=True, text=True, check=False
    )
    answer: dict[str, str] = json.loads(asked.stdout) if asked.returncode == 0 else {}
    return answer


def problem(python: str, found: dict[str, str]) -> str:
    """Say why the tool cannot be used, and what to do; empty if it can."""
    if shutil.which(python) is None:
        return f"there is no interpreter {python}: name another by hardware.alkaid.python=PATH"
    for name, wanted in PINNED.items():
        if found.get(name) != wanted:
            has = f"{name} {found[name]}" if name in found else f"no {name}"
            return f"{python} has {has}: {python} -m pip install {name}=={wanted}"
    return ""
