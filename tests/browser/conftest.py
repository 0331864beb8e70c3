"""A JupyterLab on a copy of the course, and a browser on it; both for the whole session."""

import pytest

from tests.browser.lab import (
    Browser,
    answer_everything,
    copy_course,
    run_cell,
    running_lab,
)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    copy_course(folder)
    answer_everything(folder)
    with running_lab(folder, tmp_path_factory.mktemp("private")) as lab:
        yield lab


@pytest.fixture(scope="session")
def browser(chromium, lab):
    return Browser(chromium, lab)


@pytest.fixture(scope="module")
def lecture(browser, request):
    """What the file calls LECTURE, after the cells that it calls PREPARED have run."""
    page = browser.open(f"lectures/{request.module.LECTURE}.ipynb")
    for cell_id in request.module.PREPARED:
        run_cell(page, cell_id)
    return page
