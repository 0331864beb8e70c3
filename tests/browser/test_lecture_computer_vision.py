"""Lecture 01 in a real browser: where shuffled pixels went, and how far an image is from itself."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import pictures_of, run_cell, set_source, widget_of

pytestmark = pytest.mark.browser

UNTRAINED = """
networks = {
    "dense": (dense(), dense()),
    "convolutional": (convolutional(), convolutional()),
}
"""


@pytest.fixture(scope="module")
def lecture(browser):
    page = browser.open("lectures/01-computer-vision.ipynb")
    set_source(page, "four-runs", UNTRAINED)
    for cell_id in ("setup", "digits-anywhere", "two-kinds", "four-runs"):
        run_cell(page, cell_id)
    return page


@pytest.mark.parametrize("side", ["as it is", "shuffled"])
def test_a_patch_is_shown_where_one_points_and_scattered_in_the_other(lecture, side):
    widget = widget_of(lecture, "shuffled-pixels-widget")
    picture = widget.get_by_role("application", name=side)
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    picture.hover(position={"x": box["width"] * 0.5, "y": box["height"] * 0.5})
    expect(picture).to_have_accessible_name(re.compile("patch around row 9, column 9"))
    before = pictures_of(widget)
    picture.press("ArrowRight")
    expect(picture).to_have_accessible_name(re.compile("patch around row 9, column 10"))
    image, ways, shuffled, *patches_and_bars = (
        old != new for old, new in zip(before, pictures_of(widget), strict=True)
    )
    assert image
    assert ways
    assert shuffled
    assert not any(patches_and_bars[2:])


def test_the_pixels_fly_and_arrive(lecture):
    widget = widget_of(lecture, "shuffled-pixels-widget")
    at_rest = pictures_of(widget)
    widget.get_by_role("button", name="Shuffle").press("Enter")
    lecture.wait_for_timeout(300)
    changed = [old != new for old, new in zip(at_rest, pictures_of(widget), strict=True)]
    assert changed == [False, True] + [False] * (len(at_rest) - 2)
    lecture.wait_for_timeout(3000)
    assert pictures_of(widget) == at_rest


def test_another_digit_changes_all_pictures(lecture):
    widget = widget_of(lecture, "shuffled-pixels-widget")
    before = pictures_of(widget)
    widget.get_by_label("digit").fill("5")
    changed = [old != new for old, new in zip(before, pictures_of(widget), strict=True)]
    assert all(changed[:5])  # both pictures, the ways between them, both patches


def test_a_digit_moved_by_a_pixel_or_dimmed_is_no_longer_near_itself(lecture):
    widget = widget_of(lecture, "pixel-distance-widget")
    expect(widget.get_by_text("x is nearer to its own image")).to_be_visible()
    before = pictures_of(widget)
    widget.get_by_role("button", name="One pixel to the right").press("Enter")
    expect(widget.get_by_text("than to its own image")).to_be_visible()
    widget.get_by_role("application").press("ArrowRight")
    expect(widget.get_by_role("application", name="0 down, 2 right")).to_be_visible()
    assert pictures_of(widget) != before
    widget.get_by_role("button", name="Back").press("Enter")
    expect(widget.get_by_text("x is nearer to its own image")).to_be_visible()
    widget.get_by_label("light").fill("0.2")
    expect(widget.get_by_text("than to its own image")).to_be_visible()
