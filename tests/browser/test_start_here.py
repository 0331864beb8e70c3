"""The first page: it runs, and its picture moves even when the kernel is gone."""

import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.lab import end_kernel, run_all, save

pytestmark = pytest.mark.browser


def test_the_picture_moves_and_answers_without_a_kernel_and_says_so(browser):
    page = browser.open("lectures/00-start-here.ipynb")
    assert run_all(page) == []
    widget = page.locator(".convkit")
    expect(widget.locator(".convkit-sum strong")).to_have_text("= 45")
    end_kernel(page)

    widget.get_by_role("application").first.press("ArrowRight")
    expect(widget.locator(".convkit-sum strong")).to_have_text("= 110")

    widget.get_by_role("switch", name="flip the kernel").click()
    expect(widget.get_by_text("Python does not answer")).to_be_visible()
    expect(widget.locator(".convkit-sum strong")).to_have_text("= 30")


def test_a_notebook_that_is_not_trusted_shows_the_picture(browser, lab):
    place = lab.folder / "saved-here.ipynb"
    shutil.copy(lab.folder / "lectures" / "00-start-here.ipynb", place)
    page = browser.open(place.name)
    assert run_all(page) == []
    save(page)
    text = place.read_text(encoding="utf-8")
    foreign = place.with_name("from-elsewhere.ipynb")
    foreign.write_text(text.replace("two minutes", "2 minutes", 1), encoding="utf-8")

    page = browser.open(foreign.name)
    expect(page.locator(".jp-RenderedImage img")).to_be_visible()
    expect(page.locator(".convkit")).to_have_count(0)


def test_a_learner_is_shown_nothing_that_only_instructors_need(browser):
    page = browser.open("lectures/00-start-here.ipynb")
    expect(page.get_by_role("menuitem", name="Help", exact=True)).to_be_visible()
    expect(page.get_by_role("menuitem", name="Nbgrader", exact=True)).to_have_count(0)
    expect(page.locator(".jp-toast-message")).to_have_count(0)


def test_on_a_wide_screen_lines_stay_short_and_the_page_stands_in_the_middle(browser):
    page = browser.open("lectures/00-start-here.ipynb")
    page.set_viewport_size({"width": 1920, "height": 900})
    widest = "nodes => Math.max(...nodes.map((node) => node.clientWidth))"
    text = page.locator(".jp-MarkdownOutput p")
    assert 500 < text.evaluate_all(widest) < 800
    paper, cell = (page.locator(name).first.bounding_box() for name in (".jp-Notebook", ".jp-Cell"))
    left, right = cell["x"] - paper["x"], paper["x"] + paper["width"] - cell["x"] - cell["width"]
    assert left > 50
    assert left == pytest.approx(right, abs=30)  # a scroll bar
    page.set_viewport_size({"width": 1300, "height": 900})
