"""Rosters come as the platforms write them, and nobody in them gets lost or mixed up."""

from datetime import datetime

import pytest
from nbgrader.api import Gradebook

from convkit.course.platforms.roster import Person, read_roster, roster, sections

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,02-convolution (1234),Current Score
,,,,,Manual Posting,
    Points Possible,,,,,84,(read only)
"Lee, Ann",501,u501,ann,"MTH 7, A",,
"de la Peña, José",502,u502,jose,"MTH 7, B",,
"Student, Test",599,,f00,"MTH 7, A",,
"""
MOODLE = """\
First name;Surname;ID number;Email address;Groups;Assignment: 02-convolution (Real)
Ann;Lee;501;ann@example.edu;Team 1;-
José;de la Peña;502;jose@example.edu;;-
"""


def write(folder, text, encoding="utf-8", name="people.csv"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_canvas(tmp_path):
    ann, jose = read_roster(write(tmp_path, CANVAS, "utf-8-sig"))
    assert (ann.id, ann.first_name, ann.last_name, ann.lms_id) == ("ann", "Ann", "Lee", "501")
    assert (jose.id, jose.last_name, jose.section) == ("jose", "de la Peña", "MTH 7, B")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_moodle(tmp_path, encoding):
    ann, jose = read_roster(write(tmp_path, MOODLE, encoding))
    assert (ann.id, ann.email, ann.section) == ("501", "ann@example.edu", "Team 1")
    assert (jose.id, jose.first_name, jose.last_name) == ("502", "José", "de la Peña")


def test_moodle_without_numbers_goes_by_mail(tmp_path):
    (ann,) = read_roster(
        write(tmp_path, "First name,Last name,Email address\nAnn,Lee,ann@example.edu\n")
    )
    assert ann.id == "ann@example.edu"


def test_moodles_grading_worksheet(tmp_path):
    (ann,) = read_roster(
        write(
            tmp_path,
            "Identifier,Full name,Email address\nParticipant 77,Ann Mary Lee,ann@example.edu\n",
        )
    )
    assert (ann.lms_id, ann.first_name, ann.last_name) == ("77", "Ann Mary", "Lee")


def test_canvas_with_names_in_two_columns(tmp_path):
    text = CANVAS.replace("Student,ID", "LastName,FirstName,ID").replace('"Lee, Ann"', "Lee,Ann")
    text = text.replace('"de la Peña, José"', "de la Peña,José").replace(
        '"Student, Test"', "Student,Test"
    )
    text = text.replace("\n,,,,,Man", "\n,,,,,,Man").replace("Possible,", "Possible,,")
    assert read_roster(write(tmp_path, text)) == read_roster(write(tmp_path, CANVAS))


@pytest.mark.parametrize(
    "text",
    [
        "student,id\nAnn Lee,ann\n",
        "ID,Name\nann,Ann Lee\n",
        "id;full name\nann;Lee, Ann\n",
        'id;"name (last, first)";first_name;last_name\nann;x;Ann;Lee\n',
        "sep=;\nid;first name;last name\nann;Ann;Lee\n",
        "Email Address,First Name,LAST NAME,ID\na@b,Ann,Lee,ann\n",
    ],
)
def test_tables_as_people_make_them(tmp_path, text):
    (ann,) = read_roster(write(tmp_path, text))
    assert ann.id == "ann"
    assert not ann.first_name or (ann.first_name, ann.last_name) == ("Ann", "Lee")


def test_a_list_of_ids_is_enough(tmp_path):
    assert [each.id for each in read_roster(write(tmp_path, "id\nann\nbob\n"))] == ["ann", "bob"]


def test_what_looks_like_a_formula_stays_what_it_is(year, said):
    people = write(year, "id,last_name\n@ann,=1+1\nbob,-\n")
    assert said("roster", people)[0] == 0
    assert roster(year) == read_roster(people)
    assert "'=1+1" in (year / "roster.csv").read_text("utf-8-sig")


def test_who_is_in_two_sections_is_in_both():
    cells = {
        "ann": "MTH 7, A",
        "bob": "MTH 7, B",
        "cyd": "MTH 7, A and MTH 7, B",
        "dan": "Drawing and Painting",
        "eve": "Drawing",
        "fay": "C",
        "gil": "C, MTH 7, A, and MTH 7, B",
        "hal": "",
    }
    of = sections(Person(name, section=cell) for name, cell in cells.items())
    assert of["cyd"] == ["MTH 7, A", "MTH 7, B"]
    assert of["dan"] == ["Drawing and Painting"]
    assert of["gil"] == ["C", "MTH 7, A", "MTH 7, B"]
    assert (of["ann"], of["hal"]) == (["MTH 7, A"], [])


def test_a_plain_table(tmp_path):
    (ann,) = read_roster(write(tmp_path, "Login\tFirst name\tteam\nann\tAnn\t3\n"))
    assert (ann.id, ann.first_name, ann.group) == ("ann", "Ann", "3")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("PK\x03\x04", "is a workbook or an archive, and no CSV file"),
        ("id,name\n", "nobody is in"),
        ("name,mark\nAnn,3\n", "has no column id"),
        ("Vorname;Nachname;E-Mail-Adresse\nAnn;Lee;a@b\n", "it has 'Vorname', 'Nachname', "),
        ("id,email\nann,a\nAnn,b\n", "two lines have the id 'ann'"),
        ("id,email\nJos\u00e9,a\nJose\u0301,b\n", "two lines have the id"),
        ("id,lms_id\nann,1\nbob,1\n", "two lines have the number in the platform '1'"),
        (f"id\n{'a' * 129}\n", "or be longer than 128 letters"),
        ("id,email\n../bob,b\n", "cannot be a student's id"),
        ("id,email\n.bob,b\n", "cannot be a student's id"),
        ("id,email\n,b\n", "cannot be a student's id"),
        ("id,id\nann,b\n", "two columns called 'id'"),
    ],
)
def test_what_cannot_be_told_is_refused_in_a_sentence(year, said, text, words):
    status, _, complaint = said("roster", write(year, text))
    assert (status, complaint.count("\n")) == (1, 1)
    assert words in complaint
    assert not (year / "roster.csv").exists()


def test_it_is_kept_and_the_gradebook_knows_it(year, said):
    people = write(year, CANVAS)
    assert "Nothing was changed." in said("roster", people, "--dry-run")[1]
    assert roster(year) == []
    assert "ann: new, Ann Lee\n" in said("roster", people)[1]
    assert roster(year) == read_roster(people)
    with Gradebook(f"sqlite:///{year}/gradebook.db", "convkit") as gradebook:
        known = gradebook.find_student("jose")
        assert (known.first_name, known.last_name, known.lms_user_id) == (
            "José",
            "de la Peña",
            "502",
        )


def test_who_has_left_keeps_everything(year, said):
    said("roster", write(year, "id,email\nann,a\nbob,b\n"))
    told = said("roster", write(year, "id,email\nann,c\n"))[1]
    assert "bob: no longer in people.csv. Nothing of theirs is removed." in told
    assert "ann: changed" in told
    assert [each.id for each in roster(year)] == ["ann", "bob"]


def test_more_time_for_one(year, said):
    (year / "people.csv").write_text("id,email\nann,a\nbob,b\n")
    said("roster", "people.csv")
    assert "there is no assignment 'moni'" in said("extend", "moni", 3, "ann")[2]
    assert "mini has no due date" in said("extend", "mini", 3, "ann")[2]
    with Gradebook(f"sqlite:///{year}/gradebook.db", "convkit") as gradebook:
        gradebook.add_assignment("mini")
    assert "mini has no due date" in said("extend", "mini", 3, "ann")[2]
    with Gradebook(f"sqlite:///{year}/gradebook.db", "convkit") as gradebook:
        gradebook.update_or_create_assignment("mini", duedate=datetime(2026, 3, 1, 17))
    assert said("extend", "mini", 3, "ann")[1] == "ann: due 2026-03-04 17:00 UTC.\n"
    assert "knows nobody called 'eve'" in said("extend", "mini", 3, "eve")[2]
    for days in ("soon", "nan", "-1", "1e9"):
        with pytest.raises(SystemExit) as refused:
            said("extend", "mini", days, "ann")
        assert refused.value.code == 2
    assert said("extend", "mini", 0, "ann")[1] == "ann: due 2026-03-01 17:00 UTC.\n"
