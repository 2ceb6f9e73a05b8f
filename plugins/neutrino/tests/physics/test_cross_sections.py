"""Cross-sections against closed formulas, an independent calculation and published generators."""

import re
from pathlib import Path

import numpy as np
import pytest

from vierbein_neutrino.physics import delta
from vierbein_neutrino.physics.constants import (
    AREA,
    COS_CABIBBO,
    FERMI,
    MUON,
    NUCLEON,
)
from vierbein_neutrino.physics.delta import Delta, delta_production, hadron_tensor
from vierbein_neutrino.physics.form_factors import delta_factors, nucleon_factors
from vierbein_neutrino.physics.products import Products
from vierbein_neutrino.physics.quasielastic import quasielastic


def at_energy(energy, q2, w=NUCLEON):
    """Products of momenta on a nucleon at rest, in GeV."""
    q2 = np.asarray(q2, dtype=float)
    transfer = (w**2 - NUCLEON**2 + q2) / (2 * NUCLEON)
    leptons = (q2 + MUON**2) / 2
    nucleon = np.full_like(q2, NUCLEON * energy)
    return Products(
        leptons, nucleon, nucleon - NUCLEON * transfer, -leptons, (q2 - MUON**2) / 2, q2
    )


def llewellyn_smith(energy, q2, *, anti):
    """The differential cross-section in 1e-38 cm^2 / GeV^2, by its A, B and C."""
    f1, f2, fa, fp = nucleon_factors(q2)
    tau, m2 = q2 / (4 * NUCLEON**2), (MUON / NUCLEON) ** 2
    a = (m2 + 4 * tau) * (
        (1 + tau) * fa**2
        - (1 - tau) * f1**2
        + tau * (1 - tau) * f2**2
        + 4 * tau * f1 * f2
        - m2 / 4 * ((f1 + f2) ** 2 + (fa + 2 * fp) ** 2 - 4 * (1 + tau) * fp**2)
    )
    b, c = 4 * tau * fa * (f1 + f2), (fa**2 + f1**2 + tau * f2**2) / 4
    x = (4 * NUCLEON * energy - q2 - MUON**2) / NUCLEON**2
    shape = a + (1 if anti else -1) * b * x + c * x**2
    return AREA * (NUCLEON * FERMI * COS_CABIBBO / energy) ** 2 / (8 * np.pi) * shape


def q2_limits(energy):
    s = NUCLEON**2 + 2 * NUCLEON * energy
    coming = (s - NUCLEON**2) / (2 * np.sqrt(s))
    muon = (s + MUON**2 - NUCLEON**2) / (2 * np.sqrt(s))
    going = np.sqrt(muon**2 - MUON**2)
    return [2 * coming * (muon + sign * going) - MUON**2 for sign in (-1, 1)]


@pytest.mark.parametrize("anti", [False, True])
def test_quasielastic_is_llewellyn_smith(anti):
    q2 = np.linspace(0.01, 1.0, 9)
    at = at_energy(1.0, q2)
    found = quasielastic(at, anti=anti) * (FERMI * COS_CABIBBO) ** 2 / 2 * AREA
    found /= 64 * np.pi * NUCLEON**2
    assert found == pytest.approx(llewellyn_smith(1.0, q2, anti=anti), rel=1e-10)


@pytest.mark.parametrize(("anti", "published"), [(False, 1.07), (True, 0.39)])
def test_quasielastic_total_on_a_free_nucleon(anti, published, process):
    q2 = np.linspace(*q2_limits(1.0), 4001)
    integral = np.trapezoid(llewellyn_smith(1.0, q2, anti=anti), q2)
    assert process("qe", "free", 1.0, anti).cross_section == pytest.approx(integral, rel=0.01)
    assert integral == pytest.approx(published, rel=0.02)


