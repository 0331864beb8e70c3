"""A student who asks is told what was, what is, and why."""

import nbformat
import pytest

from convkit.course.regrade import compared
from tests.grading.course import Course, cell, mini_source, write


def test_only_what_differs_is_said():
    before = {"forward": 2.0, "backward": 1.0, "why": None}
    after = {"forward": 2.0, "backward": 3.0, "why": None, "new": 1.0}
    assert list(compared(before, after)) == [
        "  backward: 1 → 3",
        "  new: – → 1",
        "All points: 3 → 6",
    ]


def test_nobody_is_told_of_a_grade_that_is_not_there(year, said):
    assert (
        "ann has no grade for mini. `convkit report mini` lists"
        in said("regrade", "mini", "ann")[2]
    )


@pytest.mark.course
@pytest.mark.exhaustive
def test_a_submission_that_changed(tmp_path):
    course = Course.create(tmp_path / "course", {"mini": mini_source()})
    solution = mini_source()
    write(solution, course.submitted("mini", "ann"))
    assert course.convkit("grade", "mini").returncode == 0
    cell(solution, "double").source = "%%implement double\ndef double(x):\n    return 3 * x"
    nbformat.write(solution, course.submitted("mini", "ann"))
    said = course.convkit("regrade", "mini", "ann").stdout
    assert "Why it may differ: the submission changed since.\n" in said
    assert "  double-visible: 1 → 0\n  double-hidden: 2 → 0\n" in said
    assert "All points: 9 → 6\n" in said
