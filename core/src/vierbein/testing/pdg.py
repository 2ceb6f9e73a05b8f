"""Electric charges of particles by their PDG codes."""

from typing import Final

_LEPTONS: Final = {11: -3, 13: -3, 15: -3, 24: 3}
_NUCLEUS: Final = 1_000_000_000
_DOWN_UP: Final = (-1, 2)
"""Three times the charge of quarks of odd and of even number."""


def charge_of(code: int) -> float:
    """Give a particle's charge in units of the proton's.

    Leptons and bosons by name, hadrons by the quarks in their code, nuclei by their protons [1]_.

    Parameters
    ----------
    code
        A PDG particle code.

    Returns
    -------
    float
        The charge.

    References
    ----------
    .. [1] Particle Data Group, Monte Carlo particle numbering scheme, Phys. Rev. D 110, 030001
       (2024).

    Examples
    --------
    >>> [charge_of(code) for code in (11, -11, 22, 211, -321, 130, 2212, 2112, 1000060120)]
    [-1.0, 1.0, 0.0, 1.0, -1.0, 0.0, 1.0, 0.0, 6.0]
    """
    size, sign = abs(code), 1 if code > 0 else -1
    if size >= _NUCLEUS:
        return float(sign * (size // 10_000 % 1_000))
    quarks = [int(digit) for digit in f"{size:04d}"[-4:-1]]
    if size < 100:  # noqa: PLR2004 - leptons and bosons
        return sign * _LEPTONS.get(size, 0) / 3
    thirds = [0 if quark == 0 else _DOWN_UP[quark % 2 == 0] for quark in quarks]
    if quarks[0]:
        return sign * sum(thirds) / 3
    # A meson is a quark and an antiquark; its sign follows the heavier one's type.
    heavy, light = thirds[1], thirds[2]
    return sign * (heavy - light if quarks[1] % 2 == 0 else light - heavy) / 3
