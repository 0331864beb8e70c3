"""Lecture 04 in a real browser: its pictures move, its keys stay its own."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import pictures_of, run_cell, set_source, widget_of

pytestmark = pytest.mark.browser
LECTURE, PREPARED = "04-convolution", ["setup", "photograph", "filters"]


@pytest.fixture
def by_hand(lecture):
    """A fresh widget of the worked example."""
    widget = widget_of(lecture, "worked-example")
    expect(widget.locator(".convkit-sum strong")).to_have_text("= 45")
    return widget


def x_of(widget):
    return widget.get_by_role("application").first


def sum_of(widget):
    return widget.locator(".convkit-sum strong")


def outputs_in_turn(widget):
    """The four sums, the window moved by arrow keys."""
    sums = []
    for key in ("Home", "ArrowRight", "ArrowDown", "ArrowLeft"):
        x_of(widget).press(key)
        sums.append(sum_of(widget).inner_text().removeprefix("= "))
    return sums


def test_arrow_keys_move_the_window_and_the_picture_changes(by_hand):
    before = pictures_of(by_hand)
    x_of(by_hand).press("ArrowRight")
    x, weight, output = (old != new for old, new in zip(before, pictures_of(by_hand), strict=True))
    assert x
    assert output
    assert not weight
    expect(sum_of(by_hand)).to_have_text("= 110")


def test_the_mouse_moves_the_window(by_hand):
    before = pictures_of(by_hand)
    x_of(by_hand).scroll_into_view_if_needed()
    box = x_of(by_hand).bounding_box()
    x_of(by_hand).hover(position={"x": box["width"] * 0.9, "y": box["height"] * 0.1})
    assert pictures_of(by_hand) != before
    expect(sum_of(by_hand)).to_have_text("= 110")


def test_an_input_shows_every_output_that_it_feeds(by_hand):
    fed = by_hand.locator(".convkit-fed")
    expect(fed).to_be_empty()
    before = pictures_of(by_hand)
    x_of(by_hand).scroll_into_view_if_needed()
    box = x_of(by_hand).bounding_box()
    x_of(by_hand).hover(position={"x": box["width"] * 0.5, "y": box["height"] * 0.5})
    expect(fed).to_have_text("x[1, 1] = 40 feeds 4 outputs, each with the weight in its corner.")
    assert pictures_of(by_hand)[-1] != before[-1]
    x_of(by_hand).press("Shift+ArrowRight")
    expect(fed).to_contain_text("x[1, 2] = 0 feeds 2 outputs")
    x_of(by_hand).press("Shift+End")
    expect(fed).to_contain_text("x[2, 2] = 40 feeds 1 output,")


def test_every_map_sums_over_the_channels_with_its_own_kernels(lecture):
    widget = widget_of(lecture, "two-channels")
    expect(sum_of(widget)).to_have_text("= 49")  # 45 of one channel, 5 − 1 of the other
    second_map = widget.get_by_role("application").last
    second_map.press("Home")
    expect(sum_of(widget)).to_have_text("= 66")
    second_map.press("ArrowRight")
    expect(sum_of(widget)).to_have_text("= 47")
    widget.get_by_label("kernel of channel 1, row 1, column 1").fill("1")
    expect(sum_of(widget)).to_have_text("= 53")


def test_the_flip_turns_convolution_into_correlation(by_hand):
    assert outputs_in_turn(by_hand) == ["45", "110", "40", "40"]
    x_of(by_hand).press("Home")
    by_hand.get_by_role("switch", name="flip the kernel").click()
    expect(sum_of(by_hand)).to_have_text("= 70")
    assert outputs_in_turn(by_hand) == ["70", "30", "40", "10"]


def test_a_kernel_value_goes_to_python_and_comes_back_as_numbers(by_hand):
    before = pictures_of(by_hand)
    by_hand.get_by_label("kernel, row 2, column 2").fill("2")
    expect(sum_of(by_hand)).to_have_text("= 45")  # it lies, flipped, on x's 0
    by_hand.get_by_label("kernel, row 1, column 1").fill("-1")
    expect(sum_of(by_hand)).to_have_text("= 5")
    expect(by_hand.locator(".convkit-sum")).to_contain_text("(−1) × 40")
    assert pictures_of(by_hand) != before


def test_stride_and_padding_change_the_output(by_hand):
    by_hand.get_by_label("padding").fill("1")
    expect(x_of(by_hand)).to_have_accessible_name(re.compile("row 1 of 4, column 1 of 4"))
    by_hand.get_by_label("stride").fill("2")
    expect(x_of(by_hand)).to_have_accessible_name(re.compile("row 1 of 2, column 1 of 2"))


def test_an_unfinished_number_is_marked_and_changes_nothing(by_hand):
    value = by_hand.get_by_label("kernel, row 1, column 2")
    value.fill("")
    expect(value).to_have_attribute("aria-invalid", "true")
    expect(sum_of(by_hand)).to_have_text("= 45")
    value.fill("0.5")
    expect(value).to_have_attribute("aria-invalid", "false")
    expect(sum_of(by_hand)).to_have_text("= 50")


def test_play_fills_in_the_output_with_the_space_bar(by_hand):
    x_of(by_hand).press(" ")
    expect(sum_of(by_hand)).to_have_text("= 110")
    expect(by_hand.get_by_role("button", name="Pause")).to_be_visible()
    x_of(by_hand).press(" ")
    expect(by_hand.get_by_role("button", name="Play")).to_be_visible()


def test_a_learners_layer_is_held_against_the_sum(lecture, by_hand):
    own = """
