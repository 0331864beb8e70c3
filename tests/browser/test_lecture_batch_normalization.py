"""Lecture 10 in a real browser: weights without effect, company with one, and a race."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import pictures_of, widget_of

pytestmark = pytest.mark.browser
LECTURE, PREPARED = "10-batch-normalization", ["setup"]


@pytest.fixture
def activations(lecture):
    """A fresh widget, with layer 8 chosen."""
    widget = widget_of(lecture, "activations-widget")
    expect(numbers(widget, 0).nth(2)).to_have_text("0.2464")
    return widget


@pytest.fixture
def company(lecture):
    """A fresh widget, with layer 8 chosen."""
    widget = widget_of(lecture, "company-widget")
    expect(numbers(widget, 0).nth(2)).to_have_text("0.2464")
    return widget


@pytest.fixture
def race(lecture):
    widget = widget_of(lecture, "race-widget")
    expect(widget.get_by_text("with BN: at the start")).to_be_visible()
    return widget


def numbers(widget, row):
    """Name, mean, deviation, gradient of the chosen layer; of `Company` the orange unit, too."""
    return widget.locator("tr").nth(1 + row).locator("td")


def test_the_scale_of_the_weights_moves_the_upper_row_alone(activations):
    before = pictures_of(activations)
    lower = numbers(activations, 1).all_inner_texts()
    activations.get_by_label("weights ×").fill("2")
    expect(numbers(activations, 0).nth(2)).not_to_have_text("0.2464")
    assert numbers(activations, 1).nth(2).inner_text() == lower[2]
    assert pictures_of(activations)[0] != before[0]


def test_arrow_keys_and_the_mouse_choose_a_layer(activations):
    above = activations.get_by_role("application")
    for key, layer in (("Home", 1), ("ArrowRight", 2), ("End", 8)):
        above.press(key)
        expect(above).to_have_accessible_name(re.compile(f"layer {layer} of 8"))
    before = pictures_of(activations)
    above.scroll_into_view_if_needed()
    box = above.bounding_box()
    above.hover(position={"x": box["width"] * 0.3, "y": box["height"] / 2})
    expect(above).to_have_accessible_name(re.compile("layer 3 of 8"))
    assert all(old != new for old, new in zip(before, pictures_of(activations), strict=True))


def test_company_moves_the_orange_line_of_the_lower_row_alone(company):
    orange = [numbers(company, row).nth(4).inner_text() for row in (0, 1)]
    company.get_by_label("other company").fill("5")
    expect(numbers(company, 1).nth(4)).not_to_have_text(orange[1])
    assert numbers(company, 0).nth(4).inner_text() == orange[0]


def test_at_test_time_the_rows_are_alike_until_batches_were_seen(company):
    seen = company.get_by_label("batches seen before")
    expect(seen).to_be_hidden()
    company.get_by_role("switch", name="test time").click()
    expect(numbers(company, 1).nth(2)).to_have_text("0.2464")
    seen.fill("60")
    expect(numbers(company, 1).nth(2)).not_to_have_text("0.2464")


def test_a_batch_of_one_is_refused_where_it_was_asked_for(activations):
    activations.get_by_label("batch size").fill("0")
    expect(activations.locator(".convkit-status")).to_contain_text(
        "more than one value per channel"
    )
    expect(activations.get_by_label("batch size")).to_have_value("6")


def test_the_race_runs_and_pauses(race):
    before = pictures_of(race)
    race.get_by_role("button", name="Train").press("Enter")
    expect(race.get_by_text(re.compile(r"with BN: loss [12]\.\d+"))).to_be_visible()
    race.get_by_role("button", name="Pause").press("Enter")
    expect(race.get_by_role("button", name="Train")).to_be_visible()
    assert pictures_of(race)[0] != before[0]


def test_a_change_starts_the_race_again(race):
    race.get_by_role("button", name="Step").press("Enter")
    expect(race.get_by_text("with BN: loss")).to_be_visible()
    race.get_by_label("learning rate").fill("0")
    expect(race.get_by_text("with BN: at the start")).to_be_visible()


def test_numbers_that_overflow_are_told(race):
    race.get_by_label("f", exact=True).select_option("relu")
    race.get_by_label("first weights ×").fill("2")
    for step in range(1, 4):
        race.get_by_role("button", name="Step").press("Enter")
        expect(race.get_by_role("img", name=f"after {step} steps")).to_be_visible()
    expect(race.get_by_text("without: its numbers overflowed in step 3")).to_be_visible()
    expect(race.get_by_text("with BN: loss")).to_be_visible()
