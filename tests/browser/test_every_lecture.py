"""What every lecture promises in a real browser, and every widget in it."""

import contextlib
import re
import shutil
import time
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import TimeoutError, expect

from benchmarks.widgets import moved
from tests.browser.accessibility import violations
from tests.browser.lab import end_kernel, pictures_of, run_all, save
from tests.sampling import sampled

pytestmark = pytest.mark.browser

LECTURES = sorted(path.stem for path in (Path(__file__).parents[2] / "lectures").glob("*.ipynb"))
CONTROLS = "application|button|combobox|img|radio|slider|spinbutton|switch"
SECONDS = 60
WAITING = re.compile("convkit-waiting")
VIEW = "application/vnd.jupyter.widget-view+json"


# Each has a file of its own for its pictures; these are the promises that all lectures share.
SAMPLED = sampled(LECTURES, LECTURES[5])


@pytest.fixture(scope="module", params=SAMPLED)
def place(request, lab):
    """Where a copy of the lecture is that may be saved."""
    place = f"saved/{request.param}.ipynb"
    (lab.folder / "saved").mkdir(exist_ok=True)
    shutil.copy(lab.folder / "lectures" / f"{request.param}.ipynb", lab.folder / place)
    return place


@pytest.fixture(scope="module")
def lecture(place, browser):
    page = browser.open(place)
    start = time.monotonic()
    assert run_all(page) == []
    assert time.monotonic() - start < SECONDS
    return page


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


def views_by_keys(widget):
    """For each picture that takes the focus, how many views of the widget its arrow keys give."""
    # Themselves, not their numbers: keys may choose a network with fewer layers.
    for place in widget.get_by_role("application").element_handles():
        seen = set()
        for key in ("Home", "ArrowRight", "ArrowDown", "End"):
            place.press(key)
            seen.add(str(pictures_of(widget)))
        yield len(seen)


def test_every_picture_that_takes_the_focus_answers_arrow_keys(lecture):
    for widget in widgets_of(lecture):
        assert all(views > 1 for views in views_by_keys(widget)), widget.aria_snapshot()


SET_AGAIN = """(widget) => {
    for (const control of widget.querySelectorAll("input, select")) {
        for (const kind of ["input", "change"]) {
            control.dispatchEvent(new Event(kind, { bubbles: true }));
        }
    }
}"""


def test_what_changes_nothing_waits_for_nothing(lecture):
    """Python answers changes only: who set a control to what it is would wait for ever."""
    for widget in widgets_of(lecture):
        expect(widget).not_to_have_class(WAITING)
        widget.evaluate(SET_AGAIN)
        for again in widget.get_by_role("button", name="Start again").all():
            again.click()
            expect(widget).not_to_have_class(WAITING)
            again.click()
        expect(widget).not_to_have_class(WAITING)


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


def test_the_benchmark_moves_every_widget(lecture):
    taken = list(moved(lecture, rounds=1))
    assert len(taken) == len(widgets_of(lecture))
    for each in taken:
        assert each["view"] or each["recomputation"]
        assert min(each["view"] + each["recomputation"]) > 0


@pytest.mark.parametrize("theme", [pytest.param("Light", marks=pytest.mark.exhaustive), "Dark"])
def test_axe_finds_nothing_wrong(lecture, theme):
    change = "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })"
    lecture.evaluate(change, f"JupyterLab {theme}")
    lecture.wait_for_timeout(500)
    assert violations(lecture, ".jp-Notebook .jp-OutputArea-output") == []
    lecture.evaluate(change, "JupyterLab Light")


def test_the_console_says_nothing_of_errors(lecture, browser):
    assert browser.complaints == []


# The last to use the page: it ends the kernel, and comes back.
def test_saved_and_opened_again_it_moves_without_a_kernel(lecture, place, browser, lab):
    save(lecture)
    end_kernel(lecture)
    notebook = nbformat.read(lab.folder / place, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    bundles = [output.data for cell in cells for output in cell.outputs if "data" in output]
    ours = [data for data in bundles if "JupyterLab to move it" in data.get("text/plain", "")]
    assert ours
    assert all(VIEW in data and "image/png" in data for data in ours)

    # JupyterLab reads the saved widgets once it has a kernel to ask for others. Where the kernel is
    # slow to start it may miss that, and whoever sees no widgets opens the page again.
    page = browser.open(place, anew=True)
    last = page.locator(".convkit").nth(len(ours) - 1)
    with contextlib.suppress(TimeoutError):
        last.wait_for(timeout=15_000)
    if not last.is_visible():
        page.reload()
        last.wait_for()
    end_kernel(page)
    widgets = widgets_of(page)
    assert len(widgets) == len(ours)
    for widget in widgets:
        assert widget.locator("canvas").first.is_visible()
        views = list(views_by_keys(widget))
        # Of several such pictures one may ask Python, as the bars of the pipeline do at first.
        assert not views or max(views) > 1, widget.aria_snapshot()
