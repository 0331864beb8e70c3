"""What tests of more than one folder share."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

import convkit.checks
import convkit.mine
from tests.browser.lab import running_chromium


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """The tests of a file run in one process, but for those that have a group of their own."""
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


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
    yield tmp_path
    convkit.mine._kept.clear()


@pytest.fixture
def notebook(course):
    """A notebook in that folder, in which convkit is loaded."""
    shell = InteractiveShell()
    shell.colors = "nocolor"
    shell.run_line_magic("load_ext", "convkit")
    return shell
