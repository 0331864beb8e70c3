"""The plain layers: the code of the solutions, and right by the course's own checks."""

import ast
from pathlib import Path

import nbformat
import pytest

from convkit import check
from convkit.checks.checking import MODULES
from convkit.plain import CONCEPTS, plainly
from convkit.plain import __file__ as package

SOLUTIONS = Path(__file__).parents[2] / "solutions"
FASTER_WAYS = {"fast_local", "fast_maps", "fast_max_pool"}  # bonus steps, for speed alone


def definitions(source):
    """By name, what each class and function of a module says."""
    return {
        node.name: ast.dump(node)
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }


def solutions():
    """What the answers of 01 to 07 define."""
    found = {}
    for path in sorted(SOLUTIONS.glob("0[1-7]-*/*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.source.startswith("%%implement"):
                found |= definitions(cell.source.partition("\n")[2])
    return {name: text for name, text in found.items() if name not in FASTER_WAYS}


def test_they_say_what_the_solutions_say():
    plain = {}
    for concept in CONCEPTS:
        plain |= definitions(Path(package).with_name(f"{concept}.py").read_text(encoding="utf-8"))
    said = solutions()  # and in them steps on the way, which nobody checks by name
    assert plain == {name: said.get(name) for name in plain}


@pytest.mark.parametrize("name", MODULES)
def test_they_compute_what_the_layers_compute(name):
    assert check(plainly(name)).passed


def test_what_has_no_plain_form_is_none():
    assert plainly("photograph") is None
