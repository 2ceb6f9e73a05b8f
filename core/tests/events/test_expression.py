import numpy as np
import pytest

from vierbein.errors.features import ExpressionError
from vierbein.events.expression import Expression, Value

LENGTHS = np.array([3, 0, 2, 4])
OFFSETS = np.cumsum([0, *LENGTHS])
RNG = np.random.default_rng(3)
PT = RNG.uniform(0.5, 50, OFFSETS[-1]).astype(np.float32)
PHI = RNG.uniform(-3, 3, OFFSETS[-1]).astype(np.float32)
CHARGE = RNG.integers(-1, 2, OFFSETS[-1]).astype(np.int8)
JET = RNG.uniform(100, 200, len(LENGTHS)).astype(np.float32)
COLUMNS = {
    "pt": Value(PT, is_jagged=True),
    "phi": Value(PHI, is_jagged=True),
    "charge": Value(CHARGE, is_jagged=True),
    "is_charged": Value(CHARGE != 0, is_jagged=True),
    "jet": Value(JET, is_jagged=False),
    "Jet.PT": Value(JET, is_jagged=False),
}
WIDE, PER_JET = PT.astype(float), JET.astype(float)
ANGLE, JET_OF = PHI.astype(float), np.repeat(PER_JET, LENGTHS)


def evaluate(text: str) -> Value:
    return Expression(text).evaluate(COLUMNS, OFFSETS)


def segments(function, values) -> list[float]:
    parts = np.split(values, OFFSETS[1:-1])
    return [function(part) if len(part) else 0 for part in parts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pt + 2 * pt - pt / 4", WIDE + 2 * WIDE - WIDE / 4),
        ("pt ** 2", WIDE**2),
        ("-pt", -WIDE),
        ("2 ** 3 ** 0.5", np.full((), 2**3**0.5)),
        ("log(pt / jet)", np.log(WIDE / JET_OF)),
        ("pt * cos(phi)", WIDE * np.cos(ANGLE)),
        ("sin(phi) + sinh(phi) + cosh(phi)", np.sin(ANGLE) + np.sinh(ANGLE) + np.cosh(ANGLE)),
        ("arctan2(pt, phi)", np.arctan2(WIDE, ANGLE)),
        ("hypot(pt, phi) + tanh(phi)", np.hypot(WIDE, ANGLE) + np.tanh(ANGLE)),
        ("arcsinh(pt) + sqrt(pt) + exp(-pt)", np.arcsinh(WIDE) + np.sqrt(WIDE) + np.exp(-WIDE)),
        ("abs(phi) * sign(phi)", ANGLE),
        ("minimum(pt, 5) + maximum(pt, jet)", np.minimum(WIDE, 5) + np.maximum(WIDE, JET_OF)),
        ("where(charge > 0, pt, -pt)", np.where(CHARGE > 0, WIDE, -WIDE)),
        ("10 < pt <= 30", (WIDE > 10) & (WIDE <= 30)),
        ("pt > 10 and phi > 0 or not charge == 0", (WIDE > 10) & (ANGLE > 0) | (CHARGE != 0)),
        ("charge != 0 and 1 >= charge", CHARGE != 0),
        ("charge * 100", CHARGE.astype(int) * 100),
        ("pt ** -1 * charge ** 2", CHARGE.astype(float) ** 2 / WIDE),
        ("(pt > 10) - is_charged", (WIDE > 10).astype(int) - (CHARGE != 0)),
    ],
)
def test_arithmetic_agrees_with_numpy(text: str, expected: np.ndarray) -> None:
    value = evaluate(text)
    np.testing.assert_allclose(value.array, expected, rtol=1e-15)
    assert value.is_jagged == (expected.ndim == 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sum(pt)", segments(np.sum, WIDE)),
        ("max(pt) - min(pt)", segments(np.ptp, WIDE)),
        ("count(pt)", LENGTHS),
        ("sum(1)", LENGTHS),
        ("sum(is_charged)", segments(np.sum, (CHARGE != 0).astype(int))),
        ("sum(pt > 10)", segments(np.sum, (WIDE > 10).astype(int))),
        ("sum(charge * 100)", segments(np.sum, CHARGE.astype(int) * 100)),
        ("sum(jet)", PER_JET * LENGTHS),
        ("sum(pt) / jet > 0.2", np.array(segments(np.sum, WIDE)) / PER_JET > 0.2),
        ("Jet.PT * 2", PER_JET * 2),
    ],
)
def test_reductions_give_one_number_an_event(text: str, expected: np.ndarray) -> None:
    value = evaluate(text)
    np.testing.assert_allclose(value.array, expected, rtol=1e-12)
    assert not value.is_jagged


