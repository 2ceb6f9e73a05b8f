"""Run a lowered program by the tool's bit-exact interpreter; run as a script, with a folder."""

import json
import sys
from pathlib import Path

import numpy as np
from alkaid.types import CombLogic


def main(folder: Path) -> None:
    """Read values of input words, write the prediction's and every tensor's, flat."""
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    values = np.load(folder / "values.npy")
    found = {
        name: CombLogic.load(Path(job["project"]) / f"{name}.json").predict(values, n_threads=1)
        for name in ("firmware", "tensors")
    }
    np.savez(folder / "found.npz", allow_pickle=False, **found)
    (folder / "result.json").write_text("{}", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
