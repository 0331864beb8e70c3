"""A gradebook that holds something."""

import warnings

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import LateSubmissionPlugin
from sqlalchemy.exc import SAWarning

from convkit.grading.airlock.times import Times
from convkit.grading.gradebook import ledger
from convkit.grading.gradebook.course import Course
from convkit.grading.outcome import Outcome
from convkit.grading.sandbox.bubblewrap import Limits

COURSE = Course(
    CourseDirectory(), Limits(), Times(), LateSubmissionPlugin(penalty_method="zero"), {}
)


def fill(url):
    """One assignment with a test, a bonus and a written answer, graded for ann and bob."""
    with warnings.catch_warnings(), Gradebook(url) as gradebook:
        warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own doing, and harmless
        gradebook.add_assignment("mini")
        gradebook.add_notebook("mini", "mini")
        cells = (("test", 2, "code"), ("bonus", 0, "code"), ("why", 3, "markdown"))
        for name, points, kind in cells:
            gradebook.add_grade_cell(name, "mini", "mini", max_score=points, cell_type=kind)
        for student in ("ann", "bob"):
            gradebook.add_student(student)
            gradebook.add_submission("mini", student)
            grade(gradebook, student, "test").auto_score = 2.0
            grade(gradebook, student, "bonus").extra_credit = 1.0
            grade(gradebook, student, "why").manual_score = 2.5
            ledger.finish(COURSE, gradebook, "mini", student, {"mini": Outcome()}, "f1")


def grade(gradebook, student, cell):
    return gradebook.find_grade(cell, "mini", "mini", student)
