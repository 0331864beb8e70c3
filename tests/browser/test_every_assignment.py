"""Every assignment in a real browser: as a learner finds it, and solved from top to bottom.

The solutions stand where a learner works, in exercises/, and run in their order: 08 then finds the
layers of the earlier ones.
"""

import time
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from convkit.mine import parse_implementation
from tests.browser.lab import cell, copy_course, run_all, run_cell
from tests.sampling import marks, sampled

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.stem for path in ROOT.glob("solutions/*/*.ipynb"))
CAPSTONE = "08-convnet"
SECONDS, CAPSTONE_SECONDS = 60, 360
COLOURS = """
images => images.map((image) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    return new Set(new Uint32Array(pixels.buffer)).size;
})
"""


@pytest.fixture(scope="module")
def course(lab):
    """A learner's, in which nothing is solved yet."""
    course = lab.folder / "unsolved"
    copy_course(course)
    return course


def place(name):
    return f"exercises/{name}/{name}.ipynb"


def released(name):
    return nbformat.read(ROOT / place(name), as_version=4)


@pytest.mark.parametrize("name", sampled(NAMES, NAMES[5]))
def test_a_release_opens_and_its_first_check_says_what_is_missing(browser, course, name):
    code = [each for each in released(name).cells if each.cell_type == "code"]
    answers = [each for each in code if parse_implementation(each.source)]
    checks = [each for each in code if each.source.startswith("check(")]
    page = browser.open(f"{course.name}/{place(name)}")
    for each in [code[0], *answers]:
        run_cell(page, each.id)
        expect(cell(page, each.id).locator(".jp-OutputArea-output")).to_have_count(0)
    for each in checks[:1]:
        run_cell(page, each.id)
        expect(cell(page, each.id)).to_contain_text("not written yet")
    assert browser.complaints == []


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        *(
            pytest.param(name, name != CAPSTONE, marks=marks(always=number == 5))
            for number, name in enumerate(NAMES)
        ),
        pytest.param(
            CAPSTONE,
            True,
            marks=[pytest.mark.exhaustive, pytest.mark.timeout(2 * CAPSTONE_SECONDS)],
        ),
    ],
)
def test_a_solution_runs_in_its_time_and_draws_its_pictures(browser, course, name, whole):
    notebook = nbformat.read(ROOT / "solutions" / name / f"{name}.ipynb", as_version=4)
    if not whole:  # trains for minutes
        notebook.cells = [
            each for each in notebook.cells if "explore" not in each.metadata.get("tags", [])
        ]
    nbformat.write(notebook, course / place(name))
    page = browser.open(f"{course.name}/{place(name)}")
    start = time.monotonic()
    assert run_all(page) == []
    assert time.monotonic() - start < (CAPSTONE_SECONDS if name == CAPSTONE else SECONDS)

    for each in notebook.cells:
        if each.source.startswith("check("):
            expect(cell(page, each.id).locator(".jp-OutputArea")).to_contain_text("is correct")
    drawing = [each for each in notebook.cells if "plt.subplots(" in each.source]
    images = page.locator(".jp-OutputArea img")
    expect(images.nth(len(drawing) - 1)).to_be_visible()
    assert min(images.evaluate_all(COLOURS)) > 20
    assert browser.complaints == []
