import json

from vierbein.interfaces.figure import Figure, Line, Picture

PICTURE = Picture(
    "Rejection against efficiency",
    "signal efficiency",
    "background rejection",
    [
        Line("tuned", [0.3, 0.5], [900.0, 200.0], [850.0, 190.0], [960.0, 211.0]),
        Line("counts", [0.0, 1.0, 2.0], [5.0, 7.0], style="steps"),
    ],
    y_log=True,
)


def test_a_figure_survives_json() -> None:
    figure = Figure("AUC", 0.91, 0.905, 0.916)
    assert Figure(**json.loads(json.dumps(figure.to_json()))) == figure


def test_a_picture_survives_json() -> None:
    assert Picture.from_json(json.loads(json.dumps(PICTURE.to_json()))) == PICTURE
