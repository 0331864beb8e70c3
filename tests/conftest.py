"""What tests of more than one folder share."""

import os
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from xdist.scheduler import LoadFileScheduling

import convkit.checks
import convkit.mine
from tests.browser.lab import running_chromium

# For all that the tests start; for the tests themselves it stands in pyproject.toml.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [str(Path(__file__).with_name("stand_ins")), os.environ.get("PYTHONPATH")])
)


def pytest_collection_modifyitems(items):
    """Files whose tests start processes come first: who gets such a file last, all wait for."""
    slow = {
        item.path
        for item in items
        if item.get_closest_marker("course") or item.get_closest_marker("browser")
    }
    items.sort(key=lambda item: item.path not in slow)


class OneLab(LoadFileScheduling):
    """Files by the first process that is free, but all that need JupyterLab by one: it is slow to
    start, and so is the browser that loads it."""

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        return "tests/browser" if file.startswith("tests/browser/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return OneLab(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def chromium():
    """A browser for the whole session."""
    with running_chromium() as chromium:
        yield chromium


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A learner's course folder, in whose exercises one works; nobody listens to checks."""
    (tmp_path / "nbgrader_config.py").touch()
    (tmp_path / "exercises").mkdir()
    monkeypatch.chdir(tmp_path / "exercises")
    monkeypatch.setattr(convkit.checks, "listeners", [])
    monkeypatch.setattr("convkit.checks.checking.listeners", convkit.checks.listeners)
    monkeypatch.setattr("convkit.learning.magics.not_loaded", {})
    yield tmp_path
    convkit.mine.loaded.clear()
    convkit.checks.remarks.clear()
    convkit.checks.finders.clear()


@pytest.fixture
def notebook(course):
    """A notebook in that folder, in which convkit is loaded."""
    shell = InteractiveShell()
    shell.colors = "nocolor"
    shell.run_line_magic("load_ext", "convkit")
    return shell
