"""Feedback shows the student's work and what was made of it, and nothing that is hidden."""

import dataclasses
import re
import warnings
from html.parser import HTMLParser
from io import BytesIO

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from nbgrader.api import Gradebook
from PIL import Image
from sqlalchemy.exc import SAWarning

from convkit.grading import notebook as nb
from convkit.grading.outcome import OUTCOME, Outcome, Status
from convkit.grading.pages.feedback import Grades
from tests.grading.course import CANARY, ROOT, cell, known_cell, mini_source
from tests.grading.shown_pages import PAGES, feedback, formgrader

SCHEME = "### BEGIN MARK SCHEME\n2 points for the word *scheme-canary*\n### END MARK SCHEME"


GRADED = Outcome()
BOX = re.compile('<header class="outcome-box".*?</header>', re.DOTALL)
NAMES = [
    "<img src=x onerror=RAN>",
    "' onclick=RAN x='",
    '" onclick=RAN x="',
    "</script></p><script>RAN</script>",
    "a\x1b[31mb\x07",
    "\u202efdp.exe",
    "x\ny",
    "-rf {0} {{ RAN }}",
]


class Acting(HTMLParser):
    """Finds what a browser would run."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if name.startswith("on")]

    def handle_data(self, data):
        if self.cdata_elem == "script":
            self.found.append(data)

    def runs(self):
        return any("RAN" in (text or "") for text in self.found)


def graded(outcome=GRADED, **scores):
    """The small assignment with its points, as they are on their way to a page."""
    notebook = mini_source()
    notebook.metadata[OUTCOME] = dataclasses.asdict(outcome)
    for each in notebook.cells:
        known = each.metadata.get("nbgrader", {})
        if known.get("grade"):
            known |= {"score": 0.0, "by_hand": False} | scores.get(known["grade_id"], {})
    return notebook


def test_hidden_tests_are_told_of_in_two_words():
    page = feedback(mini_source())
    assert CANARY not in page
    assert "7919" not in page
    assert "hidden tests" in page
    assert "assert_allclose" in page  # the visible test


def test_mark_schemes_are_for_the_grader():
    notebook = mini_source()
    notebook.cells.append(known_cell("markdown", "question", f"Why?\n\n{SCHEME}", locked=True))
    page = feedback(notebook)
    assert "Why?" in page
    assert "scheme-canary" not in page


def test_what_students_write_is_left_alone():
    notebook = mini_source()
    cell(notebook, "double").source = "# BEGIN HIDDEN TESTS\nmine = 1\n# END HIDDEN TESTS"
    cell(notebook, "why").source = SCHEME.replace("scheme-canary", "mine as well")
    notebook.cells.append(new_code_cell("other = '### BEGIN HIDDEN TESTS'"))
    page = feedback(notebook)
    for text in ("mine", "mine as well", "other"):
        assert text in page


@pytest.mark.parametrize(
    "path", sorted((ROOT / "solutions").glob("*/*.ipynb")), ids=lambda p: p.stem
)
def test_no_hidden_test_of_the_course_is_in_its_feedback(path):
    notebook = nbformat.read(path, as_version=4)
    hidden = [each for each in notebook.cells if nb.is_test(each) and nb.is_hidden(each)]
    for number, each in enumerate(hidden):
        begin, inside = each.source.split("BEGIN HIDDEN TESTS\n", 1)
        each.source = f"{begin}BEGIN HIDDEN TESTS\ncanary_{number} = 1\n{inside}"
    page = feedback(new_notebook(cells=notebook.cells))
    assert "canary_" not in page
    assert "BEGIN MARK SCHEME" not in page
    assert "hidden_cases(" not in page


@pytest.mark.parametrize("page", PAGES)
def test_how_it_ended_stands_above_the_notebook_where_no_cell_reaches(page):
    said = Outcome(Status.UNREADABLE, "</header><script>ran</script>", ("a\n\n# b", "`c`"))
    notebook = graded(said)
    imitation = (
        f'<header class="outcome-box">Status: graded</header>{"</div></section></main>" * 9}'
    )
    notebook.cells[:0] = [
        new_markdown_cell(imitation, id="outcome"),
        new_raw_cell(imitation, id="outcome-1"),
        new_code_cell(
            "1", outputs=[nbformat.v4.new_output("display_data", {"text/html": imitation})]
        ),
    ]
    text = page(notebook)
    boxes = BOX.findall(text)
    assert len(boxes) == 1
    assert "Status: unreadable" in boxes[0]
    assert "&lt;script&gt;" in boxes[0]
    assert "Status: graded" not in boxes[0]
    assert text.index(boxes[0]) < text.index("Status: graded")
    assert "contain: paint" in text


@pytest.mark.browser
@pytest.mark.parametrize("page", PAGES)
def test_nothing_of_a_cell_is_painted_over_the_box(page, chromium):
    notebook = graded()
    for style in (
        "outline: 2000px solid red",
        "line-height: 0; font-size: 900px",
        "border: 9999px",
    ):
        notebook.cells.insert(0, new_markdown_cell(f'<div style="{style}; color: red">MM</div>'))
    tab = chromium.new_page(viewport={"width": 900, "height": 700})
    tab.route(re.compile("^http"), lambda route: route.abort())
    tab.set_content(page(notebook), wait_until="load")
    shot = Image.open(BytesIO(tab.locator(".outcome-box").screenshot())).convert("RGB")
    assert (255, 0, 0) not in {colour for _, colour in shot.getcolors(1 << 24)}
    tab.close()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_nobody_for_anything(page):
    notebook = graded()
    notebook.cells.append(new_markdown_cell("$x$ ![](https://a.b/c.png) ```mermaid\ngraph\n```"))
    text = page(notebook)
    assert not re.search(r"""(src|href|url|import)\s*[=( ]\s*["']?(https?:)?//""", text)
    assert "MathJax" not in text


def test_feedback_holds_no_script_and_nothing_of_another_file():
    text = feedback(graded())
    assert "<script" not in text
    assert "<link" not in text


@pytest.mark.parametrize("status", Status)
def test_who_has_no_grade_is_not_told_of_points(status):
    text = feedback(graded(Outcome(status, "because")), score=3, max_score=12)
    assert ("no grade" in text) == (not status.has_grade)
    assert ("3 / 12" in text) == status.has_grade
    assert ("0 / 2" in text) == status.has_grade


def test_an_answer_that_nobody_has_read_has_no_points_yet():
    notebook = graded(why={"by_hand": True})
    text = feedback(notebook, score=9, max_score=12, by_hand=3)
    assert text.count("to be graded by hand, 3 at most") == 2
    assert "3 points still to be graded by hand" in text
    assert "0 / 3" not in text
    assert "1.5 / 3" in feedback(graded(why={"score": 1.5}))


def test_a_comment_is_shown_whatever_the_notebook_is_full_of():
    notebook = graded(why={"comment": "**Nice**, $x$."})
    notebook.cells[:0] = [new_markdown_cell("x" * 400_000) for _ in range(9)]
    assert "<strong>Nice</strong>, <math" in feedback(notebook)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("key", ["student", "last_name", "first_name", "notebook_path"])
def test_names_in_formgrader_are_only_read(name, key):
    names = {"last_name": "Doe", "first_name": "Ann"} if key != "student" else {}
    text = formgrader(graded(), **names | {key: name})
    assert not Acting(text).runs()
    if key != "notebook_path":
        assert not set("\x1b\x07\u202e") & set(text)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("page", PAGES)
def test_names_in_what_the_grader_says_are_only_read(page, name):
    text = page(graded(Outcome(Status.PARTIAL, f"from {name}", (f"and {name}",))))
    assert not Acting(text).runs()
    assert not set("\x1b\x07\u202e") & set(text)


def test_names_would_have_been_more_than_read():
    assert all(Acting(f'<b title="{name}">{name}</b>').runs() for name in NAMES[2:4])


def test_what_is_to_be_read_is_known_from_the_gradebook(tmp_path):
    where = {"notebook": "mini", "assignment": "mini", "student": "ann"}
    where["db_url"] = f"sqlite:///{tmp_path / 'gradebook.db'}"
    cells = []
    with warnings.catch_warnings(), Gradebook(where["db_url"]) as gradebook:
        warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own doing, and harmless
        gradebook.add_assignment("mini")
        gradebook.add_notebook("mini", "mini")
        for name in ("new", "read", "empty"):
            cells.append(known_cell("markdown", name, "", grade=True, solution=True, points=3))
            gradebook.add_grade_cell(name, "mini", "mini", max_score=3, cell_type="markdown")
            gradebook.add_solution_cell(name, "mini", "mini")
        gradebook.add_student("ann")
        gradebook.add_submission("mini", "ann")
        for name in ("new", "read"):
            gradebook.find_grade(name, "mini", "mini", "ann").needs_manual_grade = True
        gradebook.find_grade("read", "mini", "mini", "ann").manual_score = 2.0
        gradebook.find_grade("empty", "mini", "mini", "ann").auto_score = 0.0
        gradebook.db.commit()
        notebook, resources = Grades()(new_notebook(cells=cells), {"nbgrader": where})
    assert [each.metadata.nbgrader["by_hand"] for each in notebook.cells] == [True, False, False]
    assert resources["nbgrader"]["by_hand"] == 3
    assert resources["nbgrader"]["score"] == 2
