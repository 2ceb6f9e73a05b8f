import json
from dataclasses import replace

import pytest

from vierbein.interfaces.figure import Figure, Line, Picture
from vierbein.interfaces.safeguard import Answer, Verdict

FIGURE = Figure("AUC of unfamiliar against familiar", 0.52, 0.5, 0.54)
PICTURE = Picture("Scores", "score", "events", [Line("clean", [0.0, 1.0], [3.0], style="steps")])
VERDICT = Verdict(
    "ood: atlas",
    Answer.WARN,
    "Some events are unfamiliar.",
    FIGURE,
    0.55,
    0.01,
    [FIGURE],
    [PICTURE],
    "Look at them.",
    "my_ood",
)


@pytest.mark.parametrize("answer", Answer)
def test_a_verdict_survives_json(answer: Answer) -> None:
    verdict = replace(VERDICT, answer=answer)
    again = Verdict.from_json(json.loads(json.dumps(verdict.to_json())))
    assert again == verdict
    assert again.answer is answer


def test_a_verdict_without_pictures_survives_json() -> None:
    verdict = replace(VERDICT, further=(), pictures=())
    again = Verdict.from_json(json.loads(json.dumps(verdict.to_json())))
    assert again.to_json() == replace(verdict, further=[], pictures=[]).to_json()


def test_an_unknown_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="perhaps"):
        Verdict.from_json({**VERDICT.to_json(), "answer": "perhaps"})


def test_a_verdict_from_before_there_was_advice_is_read() -> None:
    data = VERDICT.to_json()
    del data["advice"], data["chosen"]
    assert Verdict.from_json(data) == replace(VERDICT, advice="", chosen="")
