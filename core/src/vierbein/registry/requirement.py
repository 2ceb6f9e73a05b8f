"""What a distribution declares that it needs, compared with what runs."""

import re
from typing import Final, NamedTuple

PLAIN_VERSION: Final = re.compile(r"\d+(\.\d+)*")
PLAIN_CLAUSE: Final = re.compile(r"(>=|<=|==|!=|>|<)\s*(\d+(?:\.\d+)*)")


class Requirement(NamedTuple):
    """One `Requires-Dist` line.

    Parameters
    ----------
    name
        The distribution that is needed.
    specifier
        Which versions will do, as written; "" for any.
    marker
        Where it is needed, as written; "" for everywhere.
    """

    name: str
    specifier: str
    marker: str

    @property
    def applies(self) -> bool:
        """True where it is needed everywhere: extras and platforms are pip's business."""
        return not self.marker

    def __str__(self) -> str:
        return f"{self.name}{self.specifier}"

    def allows(self, version: str) -> bool:
        """Say whether a version will do.

        Parameters
        ----------
        version
            A distribution's version.

        Returns
        -------
        bool
            Whether it fits the specifier; False if the specifier cannot be read.

        Examples
        --------
        >>> Requirement("vierbein", ">=0.1,<0.2", "").allows("0.1.3")
        True
        """
        clauses = [clause.strip() for clause in self.specifier.split(",") if clause.strip()]
        parsed = [PLAIN_CLAUSE.fullmatch(clause) for clause in clauses]
        if PLAIN_VERSION.fullmatch(version) and all(parsed):
            return all(_compare(version, match[1], match[2]) for match in parsed if match)
        # Pre-releases, wildcards and the like are rare, and importing packaging is slow.
        from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415

        try:
            return SpecifierSet(self.specifier).contains(version, prereleases=True)
        except InvalidSpecifier:
            return False


def parse(line: str) -> Requirement:
    """Read one `Requires-Dist` line.

    Parameters
    ----------
    line
        Name, extras, specifier and marker, as a distribution's metadata has them.

    Returns
    -------
    Requirement
        What it asks for; extras are left out.

    Examples
    --------
    >>> parse("brevitas[hls] (>=0.13) ; extra == 'quant'")
    Requirement(name='brevitas', specifier='>=0.13', marker="extra == 'quant'")
    """
    head, _, marker = line.partition(";")
    match = re.match(r"\s*([\w.-]+)\s*(?:\[[^\]]*\])?\s*\(?([^)]*)\)?\s*$", head)
    name, specifier = match.groups() if match else (head.strip(), "")
    return Requirement(name, specifier.partition("@")[0].strip(), marker.strip())


def _compare(version: str, operator: str, bound: str) -> bool:
    left, right = ([int(part) for part in text.split(".")] for text in (version, bound))
    width = max(len(left), len(right))
    left, right = (numbers + [0] * (width - len(numbers)) for numbers in (left, right))
    return {
        ">=": left >= right,
        "<=": left <= right,
        "==": left == right,
        "!=": left != right,
        ">": left > right,
        "<": left < right,
    }[operator]
