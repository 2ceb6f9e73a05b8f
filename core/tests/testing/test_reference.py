"""The reference names every check, every symmetry and what an author may set."""

from collections.abc import Iterator
from pathlib import Path

import torch

from vierbein.testing.check import checks
from vierbein.testing.component import ComponentContract
from vierbein.testing.contract import Contract
from vierbein.testing.firmware import FirmwareContract
from vierbein.testing.kinds import CONTRACTS, contract_of
from vierbein.testing.symmetry import SYMMETRIES, TOLERANCES

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "contracts.md"


def tables() -> Iterator[str]:
    """Write the page's tables as they must stand in it."""
    every, component = checks(Contract), checks(ComponentContract)
    yield table("Every component", every)
    own = {name: check for name, check in component.items() if name not in every}
    yield table("Every component that is a class", own)
    for kind in CONTRACTS:
        found = checks(contract_of(kind))
        own = {name: check for name, check in found.items() if name not in component}
        title = kind if kind == "hooks" else f"{kind}s"
        title = {"hardware": "hardware backends"}.get(kind, title)
        yield table(f"{title.capitalize()} ({len(found)} in all)", own)
    hardware, found = checks(contract_of("hardware")), checks(FirmwareContract)
    own = {name: check for name, check in found.items() if name not in hardware}
    yield table(f"Hardware backends of fixed-point networks ({len(found)} in all)", own)


def table(title: str, found: dict) -> str:
    rows = [f"| `{c.name}` | {c.meaning} | {c.since} |" for c in found.values()]
    return "\n".join([f"### {title}", "", "| check | asks | since |", "|---|---|---|", *rows])


def test_every_check_stands_in_the_reference() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [text for text in tables() if text not in page] == []


def test_every_symmetry_stands_in_the_reference() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = [f"| `{name}` | {s.meaning} |" for name, s in SYMMETRIES.items()]
    rows += [f"{TOLERANCES[torch.float64]:g} in double", f"{TOLERANCES[torch.float32]:g} in single"]
    assert [row for row in rows if row not in page] == []


def test_every_contract_and_what_it_can_be_told_stands_in_the_reference() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for kind, name in CONTRACTS.items():
        assert f"vierbein.testing.{kind}.{name}" in page
        told = {
            attribute
            for owner in contract_of(kind).__mro__
            for attribute, value in vars(owner).items()
            if not attribute.startswith(("_", "test_"))
            and not callable(getattr(owner, attribute))
            and attribute not in {"kind", "interface", "is_vierbein_contract"}
        }
        assert [attribute for attribute in sorted(told) if f"`{attribute}`" not in page] == []
