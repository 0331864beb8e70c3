"""What docs/changing.md says is all that it takes to change a course of one's own."""

import re
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from convkit import CheckFailed, check, mine, reveal
from convkit.checks.checking import newcomers
from convkit.checks.naming.misconception import catalogue
from convkit.course.bundle import bundle
from convkit.grading.gradebook.fingerprint import environment
from convkit.learning.answers import keep
from convkit.learning.course_concepts import ROOMS, course_concepts
from convkit.learning.journal import progress
from convkit.learning.questions import lectures, question
from convkit.widgets import Question
from tests.grading.course import Course, known_cell, write

PAGE = (Path(__file__).parents[1] / "docs" / "changing.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"```(.+?)\n(.*?)```", PAGE, re.DOTALL))
RIGHT = EXAMPLES["python answer"]
WRONG = RIGHT.replace("np.exp(-self.x)", "np.exp(self.x)")
CANARY = "a-seed-that-nobody-may-see"
LOOKS = """from pathlib import Path
for place in (".", "/tmp", {course!r}):
    for path in Path(place).rglob("*"):
        if path.suffix in (".py", ".txt", ".ipynb"):
            print(path, path.read_text())
"""
BORROWED = """%%implement Softplus
import sys
sys.path += ["concepts/plain", {concepts!r}]
from softplus import Softplus
"""
MEDIAN = """%%implement AvgPool2d
import numpy as np
from convkit import AvgPool2d as Mean

class AvgPool2d(Mean):
    def forward(self, x):
        y, (height, width), (down, across) = super().forward(x), self.kernel_size, self.stride
        for row, column in np.ndindex(y.shape[2:]):
            window = x[:, :, row * down :, column * across :][:, :, :height, :width]
            y[:, :, row, column] = np.median(window, axis=(2, 3))
        return y
"""


@pytest.fixture(autouse=True)
def _activated_environment(monkeypatch):
    """nbgrader starts alembic by its name."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")


def lay_out(folder):
    """The files of the page, in a course."""
    for title, text in EXAMPLES.items():
        if "/" in title:
            path = folder / title.split()[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    (folder / "lectures").mkdir(exist_ok=True)
    (folder / "lectures" / "12-softplus.toml").write_text(EXAMPLES["toml"])


@pytest.fixture
def changed(course):
    """A learner's folder of such a course; afterwards convkit knows nothing of it."""
    lay_out(course)
    yield course
    newcomers.clear()
    course_concepts.cache_clear()
    for package in ROOMS.values():
        place = sys.modules[package].__path__
        place[:] = [each for each in place if not each.startswith(str(course))]
        for name in ("softplus", "our_pooling"):
            sys.modules.pop(f"{package}.{name}", None)
            vars(sys.modules[package]).pop(name, None)
    entries = catalogue("pooling", "AvgPool2d")
    entries[:] = [entry for entry in entries if entry.id != "avgpool2d-forward-middle"]


def source():
    setup = "%load_ext convkit\nfrom convkit import check"
    return new_notebook(
        cells=[
            known_cell("code", "setup", setup, locked=True),
            known_cell("code", "softplus", RIGHT, solution=True),
            known_cell("code", "right", "check(Softplus)", points=4, grade=True, locked=True),
            known_cell("code", "exact", EXAMPLES["python test"], points=2, grade=True, locked=True),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )


def test_a_concept_of_the_courses_own(notebook, changed):
    notebook.run_cell(RIGHT).raise_error()
    notebook.run_cell("from convkit import check").raise_error()
    notebook.run_cell(EXAMPLES["python test"]).raise_error()
    ((entry,),) = progress().assignments.values()
    assert (entry.name, entry.state) == ("Softplus", "yours")
    assert "class Softplus" in repr(reveal("Softplus"))
    notebook.run_cell(WRONG).raise_error()
    with pytest.raises(CheckFailed) as failed:
        check(mine.Softplus)
    assert failed.value.report.findings[0].misconception == "softplus-backward-sign"


def test_a_misconception_of_the_courses_own(notebook, changed):
    notebook.run_cell(MEDIAN).raise_error()
    with pytest.raises(CheckFailed) as failed:
        check(mine.AvgPool2d, only="forward")
    assert failed.value.report.findings[0].misconception == "avgpool2d-forward-middle"


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("promises/pooling.py", "", "convkit has a pooling already"),
        ("slips/pooling.py", "", "convkit has a pooling already"),
        ("promises/softplus.py", "CONCEPTS = {'ReLU': 1}", "convkit has a ReLU already"),
    ],
)
def test_what_is_convkits_stays(changed, path, text, said):
    (changed / "concepts" / path).write_text(text)
    with pytest.raises(ValueError, match=said):
        course_concepts(changed)


