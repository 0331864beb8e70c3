"""What the report says of a class is what the graded notebooks say."""

import base64
import csv
import io
import json
import re
import warnings
from collections import Counter
from itertools import pairwise
from pathlib import Path
from textwrap import fill

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_notebook, new_output
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

import convkit.plain.pooling
from convkit.checks import CheckFailed, check
from convkit.course.class_report import (
    ClassReport,
    Mistake,
    TestResult,
    anonymous,
    class_report,
)
from convkit.course.report_page import page
from convkit.course.report_table import as_csv
from convkit.grading import notebook as nb
from convkit.grading.airlock.trusted_kernel import judge
from convkit.grading.gradebook import ledger
from convkit.grading.gradebook.answers_given import FirstTries
from convkit.grading.gradebook.application import generate, opened
from convkit.grading.outcome import Outcome, Status
from convkit.grading.running.outputs import note
from convkit.learning.questions import question
from tests.browser.accessibility import violations
from tests.grading.course import Course, known_cell

NAME = "pool"
ANSWERED = {"ann": 40000, "bob": 10000, "cyd": 40000}
TOOK = {"ann": 1800, "bob": 4500, "dan": "an hour"}
RIGHT = Path(convkit.plain.pooling.__file__).read_text()
WRONG = RIGHT.replace("+=", "=")


