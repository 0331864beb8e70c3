"""Lecture 08 in a real browser: both polarities of an edge, and what pooling leaves of a pole."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import pictures_of, widget_of

pytestmark = pytest.mark.browser
LECTURE, PREPARED = "08-rectification", ["setup", "scene"]


@pytest.fixture
def scene(lecture):
    """A fresh widget on the scene."""
    widget = widget_of(lecture, "scene-widget")
    expect(largest(widget)).to_have_text(["1", "3", "3"])
    return widget


def largest(widget):
    return widget.get_by_text("largest").locator("strong")


def rows_differ(widget):
    return widget.get_by_text("rows differ by").locator("strong")


def test_only_the_absolute_value_makes_the_rows_alike(scene):
    expect(rows_differ(scene)).to_have_text(["200 %", "0 %", "141 %"])
    _, _, tanh, absolute, relu = (pictures_of(column) for column in scene.locator("figure").all())
    assert tanh[0] != tanh[1]
    assert relu[0] != relu[1]
    assert len(absolute) == 3


def test_average_pooling_weakens_what_cancels(scene):
    before = pictures_of(scene)
    scene.get_by_role("combobox", name="pooling").select_option("average")
    expect(rows_differ(scene)).to_have_text(["200 %", "0 %", "121 %"])
    scene.get_by_label("over m × m").fill("8")
    expect(largest(scene)).to_have_text(["0.37", "1.72", "0.97"])
    assert pictures_of(scene) != before


def test_a_contrast_of_0_leaves_nothing(scene):
    scene.get_by_label("contrast").fill("0")
    expect(largest(scene)).to_have_text(["0", "0", "0"])


@pytest.mark.parametrize("number", range(5))
def test_the_mouse_moves_the_window_on_every_picture(scene, number):
    x = scene.get_by_role("application")
    lower = scene.locator("figure").nth(number).locator("canvas").nth(1)
    lower.scroll_into_view_if_needed()
    box = lower.bounding_box()
    seen = [pictures_of(scene)]
    for across in (0.2, 0.8):
        lower.hover(position={"x": box["width"] * across, "y": box["height"] * 0.3})
        expect(x).to_have_accessible_name(re.compile("row 1[23] of 42"))
        seen.append(pictures_of(scene))
    assert len({str(pictures) for pictures in seen}) == 3
