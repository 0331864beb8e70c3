"""Code that was copied and dressed up is found; code that was written alone is not."""

import re

import nbformat
import pytest
from nbformat.v4 import new_notebook

from convkit.course.platforms.roster import take_roster
from convkit.course.similar import normal_form, pairs
from tests.grading.course import known_cell

LAYER = '''
import numpy as np

class Scale(Layer):
    """By Ann."""

    def forward(self, x):
        self.x = x  # kept
        total = np.zeros(x.shape[1:])
        for row in range(x.shape[0]):
            for column in range(x.shape[1]):
                total[column] += x[row, column] * self.params["scale"][0] + 3 * row
        return total

    def backward(self, grad_y):
        self.grads["scale"] = (self.x * grad_y).sum(axis=0)
        return grad_y * self.params["scale"]
'''
DRESSED = (
    re.sub(r"\b(total|row|column)\b", r"my_\1", LAYER)
    .replace("By Ann", "Mine!")
    .replace("# kept", "# remember me for the gradient\n")
)
OTHER = """
import numpy as np

class Scale(Layer):
    def forward(self, x):
        self.kept = x
        rows = np.arange(len(x))[:, None] * 3
        return np.einsum("nc->c", x * self.params["scale"] + rows)

    def backward(self, grad_y):
        gradient = np.einsum("nc,c->c", self.kept, grad_y)
        self.grads.update(scale=gradient)
        return np.broadcast_to(grad_y * self.params["scale"], self.kept.shape)
"""


def test_names_comments_and_layout_are_taken_away():
    assert normal_form(LAYER) == normal_form(DRESSED)
    assert normal_form(LAYER) != normal_form(LAYER.replace("3 * row", "4 * row"))
    assert normal_form("no Python!") == []


def test_copies_are_found_and_others_are_not():
    found = list(pairs({"Scale": {"ann": LAYER, "bob": DRESSED, "cyd": OTHER}}))
    assert [(each.one, each.other, each.alike) for each in found] == [("ann", "bob", 1.0)]


def test_the_solution_and_the_public_layers_are_compared_with_students_and_not_with_each_other():
    found = list(pairs({"Scale": {"convkit": LAYER, "solutions": LAYER, "ann": LAYER}}))
    assert {(each.one, each.other) for each in found} == {("ann", "convkit"), ("ann", "solutions")}


def test_short_code_says_nothing():
    assert list(pairs({"f": dict.fromkeys(("ann", "bob"), "def f(x):\n    return 2 * x")})) == []


def test_a_class_larger_than_a_block(monkeypatch):
    monkeypatch.setattr("convkit.course.similar.BLOCK", 2)
    written = {f"s{i}": OTHER + f"\nx.y{i} = {i}" * 30 for i in range(8)}
    written |= dict.fromkeys(("s1", "s6"), LAYER)
    found = list(pairs({"Scale": written}))
    assert ("s1", "s6") in {(each.one, each.other) for each in found}
    assert len({(each.one, each.other) for each in found}) == len(found)


def test_the_command(year, said):
    (year / "people.csv").write_text("id,email\nann,a\nbob,b\n")
    take_roster(year, year / "people.csv", dry_run=False)
    assert "Grade it first." in said("similar", "mini")[2]
    for student, text in (("ann", LAYER), ("bob", DRESSED)):
        place = year / "autograded" / student / "mini" / "mini.ipynb"
        place.parent.mkdir(parents=True)
        answer = known_cell("code", "scale", f"%%implement Scale\n{text}", solution=True)
        nbformat.write(new_notebook(cells=[answer]), place)
    status, told, _ = said("similar", "mini", "--side-by-side", 1)
    assert status == 0
    assert "100 %  Scale: ann and bob\n" in told
    assert "my_total" in told
    assert "not a verdict" in told


@pytest.mark.parametrize("command", ["similar", "regrade"])
def test_an_assignment_that_is_not_there(year, said, command):
    more = ["ann"] if command == "regrade" else []
    status, _, complaint = said(command, "none", *more)
    assert (status, complaint.count("\n")) == (1, 1)