def source():
    answer = "%%implement AvgPool2d\n### BEGIN SOLUTION\npass\n### END SOLUTION"
    tests = {
        "forward": (2, "check(AvgPool2d, only='forward')"),
        "backward": (4, "check(AvgPool2d, only='backward')"),
        "hidden": (1, "### BEGIN HIDDEN TESTS\ncheck(AvgPool2d)\n### END HIDDEN TESTS"),
    }
    return new_notebook(
        cells=[
            known_cell("code", "pool", answer, solution=True),
            *(
                known_cell("code", name, text, points=points, grade=True, locked=True)
                for name, (points, text) in tests.items()
            ),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )


@pytest.fixture(scope="module")
def failure():
    """What a check says of the wrong pooling, in the notebook and of a hidden test."""
    namespace = {}
    exec(WRONG, namespace)
    with pytest.raises(CheckFailed) as failed:
        check(namespace["AvgPool2d"], only="backward")
    return failed.value


def hidden(failure):
    """As the grader says it of a hidden test: the property, the mistake and a hint, in columns."""
    (finding,) = judge(failure, None)["findings"]
    lines = [f"{word}: {finding[word.lower()]}" for word in ("Why", "Hint")]
    told = [fill(line, 88, initial_indent="    ", subsequent_indent="    ") for line in lines]
    return "\n".join(["✗ A hidden test fails.", f"  {finding['property']}", *told])


def graded(said, code, earned):
    """A graded notebook: ``said`` and ``earned`` for each test."""
    notebook = source()
    notebook.cells[0].source = f"%%implement AvgPool2d\n{code}"
    for cell, text, points in zip(filter(nb.is_test, notebook.cells), said, earned, strict=True):
        told = [note("✗ A test fails.")] if text else []
        shown = [new_output("display_data", data={"text/plain": text})] if text else []
        cell.outputs = [
            *shown,
            *told,
            new_output("execute_result", data={"text/plain": repr(points)}),
        ]
    return notebook


@pytest.fixture
def classroom(tmp_path, monkeypatch, failure):
    """Three who make one mistake (one of them in a hidden test), one who makes none, and others."""
    folder = Course.create(tmp_path / "course", {NAME: source()}).folder
    monkeypatch.chdir(folder)
    visible = str(failure.report)
    wrong = WRONG.replace('"""', '"""Ann Lee wrote this.\n', 1) + "\n# Ann Lee\n"
    with opened(folder) as (app, course):
        generate(app, course, NAME, folder / "scratch")
        with course.gradebook() as gradebook:
            for student, said, code, earned in (
                ("ann", ("", visible, ""), wrong, (2.0, 1.0, 1.0)),
                ("bob", ("", visible, hidden(failure)), wrong, (2.0, 1.0, 0.0)),
                ("cyd", ("", "", hidden(failure)), wrong, (2.0, 4.0, 0.0)),
                ("dan", ("", "", ""), RIGHT, (2.0, 4.0, 1.0)),
            ):
                (folder / "submitted" / student / NAME).mkdir(parents=True)
                if student in ANSWERED:
                    given = [{"given": ANSWERED[student], "right": True, "day": "2026-01-05"}]
                    answers = json.dumps({"sharing-count": given, "sharing-own-bias": given})
                    (folder / "submitted" / student / NAME / "answers.json").write_text(answers)
                if student in TOOK:
                    took = json.dumps({"AvgPool2d": TOOK[student], "Conv2d": 9})
                    (folder / "submitted" / student / NAME / "time_spent.json").write_text(took)
                place = folder / "autograded" / student / NAME / f"{NAME}.ipynb"
                place.parent.mkdir(parents=True)
                nbformat.write(graded(said, code, earned), place)
                gradebook.update_or_create_student(student)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", SAWarning)
                    gradebook.update_or_create_submission(NAME, student)
                for test, points in zip(("forward", "backward", "hidden"), earned, strict=True):
                    grade = gradebook.find_grade(test, NAME, NAME, student)
                    grade.auto_score, grade.needs_manual_grade = points, False
                store(course, gradebook, student, Outcome())
            gradebook.update_or_create_student("eve")
            (folder / "submitted/fay" / NAME).mkdir(parents=True)
            gradebook.update_or_create_student("fay")
            store(course, gradebook, "fay", Outcome(Status.UNREADABLE, "it is a <b>picture</b>"))
    return folder


def store(course, gradebook: Gradebook, student, outcome):
    now = str(course.fingerprint(NAME, student))
    ledger.finish(course, gradebook, NAME, student, {NAME: outcome}, now)


def test_a_class(classroom):
    report = class_report(classroom, NAME)
    assert report.scores == [4.0, 3.0, 6.0, 7.0]
    assert report.most == 7
    assert report.statuses == Counter({"graded": 4, "missing": 1, "unreadable": 1})
    assert report.to_see == [("fay", "unreadable: it is a <b>picture</b>")]
    assert [(each.name, each.passed, len(each.earned)) for each in report.tests] == [
        ("forward", 4, 4),
        ("backward", 2, 4),
        ("hidden", 2, 4),
    ]
    (mistake,) = report.mistakes
    assert (mistake.of, mistake.students) == ("AvgPool2d", {"ann", "bob", "cyd"})
    assert "`+=`" in mistake.title
    assert mistake.lecture == "07-gradients"
    assert mistake.section
    assert "class AvgPool2d" in mistake.example


def test_the_answers_of_those_who_shared_them(classroom, said):
    said("report", NAME, "--html", "--csv")
    tree = BeautifulSoup((classroom / f"{NAME}-class.html").read_text(), "html.parser")
    assert "3 students have handed in what they answered" in tree.text
    (table,) = tree("table", class_="answers")
    assert "layer" in table.caption.text
    rows = [[cell.text.strip() for cell in row(["th", "td"])] for row in table.tbody("tr")]
    assert rows == [["10000 (right)", "1", "33 %"], ["40000", "2", "67 %"]]
    table = (classroom / f"{NAME}-class.csv").read_text("utf-8-sig")
    lines = list(csv.reader(io.StringIO(table)))
    assert ["answer", "sharing-count", "40000", "2", "3", "", "03-parameter-sharing"] in lines


def test_the_time_of_those_who_shared_it(classroom, said):
    said("report", NAME, "--html", "--csv")
    text = (classroom / f"{NAME}-class.html").read_text()
    assert "2 students have handed in the time that was spent. The median is 30 min" in text
    assert "the longest 1 h 15 min" in text
    table = (classroom / f"{NAME}-class.csv").read_text("utf-8-sig")
    lines = [line for line in csv.reader(io.StringIO(table)) if line[0] == "time"]
    assert [line[2:5] for line in lines if line[3] != "0"] == [
        ["30 min to 35 min", "1", "2"],
        ["1 h 15 min to 1 h 20 min", "1", "2"],
    ]
    for path in classroom.rglob("time_spent.json"):
        path.unlink()
    said("report", NAME, "--html", "alone.html")
    text = (classroom / "alone.html").read_text()
    assert "Nobody has handed in the time that was spent." in text
    assert "Histogram of the time" not in text


def test_a_section_of_the_roster(classroom, said):
    (classroom / "roster.csv").write_text(
        "id,section\nann,morning\nbob,evening\ncyd,evening\ndan,evening and morning\nfay,evening\n"
    )
    evening = class_report(classroom, NAME, "evening")
    assert evening.scores == [3.0, 6.0, 7.0]
    assert evening.statuses == Counter({"graded": 3, "unreadable": 1})
    assert evening.mistakes[0].students == {"bob", "cyd"}
    assert evening.sections == {"evening": [3.0, 6.0, 7.0], "morning": [4.0, 7.0]}
    assert said("report", NAME, "--html", "--section", "evening")[0] == 0
    text = (classroom / f"{NAME}-class.html").read_text()
    assert "pool: section evening" in text
    assert "2 of 3" in text
    status, _, complaint = said("report", NAME, "--html", "--section", "noon")
    assert status == 1
    assert "no section 'noon' in roster.csv (it has evening, morning)" in complaint
    (classroom / "mine.csv").write_text("mine")
    assert "nothing is overwritten" in said("report", NAME, "--csv", "mine.csv")[2]
    assert (classroom / "mine.csv").read_text() == "mine"
    assert "go with --html or --csv" in said("report", NAME, "--section", "evening")[2]


def test_nobody_is_named_unless_asked(classroom, said):
    assert said("report", NAME, "--html", "--csv")[0] == 0
    text = (classroom / f"{NAME}-class.html").read_text()
    table = (classroom / f"{NAME}-class.csv").read_text("utf-8-sig")
    for name in ("Ann", "ann", "bob", "cyd", "dan", "eve", "fay"):
        assert not re.search(rf"\b{name}\b", text + table)
    assert "3 of 4" in text
    said("report", NAME, "--html", "named.html", "--names")
    named = (classroom / "named.html").read_text()
    assert "Students: ann, bob, cyd" in named
    assert "it is a &lt;b&gt;picture&lt;/b&gt;" in named


def test_the_table_says_the_same(classroom):
    lines = list(csv.reader(io.StringIO(as_csv(class_report(classroom, NAME)).decode("utf-8-sig"))))
    assert ["test", "backward", "full points", "2", "4", "0.625", ""] in lines
    (mistake,) = (line for line in lines if line[0] == "mistake")
    assert mistake[3:5] == ["3", "4"]
    assert ["status", "missing", "", "1", "6", "", ""] in lines


def made_up(students):
    """A class of any size."""
    read = "07-gradients", "Through a convolution"
    everybody = {f"s{i}" for i in range(students)}
    title = "The kernel is flipped & <turned>"
    mistake = Mistake("Conv2d", title, "It is.", *read, everybody, "x = 1\n" * 5)
    return ClassReport(
        "made-up",
        [float((7 * i) % 13) for i in range(students)],
        12.0,
        Counter({"graded": students}) if students else Counter(),
        [],
        [
            TestResult(f"test-{n}", 2.0, [2.0 * (i % n == 0) for i in range(students)])
            for n in range(1, 9)
        ],
        [mistake] if students else [],
        shared=students // 2,
        answers=[
            FirstTries(question("sharing-count"), students // 2, students // 3, (("7 < 8", 1),)),
            FirstTries(question("sharing-own-bias"), 1, None, ()),
        ],
        minutes=[60 * (1 + (7 * i) % 23) / 5 for i in range(students)],
        sections={"Tuesday": [float((7 * i) % 13) for i in range(students)], "Friday": []},
    )


@pytest.mark.parametrize("students", [0, 1, 30, 5000])
def test_the_page_is_whole_and_accessible(students):
    text = page(made_up(students), names=False)
    tree = BeautifulSoup(text, "html.parser")
    assert tree.html["lang"] == "en"
    assert tree.title.text == "made-up: the class"
    levels = [int(each.name[1]) for each in tree(["h1", "h2", "h3"])]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    images = tree("img")
    assert len(images) == min(students, 1) * 2 + (students > 1)
    for image in images:
        assert len(image["alt"]) > 60
        kind, _, data = image["src"].partition(",")
        assert kind == "data:image/svg+xml;base64"
        assert b"<svg" in base64.b64decode(data)
    for table in tree("table"):
        assert table.caption.text
        assert all(each["scope"] for each in table("th"))
    assert not re.search(r'(?:src|href)="(?!data:)', text)
    assert f"{students:,} student" in text
    assert "<turned>" not in text


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_in_a_browser_nothing_is_cut_and_axe_finds_nothing_wrong(chromium, width):
    shown = chromium.new_page(viewport={"width": width, "height": 900})
    shown.set_content(page(made_up(30), names=False))
    root = "document.documentElement"
    inside, outside = shown.evaluate(f"[{root}.scrollWidth, {root}.clientWidth]")
    assert inside <= outside
    assert violations(shown) == []
    shown.close()


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("# Ann\nx = 1  # Ann", "x = 1"),
        ('def f():\n    """Ann"""', "def f():\n    pass"),
        ("print('Ann Lee', 'weight')", "print('', 'weight')"),
        ("f = f'{x} by Ann'", "f = f'{x}'"),
        ("it is no Python", ""),
    ],
)
def test_an_example_is_code_alone(code, shown):
    assert anonymous(code) == shown


def test_of_a_long_example_the_beginning_is_shown():
    assert anonymous("x = 1\n" * 100).endswith("x = 1\n…")
    assert len(anonymous("x = 1\n" * 100).splitlines()) == 41
