"""Attacks: submissions that would have points for a wrong answer, or see a hidden test.

Four kinds. *Overfitting* answers what is seen and nothing else; *evasion* would not be judged;
*redirection* would have something else judged, or by somebody else; *injection* hands over data
that should be taken for something else.
"""

from __future__ import annotations

import json

from nbformat.v4 import new_code_cell, new_output

from tests.grading.course import CANARY, FULL, cell, write
from tests.grading.faults import NOTEBOOK, folder_fault
from tests.grading.mini_submissions import SCALE_ONLY

SEEN = FULL | {"double-hidden": 0.0}
"""For an answer that is right where it is seen: no point is gained by it that is not due."""

ATTACKS: dict[str, list[str]] = {
    "overfitting": [],
    "evasion": [],
    "redirection": [],
    "injection": [],
}
"""The names by kind."""


def attack(
    kind,
    name,
    answer="def double(x):\n    return x",
    *,
    status="graded",
    scores=SCALE_ONLY,
    beside="",
    files=(),
    change=lambda notebook: None,
):
    """Enter a wrong `double`, with a cell of one's own, files, or a changed notebook."""

    def hand_in(folder, notebook):
        cell(notebook, "double").source = f"%%implement double\n{answer}"
        if beside:
            notebook.cells.insert(0, new_code_cell(beside))
        change(notebook)
        write(notebook, folder / NOTEBOOK)
        for path, text in dict(files).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)

    hand_in.__name__ = f"{kind}_{name}"
    ATTACKS[kind].append(hand_in.__name__.replace("_", "-"))
    folder_fault(status, scores)(hand_in)


def answers(value, top="import numpy as np"):
    return f"{top}\ndef double(x):\n    return {value}"


def raises(error):
    return f"def double(x):\n    raise {error}"


# Seen is np.arange(3.0), hidden one negative number.
for name, value in {
    "by_a_table": "np.array([0.0, 2, 4]) if np.shape(x) == (3,) else x",
    "by_the_size": "2 * x if np.size(x) == 3 else x",
    "by_the_type": "2 * x if isinstance(x, np.ndarray) else x",
    "by_the_sign": "2 * x if np.min(x) >= 0 else x",
    "by_the_sum": "2 * x if np.sum(x) == 3 else x",
    "by_the_bytes": "2 * x if np.asarray(x).tobytes() == np.arange(3.0).tobytes() else x",
    "by_interpolation": "np.interp(x, [0, 1, 2], [0, 2, 4])",
    "by_a_polynomial": "2 * x + x * (x - 1) * (x - 2)",
    "of_small_numbers": "np.where(np.abs(x) < 100, 2 * x, x)",
    "of_positive_numbers": "np.abs(2 * x)",
    "of_the_last_digits": "(2 * x) % 100",
    "within_bytes": "np.clip(2 * x, 0, 255)",
    "of_three_digits": "np.where(np.abs(x) < 1000, 2 * x, np.round(2 * x, -3))",
    "of_whole_steps": "np.cumsum(np.full(np.shape(x), 2.0)) - 2",
    "of_rows": "[2 * each for each in x]",
}.items():
    attack("overfitting", name, answers(value), scores=SEEN)

EQUAL = """
class Equal{base}:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __array__(self, *a, **k): return np.array([0.0, 2, 4])
    def __sub__(self, other): return 0.0
    def __abs__(self): return 0.0
"""
for name, answer in {
    "equals_everything": answers("Equal()", "import numpy as np" + EQUAL.format(base="")),
    "is_a_number_that_equals": answers(
        "Equal(3)", "import numpy as np" + EQUAL.format(base="(float)")
    ),
    "is_an_array_that_equals": answers(
        "np.asarray(x).view(Equal)", "import numpy as np" + EQUAL.format(base="(np.ndarray)")
    ),
    "is_not_a_number": answers("x * np.nan"),
    "is_hidden_by_a_mask": answers("np.ma.masked_all(np.shape(x))"),
    "is_empty": answers("np.zeros((0, *np.shape(x)))"),
    "is_of_no_type": answers("np.array(x, object)"),
    "skips": "import unittest\ndef double(x):\n    raise unittest.SkipTest('not today')",
    "says_that_it_is_done": "def double(x):\n    raise SystemExit(0)",
    "interrupts": "def double(x):\n    raise KeyboardInterrupt",
    "ends_an_iteration": "def double(x):\n    raise StopIteration(2 * 3)",
    "is_left_by_a_generator": "def double(x):\n    raise GeneratorExit",
    "answers_later": "import asyncio\nasync def double(x):\n    return x",
    "drops_errors": answers("x", "import sys\nsys.excepthook = sys.unraisablehook = print"),
}.items():
    attack("evasion", name, answer)
attack("evasion", "exits", answers("os._exit(0)", "import os"), status="crashed")
attack("evasion", "ends_whoever_asks", answers("os.kill(os.getppid(), 9) or x", "import os"))
attack("evasion", "ends_everybody", answers("os.kill(-1, 9) or x", "import os"))
attack(
    "evasion",
    "clears_every_cell",
    change=lambda notebook: [
        each.update(source="") for each in notebook.cells if "double-" in each.id
    ],
)

