"""What students hand in of the assignment mini, and what each earns."""

import copy
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_output

from tests.grading.course import (
    FULL,
    NOTHING,
    cell,
    mini_source,
)

WRONG_DOUBLE = "%%implement double\n{top}\ndef double(x):\n    {body}\n    return x"
SCALE = next(cell.source for cell in mini_source().cells if cell.id == "scale")
CODE = {"double": "%%implement double\ndef double(x):\n    return 2 * x", "scale": SCALE}
SCALE_ONLY = FULL | {"double-visible": 0.0, "double-hidden": 0.0}
DOUBLE_ONLY = FULL | {"scale-forward": 0.0, "scale-backward": 0.0}
SUBMISSIONS = {}
EACH = []


def submission(expected, *, right=True, exhaustive=False):
    """Register a student: what is changed in a right (or else the untouched) notebook."""

    def register(change):
        SUBMISSIONS[change.__name__] = (right, change, expected)
        EACH.append(
            pytest.param(change.__name__, marks=[pytest.mark.exhaustive] if exhaustive else [])
        )
        return change

    return register


OTHERS = {"right", "floods", "exits_beside"}
"""Whom tests ask for that are about one student alone."""


def attack(text):
    """A cell of one's own at the top, with wrong answers below."""
    return lambda notebook: notebook.cells.insert(0, new_code_cell(text))


@submission(FULL)
def right(notebook):
    """Nothing is changed."""


@submission(NOTHING | {"why": 0.0}, right=False)
def untouched(notebook):
    """The release as it is."""


@submission(NOTHING, right=False)
def numpy_testing_patched(notebook):
    patch = """import numpy as np, builtins
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
np.ndarray.all = lambda self: True
class AlwaysEqual:
    __eq__ = lambda self, other: True
    all = lambda self: True
    __array__ = lambda self, *a, **k: np.array([0.0, 2, 4])
"""
    attack(patch)(notebook)
    cell(
        notebook, "double"
    ).source = f"%%implement double\n{patch}\ndef double(x): return AlwaysEqual()"


@submission(NOTHING, right=False, exhaustive=True)
def asserts_dropped(notebook):
    attack(
        """import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(Drop())
get_ipython().input_transformers_cleanup.append(lambda lines: ["1.0\\n"])
"""
    )(notebook)


@submission(NOTHING, right=False, exhaustive=True)
def skips_tests(notebook):
    for each in notebook.cells:
        each.metadata["tags"] = ["skip-execution", "explore"]


@submission(NOTHING, right=False)
def edits_tests(notebook):
    """Edited, copied, with other points, turned into text, deleted."""
    cell(notebook, "double-visible").source = "1.0"
    second = copy.deepcopy(cell(notebook, "double-visible"))
    second.id = "copied"
    notebook.cells.append(second)
    cell(notebook, "double-hidden").metadata.nbgrader["points"] = 100
    cell(notebook, "scale-forward").cell_type = "markdown"
    notebook.cells.remove(cell(notebook, "scale-backward"))
    cell(notebook, "setup").source = "raise SystemExit"


@submission(NOTHING, right=False, exhaustive=True)
def results_forged(notebook):
    forged = """from IPython.display import publish_display_data, display, HTML
display({"text/plain": "4.0"}, raw=True)
publish_display_data({"application/vnd.convkit.verdict+json": {"share": 1.0}})
class Points(float):
    def __repr__(self): return "4.0"
    def _repr_mimebundle_(self, **k):
        return {"application/vnd.convkit.verdict+json": {"points": 4.0}, "text/plain": "4.0"}
"""
    attack(forged + "Points(4)")(notebook)
    for each in notebook.cells:
        if each.cell_type == "code":
            each.outputs = [new_output("execute_result", {"text/plain": "4.0"})]
    source = f"%%implement double\n{forged}\ndef double(x): return Points(4)"
    cell(notebook, "double").source = source


@submission(NOTHING, right=False, exhaustive=True)
def names_taken(notebook):
    """Names that the tests use, of one's own."""
    takes = "%%implement {name}\nclass {name}:\n    testing = assert_allclose = None\n"
    for name in ("np", "check", "Layer", "layer", "assert_allclose"):
        notebook.cells.append(new_code_cell(takes.format(name=name)))
    attack("class np: pass\nassert_allclose = check = print\n__builtins__.float = lambda x: 4.0")(
        notebook
    )


