"""The stage in which safeguards question the run."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace

from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import TIMINGS
from vierbein.experiment.compressed import Compressed
from vierbein.experiment.progress import Advance
from vierbein.experiment.stages.view import StudentView, View
from vierbein.interfaces.safeguard import Moment, Verdict
from vierbein.storage.atomic import read_json, write_json

Question = tuple[str, str]
"""A safeguard, and the student that it is asked of; empty for the run itself."""


def asked_at(assembly: Assembly, *moments: Moment) -> list[Question]:
    """Name the chosen safeguards that ask at some moments, each with what it is asked of."""
    chosen = assembly.safeguards.items()
    usual = [m for m in moments if m is not Moment.COMPRESSED]
    questions = [(name, "") for name, each in chosen if each.moment in usual]
    if Moment.COMPRESSED in moments:
        again = [n for n, e in chosen if e.asks_students or e.moment is Moment.COMPRESSED]
        students = Compressed(assembly, {}).students
        questions += [(name, student) for student in students for name in again]
    return questions


def question(
    assembly: Assembly, moment: Moment, recommendations: dict[str, str], advance: Advance
) -> list[Verdict]:
    """Ask every safeguard whose moment has come; what was answered before is not asked again.

    Parameters
    ----------
    assembly
        Of the run.
    moment
        Which one. Once networks have been compressed, students are questioned one by one.
    recommendations
        The recommended arm of each domain, once there is one.
    advance
        Called with a safeguard's name before it is asked, and when it has answered.

    Returns
    -------
    list
        Their verdicts.
    """
    verdicts: list[Verdict] = []
    views: dict[str, View] = {}
    for name, student in asked_at(assembly, moment):  # without any, a run may have no source domain
        if student not in views:
            compressed = Compressed(assembly, recommendations)
            made = StudentView(compressed, student) if student else View(assembly, recommendations)
            views[student] = made
        advance(0, f"{name}, {student}" if student else name)
        verdicts += _answers(assembly, name, student, views[student])
        advance()
    return verdicts


def _answers(assembly: Assembly, name: str, student: str, view: View) -> Iterator[Verdict]:
    folder = assembly.folder / "question"
    path = folder / "students" / student / f"{name}.json" if student else folder / f"{name}.json"
    if not path.exists():
        begun, view.reads = time.perf_counter(), []
        said = [verdict.to_json() for verdict in assembly.safeguards[name].question(view)]
        write_json(path, {"verdicts": said, "reads": view.reads})
        took = {**seconds(assembly)}
        took[name] = took.get(name, 0.0) + time.perf_counter() - begun
        write_json(folder / TIMINGS, {"seconds": took})
    for said in read_json(path)["verdicts"]:
        verdict = Verdict.from_json({**said, "chosen": name})
        yield _of_student(verdict, student) if student else verdict


def _of_student(verdict: Verdict, student: str) -> Verdict:
    """Name the student behind the domain, in the verdict and in its pictures."""
    pictures = [
        replace(picture, title=picture.title.replace(":", f", {student}:", 1))
        for picture in verdict.pictures
    ]
    return replace(verdict, safeguard=f"{verdict.safeguard}, {student}", pictures=pictures)


def seconds(assembly: Assembly) -> Mapping[str, float]:
    """Give what each safeguard took; an interrupted run has it too."""
    path = assembly.folder / "question" / TIMINGS
    return read_json(path)["seconds"] if path.exists() else {}
