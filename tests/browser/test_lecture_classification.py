"""Lecture 06 in a real browser: logits move, and a network learns while one watches."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import pictures_of, widget_of

pytestmark = pytest.mark.browser
LECTURE, PREPARED = "06-classification", ["setup", "shapes"]


@pytest.fixture
def softmax(lecture):
    widget = widget_of(lecture, "softmax-widget")
    expect(loss(widget)).to_have_text("1.44")
    return widget


@pytest.fixture
def training(lecture):
    widget = widget_of(lecture, "training-widget")
    expect(reading(widget)).to_contain_text("step 0:")
    return widget


def loss(widget):
    return widget.locator(".convkit-reading strong")


def reading(widget):
    return widget.locator(".convkit-reading")


def test_a_logit_moves_all_probabilities(softmax):
    before = pictures_of(softmax)
    softmax.get_by_role("slider", name="logit of dog").press("ArrowRight")
    expect(loss(softmax)).to_have_text("1.36")
    assert all(old != new for old, new in zip(before, pictures_of(softmax), strict=True))


def test_adding_to_all_changes_nothing_and_doubling_does(softmax):
    before = pictures_of(softmax)
    softmax.get_by_role("button", name="All + 1").click()
    expect(softmax.get_by_role("slider", name="logit of fish")).to_have_value("0")
    expect(loss(softmax)).to_have_text("1.44")
    assert pictures_of(softmax) == before
    softmax.get_by_role("button", name="All × 2").click()
    expect(loss(softmax)).to_have_text("2.15")


def test_steps_downhill_make_the_loss_smaller(softmax):
    step = softmax.get_by_role("button", name="One step downhill")
    for expected in ("0.6334", "0.3506", "0.2367"):
        step.press("Enter")
        expect(loss(softmax)).to_have_text(expected)


def test_another_class_may_be_right(softmax):
    softmax.get_by_label("the correct class").select_option("cat")
    expect(loss(softmax)).to_have_text("0.4402")


def test_a_step_changes_filters_and_maps(training):
    before = pictures_of(training)
    training.get_by_role("button", name="Step").click()
    expect(reading(training)).to_contain_text("step 1:")
    assert all(old != new for old, new in zip(before[:16], pictures_of(training)[:16], strict=True))
    training.get_by_role("switch", name="as they began").click()
    assert pictures_of(training)[:8] != before[:8]  # on the scale of now
    training.get_by_role("button", name="Start again").click()
    expect(reading(training)).to_contain_text("step 0:")
    assert pictures_of(training)[:16] == before[:16]


def test_it_trains_until_it_is_paused(training):
    training.get_by_label("steps a second").fill("50")
    training.get_by_role("button", name="Train").click()
    expect(reading(training)).to_contain_text(re.compile(r"step [3-9]\d:"))
    training.get_by_role("button", name="Pause").click()
    expect(training).not_to_contain_class("convkit-waiting")
    stopped = reading(training).inner_text()
    training.page.wait_for_timeout(500)
    assert reading(training).inner_text() == stopped


def test_another_test_image_can_be_chosen_by_key_and_mouse(training):
    digits = training.get_by_role("application")
    digits.press("End")
    expect(training.get_by_text("This is a 9.")).to_be_visible()
    before = pictures_of(training)
    digits.hover(position={"x": 70, "y": 20})
    expect(training.get_by_text("This is a 1.")).to_be_visible()
    changed = [old != new for old, new in zip(before, pictures_of(training), strict=True)]
    assert not any(changed[:8])
    assert all(changed[8:16])


def test_the_learning_rate_is_said_as_a_number(training):
    lr = training.get_by_label("learning rate")
    said = training.locator("label", has_text="learning rate").locator("output")
    for key, value in (("Home", "0.001"), ("End", "10")):
        lr.press(key)
        expect(said).to_have_text(value)
