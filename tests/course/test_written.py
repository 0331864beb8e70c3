"""Answers graded in a table come into the gradebook, unless they are no longer those answers."""

import csv
import warnings

import nbformat
import pytest
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from convkit.grading.gradebook.application import generate, opened
from tests.grading.course import cell, mini_source


def hand_in(folder, student, answer):
    notebook = mini_source()
    cell(notebook, "why").source = answer
    place = folder / "autograded" / student / "mini" / "mini.ipynb"
    place.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, place)


@pytest.fixture
def classroom(year):
    with opened(year) as (app, course), warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        generate(app, course, "mini", year / "scratch")
        with course.gradebook() as gradebook:
            for student, answer in (("ann", "Because\nof x."), ("bob", "=1+1")):
                gradebook.update_or_create_student(student)
                gradebook.update_or_create_submission("mini", student)
                hand_in(year, student, answer)
    return year


def filled_in(folder, **points):
    """Fill the table in, as a spreadsheet would."""
    with (folder / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["points"], row["comment"] = points.get(row["student"], ("", ""))
    with (folder / "a.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return rows


def given(folder, student):
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "convkit") as gradebook:
        where = "why", "mini", "mini", student
        grade = gradebook.find_grade(*where)
        return grade.manual_score, grade.needs_manual_grade, gradebook.find_comment(*where).comment


def test_there_and_back(classroom, said):
    assert "holds 2 answers, 2 of them without points" in said("answers", "mini", "a.csv")[1]
    ann, bob = filled_in(classroom, ann=("2,5", "Say why x."), bob=("0", ""))
    assert (ann["question"], ann["answer"], ann["most"]) == ("mini/why", "Because\nof x.", "3")
    assert bob["answer"] == "'=1+1"
    assert "2 answers have new points" in said("answers", "mini", "a.csv", "--take")[1]
    assert given(classroom, "ann") == (2.5, False, "Say why x.")
    assert given(classroom, "bob")[:2] == (0, False)
    assert "0 answers have new points" in said("answers", "mini", "a.csv", "--take")[1]
    assert "nothing is overwritten" in said("answers", "mini", "a.csv")[2]
    assert "0 of them without points" in said("answers", "mini", "b.csv")[1]


def test_what_is_no_longer_that_answer_is_left(classroom, said):
    said("answers", "mini", "a.csv")
    filled_in(classroom, ann=("2", ""), bob=("many", ""))
    hand_in(classroom, "ann", "Because of y.")
    status, told, _ = said("answers", "mini", "a.csv", "--take")
    assert status == 1
    assert "Not taken: mini/why, ann: the answer has changed since" in told
    assert "Not taken: mini/why, bob: 'many' is no number of points" in told
    assert given(classroom, "ann")[0] is None


def test_another_table(classroom, said):
    (classroom / "a.csv").write_text("id,x\nann,1\n")
    assert "lacks the columns answer" in said("answers", "mini", "a.csv", "--take")[2]


def test_a_comment_that_begins_with_a_sign_stays_as_it_is(classroom, said):
    said("answers", "mini", "a.csv")
    filled_in(classroom, ann=("2", "- say why"), bob=("1", "'=2"))
    assert "2 answers" in said("answers", "mini", "a.csv", "--take")[1]
    said("answers", "mini", "b.csv")
    assert "0 answers" in said("answers", "mini", "b.csv", "--take")[1]
    assert given(classroom, "ann")[2] == "- say why"
    assert given(classroom, "bob")[2] == "=2"


def test_a_spreadsheet_may_change_the_answers_text(classroom, said):
    """Excel writes letters that its encoding lacks as others, and ends lines in its own way."""
    said("answers", "mini", "a.csv")
    rows = filled_in(classroom, ann=("2", ""))
    text = (classroom / "a.csv").read_text().replace("Because\nof x.", "Because\r\nof ?.")
    assert rows[0]["answer"] not in text
    (classroom / "a.csv").write_text(text)
    assert "1 answers" in said("answers", "mini", "a.csv", "--take")[1]


def test_what_is_half_filled_in_is_named(classroom, said):
    said("answers", "mini", "a.csv")
    filled_in(classroom, ann=("", "Say why."), bob=("30", ""))
    status, told, _ = said("answers", "mini", "a.csv", "--take")
    assert status == 1
    assert "ann: it has a comment and no points" in told
    assert "bob: 30 points are more than the 3 that it gives" in told


def test_a_very_long_answer(classroom, said):
    hand_in(classroom, "ann", "x" * 200_000)
    said("answers", "mini", "a.csv")
    filled_in(classroom, ann=("2", ""))
    assert "1 answers" in said("answers", "mini", "a.csv", "--take")[1]
