"""Safeguards: they question a run."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, ClassVar

from vierbein.interfaces.figure import Figure, Picture
from vierbein.interfaces.run_view import RunView


class Moment(StrEnum):
    """When a safeguard is asked."""

    DATA_READY = "data_ready"
    ADAPTED = "adapted"
    COMPARED = "compared"
    BEFORE_UNBLINDING = "before_unblinding"
    COMPRESSED = "compressed"


class Answer(StrEnum):
    """A verdict's answer, from good to bad."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Verdict:
    """What a safeguard says of a run.

    Parameters
    ----------
    safeguard
        Its name, and what it questioned.
    answer
        Pass, warn or fail.
    sentence
        The answer in words, for a reader who did not set it up.
    figure
        The number that was held against the threshold.
    threshold
        Declared before the run.
    false_alarm_rate
        Probability of a warning or failure when nothing is wrong, as calibrated.
    further
        Other figures worth showing.
    pictures
        For the report.
    advice
        What to do next, for a reader who has an hour; empty where nothing need be done.
    chosen
        The name by which the run chose the safeguard. The run fills it in.
    """

    safeguard: str
    answer: Answer
    sentence: str
    figure: Figure
    threshold: float
    false_alarm_rate: float
    further: Sequence[Figure] = ()
    pictures: Sequence[Picture] = ()
    advice: str = ""
    chosen: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Verdict":
        """Read what `to_json` wrote, be it before there was advice."""
        return cls(
            **{
                **data,
                "answer": Answer(data["answer"]),
                "figure": Figure(**data["figure"]),
                "further": [Figure(**figure) for figure in data["further"]],
                "pictures": [Picture.from_json(picture) for picture in data["pictures"]],
            }
        )


class Safeguard(ABC):
    """Questions a run at one moment; thresholds are settings, declared before the run."""

    moment: ClassVar[Moment]
    asks_students: ClassVar[bool] = False
    """Whether it is asked again of each student, once networks have been compressed."""

    @abstractmethod
    def question(self, view: RunView) -> Sequence[Verdict]:
        """Give a verdict on each target domain, or one on the whole run."""