class Mine(Conv2d):
    def forward(self, x):
        return super().forward(x) + (x[:, :, :2, :2] == 80)

ConvolutionByHand(layer=Mine)"""
    source = set_source(lecture, "worked-example", own)
    try:
        run_cell(lecture, "worked-example")
        expect(by_hand.get_by_text("by your Mine")).to_be_visible()
        expect(by_hand.get_by_text("The products sum to")).to_be_hidden()
        x_of(by_hand).press("ArrowRight")
        expect(
            by_hand.get_by_text("The products sum to 110, but your Mine gives 111.")
        ).to_be_visible()
    finally:
        set_source(lecture, "worked-example", source)


def test_keys_pressed_in_a_widget_are_not_taken_for_jupyterlabs(lecture, by_hand):
    count = "() => window.jupyterapp.shell.currentWidget.content.model.cells.length"
    cells = lecture.evaluate(count)
    for place in (by_hand.get_by_label("stride"), x_of(by_hand)):
        place.focus()
        for key in ("d", "d", "x", "a", "b"):
            lecture.keyboard.press(key)
        assert place.evaluate("node => node === document.activeElement")
        assert lecture.evaluate(count) == cells
    slider = widget_of(lecture, "detector-widget").get_by_label("bias")
    slider.press("ArrowRight")
    assert slider.input_value() == "-3.75"


def test_the_colours_follow_the_theme(lecture, by_hand):
    light = pictures_of(by_hand)
    change = "name => window.jupyterapp.commands.execute('apputils:change-theme', { theme: name })"
    lecture.evaluate(change, "JupyterLab Dark")
    try:
        lecture.wait_for_function("() => document.body.dataset.jpThemeName === 'JupyterLab Dark'")
        ink = "node => getComputedStyle(node).getPropertyValue('--convkit-kernel')"
        assert by_hand.evaluate(ink).strip() == "#fbbf24"
        assert all(old != new for old, new in zip(light, pictures_of(by_hand), strict=True))
    finally:
        lecture.evaluate(change, "JupyterLab Light")


def test_the_detector_fires_elsewhere_with_another_kernel_or_bias(lecture):
    widget = widget_of(lecture, "detector-widget")
    share = widget.locator(".convkit-reading strong").last
    seen = {share.inner_text()}
    widget.get_by_role("combobox", name="kernel").select_option(index=1)
    expect(share).not_to_have_text(seen.pop())
    seen.add(share.inner_text())
    widget.get_by_label("bias").fill("-2")
    expect(share).not_to_have_text(seen.pop())
    before = pictures_of(widget)
    x_of(widget).press("ArrowUp")
    assert all(old != new for old, new in zip(before, pictures_of(widget), strict=True))


def test_a_feature_map_has_its_own_gain(lecture):
    widget = widget_of(lecture, "feature-maps-widget")
    values = widget.locator(".convkit-map small")
    before = values.all_inner_texts()
    widget.get_by_role("button", name="feature map 2").press("Enter")
    widget.get_by_label("gain g").fill("2")
    expect(values.nth(2)).not_to_have_text(before[2])
    changed = [i for i, text in enumerate(values.all_inner_texts()) if text != before[i]]
    assert changed == [2]
