"""An exercise in a real browser: what a learner sees of a wrong layer, and of a right one."""

import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.browser.lab import cell, run_cell

pytestmark = pytest.mark.browser

SOLUTION = Path(__file__).parents[2] / "solutions" / "02-convolution" / "02-convolution.ipynb"


@pytest.fixture(scope="module")
def exercise(browser):
    page = browser.open("exercises/02-convolution/02-convolution.ipynb")
    run_cell(page, "setup")
    return page


@pytest.fixture(scope="module")
def solution():
    notebook = nbformat.read(SOLUTION, as_version=4)
    return next(cell.source for cell in notebook.cells if cell.id == "conv2d")


def write(page, cell_id, source):
    """Put ``source`` into a cell, as a learner would type it."""
    page.evaluate(
        """([id, source]) => {
            const { model } = window.jupyterapp.shell.currentWidget.content;
            [...model.cells].find((cell) => cell.id === id).sharedModel.setSource(source);
        }""",
        [cell_id, source],
    )


def divided(solution):
    """The layer with a mistake in its backward pass."""
    wrong = solution.replace(
        'self.grads["weight"] = grad_weight', 'self.grads["weight"] = grad_weight / len(grad_y)'
    )
    assert wrong != solution
    return wrong


def output_of(page, cell_id):
    run_cell(page, cell_id)
    return cell(page, cell_id).locator(".jp-OutputArea")


def test_an_untouched_exercise_says_what_is_missing(exercise):
    run_cell(exercise, "conv2d")
    output = output_of(exercise, "conv2d-forward-visible")
    expect(output).to_contain_text("not written yet")


def test_a_wrong_backward_is_told_which_mistake_it_looks_like(exercise, solution):
    write(exercise, "conv2d", divided(solution))
    run_cell(exercise, "conv2d")
    expect(output_of(exercise, "conv2d-forward-visible")).to_contain_text("✓")
    output = output_of(exercise, "conv2d-backward-visible")
    expect(output).to_contain_text("✗")
    expect(output).to_contain_text("divided by the size of the batch")
    expect(output.get_by_role("link", name=re.compile("lecture", re.I)).first).to_be_visible()
    assert violations(exercise, ".jp-Notebook .jp-OutputArea-output") == []


def test_a_right_layer_passes_and_is_kept(exercise, solution, lab):
    write(exercise, "conv2d", solution)
    run_cell(exercise, "conv2d")
    expect(output_of(exercise, "conv2d-backward-visible")).not_to_contain_text("✗")
    kept = (lab.folder / "mine" / "conv2d.py").read_text(encoding="utf-8")
    assert kept.rstrip() == "# " + solution


def test_read_opens_the_lecture_at_its_section(exercise, solution):
    write(exercise, "conv2d", divided(solution))
    run_cell(exercise, "conv2d")
    read = output_of(exercise, "conv2d-backward-visible").get_by_role("link").first
    section = re.search("“(.+)”", read.inner_text())[1]
    read.click()
    expect(exercise.get_by_role("heading", name=section).first).to_be_in_viewport()