@submission(FULL)
def prints_tests(notebook):
    """Looking for the tests wherever they might be. The answers are right."""
    look = f"""import gc, glob, os, sys
found = []
for folder in (".", "..", "/tmp", "/run", os.path.expanduser("~"), {str(Path.cwd())!r}):
    for path in glob.glob(os.path.join(folder, "**", "*.ipynb"), recursive=True):
        found.append(open(path).read())
spaces = [space for space in gc.get_objects() if isinstance(space, dict)]
frame = sys._getframe()
while frame:
    spaces += [frame.f_locals, frame.f_globals]
    frame = frame.f_back
found += [text for space in spaces for text in list(space.values()) if isinstance(text, str)]
print(*[text for text in found if "canary" in text])
"""
    notebook.cells.append(new_code_cell(look + "print(In[-1], In, Out)"))
    for name in ("double", "scale"):
        answer = cell(notebook, name)
        magic, body = answer.source.split("\n", 1)
        answer.source = f"{magic}\n{look}\n{body}"


@submission(NOTHING, right=False, exhaustive=True)
def exits_at_the_top(notebook):
    attack("import os\nos._exit(0)")(notebook)
    body = "pass"
    cell(notebook, "double").source = WRONG_DOUBLE.format(top="import os; os._exit(0)", body=body)
    cell(notebook, "scale").source = "%%implement Scale\nimport sys\nsys.exit(0)"


@submission(SCALE_ONLY, exhaustive=True)
def exits_inside(notebook):
    cell(notebook, "double").source = WRONG_DOUBLE.format(top="import os", body="os._exit(0)")


@submission(FULL)
def exits_beside(notebook):
    """Whatever a cell of one's own does, the answers are judged alone."""
    attack("import sys\nsys.exit()")(notebook)
    notebook.cells.insert(2, new_code_cell("while True: pass"))
    notebook.cells.insert(3, new_code_cell("print('after the loop')"))
    notebook.cells.insert(
        4, new_code_cell("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    )


@submission(SCALE_ONLY, exhaustive=True)
def loops_at_the_top(notebook):
    cell(notebook, "double").source = WRONG_DOUBLE.format(top="while True: pass", body="pass")


@submission(DOUBLE_ONLY)
def loops_inside(notebook):
    forward = "    def forward(self, x):\n        while True:\n            pass\n"
    cell(notebook, "scale").source = SCALE.replace("    def forward(self, x):\n", forward)


@submission(SCALE_ONLY, exhaustive=True)
def loops_that_will_not_be_stopped(notebook):
    stubborn = """while True:
    try:
        while True: pass
    except BaseException:
        pass
"""
    attack(stubborn)(notebook)
    body = "bytearray(1 << 40); [0] * (1 << 40)"
    cell(notebook, "double").source = WRONG_DOUBLE.format(top="", body=body)


@submission(FULL)
def floods(notebook):
    attack("print('x' * 5_000_000)\nfor n in range(300_000): print(n)")(notebook)
    cell(notebook, "double").source = CODE["double"].replace(
        "return", "print('x' * 1_000_000); import sys, warnings; warnings.warn('!'); return"
    )


@submission(FULL, exhaustive=True)
def mistakes_beside(notebook):
    for text in ("def f(:", "1 / 0", "input()", "import os; os.chdir('/')", "%nosuchmagic"):
        notebook.cells.insert(1, new_code_cell(text))


@submission(FULL | {"double-hidden": 0.0})
def fails_the_hidden_test(notebook):
    """Says what it was given, there and wherever else that could be shown."""
    cell(notebook, "double").source = """%%implement double
import numpy as np
seen = []
def double(x):
    seen.append(str(x))
    if np.ndim(x) == 0:
        raise ValueError(f"given: {x}")
    return 2 * x
"""
    tell = """    def forward(self, x):
        import sys
        seen = sys.modules["convkit.mine.double"].seen
        if any("[" not in text for text in seen):
            raise ValueError(f"given: {seen}")
"""
    cell(notebook, "scale").source = SCALE.replace("    def forward(self, x):\n", tell)


def answered(course, double=CODE["double"]):
    """The release with right answers, but for this `double`."""
    notebook = course.released("mini")
    for name, text in (CODE | {"double": double, "why": "I think so."}).items():
        cell(notebook, name).source = text
    return notebook
