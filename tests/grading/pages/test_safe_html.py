"""What students make is shown, and does nothing."""

import base64
import copy
import re
import time
from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
    new_raw_cell,
)
from traitlets.config import Config

import convkit
from convkit.checks import CheckFailed, check
from convkit.grading.pages.feedback import set_up_feedback
from convkit.grading.pages.room import Room
from convkit.grading.pages.safe_html import inert_html
from tests.grading.pictures import picture

RUN = "window.ran = true"
PNG = picture("PNG")
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUN}"><script>{RUN}</script></svg>'
PAGE = base64.b64encode(f"<script>parent.{RUN}</script>".encode()).decode()
PAYLOADS = [
    f"<script>{RUN}</script>",
    f"<SCRIPT\n>{RUN}</SCRIPT\t>",
    f"<scr<script></script>ipt>{RUN}</script>",
    f"<script><!--<script></script>{RUN}</script>",
    f'<img src="nowhere.png" onerror="{RUN}">',
    f'<img src=nowhere.png onerror="{RUN}"',
    f"<img/src=x/onerror='{RUN}'>",
    f'<img alt="`onerror={RUN} x=" src="nowhere.png">',
    SVG,
    f'<math><mtext><table><mglyph><style><img src=x onerror="{RUN}"></style></table></math>',
    f'<noscript><p title="</noscript><img src=x onerror={RUN}>"></noscript>',
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f'<iframe src="data:text/html;base64,{PAGE}"></iframe>',
    f'<iframe src="javascript:parent.{RUN}"></iframe>',
    f'<object data="javascript:{RUN}"></object><embed src="javascript:{RUN}">',
    f'<a class="go" href="javascript:{RUN}">go</a>',
    f'<a class="go" href=" java\nscript&colon;{RUN}">go</a>',
    f'<a class="go" href="&#1;javascript:{RUN}">go</a>',
    f'<a class="go" href="data:text/html,<script>{RUN}</script>">go</a>',
    f'<form action="javascript:{RUN}"><input class="go" type="submit"></form>',
    f'<details open ontoggle="{RUN}"><summary>go</summary></details>',
    f'<input autofocus onfocus="{RUN}">',
    f'<body onload="{RUN}">',
    f'<style>@keyframes x{{}}</style><b style="animation-name:x" onanimationstart="{RUN}">b</b>',
    f'<meta http-equiv="refresh" content="0;url=javascript:{RUN}">',
    f'<base href="javascript:{RUN}//">',
    f"<template><script>{RUN}</script></template><select><script>{RUN}</script></select>",
    f'<textarea></textarea><img src=x onerror="{RUN}">',
    f'<plaintext><img src=x onerror="{RUN}">',
    f'<table><td background="javascript:{RUN}"><x onclick="{RUN}">go</x></table>',
    "</div></div></div></div></body></html>" + f"<script>{RUN}</script>",
]


def page(cells):
    """What nbconvert makes of a notebook for feedback; formgrader's pages are made the same way."""
    config = Config()
    set_up_feedback(config)
    notebook = new_notebook(cells=copy.deepcopy(cells))
    notebook.metadata["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {
            "state": {"x": {"state": f"</script><script>{RUN}</script>"}}
        }
    }
    text, _ = HTMLExporter(config=config, template_name="classic").from_notebook_node(notebook)
    return text


def shown(kind, data, **metadata):
    output = new_output("display_data", {"text/plain": "instead", kind: data}, metadata=metadata)
    return new_code_cell("1", outputs=[output])


