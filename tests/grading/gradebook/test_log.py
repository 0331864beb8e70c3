"""Is what nbgrader logs harmless, and what is no bug said without a traceback?"""

import logging
import traceback

import pytest
from nbgrader.apps import AutogradeApp
from traitlets.config import Config

from convkit.grading.gradebook.log import Plain, set_up_log
from convkit.grading.outcome import GraderError


def logged(message, *arguments):
    record = logging.LogRecord("nbgrader", logging.ERROR, "", 0, message, arguments, None)
    return Plain("%(message)s", color=False).format(record)


@pytest.mark.parametrize("name", ["\x1b]0;owned\x07", "\u202egpj", "bad\udcff"])
def test_names_do_nothing_in_a_log(name):
    said = logged("Converting notebook %s", f"submitted/{name}/mini.ipynb")
    assert said.isprintable()
    assert said.encode()


@pytest.mark.parametrize(
    ("error", "is_bug"), [(GraderError("Do this."), False), (KeyError("x"), True)]
)
def test_what_is_no_bug_is_said_in_a_line(error, is_bug):
    try:
        raise error
    except Exception:
        said = logged(traceback.format_exc())
    assert ("\n" in said) == ("Traceback" in said) == is_bug
    assert str(error) in said


def test_all_of_nbgraders_commands_log_so():
    config = Config()
    set_up_log(config)
    app = AutogradeApp(config=config)
    app.log.debug("configured")
    assert {type(handler.formatter) for handler in app.log.handlers} == {Plain}
