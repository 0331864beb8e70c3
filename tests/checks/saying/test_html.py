"""The report in a notebook."""

import json
from html.parser import HTMLParser

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import convkit
from convkit import CheckFailed, check
from convkit.checks.saying.html import html


class Doubled(convkit.Conv2d):
    def forward(self, x):
        print("<b>bold</b> & brave")
        return 2 * super().forward(x)


class Document(HTMLParser):
    """What is in a piece of HTML, and whether every tag is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.text = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def failed(capsys):
    with pytest.raises(CheckFailed) as failure:
        check(type("Conv2d", (Doubled,), {}))
    return failure.value


def test_the_html_is_whole_and_says_what_the_text_says(failed):
    document = Document(html(failed.report))
    assert not document.open
    for words in (
        failed.report.verdict,
        "Where:",
        "expected",
        "got",
        "weight used",
        "y should change when",
    ):
        assert words in document.text


def test_what_was_printed_is_text_not_html(failed):
    assert "<b>bold</b> & brave" in Document(html(failed.report)).text


def test_one_cell_of_each_picture_is_marked_and_the_pictures_are_small(capsys):
    class Conv2d(convkit.Conv2d):
        def forward(self, x):
            return super().forward(x) + np.cos(x.sum())

    with pytest.raises(CheckFailed) as failure:
        check(Conv2d)
    tags = Document(html(failure.value.report)).tags
    numbers = [attrs["style"] for tag, attrs in tags if tag == "td" and "rgb(" in str(attrs)]
    assert sum("outline" in style for style in numbers) == 2
    assert len(numbers) == 2 * 3 * 3


def test_no_picture_where_one_factor_says_it_all(failed):
    document = Document(html(failed.report))
    assert "Every number is 2 times too large." in document.text
    assert "rgb(" not in str(document.tags)


def test_every_coloured_cell_is_legible():
    """Is black on each colour of the pictures at least 4.5 to 1, as accessibility asks?"""
    from convkit.checks.saying.html import table_cell

    def luminance(channels):
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return np.dot(linear, [0.2126, 0.7152, 0.0722])

    for value in np.linspace(-1, 1, 21):
        style = table_cell(value, 1.0, marked=False)
        channels = [int(c) / 255 for c in style.split("rgb(")[1].split(")")[0].split(",")]
        assert (luminance(channels) + 0.05) / (luminance([0x11 / 255] * 3) + 0.05) > 4.5


def test_no_scripts_and_no_style_sheets(failed):
    tags = {tag for tag, _ in Document(html(failed.report)).tags}
    assert not tags & {"script", "style", "link", "img", "svg"}


def cells(*ids_and_texts):
    """A notebook's file with these cells."""
    return json.dumps({"cells": [{"id": id, "source": text} for id, text in ids_and_texts]})


@pytest.mark.parametrize(
    ("lecture", "place"),
    [
        (
            cells(
                ("a", ["## Many feature maps of something\n"]),
                ("b", ["Time.\n", "## Many feature maps"]),
            ),
            "cell-id=b",
        ),
        (cells(("a", "## What it costs")), "Many-feature-maps"),
        ("{}", "Many-feature-maps"),
        ("", "Many-feature-maps"),
    ],
)
def test_a_link_leads_to_the_section_of_the_lecture_beside_the_course(
    tmp_path, monkeypatch, capsys, lecture, place
):
    class Unbiased(convkit.Conv2d):
        def forward(self, x):
            return super().forward(x) - self.params["bias"][:, None, None]

    (tmp_path / "lectures").mkdir()
    (tmp_path / "lectures" / "04-convolution.ipynb").write_text(lecture)
    exercise = tmp_path / "exercises" / "02-convolution"
    exercise.mkdir(parents=True)
    monkeypatch.chdir(exercise)
    with pytest.raises(CheckFailed) as failure:
        check(type("Conv2d", (Unbiased,), {}))
    links = [a["href"] for tag, a in Document(html(failure.value.report)).tags if tag == "a"]
    assert links == [f"../../lectures/04-convolution.ipynb#{place}"]


@pytest.fixture
def kernel(monkeypatch):
    """An IPython shell that passes for a notebook's."""
    shell = InteractiveShell.instance()
    monkeypatch.setattr(InteractiveShell, "kernel", object(), raising=False)
    yield shell
    InteractiveShell.clear_instance()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
class TestInANotebook:
    def run(self, kernel, source):
        kernel.user_ns.update(check=check, Conv2d=type("Conv2d", (convkit.Conv2d,), {}))
        kernel.user_ns["Wrong"] = type("Conv2d", (Doubled,), {})
        with capture_output() as captured:
            kernel.run_cell(source, store_history=True)
        return captured

    def test_a_report_is_shown_once(self, kernel):
        captured = self.run(kernel, "check(Conv2d)")
        (shown,) = captured.outputs
        assert "checks pass" in shown.data["text/plain"]
        assert "<table" in shown.data["text/html"]

    def test_a_report_that_is_asked_for_later_is_shown_again(self, kernel):
        assert len(self.run(kernel, "report = check(Conv2d)").outputs) == 1
        assert len(self.run(kernel, "report").outputs) == 1

    def test_a_failure_ends_in_one_line(self, kernel):
        captured = self.run(kernel, "check(Wrong)")
        assert len(captured.outputs) == 1
        assert "CheckFailed: Conv2d is not correct yet" in captured.stdout
        assert "Traceback" not in captured.stdout
