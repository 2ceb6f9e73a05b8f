"""Numbers and words of the report, as people read them."""

import math
from collections.abc import Mapping
from typing import Any

from vierbein.experiment.compare.pictures import TITLES

_SMALLEST_CLOCK = 60.0
_HUGE = 1e15


def number(value: float, half_width: float = 0.0) -> str:
    """Write a number to the second digit of its uncertainty, or to four digits without one.

    Parameters
    ----------
    value
        The number.
    half_width
        Half the width of its interval; 0 if there is none.

    Returns
    -------
    str
        Digits, with commas between thousands; words if it is not finite.

    Examples
    --------
    >>> number(0.93312, 0.0021), number(1234.5, 120.0), number(0.25)
    ('0.9331', '1,234', '0.25')
    """
    if not math.isfinite(value):
        return "not defined" if math.isnan(value) else "infinite"
    if half_width <= 0 or not math.isfinite(half_width):
        return f"{value:,.0f}" if value.is_integer() and abs(value) < _HUGE else f"{value:.4g}"
    decimals = min(max(1 - math.floor(math.log10(half_width)), 0), 6)
    return f"{value:z,.{decimals}f}"  # z: no minus before a zero


def interval(said: Mapping[str, Any], *, is_signed: bool = False) -> str:
    """Write a value with its interval.

    Parameters
    ----------
    said
        ``value``, ``low`` and ``high``.
    is_signed
        Whether a plus sign stands before what is not negative.

    Returns
    -------
    str
        The value, and the interval in brackets if it has a width.

    Examples
    --------
    >>> interval({"value": 0.052, "low": 0.041, "high": 0.063}, is_signed=True)
    '+0.052 [+0.041, +0.063]'
    """
    value, low, high = (float(said[key]) for key in ("value", "low", "high"))
    texts = [number(x, (high - low) / 2) for x in (value, low, high)]
    if is_signed:
        texts = [t if t.startswith("-") else f"+{t}" for t in texts]
    return f"{texts[0]} [{texts[1]}, {texts[2]}]" if low < high else texts[0]


def plus_minus(said: Mapping[str, Any]) -> str:
    """Write a difference with half its interval's width, where there is little room.

    Parameters
    ----------
    said
        ``value``, ``low`` and ``high``.

    Returns
    -------
    str
        The difference with its sign, to the second digit of the half width.

    Examples
    --------
    >>> plus_minus({"value": 0.052, "low": 0.041, "high": 0.063})
    '+0.052 \u00b1 0.011'
    """
    half = (float(said["high"]) - float(said["low"])) / 2
    sign = "" if said["value"] < 0 else "+"
    return f"{sign}{number(float(said['value']), half)} \u00b1 {number(half, half)}"


def bounded(efficiency: Mapping[str, Any], smallest: float) -> str:
    """Write a label efficiency, or a number of events, with its interval; bounds as bounds.

    Parameters
    ----------
    efficiency
        As `Efficiency.to_json` gives it.
    smallest
        The least that could be told: the twin's smallest sample, in the efficiency's own unit. An
        interval that ends there goes on below it.

    Returns
    -------
    str
        A bound says so (``at least``, ``at most``), and so does an open end of the interval.

    Examples
    --------
    >>> bounded({"value": 8.21, "low": 5.1, "high": None, "bound": ""}, 1.0)
    '8.21 [from 5.1]'
    >>> bounded({"value": 10.0, "low": 10.0, "high": None, "bound": "at_least"}, 1.0)
    'at least 10'
    >>> bounded({"value": 1.0, "low": 1.0, "high": 2.4, "bound": "at_most"}, 1.0)
    'at most 1 [below 1, 2.4]'
    """
    value, low, high = efficiency["value"], efficiency["low"], efficiency["high"]
    text = f"{efficiency['bound'].replace('_', ' ')} {_short(value)}".strip()
    if low == value and high in (value, None):
        return text
    ends = []
    if low > smallest * (1 + 1e-9):
        ends.append(_short(low) if high else f"from {_short(low)}")
    elif high:
        ends.append(f"below {_short(low)}")
    return f"{text} [{', '.join([*ends, _short(high)] if high else ends) or 'unbounded'}]"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits


def flops(value: float) -> str:
    """Write floating-point operations with a prefix.

    Parameters
    ----------
    value
        How many.

    Returns
    -------
    str
        Three digits.

    Examples
    --------
    >>> flops(2.34e12), flops(512.0)
    ('2.34 TFLOP', '512 FLOP')
    """
    power = min(max(int(math.log10(value) // 3), 0), 6) if value > 0 else 0
    return f"{value / 1000**power:.3g} {('', 'k', 'M', 'G', 'T', 'P', 'E')[power]}FLOP"


def duration(seconds: float) -> str:
    """Write a time.

    Parameters
    ----------
    seconds
        The time in seconds.

    Returns
    -------
    str
        A tenth of a second below a minute, whole seconds above.

    Examples
    --------
    >>> duration(3.217), duration(3725.0)
    ('3.2 s', '1 h 2 min 5 s')
    """
    if seconds < _SMALLEST_CLOCK:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{f'{hours} h ' if hours else ''}{minutes} min {rest} s"


def several(values: list[Any]) -> str:
    """Write one value a seed, or only one where all seeds agree.

    Parameters
    ----------
    values
        Numbers or words, one a seed; None for what never came.

    Returns
    -------
    str
        One text, or all of them with commas.

    Examples
    --------
    >>> several([100, 100, 100]), several([20, None, 40])
    ('100', '20, never, 40')
    """
    texts = [
        "never" if v is None else v if isinstance(v, str) else number(float(v)) for v in values
    ]
    return texts[0] if texts and len(set(texts)) == 1 else ", ".join(texts)


def listed(words: list[str]) -> str:
    """Write an enumeration.

    Parameters
    ----------
    words
        In the order wanted.

    Returns
    -------
    str
        Commas between them, ``and`` before the last.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def arm(name: str) -> str:
    """Give an arm's title."""
    return TITLES.get(name, name)
