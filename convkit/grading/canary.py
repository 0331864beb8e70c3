"""Two submissions whose points are known: if they do not get these, no student is graded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from convkit.grading import notebook as nb
from convkit.grading.outcome import GraderError
from convkit.grading.running.submission import Part


@dataclass(frozen=True)
class _Result:
    """Of one test: its points, the most it gives but for a bonus, and what it said."""

    earned: float
    possible: float
    said: str


def see_alive(solution: Mapping[str, Part], release: Mapping[str, Part]) -> float:
    """See that the solution earned everything and the untouched release nothing.

    Args:
        solution: what became of its notebooks when graded as a student's.
        release: the same of the release.

    Returns:
        All the points that tests give.

    Raises:
        GraderError: it is not so; the message names the tests.
    """
    right, untouched = _results("solution", solution), _results("release", release)
    short = {name: each for name, each in right.items() if each.earned < each.possible}
    if short:
        raise GraderError(
            "the solution itself does not earn all points here, so no student can be graded:\n"
            + "\n".join(
                f"  {name}: {each.earned:g} of {each.possible:g}. {each.said}"
                for name, each in short.items()
            )
        )
    given = [name for name, each in untouched.items() if each.earned > 0]
    if given:
        raise GraderError(
            "the release, in which nothing is answered, earns points, so no student can be "
            f"graded: {', '.join(given)}"
        )
    return sum(each.possible for each in right.values())


def _results(name: str, parts: Mapping[str, Part]) -> dict[str, _Result]:
    found = {}
    for part in parts.values():
        if part.notebook is None or not part.outcome.status.has_grade:
            raise GraderError(
                f"the {name} itself cannot be graded, so no student can: it is "
                f"{part.outcome.status}: {part.outcome.reason}"
            )
        for test in filter(nb.is_test, part.notebook.cells):
            said = "".join(each.text for each in test.outputs if each.output_type == "stream")
            earned = float(test.outputs[-1].data["text/plain"])
            possible = nb.points(test) - nb.bonus(test)
            found[str(nb.grade_id(test))] = _Result(earned, possible, said.strip())
    return found
