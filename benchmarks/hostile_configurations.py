"""Try every hostile configuration of the tests' table at every door, and count what is refused.

The doors: a file in the working folder, in a plugin and elsewhere on the disk, `vierbein run`,
`vierbein config check`, and `vierbein.experiment.run.run` from Python. Refused means exit status 2,
the words that the table asks for, no code run and no secret shown.
"""

import sys
from pathlib import Path

from rows import write_row

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Try all, name what got through, and write the rows."""
    sys.path.insert(0, str(ROOT / "tests" / "hostile"))
    from vierbein_hostile.attempt import doors, tried
    from vierbein_hostile.cases import cases

    table, num_tried, num_refused = cases(), 0, 0
    for case in table:
        for name, door in doors(case).items():
            outcome = tried(case, door)
            refused = outcome.is_refused and case.says in outcome.said
            num_tried += 1
            num_refused += refused
            if not refused:
                print(f"got through: {case.name}, by {name}: {outcome}")
    against = f"{len(table)} configurations by up to 5 doors"
    for name, count in (("refused", num_refused), ("tried", num_tried)):
        figures = (count, count, count, "1", against, "python benchmarks/hostile_configurations.py")
        print(write_row("plugins", f"hostile_configs_{name}", *figures))


if __name__ == "__main__":
    main()
