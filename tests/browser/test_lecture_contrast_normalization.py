"""Lecture 09 in a real browser: the light moves, and what is normalized hardly."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import pictures_of, widget_of

pytestmark = pytest.mark.browser
LECTURE, PREPARED = "09-contrast-normalization", ["setup", "filters"]


@pytest.fixture
def photograph(lecture):
    """A fresh widget on the photograph."""
    widget = widget_of(lecture, "photograph-widget")
    expect(moved_by_the_light(widget)).to_have_text(["0 %"] * 3)
    return widget


def moved_by_the_light(widget):
    return widget.locator(".convkit-reading > :last-child strong")


def test_a_shadow_moves_x_most_and_y_least(photograph):
    before = pictures_of(photograph)
    photograph.get_by_label("shadow ×").fill("0.9")
    expect(moved_by_the_light(photograph)).to_have_text(["88 %", "41 %", "33 %"])
    photograph.get_by_role("combobox", name="c", exact=True).select_option("0.03")
    expect(moved_by_the_light(photograph)).to_have_text(["88 %", "41 %", "17 %"])
    assert all(old != new for old, new in zip(before, pictures_of(photograph), strict=True))


def test_a_glare_is_subtracted(photograph):
    photograph.get_by_label("glare +").fill("1")
    expect(moved_by_the_light(photograph)).to_have_text(["223 %", "1 %", "10 %"])


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_mouse_moves_the_window_on_every_picture(photograph, number):
    x = photograph.get_by_role("application")
    picture = photograph.locator("figure").nth(number).locator("canvas").first
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    seen = [pictures_of(photograph)]
    for across, column in ((0.2, 26), (0.8, 103)):
        picture.hover(position={"x": box["width"] * across, "y": box["height"] * 0.3})
        expect(x).to_have_accessible_name(re.compile(f"column {column} of 128"))
        seen.append(pictures_of(photograph))
    assert all(old != new for old, new in zip(seen[1], seen[2], strict=True))


def test_what_is_shown_can_be_the_local_deviation(photograph):
    before = pictures_of(photograph)
    photograph.get_by_role("combobox", name="show").select_option("local deviation")
    after = pictures_of(photograph)
    changed = [old != new for old, new in zip(before, after, strict=True)]
    assert changed == [True, False] * 3  # the pictures, not the lines below them


def test_a_loud_map_silences_the_others(lecture):
    widget = widget_of(lecture, "feature-maps-widget")
    buttons = widget.get_by_role("button")
    before = [pictures_of(button) for button in buttons.all()]
    widget.get_by_label("gain of this map").fill("8")
    expect(widget).not_to_have_class(re.compile("convkit-waiting"))
    after = [pictures_of(button) for button in buttons.all()]
    assert all(old[1] != new[1] for old, new in zip(before, after, strict=True))
    name = buttons.nth(3).get_attribute("aria-label")
    buttons.nth(3).press("Enter")
    expect(buttons.nth(3)).to_have_attribute("aria-pressed", "true")
    assert name == "map 3"
    expect(widget.get_by_label("gain of this map")).to_have_value("1")
