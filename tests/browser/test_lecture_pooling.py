"""Lecture 05 in a real browser: winners, and an eye that moves unseen."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import pictures_of, widget_of

pytestmark = pytest.mark.browser
LECTURE, PREPARED = "05-pooling", ["setup"]


@pytest.fixture
def pooling(lecture):
    return widget_of(lecture, "pooling-widget")


@pytest.fixture
def eyes(lecture):
    return widget_of(lecture, "eye-detector-widget")


def results(widget):
    return widget.locator(".convkit-reading strong").all_inner_texts()


def test_keys_and_mouse_choose_a_neighbourhood(pooling):
    x = pooling.get_by_role("application")
    before = pictures_of(pooling)
    x.press("End")
    expect(x).to_have_accessible_name("x, at row 6, column 6: 7, a winner")
    assert results(pooling) == ["7", "2.25"]
    assert all(old != new for old, new in zip(before, pictures_of(pooling), strict=True))
    x.scroll_into_view_if_needed()
    box = x.bounding_box()
    x.hover(position={"x": box["width"] * 0.25, "y": box["height"] * 0.25})
    assert results(pooling) == ["9", "2.5"]


def test_the_mean_notices_at_once_and_the_max_when_it_is_overtaken(lecture, pooling):
    x, number = pooling.get_by_role("application"), pooling.get_by_label("framed unit")
    x.press("Home")
    x.press("Enter")
    lecture.keyboard.type("8")
    expect(pooling.locator(".convkit-reading strong").last).to_have_text("4.25")
    assert results(pooling) == ["9", "4.25"]
    number.fill("12")
    expect(pooling.locator(".convkit-reading strong").first).to_have_text("12")
    expect(x).to_have_accessible_name(re.compile("a winner"))


def test_neighbourhoods_grow_and_overlap(pooling):
    pooling.get_by_label("neighbourhood m").fill("3")
    expect(pooling.locator(".convkit-reading strong").last).to_have_text("1.78")
    pooling.get_by_role("application").press("End")
    expect(pooling.locator(".convkit-reading")).to_contain_text("y11")
    pooling.get_by_role("switch", name="overlapping").click()
    expect(pooling.locator(".convkit-reading")).to_contain_text("y33")
    pooling.get_by_role("img", name="average").hover(position={"x": 10, "y": 10})
    expect(pooling.locator(".convkit-reading")).to_contain_text("y00")


def test_inside_its_neighbourhood_an_eye_moves_unseen(eyes):
    x = eyes.get_by_role("application")
    for _ in range(3):
        x.press("ArrowDown")
    expect(x).to_have_accessible_name("x now, the face moved 3 down, 0 right")
    assert changes(eyes) == [100, 0, 0]
    x.press("ArrowDown")
    assert changes(eyes)[1] == 100
    eyes.get_by_role("button", name="Start from here").click()
    assert changes(eyes) == [0, 0, 0]


def test_the_face_is_dragged_with_the_mouse(lecture, eyes):
    x = eyes.get_by_role("application")
    before = pictures_of(eyes)
    x.scroll_into_view_if_needed()
    box = x.bounding_box()
    pixel = box["width"] / 40
    lecture.mouse.move(box["x"] + 20 * pixel, box["y"] + 20 * pixel)
    lecture.mouse.down()
    lecture.mouse.move(box["x"] + 18 * pixel, box["y"] + 18 * pixel)
    lecture.mouse.up()
    expect(x).to_have_accessible_name("x now, the face moved 2 up, 2 left")
    after = pictures_of(eyes)
    assert all(old != new for old, new in zip(before[:4], after[:4], strict=True))
    assert before[4:] == after[4:]


def test_larger_neighbourhoods_see_less(eyes):
    eyes.get_by_label("neighbourhood m").fill("8")
    x = eyes.get_by_role("application")
    for _ in range(4):
        x.press("ArrowDown")
    expect(eyes.get_by_text("changed by 0 %: the same").first).to_be_visible()
    assert changes(eyes) == [100, 0, 0]


def changes(widget):
    """By how many per cent the detector's map, its max and its average have changed."""
    texts = widget.get_by_text("changed by").all_inner_texts()
    return [int(re.search(r"(\d+) %", text)[1]) for text in texts]
