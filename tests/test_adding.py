"""What docs/adding.md says is all that it takes to add something."""

from __future__ import annotations  # as the modules do to which the page adds

import re
import tomllib
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from nbformat.v4 import new_code_cell
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions

import convkit.widgets
from convkit import CheckFailed, check_gradient
from convkit.checks.checking import MODULES
from convkit.checks.naming.slips import activation as slips
from convkit.checks.promises import activation as promises
from convkit.layers import activation as layers
from convkit.learning.questions import asked
from convkit.widgets import base, picture

PAGE = (Path(__file__).parents[1] / "docs" / "adding.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"```(.+?)\n(.*?)```", PAGE, re.DOTALL))


def example(title, namespace=()):
    """The names that an example of the page gives, among those of a module."""
    names = dict(namespace)
    exec(compile(EXAMPLES[title], title, "exec"), names)
    return names


@pytest.fixture(scope="module")
def layer():
    return example("python layers/activation.py", vars(layers))["LeakyReLU"]


@pytest.fixture
def promised(layer, monkeypatch):
    """As if the layer's promises stood where the page puts them."""
    names = vars(promises) | {"LeakyReLU": layer, "CONCEPTS": {}}
    added = example("python checks/promises/activation.py", names)["CONCEPTS"]
    monkeypatch.setitem(promises.CONCEPTS, "LeakyReLU", added["LeakyReLU"])
    monkeypatch.setitem(MODULES, "LeakyReLU", "activation")
    names = vars(slips) | {"LeakyReLU": layer}
    example("python checks/naming/slips/activation.py", names)


@pytest.fixture
def graph(layer):
    """The widget of the page, without its browser's side."""
    names = vars(base) | vars(picture) | {"LeakyReLU": layer, "script": lambda *names: ""}
    return example("python widgets/leak.py", names)["Leak"]


def test_the_layer_is_its_own_gradient(layer):
    x = np.array([[-2.0, 0.5, 3.0], [1.5, -0.25, -4.0]])
    made = layer()
    np.testing.assert_allclose(made(x), [[-0.2, 0.5, 3], [1.5, -0.025, -0.4]])
    check_gradient(made.forward, x, made.backward(np.ones_like(x)), np.ones_like(x))


@pytest.mark.usefixtures("promised")
def test_the_answer_passes_its_tests_and_a_wrong_one_does_not(notebook):
    notebook.run_cell("from convkit import check").raise_error()
    notebook.run_cell(EXAMPLES["python answer"]).raise_error()
    notebook.run_cell(EXAMPLES["python test"]).raise_error()
    report = notebook.run_cell("check(LeakyReLU)").result
    assert "scales" in [result.name for result in report.results]
    wrong = EXAMPLES["python answer"].replace("self.slope * x", "0 * x")
    notebook.run_cell(wrong).raise_error()
    with pytest.raises(CheckFailed) as failed:
        notebook.run_cell(EXAMPLES["python test"]).raise_error()
    assert failed.value.report.findings[0].misconception == "leakyrelu-forward-zeros"


def test_what_is_released_holds_no_solution_and_no_hidden_test():
    answer, test = (new_code_cell(EXAMPLES[f"python {name}"]) for name in ("answer", "test"))
    answer.metadata.nbgrader, test.metadata.nbgrader = {"solution": True}, {"grade": True}
    answer, _ = ClearSolutions().preprocess_cell(answer, {"language": "python"}, 0)
    test, _ = ClearHiddenTests().preprocess_cell(test, {}, 0)
    assert answer.source.startswith("%%implement LeakyReLU\n")
    assert "slope" not in answer.source
    assert test.source.strip() == "check(LeakyReLU)"


def test_the_widget_computes_what_the_layer_says(layer, graph):
    shown = graph(limit=6).compute()
    np.testing.assert_array_equal(shown["y"], layer()(shown["x"]))
    assert shown["whose"] == ""
    graph().picture()


BROWSER = """async ([source, x]) => {
    const { default: widget } = await import(source);
    const array = (list) => ({
        shape: [list.length], dtype: "float64", data: new DataView(new Float64Array(list).buffer)
    });
    const arrays = { x: array(x), y: array(x.map((x) => (x > 0 ? x : x / 10))) };
    const held = { limit: 3, answer: { problem: "", arrays } };
    const model = {
        get: (name) => held[name], set: (name, value) => (held[name] = value),
        on() {}, off() {}, save_changes() {},
    };
    const el = document.getElementById("here");
    widget.render({ model, el, signal: new AbortController().signal });
    const input = el.querySelector("input[type=range]");
    input.value = 7;
    input.dispatchEvent(new Event("input"));
    return [el.textContent, held.limit];
}"""
"""With a stand-in for Python's side: the answer it gave, and what is asked of it."""


@pytest.mark.browser
def test_the_browser_draws_the_widget_and_asks_again(chromium):
    source = quote(base.script() + EXAMPLES["js widgets/leak.js"])
    page = chromium.new_page()
    page.set_content('<div id="here" style="width: 600px"></div>')
    said, limit = page.evaluate(BROWSER, [f"data:text/javascript,{source}", [*range(-30, 31)]])
    page.close()
    assert "y(−30) = −3" in said
    assert limit == 7


def test_the_question_and_the_cell_that_asks_it(graph, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    ((name, entry),) = tomllib.loads(EXAMPLES["toml"]).items()
    question = asked("08-rectification", name, entry)
    assert question.holds("a tenth")
    assert not question.holds("nothing")
    monkeypatch.setattr("convkit.widgets.question.question", {name: question}.__getitem__)
    *_, last = EXAMPLES["python lecture"].strip().split("\n")
    shown = eval(last, {"Question": convkit.widgets.Question, "Leak": graph})
    assert isinstance(shown.then, graph)
