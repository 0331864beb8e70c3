"""Formgrader, in a real browser: it grades through the airlock, and takes points by hand."""

import re
import shutil
import sqlite3
from urllib.parse import quote

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from convkit.grading.pages.formgrader import TEMPLATES
from tests.browser.lab import running_lab
from tests.grading.course import (
    CANARY,
    FULL,
    NOTHING,
    Course,
    cell,
    mini_source,
    write,
)
from tests.grading.mini_submissions import CODE
from tests.grading.pages.test_safe_html import PAYLOADS
from tests.sampling import sampled

pytestmark = [pytest.mark.browser, pytest.mark.course]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = Course.create(tmp_path_factory.mktemp("course"), {"mini": mini_source()})
    assert course.nbgrader("generate_assignment", "mini").returncode == 0
    for student in ("ann", "bob"):
        notebook = course.released("mini")
        cell(notebook, "why").source = "I think so."
        if student == "ann":
            for name, text in CODE.items():
                cell(notebook, name).source = text
        else:
            notebook.cells += [new_markdown_cell(payload) for payload in PAYLOADS]
            show = f"from IPython.display import HTML, display\nfor text in {PAYLOADS!r}:\n"
            notebook.cells.append(new_code_cell(f"{show}    display(HTML(text))"))
        write(notebook, course.submitted("mini", student))
    yield course
    shutil.rmtree(course.temporary)


@pytest.fixture(scope="module")
def lab(course, tmp_path_factory):
    with running_lab(course.folder, tmp_path_factory.mktemp("private")) as lab:
        yield lab


@pytest.fixture(scope="module")
def page(chromium, lab):
    """A page that has signed in: to open one anew costs more than most of what is done in it."""
    page = chromium.new_page(viewport={"width": 1300, "height": 900})
    page.set_default_timeout(60_000)
    page.goto(f"{lab.address}/api/me?token={lab.token}")
    yield page
    page.close()


def test_formgrader_autogrades_and_takes_points_by_hand(course, lab, page, tmp_path):
    from playwright.sync_api import expect

    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for student in ("ann", "bob"):
        page.goto(f"{lab.address}/formgrader/manage_submissions/mini")
        row = page.locator("tr", has=page.locator(f"td[data-order='{student}']"))
        row.locator("td.autograde a").click()
        expect(page.locator(".modal.in")).to_contain_text("Success", timeout=60_000)
    assert course.scores("mini") == {"ann": FULL, "bob": NOTHING}

    page.goto(f"{lab.address}/formgrader/gradebook/mini/mini")
    page.locator("td.name a").first.click()
    page.wait_for_function(LOADED)
    with page.expect_response(lambda response: response.request.method == "PUT"):
        page.locator("input.score").last.fill("2.5")
        page.locator("input.score").last.blur()
    page.screenshot(path=tmp_path / "formgrader.png", full_page=True)
    text = page.locator("body").inner_text()
    assert "def double(x):" in text
    assert CANARY in text  # an instructor sees the hidden tests

    page.goto(f"{lab.address}/formgrader/submissions/{_submission(course, 'bob')}/")
    page.wait_for_function(LOADED)
    assert "nowhere.png" in page.content()  # what bob tries is there
    cells = course.graded("mini", "bob").cells
    own = sum("nbgrader" not in cell.metadata for cell in cells)
    assert page.get_by_text("Own cell", exact=True).count() == own > len(PAYLOADS)
    assert page.locator("[onerror]").count() == 0
    assert "Status: graded" in page.locator("header.outcome-box").inner_text()
    assert not [url for url in asked if not url.startswith((lab.address, "data:", "blob:"))]
    assert page.evaluate("window.ran") is None
    with sqlite3.connect(course.folder / "gradebook.db") as gradebook:
        (given,) = gradebook.execute("SELECT manual_score FROM grade WHERE manual_score > 0")
    gradebook.close()
    assert given == (2.5,)


NAMES = [
    "O'Brien",
    "José & co",
    '";window.ran=1;"',
    "back\\",
    "two\nlines\u2028three",
    '</script><script>window.ran=1</script>"',
    "<img src=x onerror=window.ran=1>#",
]


def idle(page):
    """Nothing of a name has run."""
    return page.locator("[onerror]").count() == 0 and page.evaluate("window.ran") is None


@pytest.mark.parametrize("name", sampled(NAMES, *NAMES[2:4], *NAMES[5:]))
def test_a_name_does_nothing_in_formgrader_whatever_it_is(lab, page, name):
    for path in (quote(name, safe=""), f"{quote(name, safe='')}/mini"):
        page.goto(f"{lab.address}/formgrader/manage_students/{path}")
        assert idle(page)
        assert page.evaluate("student_id") == name
        assert name in page.locator("ol.breadcrumb").evaluate("list => list.textContent")
    for pages in ("gradebook", "gradebook/mini", "manage_submissions"):
        page.goto(f"{lab.address}/formgrader/{pages}/{quote(name, safe='')}")
        assert idle(page)


def test_a_student_of_any_name_is_graded_or_refused(course, lab, page):
    from playwright.sync_api import expect

    shown = NAMES[-1]
    for student in ("O'Brien", shown):
        write(course.released("mini"), course.submitted("mini", student))
    page.goto(f"{lab.address}/formgrader/manage_submissions/mini")
    for student, word in (("O'Brien", "Success"), (shown, "There was an error")):
        row = page.locator("tr", has=page.get_by_text(student, exact=True))
        row.locator("td.autograde a").click()
        expect(page.locator(".modal.in")).to_contain_text(word, timeout=60_000)
        expect(page.locator(".modal.in")).to_contain_text(f"'{student}'")
        assert idle(page)
        page.locator(".modal.in .modal-footer button").click()
        expect(page.locator(".modal.in")).to_have_count(0)

    page.goto(f"{lab.address}/formgrader/api/submissions/mini")
    assert idle(page)
    assert shown in page.locator("body").inner_text()


def test_nothing_comes_into_a_script_but_as_a_value():
    scripts = [
        script
        for name in TEMPLATES.list_templates(extensions=["tpl"])
        for page in [TEMPLATES.preprocess(TEMPLATES.loader.get_source(TEMPLATES, name)[0])]
        for script in re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)
    ]
    put = re.findall(r".?{{.*?}}.?", "".join(scripts))
    assert len(put) > 5
    assert [each for each in put if not re.fullmatch(r" {{ \w+ \| tojson }};", each)] == []


LOADED = "typeof formgrader != 'undefined' && formgrader.grades?.loaded"


def _submission(course, student):
    """The name that formgrader has for a student's notebook."""
    with sqlite3.connect(course.folder / "gradebook.db") as gradebook:
        ((name,),) = gradebook.execute(
            "SELECT notebook.id FROM submitted_notebook notebook"
            " JOIN submitted_assignment handed_in ON handed_in.id = notebook.assignment_id"
            " WHERE handed_in.student_id = ?",
            (student,),
        )
    gradebook.close()
    return name