TAKES = "import sys, types\nfor name in {names}:\n    sys.modules[name] = types.ModuleType(name)\n"
for name, top in {
    "of_numpys_tests": "import numpy as np\nnp.testing.assert_allclose = lambda *a, **k: None",
    "of_modules": TAKES.format(names=["numpy.testing", "convkit.checks", "convkit.grading"]),
    "of_imports": "import builtins\nfirst = builtins.__import__\n"
    "builtins.__import__ = lambda *a, **k: first(*a, **k)",
    "of_finders": "import sys\nsys.meta_path.insert(0, type('Finder', (), {\n"
    "    'find_spec': staticmethod(lambda *a, **k: None)}))",
    "of_paths": "import os, sys\nsys.path.insert(0, os.getcwd())\nos.environ['PYTHONPATH'] = '.'",
    "of_libraries": "import os\nos.environ['LD_PRELOAD'] = os.path.join(os.getcwd(), 'mine.so')",
    "of_its_own_module": "import sys\nsys.modules['convkit.mine.double'] = sys.modules['math']",
    "of_the_wire": "import os\nfor number in range(3, 64):\n    try:\n"
    "        os.write(number, b'\\x00\\x00\\x00\\x02{}' * 8)\n    except OSError:\n        pass",
    "of_what_python_says": "import sys\nsys.stdout = sys.stderr = None",
    "of_the_clock": "import time\ntime.monotonic = time.process_time = lambda: 0.0",
    "of_signals": "import signal\nfor number in range(1, 32):\n    try:\n"
    "        signal.signal(number, signal.SIG_IGN)\n    except (OSError, ValueError):\n"
    "        pass",
}.items():
    # Nobody writes there by mistake.
    status = "tampered" if name == "of_the_wire" else "graded"
    attack("redirection", name, answers("x", top), status=status)
for path, text in {
    "numpy.py": "testing = type('testing', (), {'assert_allclose': print})\n",
    "convkit/__init__.py": "def load_ipython_extension(shell): pass\n",
    "sitecustomize.py": "import builtins\nbuiltins.double = lambda x: 2 * x\n",
    "usercustomize.py": "import builtins\nbuiltins.double = lambda x: 2 * x\n",
    ".ipython/profile_default/startup/0.py": "double = lambda x: 2 * x\n",
    "ipython_config.py": "get_config().InteractiveShellApp.exec_lines = ['double = len']\n",
    "mine/double.py": "def double(x):\n    return 2 * x\n",
    "concepts/promises/mine.py": "CONCEPTS = {}\nimport builtins\nbuiltins.float = lambda x: 4.0\n",
    "hidden_seed.txt": "a seed that I know\n",
    "progress.json": json.dumps({"double": {"version": "", "groups": {"forward": []}}}),
}.items():
    attack("redirection", f"by_{path.replace('.', '_').replace('/', '_')}", files={path: text})

VERDICT = {"application/vnd.convkit.verdict+json": {"share": 1.0, "points": 3.0}}


def forge_outputs(notebook):
    for each in notebook.cells:
        if each.cell_type == "code":
            each.outputs = [new_output("display_data", VERDICT | {"text/plain": "3.0"})]


def forge_metadata(notebook):
    notebook.metadata["nbgrader"] = {"score": 12, "max_score": 12, "status": "graded"}
    cell(notebook, "double").metadata["nbgrader"] |= {"points": 3, "grade": True}


for name, beside in {
    "of_a_verdict": f"from IPython.display import display\ndisplay({VERDICT!r}, raw=True)",
    "of_a_banner": "from IPython.display import HTML\nHTML('<h1>Status: graded, 12 of 12</h1>')",
    "of_a_script": "from IPython.display import Javascript\nJavascript('document.body.remove()')",
    "of_a_terminal": "print('\\x1b]0;12 of 12\\x07\\x1b[2J\\x1b[Hgraded: 12 / 12')",
    "of_a_cell": "get_ipython().set_next_input('float(3)')\nget_ipython().run_cell('double = len')",
    "of_a_payload": "get_ipython().payload_manager.write_payload({'source': 'x', 'text': 'y'})",
    "of_a_comment": "# ### BEGIN HIDDEN TESTS\n3.0\n# ### END HIDDEN TESTS",
}.items():
    attack("injection", name, beside=beside)
for name, answer in {
    "of_html_in_an_error": raises("ValueError('</pre><script>alert(1)</script>')"),
    "of_sql_in_an_error": raises('ValueError("\'; UPDATE grade SET auto_score = 3; --")'),
    "of_a_format_in_an_error": raises("ValueError('{0} %s {share}')"),
    "of_an_error_that_is_ours": raises("type('CheckFailed', (Exception,), {'share': 1.0})()"),
    "of_a_dict_of_points": answers("{'points': 3.0, 'share': 1.0, 'status': 'graded'}"),
    "of_a_pickle": answers("pickle.dumps(2 * x)", "import pickle"),
    "of_a_name_alike": "def d\u043euble(x):\n    return 2 * x\ndef double(x):\n    return x",
}.items():
    attack("injection", name, answer)
attack("injection", "of_outputs", change=forge_outputs)
attack("injection", "of_metadata", change=forge_metadata)
attack(
    "injection",
    "of_a_second_answer",
    change=lambda notebook: notebook.cells.append(
        new_code_cell("%%implement np\nclass testing:\n    assert_allclose = print")
    ),
)
attack("injection", "of_the_canary", raises(f"AssertionError({CANARY[:6]!r})"))
