"""Lecture 03 in a real browser: the feature map moves along, or it does not."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import pictures_of, widget_of

pytestmark = pytest.mark.browser
LECTURE, PREPARED = "03-parameter-sharing", ["setup", "the-same-weights-everywhere"]


@pytest.fixture
def widget(lecture):
    return widget_of(lecture, "equivariance-widget")


def difference(widget):
    return widget.locator(".convkit-reading strong")


def test_the_map_moves_along_with_the_dragged_picture(lecture, widget):
    picture = widget.get_by_role("application")
    expect(picture).to_have_accessible_name("x, dragged 0 down, 2 right")
    before = pictures_of(widget)
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    pixel = box["width"] / 42
    lecture.mouse.move(box["x"] + 20 * pixel, box["y"] + 20 * pixel)
    lecture.mouse.down()
    lecture.mouse.move(box["x"] + 24 * pixel, box["y"] + 17 * pixel)
    lecture.mouse.up()
    expect(picture).to_have_accessible_name("x, dragged 3 up, 4 right")
    assert all(old != new for old, new in zip(before, pictures_of(widget), strict=True))
    expect(difference(widget)).to_have_text("0")


def test_without_sharing_it_does_not(widget):
    widget.get_by_role("switch", name="weights shared").click()
    widget.get_by_role("application").press("ArrowDown")
    expect(difference(widget)).to_have_text(re.compile(r"^\d{3,}"))


def test_a_stride_follows_whole_steps_alone(widget):
    picture = widget.get_by_role("application")
    widget.get_by_label("stride").fill("2")
    picture.press("ArrowRight")
    expect(widget.get_by_text("not a whole number of strides of 2")).to_be_visible()
    expect(difference(widget)).not_to_have_text("0")
    picture.press("ArrowRight")
    expect(difference(widget)).to_have_text("0")


def test_padding_does_not_move_along(widget):
    widget.get_by_label("padding").fill("1")
    widget.get_by_role("application").press("ArrowLeft")
    expect(difference(widget)).not_to_have_text("0")
    widget.get_by_role("button", name="Back to rest").click()
    expect(difference(widget)).to_have_text("0")
