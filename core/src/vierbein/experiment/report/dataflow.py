"""A program's dataflow graph as a picture: tensors from the input words down to the prediction."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _EDGE = 250, 44, 20, 26, 8
_TALL = _HEIGHT + _GAP_Y
_STYLE = Markup(
    "text{font:12px sans-serif}rect{fill:#eef3fb;stroke:#4c6a9c}"
    "path{fill:none;stroke:#667}.soft{fill:#556}"
)


def dataflow_svg(tensors: Sequence[Mapping[str, Any]]) -> Markup:
    """Draw tensors as boxes, in rows by their distance from the input words.

    Parameters
    ----------
    tensors
        As the stage `compress` describes them, in the order in which they are computed.

    Returns
    -------
    Markup
        An inline SVG element.
    """
    depth: dict[str, int] = {}
    place: dict[str, tuple[int, int]] = {}
    for tensor in tensors:
        name = tensor["name"]
        depth[name] = 1 + max((depth[given] for given in tensor["inputs"]), default=-1)
        beside = sum(depth[other] == depth[name] for other in place)
        x, y = _EDGE + beside * (_WIDTH + _GAP_X), _EDGE + depth[name] * _TALL
        place[name] = (x, y)
    columns = max(x for x, _ in place.values()) + _WIDTH + _EDGE
    rows = max(y for _, y in place.values()) + _HEIGHT + _EDGE
    drawn = Markup("").join(_box(tensor, place) for tensor in tensors)
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" '
        'role="img" aria-label="dataflow graph"><style>{style}</style>{drawn}</svg>'
    ).format(w=columns, h=rows, style=_STYLE, drawn=drawn)


def _box(tensor: Mapping[str, Any], place: Mapping[str, tuple[int, int]]) -> Markup:
    x, y = place[tensor["name"]]
    edges = Markup("").join(
        Markup('<path d="M{} {}L{} {}"/>').format(
            place[given][0] + _WIDTH // 2, place[given][1] + _HEIGHT, x + _WIDTH // 2, y
        )
        for given in tensor["inputs"]
    )
    shape = " x ".join(str(length) for length in tensor["shape"])
    sign = "signed" if tensor["is_signed"] else "unsigned"
    grid = f"{sign} {tensor['num_bits']} bits, spacing 2^{-tensor['num_fraction']}"
    return edges + Markup(
        '<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="4"/>'
        '<text x="{tx}" y="{t1}">{name}: {operation}</text>'
        '<text class="soft" x="{tx}" y="{t2}">{shape}; {grid}</text>'
    ).format(
        x=x,
        y=y,
        w=_WIDTH,
        h=_HEIGHT,
        tx=x + 8,
        t1=y + 18,
        t2=y + 35,
        name=tensor["name"],
        operation=tensor["operation"],
        shape=shape,
        grid=grid,
    )
