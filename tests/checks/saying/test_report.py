"""The report: where it is shown, and what it says first."""

import numpy as np
import pytest

import convkit
from convkit import check
from tests.checks.test_check import conv_whose, flipped_forward, report_of, statuses


def test_outside_a_notebook_the_report_is_printed(capsys):
    report = check(convkit.correlate2d)
    assert capsys.readouterr().out == f"{report}\n"
    assert str(report).startswith("✓ correlate2d is correct: all 6 checks pass.")
    assert repr(report) == "<Report: correlate2d is correct: all 6 checks pass.>"


def test_what_cannot_be_tested_is_listed_by_name(capsys):
    text = str(report_of(conv_whose(forward=flipped_forward), only="forward"))
    assert (
        "forward 5 of 14 ✓\n    ✗ values\n    – 8 wait for values: input unchanged, dtype" in text
    )


def test_what_is_said_first_and_what_last(capsys):
    """The verdict, why, one number, a question, where to read; then how much is right."""
    text = str(report_of(conv_whose(forward=flipped_forward)))
    parts = ("is not correct yet", "✗ y should be", "Why:", "Where:", "The case:", "Hint:")
    places = [text.index(part) for part in (*parts, "expected  ", "Read:", "\n  forward 5 of 14")]
    assert places == sorted(places)
    rows = text[text.index("expected  ") : text.index("  Read:")].splitlines()[1:]
    assert len(rows) == 3


def test_only_the_first_of_several_failures_of_a_pass_is_told_in_full(capsys):
    def backward(self, grad_y):
        grad_x = convkit.Conv2d.backward(self, grad_y)
        self.grads["weight"] = self.grads["weight"] + 1
        self.grads["bias"] = np.cos(self.grads["bias"])
        return np.sin(grad_x)

    text = str(report_of(conv_whose(backward=backward)))
    assert text.count("Where:") == 1
    assert text.index("Mend this first") < text.index('✗ grads["weight"]: `grads["weight"][')


def test_the_next_step_is_asked_for_first(capsys):
    """Somebody who has written “valid” only is told that it is correct, and not of every corner."""

    def correlate2d(x, k, mode="valid"):
        if mode != "valid":
            raise NotImplementedError
        return convkit.correlate2d(x, k)

    report = report_of(correlate2d)
    assert statuses(report, "forward")["valid"] == "holds"
    assert report.findings[0].property == "full"
    assert report.score == pytest.approx(1 / 3)

    def correlate2d(x, k, mode="valid"):
        y = correlate2d.right(x, k, mode)
        return y if mode == "valid" and k.shape != (2, 2) else y + 1

    correlate2d.right = convkit.correlate2d
    assert report_of(correlate2d).findings[0].property == "valid"


def test_a_failure_of_a_plain_case_comes_before_one_of_a_special_case(capsys):
    def forward(self, x):
        if max(self.padding):
            raise IndexError("only where there is padding")
        return convkit.Conv2d.forward(self, x) + np.sin(x.sum())

    assert report_of(conv_whose(forward=forward)).findings[0].property == "values"
