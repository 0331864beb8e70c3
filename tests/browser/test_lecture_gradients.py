"""Lecture 07 in a real browser: gradients are sent in, and flow where they should."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import pictures_of, widget_of

pytestmark = pytest.mark.browser
LECTURE, PREPARED = "07-gradients", ["setup", "max-widget"]


@pytest.fixture
def convolution(lecture):
    return fresh(lecture, "convolution-widget")


def fresh(lecture, cell_id):
    widget = widget_of(lecture, cell_id)
    expect(widget.get_by_text("finite differences agree")).to_be_visible()
    return widget


def canvas(widget, symbol):
    return widget.get_by_role("application", name=re.compile(f"^{symbol},"))


def told(widget):
    return widget.locator(".convkit-reading").first


def test_a_click_sends_a_gradient_in_and_another_takes_it_out(convolution):
    grad_y, grad_x = canvas(convolution, "∇y"), canvas(convolution, "∇x")
    before = pictures_of(convolution)
    grad_y.scroll_into_view_if_needed()
    box = grad_y.bounding_box()
    corner = {"x": box["width"] / 8, "y": box["height"] / 8}
    grad_y.click(position=corner)
    grad_x.press("Home")
    expect(grad_x).to_have_accessible_name("∇x, row 1, column 1: 1")
    assert pictures_of(convolution) != before
    grad_y.click(position=corner)
    expect(grad_x).to_have_accessible_name("∇x, row 1, column 1: 0")


def test_the_space_bar_sends_and_the_number_can_be_changed(convolution):
    grad_y, grad_x = canvas(convolution, "∇y"), canvas(convolution, "∇x")
    grad_y.press("End")
    grad_y.press(" ")
    grad_x.press("End")
    expect(grad_x).to_have_accessible_name("∇x, row 5, column 5: 4")
    convolution.get_by_label("∇y, the framed unit").fill("-2")
    expect(grad_x).to_have_accessible_name("∇x, row 5, column 5: −8")


def test_a_pixel_shows_the_terms_of_its_sum(convolution):
    grad_x = canvas(convolution, "∇x")
    grad_x.press("Home")
    expect(told(convolution)).to_contain_text("0: nothing comes in")
    grad_x.press("ArrowRight")
    grad_x.press("ArrowRight")
    grad_x.press("ArrowDown")
    expect(told(convolution)).to_contain_text("1 × 2 = 2")


def test_pointing_at_a_weight_shows_every_pixel_that_it_met(convolution):
    before = pictures_of(convolution)
    canvas(convolution, "∇W").hover()
    expect(told(convolution)).to_contain_text("∇W")
    assert pictures_of(convolution) != before


def test_x_changes_the_gradient_of_w_and_not_that_of_x(convolution):
    x, grad_w, grad_x = (canvas(convolution, symbol) for symbol in ("x", "∇W", "∇x"))
    x.press("Home")
    x.press("ArrowRight")
    x.press("ArrowDown")
    before = grad_x.get_attribute("aria-label")
    convolution.get_by_label("x, the framed pixel").fill("900")
    expect(grad_w).to_have_accessible_name("∇W, row 1, column 1: 900")
    assert grad_x.get_attribute("aria-label") == before


def test_the_gradient_flows_unit_by_unit_and_stops(convolution):
    canvas(convolution, "∇y").press("End")
    canvas(convolution, "∇y").press(" ")
    canvas(convolution, "∇x").press("End")
    expect(canvas(convolution, "∇x")).to_have_accessible_name("∇x, row 5, column 5: 4")
    before = pictures_of(convolution)
    flow = convolution.get_by_role("button", name="Let it flow")
    flow.click()
    expect(convolution.get_by_text("so far")).to_be_visible()
    assert pictures_of(convolution) != before
    # Each number travels from ∇y to a pixel of its own, and is gone when it is there.
    expect(convolution.locator(".convkit-travelling")).to_have_text(["1", "2", "3", "4"])
    expect(flow).to_be_visible()
    expect(convolution.get_by_text("so far")).to_be_hidden()
    expect(convolution.locator(".convkit-travelling")).to_have_count(0)


def test_stride_and_padding_change_the_sizes(convolution):
    convolution.get_by_label("padding").press("ArrowRight")
    expect(convolution).not_to_contain_class("convkit-waiting")
    canvas(convolution, "x").press("End")
    expect(canvas(convolution, "x")).to_have_accessible_name("x, row 7, column 7: 0")
    expect(convolution.get_by_label("x, the framed pixel")).to_be_disabled()
    convolution.get_by_label("stride").fill("2")
    expect(convolution).not_to_contain_class("convkit-waiting")
    canvas(convolution, "∇y").press("End")
    expect(canvas(convolution, "∇y")).to_have_accessible_name(re.compile("row 3, column 3"))


def test_two_equal_winners_are_framed(lecture):
    widget = fresh(lecture, "max-widget")
    canvas(widget, "x").press("Home")
    canvas(widget, "x").press("ArrowDown")
    canvas(widget, "x").press("Enter")
    lecture.keyboard.type("9")
    expect(widget.get_by_text("disagree in 2 numbers")).to_be_visible()
    expect(canvas(widget, "∇x")).to_have_accessible_name("∇x, row 2, column 1: 1")


def test_the_average_goes_to_all(lecture):
    widget = fresh(lecture, "average-widget")
    canvas(widget, "∇x").press("End")
    expect(canvas(widget, "∇x")).to_have_accessible_name("∇x, row 4, column 4: 1")
    widget.get_by_label("neighbourhood m").fill("3")
    expect(canvas(widget, "∇x")).to_have_accessible_name("∇x, row 4, column 4: 0")


def test_with_a_stride_a_weight_met_pixels_further_apart(convolution):
    for label in ("stride", "padding"):
        convolution.get_by_label(label).press("ArrowRight")
        expect(convolution).not_to_contain_class("convkit-waiting")
    canvas(convolution, "∇W").press("Home")
    expect(told(convolution)).to_contain_text("1 × 9 = 9")
