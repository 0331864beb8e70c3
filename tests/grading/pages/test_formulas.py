"""Formulas are shown without a script, and whatever stands in them does nothing."""

import re
from xml.etree import ElementTree

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit.grading.pages.formulas import mathml
from tests.grading.course import ROOT

SCRAPS = st.sampled_from(
    [
        r"\href{javascript:ran}",
        r"\style{position:fixed}",
        r"\class{score}",
        r"\text{<script>}",
        r"\text{&lt;b onclick=1&gt;}",
        r"\frac",
        r"\begin{align}",
        r"\end{align}",
        "&#60;b&#62;",
        "{",
        "}",
        "x",
        "&",
        r"\\",
        "^",
        "_",
    ]
)


@given(st.lists(SCRAPS | st.text(max_size=4), max_size=9).map("".join), st.booleans())
def test_a_formula_is_mathematics_or_text(formula, block):
    made = mathml(formula, block=block)
    try:
        elements = list(ElementTree.fromstring(made).iter())
    except ElementTree.ParseError:  # characters that HTML takes and XML does not
        assert not re.search(r"<(?!/?(code|m[a-z]+)[ >])", made)
        return
    for element in elements:
        name = element.tag.rpartition("}")[2]
        assert name == "code" or name.startswith("m")
        assert not {"href", "style", "class", "id"} & set(element.attrib)


@pytest.mark.parametrize(
    "formula",
    [
        r"\def\a{xx}\a",
        r"\newcommand{\a}{xx}\a",
        "x" * 1001,
        r"\frac{1}{",
        "{" * 900,
    ],
    ids=lambda formula: formula[:12],
)
def test_what_is_no_formula_or_too_much_of_one_is_shown_as_it_was_written(formula):
    assert mathml(formula) == f"<code>${formula}$</code>"


def formulas_of(folder):
    for path in sorted((ROOT / folder).glob("*/*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                for found in re.finditer(r"(?s)\$\$(.+?)\$\$|\$(.+?)\$", cell.source):
                    yield found[1] or found[2]


def test_every_formula_of_the_course_is_set():
    found = list(formulas_of("exercises"))
    assert len(found) > 100
    for formula in found:
        made = mathml(formula)
        assert made.startswith("<math"), formula
        assert "\\" not in made, formula
