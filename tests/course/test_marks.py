"""Points come into the very columns that the platforms export, of the right people alone."""

import csv
import io
from types import SimpleNamespace

import pytest

from convkit.course import CourseError, tables
from convkit.course.marks import Marks
from convkit.course.platforms.roster import take_roster
from convkit.grading.gradebook.standings import Row
from convkit.grading.outcome import NOT_HANDED_IN, Outcome
from tests.grading.course import Course

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,mini (1234),Other (99),Final Score
,,,,,Manual Posting,,
    Points Possible,,,,,12,10,(read only)
"Lee, Ann",501,u501,ann,A,10,1,90
"de la Peña, José",502,u502,jose,B,,2,80
"=HYPERLINK(1)",503,u503,eve,B,3,2,80
"""
MOODLE = """\
First name;Surname;ID number;Email address;Assignment: mini (Real);Course total (Real)
Ann;Lee;501;ann@example.edu;-;-
José;de la Peña;502;jose@example.edu;7,50;-
"""


def row(student, score, outcome=None, outdated="", by_hand=False, email=None):
    assignment = SimpleNamespace(name="mini", max_score=12.0)
    known = SimpleNamespace(id=student, email=email)
    return Row(known, assignment, None, score, 0.0, outcome or Outcome(), outdated, by_hand)


def table(folder, text):
    path = folder / "gradebook.csv"
    path.write_text(text, encoding="utf-8")
    return tables.read(path)


def back(marks):
    text = marks.written().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=marks.table.delimiter))


def test_canvas(tmp_path):
    found = [row("ann", 11.5), row("jose", 0.0), row("eve", None, NOT_HANDED_IN)]
    marks = Marks.into(table(tmp_path, CANVAS), "", found, tmp_path)
    assert back(marks) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "mini (1234)"],
        ["", "", "", "", "", "Manual Posting"],
        ["Points Possible", "", "", "", "", "12"],
        ["Lee, Ann", "501", "u501", "ann", "A", "11.5"],
        ["de la Peña, José", "502", "u502", "jose", "B", "0"],
        ["'=HYPERLINK(1)", "503", "u503", "eve", "B", "3"],
    ]
    assert list(marks.said()) == [
        "Lee, Ann: 10 → 11.5",
        "de la Peña, José: – → 0",
        "Held back: eve, missing: nothing was handed in.",
    ]


def test_moodle(tmp_path):
    found = [row("501", 11.5), row("x", 7.5, email="JOSE@example.edu")]
    marks = Marks.into(table(tmp_path, MOODLE), "", found, tmp_path)
    head = ["First name", "Surname", "ID number", "Email address", "Assignment: mini (Real)"]
    assert back(marks)[0] == head
    assert [line[-1] for line in back(marks)[1:]] == ["11.5", "7.5"]
    assert list(marks.said()) == ["Ann Lee: - → 11.5"]


def test_moodles_dash_for_no_grade_stays_one(tmp_path):
    """With a sign before it Moodle would refuse the whole file."""
    marks = Marks.into(table(tmp_path, MOODLE), "", [row("502", 8.0)], tmp_path)
    assert [line[-1] for line in back(marks)[1:]] == ["-", "8"]


def test_columns_are_known_whatever_their_capitals_and_order(tmp_path):
    text = MOODLE.replace("Email address", "EMAIL ADDRESS").replace("ID number", "Id Number")
    found = [row("501", 3.0), row("x", 4.0, email="jose@example.edu")]
    marks = Marks.into(table(tmp_path, text), "", found, tmp_path)
    assert list(marks.said()) == ["Ann Lee: - → 3", "José de la Peña: 7,50 → 4"]
    assert back(marks)[0][2:4] == ["Id Number", "EMAIL ADDRESS"]


def test_columns_in_another_language_are_to_be_named(tmp_path):
    text = MOODLE.replace("ID number;Email address", "ID-Nummer;E-Mail-Adresse")
    with pytest.raises(CourseError, match="nobody can be known by"):
        Marks.into(table(tmp_path, text), "", [row("501", 1.0)], tmp_path)


def test_canvas_with_names_in_two_columns(tmp_path):
    text = "LastName,FirstName,ID,SIS Login ID,Section,mini (1234)\n    Points Possible,,,,,12\n"
    marks = Marks.into(
        table(tmp_path, text + "Lee,Ann,501,ann,A,\n"), "", [row("ann", 5.0)], tmp_path
    )
    assert back(marks)[0] == text.splitlines()[0].split(",")
    assert back(marks)[2] == ["Lee", "Ann", "501", "ann", "A", "5"]
    assert list(marks.said()) == ["Ann Lee: – → 5"]
    # Canvas knows its columns by the first one's name, before which nothing may stand.
    assert marks.written().startswith(b"LastName")


def test_moodles_grading_worksheet(tmp_path):
    text = (
        "Identifier,Full name,Email address,Status,Grade,Maximum grade,Last modified (grade)\n"
        "Participant 77,Ann Lee,ann@example.edu,Submitted,,12.00,-\n"
    )
    found = [row("ann", 5.0, email="ann@example.edu")]
    marks = Marks.into(table(tmp_path, text), "Grade", found, tmp_path)
    assert back(marks) == [
        ["Identifier", "Full name", "Email address", "Grade", "Last modified (grade)"],
        ["Participant 77", "Ann Lee", "ann@example.edu", "5", "-"],
    ]


@pytest.fixture
def numbered(year):
    (year / "people.csv").write_text("id,lms_id\nlee,501\n502,503\n")
    take_roster(year, year / "people.csv", dry_run=False)
    return year


def test_the_rosters_numbers_are_known(tmp_path, numbered):
    marks = Marks.into(table(tmp_path, CANVAS), "", [row("lee", 1.0)], numbered)
    assert list(marks.points.values()) == ["1"]


def test_a_number_that_is_another_persons_elsewhere_goes_to_its_owner(tmp_path, numbered):
    """Who has the id 502 is number 503 in Canvas, and somebody else is number 502."""
    marks = Marks.into(table(tmp_path, CANVAS), "", [row("502", 1.0)], numbered)
    assert list(marks.said()) == ["=HYPERLINK(1): 3 → 1"]


def test_a_number_of_the_roster_may_be_the_id_number_of_moodle(tmp_path, numbered):
    marks = Marks.into(table(tmp_path, MOODLE), "", [row("lee", 2.0), row("502", 3.0)], numbered)
    assert list(marks.said()) == ["Ann Lee: - → 2", "José de la Peña: 7,50 → 3"]


def test_two_lines_that_may_be_one_persons_are_refused(tmp_path):
    text = CANVAS + '"Lee, Ann",601,u601,ann,A,,1,90\n'
    with pytest.raises(CourseError, match="has 2 lines with the SIS Login ID 'ann'"):
        Marks.into(table(tmp_path, text), "", [row("ann", 1.0)], tmp_path)


@pytest.mark.parametrize(
    ("there", "why"), [("EX", "excused there"), ("ex", "excused"), ("N/A", "not given this")]
)
def test_who_is_excused_stays_so(tmp_path, there, why):
    text = CANVAS.replace("ann,A,10,", f"ann,A,{there},")
    marks = Marks.into(table(tmp_path, text), "", [row("ann", 1.0)], tmp_path)
    assert marks.points == {}
    assert why in next(marks.said())
    assert back(marks)[3][-1] == there


@pytest.mark.parametrize(("there", "points"), [("91.65", 91.6491), ("7,50", 7.5), ("8", 8.0)])
def test_what_the_platform_shows_in_short_is_no_change(tmp_path, there, points):
    text = CANVAS.replace("ann,A,10,", f'ann,A,"{there}",')
    marks = Marks.into(table(tmp_path, text), "", [row("ann", points)], tmp_path)
    assert list(marks.said()) == []


def test_what_does_not_hold_is_held_back(tmp_path):
    found = [
        row("ann", 5.0, outdated="the submission changed since"),
        row("jose", 5.0, by_hand=True),
        row("nobody", 5.0),
    ]
    marks = Marks.into(table(tmp_path, CANVAS), "", found, tmp_path)
    assert marks.points == {}
    assert list(marks.said()) == [
        "Held back: ann, out of date: the submission changed since.",
        "Held back: jose, answers are to be graded by hand.",
        "Not in gradebook.csv: nobody.",
    ]


@pytest.mark.parametrize(
    ("before", "after", "column", "words"),
    [
        ("mini (1234)", "maxi (1234)", "", "has no columns for 'mini'"),
        ("Other (99)", "mini (99)", "", "has 2 columns for 'mini'"),
        (",12,10,", ",10,10,", "", "counts 10 points"),
        ("x", "x", "none", "has no columns for 'none'"),
        ("x", "x", "Final Score", "Canvas works 'Final Score' out by itself"),
    ],
)
def test_what_cannot_be_told_is_refused(tmp_path, before, after, column, words):
    with pytest.raises(CourseError) as refused:
        Marks.into(
            table(tmp_path, CANVAS.replace(before, after)), column, [row("ann", 1.0)], tmp_path
        )
    assert words in str(refused.value)


def test_another_column_can_be_named(tmp_path):
    text = CANVAS.replace("mini (1234)", "Week 2 (1234)")
    marks = Marks.into(table(tmp_path, text), "Week 2", [row("ann", 1.0)], tmp_path)
    assert marks.column == "Week 2 (1234)"


def test_the_command(year, said):
    """Where nobody is graded yet: all are held back, and the file says what the platform said."""
    (year / "people.csv").write_text("id\tlms_id\nann\t501\n")
    (year / "gradebook.csv").write_text(CANVAS)
    said("roster", "people.csv")
    assert "the gradebook knows no assignment" in said("grades", "mini", "gradebook.csv")[2]
    from convkit.grading.gradebook.application import generate, opened

    with opened(year) as (app, course):
        generate(app, course, "mini", year / "scratch")
    status, told, _ = said("grades", "mini", "gradebook.csv", "--dry-run")
    assert (status, told) == (
        1,
        "Held back: ann, missing: nothing was handed in.\nNothing was written.\n",
    )
    assert said("grades", "mini", "gradebook.csv", "--to", "out.csv")[0] == 1
    assert '"Lee, Ann",501,u501,ann,A,10' in (year / "out.csv").read_text("utf-8-sig")
    assert "is there already" in said("grades", "mini", "gradebook.csv", "--to", "out.csv")[2]
    by_nbgrader, refused = (
        Course(year).nbgrader(
            "export",
            "--exporter=convkit.course.marks.ExportToPlatform",
            '--assignment=["mini"]',
            f"--ExportToPlatform.download={download}",
            "--to=by.csv",
        )
        for download in ("gradebook.csv", "none.csv")
    )
    assert by_nbgrader.returncode == 0, by_nbgrader.stderr
    assert refused.returncode == 1
    assert "none.csv cannot be read or written: No such file" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert (year / "by.csv").read_bytes() == (year / "out.csv").read_bytes()
