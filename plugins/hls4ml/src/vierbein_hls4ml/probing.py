"""Whether hls4ml can run here, without importing it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping

from vierbein.interfaces.hardware import Level, Probe

PINS: Mapping[str, str] = {"hls4ml": "1.3.0", "qonnx": "1.0.0"}
"""Versions whose conversion is verified: another one may round, or lay out, in another way."""

_SECONDS = 60
_LOOK = """
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


def probe(python: str, compiler: str) -> Probe:
    """Look for the packages in an interpreter's metadata, and for the compiler.

    Parameters
    ----------
    python
        The interpreter that is to run hls4ml; this one if empty.
    compiler
        Of C++.

    Returns
    -------
    Probe
        With the level csim missing where there is no compiler.
    """
    interpreter = python or sys.executable
    try:
        looked = subprocess.run(  # noqa: S603 - the user's own setting names it
            [interpreter, "-c", _LOOK, *PINS], capture_output=True, timeout=_SECONDS, check=True
        )
        versions = json.loads(looked.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        reason = f"{interpreter} is no Python that runs: name another, hardware.hls4ml.python=..."
        return Probe(can_run=False, reason=reason, versions={})
    wrong = [
        f"{name} {pin} (there is {versions.get(name, 'none')})"
        for name, pin in PINS.items()
        if versions.get(name) != pin
    ]
    cure = "pip install " + " ".join(f"{name}=={pin}" for name, pin in PINS.items())
    reason = f"{interpreter} lacks {', '.join(wrong)}: {cure}" if wrong else ""
    missing = {}
    if shutil.which(compiler) is None:
        said = f"there is no C++ compiler {compiler!r}: install g++, or name another, "
        missing[Level.CSIM] = said + "hardware.hls4ml.compiler=..."
    return Probe(not wrong, reason, versions, missing)
