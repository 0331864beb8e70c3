"""Formgrader, in a real browser: it grades through the airlock, and takes points by hand."""

import shutil
import sqlite3

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.browser.lab import running_lab
from tests.grading.course import CANARY, FULL, NOTHING, Course, cell, mini_source, write
from tests.grading.test_course import CODE
from tests.grading.test_inert import PAYLOADS

pytestmark = [pytest.mark.browser, pytest.mark.course]


@pytest.fixture
def course(tmp_path):
    course = Course.create(tmp_path / "course", {"mini": mini_source()})
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


def test_formgrader_autogrades_and_takes_points_by_hand(course, tmp_path, chromium):
    from playwright.sync_api import expect

    with running_lab(course.folder, tmp_path / "private") as lab:
        page = chromium.new_page(viewport={"width": 1300, "height": 900})
        page.set_default_timeout(60_000)
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{lab.address}/lab?token={lab.token}")  # signs in
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
        assert page.locator("[onerror]").count() == 0
        assert "Status: graded" in page.locator("header.outcome-box").inner_text()
        assert not [url for url in asked if not url.startswith((lab.address, "data:", "blob:"))]
        assert page.evaluate("window.ran") is None
        page.close()
    with sqlite3.connect(course.folder / "gradebook.db") as gradebook:
        (given,) = gradebook.execute("SELECT manual_score FROM grade WHERE manual_score > 0")
    gradebook.close()
    assert given == (2.5,)


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
