"""A class whose gradebook is a PostgreSQL database, through the real commands."""

import shutil

import pytest

from convkit.grading.gradebook.application import has_gradebook, opened
from convkit.grading.outcome import GraderError
from tests.grading.course import FULL, Course, mini_source, write
from tests.grading.mini_submissions import CODE, SCALE_ONLY, answered
from tests.grading.postgresql import new_database

pytestmark = [pytest.mark.course, pytest.mark.timeout(900)]

RIGHT = CODE["double"]
WRONG = RIGHT.replace("2 * ", "")
EXPECTED = {"ann": FULL, "José": SCALE_ONLY, "'; DROP TABLE grade; --": FULL, "%(id)s": FULL}


@pytest.fixture(scope="module")
def course(postgresql, tmp_path_factory):
    url = new_database(postgresql, "course")
    folder = tmp_path_factory.mktemp("postgresql") / "course"
    settings = f'\nc.CourseDirectory.db_url = "{url}"\n'
    course = Course.create(folder, {"mini": mini_source()}, settings)
    course.gradebook = url
    assert course.nbgrader("generate_assignment", "mini").returncode == 0
    for student, scores in EXPECTED.items():
        double = RIGHT if scores == FULL else WRONG
        write(answered(course, double), course.submitted("mini", student))
    course.submitted("mini", "b" * 200).parent.mkdir(parents=True)
    course.run = course.convkit("grade", "mini")
    yield course
    shutil.rmtree(course.temporary)


def test_points_and_outcomes_are_in_it_and_no_other_gradebook_is_made(course):
    assert course.run.returncode == 0, course.run.stderr[-6000:]
    assert course.scores("mini") == EXPECTED
    assert set(course.outcomes("mini").values()) == {("graded", "")}
    assert not list(course.folder.glob("*.db"))
    assert has_gradebook(course.folder)


def test_a_name_that_is_too_long_for_it_is_told(course):
    assert "Not graded: " + "b" * 20 in course.run.stdout


def test_it_is_up_to_date_reported_and_exported(course):
    again = course.convkit("grade", "mini")
    assert "There was nothing to grade. Up to date already: 4" in again.stdout
    assert "OUT OF DATE" not in course.convkit("report", "mini").stdout
    exported = course.exported()
    assert {name: float(row["raw_score"]) for name, row in exported.items()} == {
        name: sum(filter(None, scores.values())) for name, scores in EXPECTED.items()
    }
    assert {row["current"] for row in exported.values()} == {"yes"}


def test_nbgrader_grades_into_it_and_feedback_is_made_from_it(course):
    assert course.nbgrader("autograde", "mini", "--student", "ann", "--force").returncode == 0
    assert course.scores("mini") == EXPECTED
    assert course.outcomes("mini")["ann"] == ("graded", "")
    assert course.nbgrader("generate_feedback", "mini").returncode == 0
    assert "graded" in course.feedback("mini", "ann")


@pytest.mark.parametrize(
    ("url", "cure"),
    [
        ("postgresql+psycopg://grader@/nothing?host={host}", "does not know it"),
        ("postgresql+psycopg://nobody@/postgres?host={host}", "does not know it"),
        ("postgresql+psycopg://grader@/postgres?host=/nowhere", "no PostgreSQL answers"),
        ("postgresql+psycopg://grader@127.0.0.1:9/postgres", "no PostgreSQL answers"),
        ("postgresql+pg8000://grader@/postgres", "pip install 'convkit[postgresql]'"),
        ("postgres://grader@/postgres", "pip install 'convkit[postgresql]'"),
        ("my database", "pip install 'convkit[postgresql]'"),
    ],
)
def test_what_keeps_it_from_being_used_is_said(url, cure, postgresql, tmp_path):
    host = postgresql.partition("host=")[2]
    settings = f'\nc.CourseDirectory.db_url = "{url.format(host=host)}"\n'
    Course.create(tmp_path, {}, settings)
    with pytest.raises(GraderError, match="gradebook cannot be used") as refusal, opened(tmp_path):
        pass
    assert cure in str(refusal.value)
