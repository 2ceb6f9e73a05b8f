"""Which versions a requirement allows: plain ones by ourselves, the rest as packaging says."""

import pytest
from packaging.specifiers import SpecifierSet

from vierbein.registry.requirement import Requirement, parse

SPECIFIERS = [
    "",
    ">=0.1,<0.2",
    ">0.1",
    "<=0.1.0",
    "==0.1",
    "==0.1.*",
    "!=0.1.1",
    "~=0.1",
    ">=0.2rc1",
]
VERSIONS = ["0.1", "0.1.0", "0.1.1", "0.1.10", "0.2", "0.2.0rc1", "1", "0.1.1.dev2"]


@pytest.mark.parametrize("specifier", SPECIFIERS)
@pytest.mark.parametrize("version", VERSIONS)
def test_it_allows_what_packaging_allows(specifier, version):
    expected = SpecifierSet(specifier).contains(version, prereleases=True)
    assert Requirement("vierbein", specifier, "").allows(version) is expected


def test_nonsense_allows_nothing():
    assert not Requirement("vierbein", ">=abc", "").allows("0.1.0")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("vierbein", ("vierbein", "", "")),
        ("vierbein (>=0.1,<0.2)", ("vierbein", ">=0.1,<0.2", "")),
        ("vierbein[docs]>=0.1; extra == 'x'", ("vierbein", ">=0.1", "extra == 'x'")),
        ("vierbein @ file:///somewhere", ("vierbein", "", "")),
    ],
)
def test_lines_are_read(line, expected):
    assert parse(line) == Requirement(*expected)