def hostile_cells():
    cells = []
    for payload in PAYLOADS:
        cells += [
            new_markdown_cell(payload),
            new_markdown_cell(
                f"text {payload} text\n\n- {payload}\n\n> {payload}\n\n$x {payload}$"
            ),
            new_raw_cell(payload),
            new_code_cell(payload, outputs=[new_output("stream", text=payload)]),
            shown("text/html", payload),
            shown("text/html", payload, **{"text/html": {"isolated": True}}),
            shown("text/markdown", payload),
            shown("text/latex", payload),
            shown("image/svg+xml", payload),
            shown("image/png", f'AAAA"><b {payload}'),
            shown("text/vnd.mermaid", payload),
        ]
    encoded = base64.b64encode(SVG.encode()).decode()
    cells += [
        shown("application/javascript", RUN),
        shown("application/vnd.jupyter.widget-view+json", {"model_id": "x"}),
        shown("image/png", "AAAA", **{"image/png": {"width": f"1 onerror={RUN}"}}),
        shown("image/svg+xml", SVG),
        new_markdown_cell(f"[go](javascript:{RUN}) ![x](javascript:{RUN}) <javascript:{RUN}>"),
        new_markdown_cell(f'[go][1]\n\n[1]: javascript:{RUN} "x\\" onmouseover={RUN}"'),
        new_markdown_cell(f"$$\\href{{javascript:{RUN}}}{{go}}$$ ```html\n{PAYLOADS[0]}\n```"),
        new_markdown_cell(
            "![x](attachment:x) ![y](attachment:y)",
            attachments={
                "x": {f'image/png" onerror="{RUN}': "AAAA"},
                "y": {"image/svg+xml": encoded},
            },
        ),
        new_code_cell(
            "1", outputs=[new_output("error", ename="E", evalue="", traceback=[PAYLOADS[0]])]
        ),
    ]
    return cells


@pytest.mark.browser
def test_nothing_that_students_make_runs_on_a_page(chromium):
    tab = chromium.new_page()
    tab.route(re.compile("^http"), lambda route: route.abort())
    dialogs = []
    tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    tab.set_content(page(hostile_cells()), wait_until="load")
    for each in tab.locator("a, summary, input, x").all():
        if each.is_visible() and not (each.get_attribute("href") or "").startswith("http"):
            each.dispatch_event("click")
    tab.wait_for_timeout(500)
    assert tab.evaluate("window.ran") is None
    assert dialogs == []
    assert tab.url == "about:blank"
    tab.close()


@pytest.mark.browser
def test_the_browser_would_have_run_it(chromium):
    tab = chromium.new_page()
    tab.route(re.compile("^http"), lambda route: route.abort())
    text, _ = HTMLExporter(template_name="classic").from_notebook_node(
        new_notebook(cells=[shown("text/html", f'<img src="nowhere.png" onerror="{RUN}">')])
    )
    tab.set_content(text, wait_until="load")
    tab.wait_for_function("window.ran")
    tab.close()


