"""The first page: it runs, and its picture moves even when the kernel is gone."""

import pytest
from playwright.sync_api import expect

from tests.browser.lab import run_all

pytestmark = pytest.mark.browser


def test_the_picture_moves_without_a_kernel_and_says_what_does_not(browser):
    page = browser.open("lectures/00-start-here.ipynb")
    assert run_all(page) == []
    widget = page.locator(".convkit")
    expect(widget.locator(".convkit-sum strong")).to_have_text("= 45")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    widget.get_by_role("application").press("ArrowRight")
    expect(widget.locator(".convkit-sum strong")).to_have_text("= 110")

    widget.get_by_role("switch", name="flip the kernel").click()
    expect(widget.get_by_text("Python has not answered")).to_be_visible()
    page.close()
