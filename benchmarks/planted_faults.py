"""Count the planted faults that the contracts catch, and the checks that there are."""

import sys
import tempfile
from pathlib import Path

from rows import write_row
from vierbein.testing.check import checks
from vierbein.testing.kinds import CONTRACTS, contract_of

PLANTED = Path(__file__).parent.parent / "tests" / "testing" / "planted"
COMMAND = "python benchmarks/planted_faults.py"


def main() -> int:
    """Plant every fault, ask for it, and write the rows."""
    sys.path.insert(0, str(PLANTED))
    from vierbein_planted import faults  # type: ignore[import-not-found]

    per_kind = {kind: len(checks(contract_of(kind))) for kind in CONTRACTS}
    total = sum(per_kind.values())
    contracts = [contract_of(kind) for kind in CONTRACTS]
    distinct = {getattr(contract, name) for contract in contracts for name in checks(contract)}
    with tempfile.TemporaryDirectory() as folder, faults.planted(Path(folder)):
        spoilt = [
            name
            for kind, names in faults.GOOD.items()
            for name in names
            if faults.broken(faults.contract(kind, name))
        ]
        tried = faults.faults()
        missed = [
            f"{fault.kind} {fault.name}: {fault.check}"
            for fault in tried
            if not faults.outcome(
                faults.contract(fault.kind, fault.name, fault.distribution), fault.check
            )
        ]
    print(", ".join(f"{kind} {num}" for kind, num in per_kind.items()))
    print(f"missed: {missed or 'none'}; good twins refused: {spoilt or 'none'}")
    against = f"{len(tried)} components of one fault each; good twins refused: {len(spoilt)}"
    for name, value, of in (
        ("planted_faults_caught", len(tried) - len(missed), against),
        ("planted_faults_tried", len(tried), ""),
        (
            "contract_checks_total",
            total,
            f"{len(per_kind)} kinds, shared checks counted in each; {len(distinct)} distinct",
        ),
    ):
        write_row("plugins", name, value, value, value, "1", of, COMMAND)
    return 1 if missed or spoilt else 0


if __name__ == "__main__":
    raise SystemExit(main())