class Balanced(HTMLParser):
    """Fails at a tag that is closed without having been opened, or the other way round."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.text, self.attributes = [], "", []

    def handle_starttag(self, tag, attrs):
        self.attributes += attrs
        if tag not in ("br", "col", "hr", "img", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


SCRAPS = [
    *PAYLOADS,
    "<b>",
    "</b>",
    "<div ",
    ">",
    "<",
    "'",
    '"',
    "&lt;",
    "&amp;lt;",
    "</td>",
    "<p",
    "x",
]


@given(st.lists(st.sampled_from(SCRAPS) | st.text(max_size=5), max_size=8).map("".join))
@example("<b><i></b></i>")
def test_what_is_kept_is_balanced_and_has_no_attribute_that_acts(markup):
    kept = inert_html(markup)
    parser = Balanced()
    parser.feed(kept)
    parser.close()
    assert parser.open == []
    for name, value in parser.attributes:
        assert not name.startswith("on")
        assert "script:" not in value or name in ("alt", "title")
    assert inert_html(kept) == kept


@given(st.text())
def test_plain_text_stays_what_it_is(text):
    text = re.sub("[\r\0]", "", text)
    parser = Balanced()
    parser.feed(inert_html(escape(text)))
    parser.close()
    assert parser.text == text


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("<b>bold</B> <u>open", "<b>bold</b> <u>open</u>"),
        ("<blink>no</blink>", "&lt;blink&gt;no&lt;/blink&gt;"),
        ("</div></td>out", "out"),
        ('<p style="color: RED; position: fixed">', '<p style="color: red"></p>'),
        (
            '<p style="margin: -9px; background: url(x); padding: 1px">',
            '<p style="padding: 1px"></p>',
        ),
        ('<a href="https://a.b/?c=1&amp;d">x</a>', '<a href="https://a.b/?c=1&amp;d">x</a>'),
        ('<a href="/hub/logout">x</a><a href="mine.html">', "<a>x</a><a></a>"),
        ('<b id="score" class="score k">', '<b class="k"></b>'),
        ("of <script> or <!-- all", "of &lt;script&gt; or &lt;!-- all"),
        ("<b-old>no</b-old>", "&lt;b-old&gt;no&lt;/b-old&gt;"),
        ("<style>b {color: red}</style><!-- a --><ol start=2>", '<ol start="2"></ol>'),
    ],
)
def test_what_of_markup_is_kept(markup, kept):
    assert inert_html(markup) == kept


@pytest.mark.parametrize("scrap", ["\\begin{a}", "[a](", "**a*", "> ", "- a\n  ", "x"])
def test_much_markdown_takes_little_time(scrap):
    started = time.monotonic()
    assert Room().markdown_html(scrap * 10_000, {})
    assert time.monotonic() - started < 10


def test_text_mathematics_tables_and_pictures_are_still_there():
    text = page(
        [
            new_markdown_cell("# Why\n\n$a<b$ and **bold**\n\n|a|b|\n|-|-|\n|1|2|"),
            new_markdown_cell(
                "```python\nif x: pass\n```\n\n![p](attachment:p.png)",
                attachments={"p.png": {"image/png": PNG}},
            ),
            shown("text/html", "<table border=1><tr><td>cell</td></tr></table>"),
            shown("image/png", PNG),
            shown("text/markdown", "*slanted*"),
            shown("application/javascript", "alert()"),
        ]
    )
    for expected in (
        "<mi>a</mi><mo>&lt;</mo><mi>b</mi>",
        "<strong>bold</strong>",
        "<td>1</td>",
        '<span class="k">if</span>',
        "<td>cell</td>",
        "<em>slanted</em>",
        "instead",
    ):
        assert expected in text, expected
    assert len(re.findall('<img [^>]*src="data:image/png;base64,iVBORw0KGgo', text)) == 2


def test_a_report_of_a_check_keeps_its_looks():
    def convolve2d(x, k, mode="valid"):
        return convkit.convolve2d(x, k, mode) + 1

    with pytest.raises(CheckFailed) as failure:
        check(convolve2d)
    from convkit.checks.saying.html import html

    made = html(failure.value.report)
    kept = inert_html(made)
    assert kept.count("<td") == made.count("<td")
    assert kept.count("style=") == made.count("style=")
    assert "background: rgb(" in kept
    assert "border-left: 4px solid #e0483e" in kept


@pytest.mark.parametrize(
    "markup",
    [
        *(scrap * 40_000 for scrap in ("<div>", "<ul><li>")),
        *(scrap * 20_000 for scrap in ("<b x='1'><p>", "<a ", "<!--", "<script", "&", "<a '")),
        *(f"<a {scrap * 100_000}>" for scrap in ("a", " ", "a=", "-", "a='' ")),
        f"<a href='{'a.' * 100_000}'><img src='{'a.' * 100_000}'>",
        f"<a style='{'a-' * 100_000}'><a style='color: {'rgb(' * 50_000}'>",
    ],
    ids=lambda markup: markup[:12],
)
def test_much_markup_takes_little_time(markup):
    started = time.monotonic()
    inert_html(markup)
    assert time.monotonic() - started < 10
