"""However much students write and print, a page holds so much of it, and says what is left out."""

import base64
import copy

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
    new_raw_cell,
)
from traitlets.config import Config

from convkit.grading.pages.feedback import set_up_feedback
from tests.grading.course import known_cell
from tests.grading.pictures import SVG_BOMB, contents, picture, png_bomb

PAGE_BYTES = 40_000_000
BOMB = base64.b64encode(png_bomb()).decode()


def page(cells, folder=None):
    config = Config()
    set_up_feedback(config)
    cells = [copy.deepcopy(cell) for cell in cells]
    for number, cell in enumerate(cells):
        cell.id = f"n{number}"
    notebook = new_notebook(cells=cells)
    resources = {"metadata": {"name": "x", "path": str(folder)}} if folder else {}
    exporter = HTMLExporter(config=config, template_name="classic")
    text, _ = exporter.from_notebook_node(notebook, resources)
    return text.partition("</head>")[2]


def display(kind, data):
    return new_output("display_data", {kind: data})


def stream(text):
    return new_output("stream", name="stdout", text=text)


def error(lines):
    return new_output("error", ename="", evalue="", traceback=lines)


def colours(number):
    return "".join(f"\x1b[{31 + n % 7}mx" for n in range(number))


def printing(*outputs):
    return new_code_cell("", outputs=list(outputs))


FLOODS = {
    "colours": lambda: [printing(stream(colours(100_000)))] * 8,
    "displays": lambda: [printing(*[display("text/plain", "1")] * 1_000)],
    "many cells": lambda: [printing(*[display("text/plain", "1")] * 100)] * 30,
    "lines": lambda: [printing(stream("\n" * 1_000_000))],
    "traceback": lambda: [printing(error(["\x1b[31mx\x1b[0m"] * 50_000))],
    "html": lambda: [printing(*[display("text/html", "<b>x</b>" * 20_000)] * 9)] * 9,
    "code": lambda: [new_code_cell("1+" * 100_000)] * 20,
    "markdown": lambda: [new_markdown_cell("*a* `b` $c$ " * 4_000)] * 40,
    "raw": lambda: [new_raw_cell("<" * 500_000)] * 9,
    "formulas": lambda: [new_markdown_cell("$\\frac{a}{b}$ " * 3_000)] * 20,
    "pictures": lambda: [printing(*[display("image/png", picture("PNG"))] * 150)] * 2,
    "bombs": lambda: [printing(*[display("image/png", BOMB)] * 99)],
    "svg": lambda: [printing(*[display("image/svg+xml", SVG_BOMB)] * 150)] * 2,
    "cells": lambda: [new_markdown_cell("x")] * 1_000,
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_page_stays_small_and_says_what_is_left_out(name):
    text = page(FLOODS[name]())
    size, spans, boxes = len(text), text.count("<span"), text.count("<div")
    assert size < 8_000_000
    assert spans < 120_000
    assert boxes < 40_000
    if name != "cells":
        words = ("left out", "cut here", "$</code>", "<pre>*a*")
        assert [word for word in words if word in text]


def test_a_flood_costs_the_sources_own_cells_nothing():
    question = known_cell("markdown", "question", "**Why** is $x = 1$?", locked=True)
    test = known_cell("code", "test", "assert True", grade=True, points=1, locked=True)
    test.outputs = [stream("✗ it is not"), display("text/html", "<i>seen</i>")]
    floods = [
        cell for name in ("colours", "html", "markdown", "pictures") for cell in FLOODS[name]()
    ]
    text = page([*floods, question, test])
    assert "<strong>Why</strong>" in text
    assert "<mi>x</mi>" in text
    assert "✗ it is not" in text
    assert "<i>seen</i>" in text
    size = len(text)
    assert size < PAGE_BYTES


def test_an_ordinary_notebook_is_shown_whole():
    outputs = [
        stream(colours(400)),
        *[display("image/png", picture("PNG", (640, 480)))] * 40,
        display("text/html", "<table>" + "<tr><td>1</td><td>2</td></tr>" * 500 + "</table>"),
        display("text/latex", "$\\displaystyle x^{2}$"),
    ]
    text = page(
        [new_markdown_cell("Why $x$? " * 500), new_code_cell("x = 1\n" * 2_000, outputs=outputs)]
    )
    assert "left out" not in text
    assert "cut here" not in text
    assert text.count("<img") == 40
    assert text.count("<math") == 501
    assert text.count("ansi-") >= 400


@pytest.mark.parametrize("size", [60_000, 300_000, 1_500_000])
@pytest.mark.parametrize(
    "written", ["![x]({})", '<img alt="x" src="{}">', "a\n\n> * ![x]({} 'title')"]
)
def test_a_picture_pasted_as_data_is_shown_and_is_no_text(size, written):
    padding = contents("PNG")[:-12] + b"\0" * size
    address = "data:image/png;base64," + base64.b64encode(padding).decode()
    text = page([new_markdown_cell(f"before **bold** {written.format(address)}\n\nafter")])
    assert 'src="data:image/png;base64,iVBORw0KGgo' in text
    assert "<strong>bold</strong>" in text
    assert "after" in text
    assert len(text) < 5_000


def test_data_where_no_picture_can_be_is_a_word():
    address = "data:image/png;base64," + "A" * 300_000
    text = page([new_markdown_cell(f"```python\nx = '{address}'\n```\n\n`{address}` {address}")])
    assert text.count("[a picture, 300,022 characters]") == 3
    assert "AAAA" not in text


def test_what_is_too_long_says_how_much_is_cut():
    text = page([new_markdown_cell("x" * 350_000)])
    assert "[cut here: 150,000 more characters]" in text


@pytest.mark.parametrize(
    "source",
    ["attachment:gone.png", "attachment:photo.heic", "gone.png", "https://a.b/c.png", "java:x", ""],
)
@pytest.mark.parametrize("written", ["![x]({})", '<img src="{}">', "[![x]({})](http://a.b)"])
def test_a_picture_that_is_not_there_is_a_word(source, written):
    text = page([new_markdown_cell(f"before {written.format(source)} after")])
    assert "a picture was left out" in text
    assert "<img" not in text
    assert "before" in text
    assert "after" in text


@pytest.mark.parametrize("name", ["./fig.png", "my%20photo.png", "<my photo.png>", "in/fig.png"])
def test_pictures_beside_the_notebook_are_in_the_page(name, tmp_path):
    (tmp_path / "in").mkdir()
    for place in ("fig.png", "my photo.png", "in/fig.png"):
        (tmp_path / place).write_bytes(contents("PNG"))
    text = page([new_markdown_cell(f"![x]({name})")], tmp_path)
    assert 'src="data:image/png;base64,' in text


def test_a_picture_keeps_its_size_and_its_words():
    text = page(
        [
            new_markdown_cell(
                f'<img src="data:image/gif;base64,{picture("GIF")}" width="90" alt="me">'
            )
        ]
    )
    assert 'width="90"' in text
    assert 'alt="me"' in text


def test_of_a_plot_in_svg_another_form_is_taken():
    output = display("image/svg+xml", "<svg></svg>")
    output.data["image/png"] = picture("PNG")
    assert "data:image/png" in page([new_code_cell("", outputs=[output])])


def test_a_stand_in_of_ones_own_leads_to_nothing():
    written = "convkitstandin0end ![x](convkitstandin7end) <b title='convkitstandin0end'>b</b> $x$"
    text = page([new_markdown_cell(written)])
    assert text.count("<math") == 1
    assert "a picture was left out" in text
