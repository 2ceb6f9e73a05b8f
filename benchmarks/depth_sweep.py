"""Measure the AUC against the number of the base's last blocks that learn, on the shipped jets.

Runs the experiment `depth_sweep` once a depth, up to all blocks, and writes a row for each depth,
target domain and number of labelled events. An interrupted sweep goes on where it stopped.
"""

import tempfile
from argparse import ArgumentParser
from pathlib import Path

from rows import write_row
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.run import configure, run

TOPIC = "depth_sweep"
QUICK = ("compare.sizes=[60]", "compare.seeds=1", "compare.steps=5", "compare.test_events=300")


def num_blocks() -> int:
    """Count the blocks of the experiment's backbone."""
    assembly = Assembly(configure("depth_sweep"))
    assert assembly.base is not None  # noqa: S101 - the experiment names one
    return len(assembly.backbone(assembly.base.schema).blocks())


def main() -> None:
    """Run every depth and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default="runs/depth_sweep")
    parser.add_argument("--quick", action="store_true", help="a few steps, and no rows")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = temporary if arguments.quick else arguments.folder
        for depth in range(1, num_blocks() + 1):
            result = run(
                "depth_sweep",
                [
                    f"tuner.last_l.num_blocks={depth}",
                    f"run_folder={folder}/{depth}",
                    "compare.arms=[zero_shot,fine_tuned]",  # twins are the same at every depth
                    *(QUICK if arguments.quick else ()),
                ],
                is_quiet=True,
            )
            for arm in result.arms.itertuples():
                # The base as it is stands under each size: depth 0.
                is_base = arm.arm == "zero_shot"
                name = f"depth_{0 if is_base else depth}_{arm.domain}_{arm.size}"
                print(name, f"{arm.value:.4f} ({arm.low:.4f} to {arm.high:.4f})")
                if not arguments.quick:
                    command = f"python benchmarks/{Path(__file__).name}"
                    write_row(TOPIC, name, arm.value, arm.low, arm.high, "AUC", "", command)


if __name__ == "__main__":
    main()