def test_wrap_brings_angles_home() -> None:
    angles = np.array([-7.0, -np.pi, 0.0, np.pi, 3 * np.pi / 2, 100.0])
    columns = {"a": Value(angles, is_jagged=False)}
    wrapped = Expression("wrap(a)").evaluate(columns, OFFSETS).array
    assert ((wrapped >= -np.pi) & (wrapped < np.pi)).all()
    np.testing.assert_allclose(np.exp(1j * wrapped), np.exp(1j * angles), atol=1e-12)


def test_columns_are_those_that_are_read() -> None:
    assert Expression("log(part.pt / jet) + sum(part.pt) * 2").columns == ("jet", "part.pt")
    assert Expression("sum + sum(pt)").columns == ("pt", "sum")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("pt.__class__", "'pt.__class__' is no column"),
        ("__import__", "'__import__' is no column"),
        ("__import__('os')", "no function '__import__'"),
        ("(pt + 1).real", "Attribute is not in the language"),
        ("sum(pt).real", "Attribute is not in the language"),
        ("eval(pt)", "no function 'eval'"),
        ("pt.tofile(phi)", "no function 'pt.tofile'"),
        ("(lambda: pt)()", "no function"),
        ("lambda: pt", "Lambda is not in the language"),
        ("[p for p in pt]", "ListComp is not in the language"),
        ("sum(p for p in pt)", "GeneratorExp is not in the language"),
        ("{pt: phi}", "Dict is not in the language"),
        ("pt[0]", "Subscript is not in the language"),
        ("(pt := 3)", "NamedExpr is not in the language"),
        ("pt if phi else jet", "IfExp is not in the language"),
        ("f'{pt}'", "JoinedStr is not in the language"),
        ("'pt'", "'pt' is no number"),
        ("b'pt'", "is no number"),
        ("pt + None", "None is no number"),
        ("pt * True", "True is no number"),
        ("pt * 2j", "2j is no number"),
        ("pt * 1e999", "inf is no number"),
        ("pt ** 99999999999999999999", "99999999999999999999 is no number"),
        ("pt // 2", "FloorDiv is not in the language"),
        ("pt @ phi", "MatMult is not in the language"),
        ("~charge", "Invert is not in the language"),
        ("+pt", "UAdd is not in the language"),
        ("pt is phi", "Is is not in the language"),
        ("pt in phi", "In is not in the language"),
        ("abs(pt, phi)", "abs takes 1 argument, without names"),
        ("abs(pt, out=phi)", "abs takes 1 argument"),
        ("maximum(pt, phi, phi)", "maximum takes 2 arguments"),
        ("where(pt)", "where takes 3 arguments"),
        ("sum()", "sum takes 1 argument"),
        ("abs(*pt)", "Starred is not in the language"),
        ("", "not well formed"),
        ("pt +", "not well formed"),
        ("import os", "not well formed"),
        ("pt\0", "not well formed"),
        ("-" * 60 + "pt", "nested more than"),
        ("(" * 5000 + "pt" + ")" * 5000, "not well formed"),
        ("-" * 100_000 + "pt", "not well formed"),
    ],
    ids=lambda text: text[:30].replace("\0", "NUL"),
)
def test_anything_else_is_refused_before_it_is_run(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        Expression(text)
    message = str(caught.value)
    assert reason in message
    assert "Allowed: columns" in message
    assert "Rewrite it" in message


def test_columns_are_never_written_to() -> None:
    before = {name: value.array.copy() for name, value in COLUMNS.items()}
    for text in ("abs(phi)", "maximum(pt, phi)", "where(charge, pt, phi)", "wrap(phi)", "-pt"):
        evaluate(text)
    for name, value in COLUMNS.items():
        assert np.array_equal(value.array, before[name]), name
