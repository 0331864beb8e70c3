"""What every lecture promises in a real browser, and every widget in it."""

import re
import time
from pathlib import Path

import pytest

from tests.browser.lab import pictures_of, run_all

pytestmark = pytest.mark.browser

LECTURES = sorted(path.stem for path in (Path(__file__).parents[2] / "lectures").glob("*.ipynb"))
CONTROLS = "application|button|combobox|img|radio|slider|spinbutton|switch"
SECONDS = 60


@pytest.fixture(scope="module", params=LECTURES)
def lecture(request, browser):
    page = browser.open(f"lectures/{request.param}.ipynb")
    start = time.monotonic()
    assert run_all(page) == []
    assert time.monotonic() - start < SECONDS
    yield page
    page.close()


def widgets_of(lecture):
    return lecture.locator(".convkit").all()


def test_it_runs_and_requests_nothing_from_outside_the_machine(lecture, browser):
    outside = [
        url
        for url in browser.requested
        if not url.startswith((browser.lab.address, "blob:", "data:"))
    ]
    assert outside == []


def test_every_control_has_a_name(lecture):
    for widget in widgets_of(lecture):
        controls = re.findall(rf"- '?((?:{CONTROLS})\b.*)", widget.aria_snapshot())
        assert controls
        assert [control for control in controls if not re.match(r'\w+ ".+"', control)] == []


def test_every_picture_that_takes_the_focus_answers_arrow_keys(lecture):
    for widget in widgets_of(lecture):
        for number, place in enumerate(widget.get_by_role("application").all()):
            seen = set()
            for key in ("Home", "ArrowRight", "ArrowDown", "End"):
                place.press(key)
                seen.add(str(pictures_of(widget)))
            assert len(seen) > 1, f"picture {number} of {widget.aria_snapshot()}"


def test_keys_pressed_in_a_widget_are_not_taken_for_jupyterlabs(lecture):
    count = "() => window.jupyterapp.shell.currentWidget.content.model.cells.length"
    cells = lecture.evaluate(count)
    for widget in widgets_of(lecture):
        for place in widget.locator("canvas[tabindex], input, select, button").all():
            if place.is_disabled():
                continue
            place.focus()
            for key in ("d", "d", "a", "b"):
                lecture.keyboard.press(key)
            assert lecture.evaluate(count) == cells
