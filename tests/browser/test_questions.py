"""A question in a real JupyterLab: it locks, replies, is kept, and needs no kernel."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.lab import cell, copy_course, end_kernel, run_cell

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def course(lab):
    """A course in which nothing has been answered yet."""
    course = lab.folder / "unanswered"
    copy_course(course)
    return course


@pytest.fixture(scope="module")
def lecture(browser, course):
    page = browser.open(f"{course.name}/lectures/03-parameter-sharing.ipynb")
    for cell_id in ("setup", "play-first-widget", "closing-questions"):
        run_cell(page, cell_id)
    return page


def test_a_picture_waits_for_an_answer_and_for_a_reason(lecture, course):
    asking = cell(lecture, "play-first-widget")
    question, picture = asking.locator(".convkit-question"), asking.locator(".convkit")
    commit = question.get_by_role("button", name="Commit, then see")
    commit.click()
    expect(question.get_by_role("status")).to_contain_text("Choose one first")
    question.get_by_role("radio", name="because the map stays").check()
    commit.click()
    expect(question.get_by_role("status")).to_contain_text("First write why")
    expect(picture).to_have_count(0)
    question.get_by_role("textbox").fill("it is the same picture")
    commit.click()
    expect(question.get_by_role("status")).to_contain_text("Staying is invariance")
    expect(picture.locator("canvas").first).to_be_visible()
    (attempt,) = json.loads((course / "answers.json").read_text())["sharing-drag"]
    assert attempt["right"] is False
    assert attempt["why"] == "it is the same picture"


def test_whoever_answered_it_before_finds_the_picture_open(lecture):
    run_cell(lecture, "play-first-widget")
    asking = cell(lecture, "play-first-widget")
    expect(asking.locator(".convkit canvas").first).to_be_visible()
    expect(asking.get_by_role("radio", name="because the map stays")).to_be_checked()


# The last: it ends the kernel.
def test_without_a_kernel_it_replies_by_keyboard_alone(lecture):
    end_kernel(lecture)
    closing = cell(lecture, "closing-questions")
    question = closing.locator(".convkit-question").first
    question.get_by_role("spinbutton").fill("40000")
    lecture.keyboard.press("Enter")
    expect(question.get_by_role("status")).to_contain_text("Four times as many units")
    lecture.keyboard.press("Tab")
    lecture.keyboard.press("Tab")
    lecture.keyboard.press("Enter")
    expect(question.get_by_role("status")).to_contain_text("10000")
    following = closing.locator(".convkit-question").nth(1)
    following.get_by_role("radio").first.focus()
    lecture.keyboard.press("Space")
    lecture.keyboard.press("Tab")
    lecture.keyboard.press("Enter")
    expect(following.get_by_role("status")).not_to_be_empty()