def test_a_question_of_the_courses_own(changed):
    (changed / "lectures" / "03-parameter-sharing.toml").write_text(
        '[sharing-count]\nask = "How many?"\nright = [3, "Three."]\n'
    )
    assert question("softplus-slope").holds("½")
    assert list(lectures())[-1] == "12-softplus"
    assert question("sharing-count").ask == "How many?"
    assert len(lectures()["03-parameter-sharing"]) > 1
    keep(question("softplus-slope"), "1")
    *_, last = EXAMPLES["python lecture"].strip().split("\n")
    assert eval(last, {"Question": Question}).given["given"] == "1"


def test_students_get_it_and_grades_depend_on_it(changed):
    course = Course.create(changed, {"softplus": source()})
    bundle(course.folder, course.folder / "week.zip", ["softplus"])
    with zipfile.ZipFile(course.folder / "week.zip") as archive:
        held = set(archive.namelist())
    assert {f"week/{title.split()[1]}" for title in EXAMPLES if "/" in title} <= held
    assert "week/lectures/12-softplus.toml" in held
    before = environment(changed, "")
    file = changed / "concepts" / "slips" / "softplus.py"
    file.write_text(file.read_text().replace("How steep", "How very steep"))
    assert environment(changed, "") != before


@pytest.mark.course
def test_it_is_graded_and_named_across_the_airlock(tmp_path):
    course = Course.create(tmp_path / "course", {"softplus": source()})
    lay_out(course.folder)
    assert course.nbgrader("generate_assignment", "softplus").returncode == 0
    (course.folder / "hidden_seed.txt").write_text(CANARY)
    borrowed = BORROWED.format(concepts=str(course.folder / "concepts" / "plain"))
    for student, text in {"ann": RIGHT, "bob": WRONG, "cyd": borrowed}.items():
        notebook = course.released("softplus")
        next(each for each in notebook.cells if each.id == "softplus").source = text
        looks = LOOKS.format(course=str(course.folder))
        notebook.cells += [new_code_cell(source) for source in ("check(Softplus)", looks)]
        write(notebook, course.submitted("softplus", student))
    graded = course.convkit("grade", "softplus")
    assert graded.returncode == 0, graded.stderr
    assert course.scores("softplus")["ann"] == {"right": 4, "exact": 2}
    assert 0 < course.scores("softplus")["bob"]["right"] < 4
    assert course.scores("softplus")["cyd"] == {"right": 0, "exact": 0}
    for student, said in {
        "ann": "backward 8 of 8 ✓",
        "bob": "The minus in the exponent is missing",
    }.items():
        graded = course.graded("softplus", student)
        own, looked = graded.cells[-2:]
        assert said in nbformat.writes(new_notebook(cells=[own]))
        assert "CONCEPTS = {" in looked.outputs[0].text
        assert said in nbformat.writes(graded)
        for hidden in (CANARY, "hidden_cases"):
            assert hidden not in looked.outputs[0].text
    reported = course.convkit("report", "softplus").stdout
    assert "OUT OF DATE" not in reported
    (course.folder / "concepts" / "slips" / "our_pooling.py").unlink()
    assert "OUT OF DATE, the grader changed" in course.convkit("report", "softplus").stdout
