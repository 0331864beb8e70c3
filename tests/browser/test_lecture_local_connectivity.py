"""Lecture 02 in a real browser: what a unit sees, what it costs, and a digit out of its place."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import pictures_of, widget_of

pytestmark = pytest.mark.browser
LECTURE = "02-local-connectivity"
# The networks are not trained: what they read does not matter here.
PREPARED = ["setup", "play-first-widget", "two-networks"]


def reading(widget):
    return widget.locator(".convkit-reading")


def test_a_unit_shows_its_patch_in_every_channel(lecture):
    widget = widget_of(lecture, "receptive-field-widget")
    expect(reading(widget)).to_contain_text("5 × 5 pixels in each of the 3 channels: 75 numbers")
    before = pictures_of(widget)
    layer = widget.get_by_role("application", name="layer 1")
    layer.press("ArrowRight")
    after = pictures_of(widget)
    assert all(old != new for old, new in zip(before[:4], after[:4], strict=True))
    layer.scroll_into_view_if_needed()
    box = layer.bounding_box()
    layer.hover(position={"x": box["width"] - 6, "y": box["height"] - 6})
    expect(reading(widget)).to_contain_text("row 20, column 20 of layer 1")


def test_a_stack_of_layers_sees_further(lecture):
    widget = widget_of(lecture, "receptive-field-widget")
    widget.get_by_label("layers").fill("3")
    widget.get_by_role("application", name="layer 3").press("Home")
    expect(reading(widget)).to_contain_text("13 × 13 pixels")
    widget.get_by_label("patch").fill("3")
    expect(reading(widget)).to_contain_text("7 × 7 pixels")
    widget.get_by_label("stride").fill("2")
    expect(reading(widget)).to_contain_text("15 × 15 pixels")


def test_layers_that_do_not_fit_are_refused_and_put_back(lecture):
    widget = widget_of(lecture, "receptive-field-widget")
    widget.get_by_label("patch").fill("9")
    widget.get_by_label("layers").fill("4")
    expect(widget.locator(".convkit-status")).to_contain_text("expected images of at least")
    expect(widget.get_by_label("layers")).to_have_value("1")


def test_the_counts_follow_the_sliders(lecture):
    widget = widget_of(lecture, "parameters-widget")
    for count in ("1,600,000,000", "4,000,000", "10,000"):
        expect(widget.get_by_text(f"{count} weights")).to_be_visible()
    expect(widget.get_by_text("6,400 MB, for 40,000 units")).to_be_visible()
    before = pictures_of(widget)
    widget.get_by_label("image, height and width").fill("400")
    expect(widget.get_by_text("6,400,000,000 weights")).to_be_visible()
    expect(widget.get_by_text("10,000 weights", exact=True)).to_be_visible()
    widget.get_by_label("channels").press("ArrowRight")
    expect(widget.get_by_text("20,000 weights", exact=True)).to_be_visible()
    assert pictures_of(widget) != before


def test_a_digit_is_dragged_with_the_mouse_and_with_keys(lecture):
    widget = widget_of(lecture, "registered-widget")
    digit = widget.get_by_role("application")
    expect(digit).to_have_accessible_name(re.compile("dragged 0 down, 0 right"))
    before = pictures_of(widget)
    digit.scroll_into_view_if_needed()
    box = digit.bounding_box()
    pixel = box["width"] / 16
    lecture.mouse.move(box["x"] + 8 * pixel, box["y"] + 8 * pixel)
    lecture.mouse.down()
    lecture.mouse.move(box["x"] + 6 * pixel, box["y"] + 11 * pixel)
    lecture.mouse.up()
    expect(digit).to_have_accessible_name(re.compile("dragged 3 down, 2 left"))
    assert all(old != new for old, new in zip(before, pictures_of(widget), strict=True))
    lecture.mouse.move(box["x"] + 9 * pixel, box["y"] + 9 * pixel)
    digit.press("ArrowUp")
    expect(digit).to_have_accessible_name(re.compile("dragged 2 down, 2 left"))
    widget.get_by_role("button", name="Back").click()
    assert pictures_of(widget) == before
