"""One page of each kind: axe-core finds nothing wrong, in light and dark, and pictures answer."""

import functools
import re
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import nbformat
import pytest
from playwright.sync_api import expect

from docs.site import build as site
from tests.browser.accessibility import out_of_sight, violations
from tests.browser.lab import commit_to_everything, pictures_of
from tests.grading.course import mini_source
from tests.grading.shown_pages import feedback

pytestmark = pytest.mark.browser

LECTURE = "lectures/05-pooling.ipynb"
NEXT = "lectures/06-classification.ipynb"
EXERCISE = "exercises/02-convolution/02-convolution.ipynb"
DOCUMENT = "docs/assignments.md"
RECORDED = "lectures/recorded.ipynb"
RACE = """import numpy as np

from convkit.widgets import Question, TrainingRace

rng = np.random.default_rng(0)
samples = rng.normal(size=(40, 5)), rng.integers(3, size=40)
Question("batch-race", then=TrainingRace(samples, samples))"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A site of one page of each kind, and a student's feedback."""
    folder = tmp_path_factory.mktemp("site")
    race = folder.with_name("race.ipynb")
    cells = [nbformat.v4.new_markdown_cell("# A race"), nbformat.v4.new_code_cell(RACE)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), race)
    pages = {
        site.ROOT / LECTURE: site.executed(site.ROOT / LECTURE),
        site.ROOT / NEXT: site.text("# 06 · Classification"),
        site.ROOT / RECORDED: site.executed(race),
        site.ROOT / EXERCISE: nbformat.read(site.ROOT / EXERCISE, as_version=4),
        site.ROOT / DOCUMENT: site.text((site.ROOT / DOCUMENT).read_text(encoding="utf-8")),
        site.ROOT / "index.md": site.text("# convkit"),
    }
    site.write(pages, folder)
    (folder / "feedback.html").write_text(feedback(mini_source()), encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def page(chromium):
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    yield page
    page.close()


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.exhaustive), "dark"])
def test_axe_finds_nothing_wrong_on_a_page_of_each_kind(page, address, scheme):
    page.emulate_media(color_scheme=scheme)
    for name in (LECTURE, EXERCISE, DOCUMENT, "feedback"):
        page.goto(f"{address}/{name.split('.')[0]}.html")
        for place in page.locator("[data-model]").all():
            place.locator(".convkit, .convkit-question").first.wait_for()
        assert violations(page) == [], name


def test_a_picture_answers_where_there_is_no_python(page, address):
    page.goto(f"{address}/lectures/05-pooling.html")
    question = page.locator(".convkit-question").first
    question.get_by_role("radio", name="Nothing").check()
    question.get_by_role("button", name="Commit, then see").click()
    widget = page.locator(".convkit").first
    expect(widget.get_by_text("max(2, 1, 5, 0) = 5")).to_be_visible()
    before = pictures_of(widget)
    widget.get_by_label("neighbourhood m").fill("3")
    expect(widget.get_by_text("max(2, 1, 0, 5, 0, 1, 0, 0, 4) = 5")).to_be_visible()
    assert all(old != new for old, new in zip(before, pictures_of(widget), strict=True))
    expect(widget.get_by_text("needs Python")).to_have_count(0)


def test_what_takes_python_long_is_played_from_a_recording(page, address):
    page.goto(f"{address}/lectures/recorded.html")
    question = page.locator(".convkit-question")
    question.get_by_role("radio", name="The one with batch").check()
    question.get_by_role("button", name="Commit, then see").click()
    widget = page.locator(".convkit")
    losses = widget.get_by_role("img", name="the losses after")
    expect(losses).to_have_accessible_name(re.compile("^the losses after 0 steps"))
    before = pictures_of(widget)
    widget.get_by_role("slider", name="steps a second").fill("100")
    widget.get_by_role("button", name="▶ Train").click()
    expect(widget.get_by_text("Here the recording ends")).to_be_visible()
    expect(losses).to_have_accessible_name(re.compile("^the losses after 150 steps"))
    expect(widget.get_by_role("button", name="▶ Train")).to_be_visible()
    assert all(old != new for old, new in zip(before, pictures_of(widget), strict=True))
    widget.get_by_role("button", name="Start again").click()
    assert pictures_of(widget) == before
    assert widget.get_by_role("slider", name="learning rate").is_disabled()


def test_pages_lead_to_the_next_and_say_nothing_of_keys_that_run_cells(page, address):
    page.goto(f"{address}/lectures/05-pooling.html")
    assert "Shift" not in page.locator("main").inner_text()
    expect(page.get_by_role("link", name="Next: 06")).to_have_count(2)
    page.get_by_role("link", name="convkit").click()
    assert page.url == f"{address}/index.html"


def test_at_400_percent_nothing_is_scrolled_both_ways(page, address):
    page.set_viewport_size({"width": 320, "height": 256})
    for name in (LECTURE, EXERCISE, DOCUMENT, "feedback"):
        page.goto(f"{address}/{name.split('.')[0]}.html")
        for place in page.locator("[data-model]").all():
            place.locator(".convkit, .convkit-question").first.wait_for()
        commit_to_everything(page)
        assert out_of_sight(page) == [], name
    page.set_viewport_size({"width": 1280, "height": 900})


def test_what_is_out_of_sight_is_found(page):
    page.set_content(
        "<html lang=en><title>t</title><pre>code</pre><p style='width:2000px'>" + "words " * 500
    )
    assert [found.split()[0] for found in out_of_sight(page)] == ["the", "words"]


def test_axe_is_there_to_find_something(page):
    page.set_content("<html lang=en><title>t</title><img src='data:,'><p style='color:#999'>faint")
    assert [found.split(":")[0] for found in violations(page)] == ["color-contrast", "image-alt"]
