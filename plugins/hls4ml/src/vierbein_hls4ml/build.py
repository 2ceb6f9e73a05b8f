"""A project's C++ -> a library that simulates it."""

from pathlib import Path

from vierbein.errors.workers import WorkerFailedError
from vierbein.interfaces.worker import LOG, run
from vierbein_hls4ml.errors import BuildFailedError

LIBRARY = "program.so"
# Any optimisation gives the same bits: integers do not round. The first level builds as fast as
# none, and runs ten times faster.
_FLAGS = ("-O1", "-std=c++17", "-fPIC", "-fno-gnu-unique", "-shared", "-w")


def build(compiler: str, project: Path) -> None:
    """Compile a project where it is: its parameters are read from there when it runs.

    Parameters
    ----------
    compiler
        Of C++.
    project
        As hls4ml wrote it; the library is put beside it.

    Raises
    ------
    BuildFailedError
        Names the first error.
    MissingProgramError
        If there is no such compiler.
    """
    folder = project.parent
    parameters = f'-DWEIGHTS_DIR="{project / "firmware" / "weights"}"'
    types = f"-I{project / 'firmware' / 'ap_types'}"
    sources = [str(project / "firmware" / "program.cpp"), str(project / "program_bridge.cpp")]
    command = [compiler, *_FLAGS, types, parameters, *sources, "-o", str(folder / LIBRARY)]
    try:
        run(command, folder, f"{compiler} of {project}")
    except WorkerFailedError as error:
        said = (folder / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
        first = [line for line in said if "error" in line.lower() or "No space" in line]
        reason = first[0].strip() if first else (said or ["it said nothing"])[-1]
        raise BuildFailedError(compiler, reason, str(folder / LOG)) from error
