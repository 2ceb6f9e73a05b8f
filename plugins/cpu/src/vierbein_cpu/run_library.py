"""Runs a compiled program on words, in a process of its own: a crash there ends nothing else."""

import json
import sys
from pathlib import Path

import numpy as np

from vierbein_cpu.library import Call, traced


def main(folder: Path) -> None:
    """Read ``job.json`` and ``words.npy``, and write every tensor's numbers into ``tensors.npz``.

    Parameters
    ----------
    folder
        Where they are.
    """
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    words, said = np.load(folder / "words.npy", allow_pickle=False), job["description"]
    call = Call(Path(job["library"]), said, words)
    call()
    tensors = traced(Path(job["trace"]), said, words)
    # Places, not names: a program's tensors may be called anything.
    np.savez(folder / "tensors.npz", call.prediction, *tensors.values())
    (folder / "result.json").write_text(json.dumps(list(tensors)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