@pytest.mark.parametrize(("anti", "nuwro"), [(False, 0.926), (True, 0.301)])
def test_quasielastic_total_in_carbon(anti, nuwro, process):
    """NuWro 21.09.2 with a local Fermi gas, in 1e-38 cm^2 for each nucleon that can be hit."""
    assert process("qe", "C12", 1.0, anti).cross_section / 6 == pytest.approx(nuwro, rel=0.06)


@pytest.mark.parametrize(
    ("anti", "q2", "w", "traces"),
    [
        (False, 0.1, 1.15, 160.02659153072872),
        (False, 0.3, 1.232, 106.91580250216919),
        (False, 0.8, 1.4, 32.73859218234042),
        (True, 0.1, 1.15, 114.26062623381424),
        (True, 0.3, 1.232, 49.77546265175576),
        (True, 0.8, 1.4, 5.947266352197412),
    ],
)
def test_helicity_amplitudes_are_the_traces(anti, q2, w, traces):
    """The same current, contracted by 4 x 4 matrices and the projector of spin 3/2."""
    found = delta_production(at_energy(2.0, [q2], w), np.array([w]), anti=anti)
    assert found[0] == pytest.approx(traces, rel=1e-8)


def test_the_vector_current_is_conserved(monkeypatch):
    def vector_alone(q2):
        factors = delta_factors(q2)
        return factors._replace(c4a=0 * q2, c5a=0 * q2, c6a=0 * q2)

    monkeypatch.setattr(delta, "delta_factors", vector_alone)
    q2, w = np.array([0.1, 0.5, 1.5]), np.array([1.15, 1.232, 1.5])
    hadron = hadron_tensor(q2, w)
    energy = (w**2 - NUCLEON**2 - q2) / (2 * w)
    momentum = np.sqrt(energy**2 + q2)
    assert energy * hadron.tt == pytest.approx(momentum * hadron.tz, abs=1e-12)
    assert energy * hadron.tz == pytest.approx(momentum * hadron.zz, abs=1e-12)


def test_the_line_of_the_resonance():
    shape, w = Delta(), np.linspace(1.08, 1.7, 100_001)
    narrow = Delta(width=1e-3)
    assert np.trapezoid(2 * w * narrow.line(w), w) == pytest.approx(1.0, abs=0.01)
    peak = shape.line(np.array([1.232]))[0]
    assert peak == pytest.approx(1 / (np.pi * 1.232 * 0.118), rel=1e-9)
    assert shape.running_width(np.array([1.232]))[0] == pytest.approx(0.118)
    assert w[narrow.line(w).argmax()] == pytest.approx(1.232, abs=1e-4)


@pytest.mark.parametrize(
    ("kind", "anti", "anl"), [("delta_3", False, 0.5), ("delta_1", False, 0.17)]
)
def test_delta_total_at_1_gev(kind, anti, anl, process):
    """About what the reanalysed deuterium data have without background (arXiv:1411.4482)."""
    assert process(kind, "free", 1.0, anti).cross_section == pytest.approx(anl, rel=0.2)


def test_isospin(process):
    one, three = (
        process(kind, "free", 1.0, False).cross_section for kind in ("delta_1", "delta_3")
    )
    assert three == pytest.approx(3 * one, rel=1e-9)


def test_the_table_of_the_readme(process):
    """Rows are `| words | here | NuWro |`, in the order of the processes below."""
    readme = Path(__file__).parents[2] / "README.md"
    rows = re.findall(
        r"^\| [^|]+ \| (\d\.\d{3}) \| [^|]*\|$", readme.read_text("utf-8"), re.MULTILINE
    )
    found = [
        process(kind, nucleus, 1.0, anti).cross_section / number
        for kind, nucleus, anti, number in (
            ("qe", "free", False, 1),
            ("qe", "free", True, 1),
            ("qe", "C12", False, 6),
            ("qe", "C12", True, 6),
            ("qe", "Ar40", False, 22),
            ("delta_1", "free", False, 1),
            ("delta_3", "free", False, 1),
        )
    ]
    assert [float(row) for row in rows] == pytest.approx(found, rel=0.01)
