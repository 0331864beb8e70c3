"""Lecture 11 in a real browser: operations are put in and taken out, and it shows."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import pictures_of, widget_of

pytestmark = pytest.mark.browser
LECTURE, PREPARED = "11-convolutional-network", ["setup", "play-first-widget"]


@pytest.fixture
def pipeline(lecture):
    widget = widget_of(lecture, "pipeline-widget")
    expect(reading(widget)).to_contain_text("2 × F–R–N–PA: right on 90 % with random filters")
    return widget


def reading(widget):
    return widget.locator(".convkit-reading")


def operations(widget):
    symbols = widget.locator(".convkit-chain .convkit-symbol").all_inner_texts()
    return "".join(symbols).split("p(c | x)")[0]


def test_switches_change_the_chain(pipeline):
    assert operations(pipeline) == "xFRNPFRNP"
    pipeline.get_by_role("switch", name="R: rectify").click()
    expect(reading(pipeline)).to_contain_text("2 × F–N–PA: right on 17 %")
    assert operations(pipeline) == "xFNPFNP"
    pipeline.get_by_label("stages").select_option("1")
    expect(reading(pipeline)).to_contain_text("1 × F–N–PA")
    assert operations(pipeline) == "xFNP"
    pipeline.get_by_label("P: pool by").select_option("max")
    expect(reading(pipeline)).to_contain_text("1 × F–N–PM")


def test_turning_the_polarity_changes_nothing_behind_the_rectifier(pipeline):
    before = pictures_of(pipeline)
    pipeline.get_by_role("switch", name="turn the polarity").click()
    expect(pipeline.get_by_text("changed 200 %")).to_have_count(1)
    expect(pipeline.get_by_text("changed 0 %")).to_have_count(7)
    changed = [old != new for old, new in zip(before, pictures_of(pipeline), strict=True)]
    # The image, its maps after F, and the patch that is enlarged; not even the probabilities.
    assert changed == [True, True] + 8 * [False] + [True] + 2 * [False]


def test_faint_ink_and_light_change_the_maps(pipeline):
    pipeline.get_by_label("contrast").fill("0.2")
    expect(pipeline.get_by_text(re.compile(r"changed \d+ %"))).to_have_count(8)
    pipeline.get_by_label("contrast").fill("1")
    expect(pipeline.get_by_text(re.compile(r"changed \d+ %"))).to_have_count(0)
    pipeline.get_by_label("light from the right").press("End")
    expect(pipeline.get_by_text(re.compile(r"changed \d+ %"))).to_have_count(8)


def test_what_made_a_unit_lights_up_before_it(pipeline):
    last = pipeline.get_by_role("application", name=re.compile("after pool")).last
    before = pictures_of(pipeline)
    last.press("Home")
    expect(last).to_have_accessible_name(re.compile("map 1, row 1, column 1"))
    expect(pipeline.get_by_text("the mean of the patch")).to_be_visible()
    changed = [old != new for old, new in zip(before, pictures_of(pipeline), strict=True)]
    assert changed[:9] == 9 * [True]


def test_another_digit_is_chosen_without_python(pipeline):
    image = pipeline.get_by_role("application", name=re.compile("^x,"))
    before = pictures_of(pipeline)
    image.click()
    expect(image).to_have_accessible_name("x, image 2 of 10")
    image.press("End")
    expect(image).to_have_accessible_name("x, image 10 of 10")
    changed = [old != new for old, new in zip(before, pictures_of(pipeline), strict=True)]
    assert changed == 11 * [True] + 2 * [False]  # the kernel and the bars are the same


def test_a_design_is_assembled_from_its_bars(pipeline):
    bars = pipeline.get_by_role("application", name=re.compile("random 19 %"))
    bars.press("Home")
    expect(reading(pipeline)).to_contain_text("1 × F–PA: right on 19 %")
    assert operations(pipeline) == "xFP"
    bars.scroll_into_view_if_needed()
    box = bars.bounding_box()
    bars.click(position={"x": 5.5 / 16 * box["width"], "y": box["height"] / 2})
    expect(reading(pipeline)).to_contain_text("1 × F–R–PM")
    expect(pipeline.get_by_role("switch", name="R: rectify")).to_be_checked()
