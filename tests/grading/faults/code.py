"""Faults in what is run: in an answer, or in a cell of one's own."""

from __future__ import annotations

from nbformat.v4 import new_code_cell

from tests.grading.course import FULL, NOTHING, cell
from tests.grading.faults import notebook_fault
from tests.grading.mini_submissions import CODE, SCALE_ONLY

MARKER = "convkit-fault-was-here"


def _double(status, scores, text):
    """In the answer: text is the module's, and `double` in it what is tested."""

    def enter(name):
        def change(notebook):
            cell(notebook, "double").source = f"%%implement double\n{text}"

        change.__name__ = name
        notebook_fault(status, scores)(change)

    return enter


def _beside(text, *, answers=CODE, scores=FULL, status="graded"):
    """In a cell of one's own at the top, which can neither give points nor take any."""

    def enter(name):
        def change(notebook):
            for known, source in answers.items():
                cell(notebook, known).source = source
            notebook.cells.insert(0, new_code_cell(text))

        change.__name__ = name
        notebook_fault(status, scores)(change)

    return enter


WRONG = {"double": "%%implement double\ndef double(x):\n    return x", "scale": CODE["scale"]}


def _inside(body, top="", *, status="graded", scores=SCALE_ONLY):
    """In the answer: the body of `double`."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return _double(status, scores, f"{top}\ndef double(x):\n{lines}\n")


# What takes time.
_inside("while True: pass", status="timed out")("loops_inside")
_inside(
    "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    status="timed out",
)("loops_inside_and_will_not_stop")
_double("timed out", SCALE_ONLY, "while True: pass")("loops_while_loading")
_beside("while True: pass")("loops_at_the_top")
_beside(
    "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
)("loops_and_swallows_the_interrupt")
_inside(
    "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\nreturn 2 * x", status="timed out"
)("stops_itself")
_inside("import time\ntime.sleep(3600)", status="timed out")("sleeps")
_inside("x = 9 ** 9 ** 9\nreturn x", status="timed out")("computes_for_ever_in_one_step")
_inside(
    "return 2 * x",
    "import threading, time\n"
    "threading.Thread(target=lambda: time.sleep(3600), daemon=False).start()",
    scores=FULL,
)("leaves_a_thread")
_inside(
    "return 2 * x", "import atexit\n@atexit.register\ndef end():\n    while True: pass", scores=FULL
)("does_not_want_to_end")

# What takes memory.
_inside("return bytearray(1 << 40)", status="out of memory")("asks_for_a_terabyte")
_inside("kept = []\nwhile True: kept.append(bytearray(50_000_000))", status="out of memory")(
    "grows"
)
_beside("kept = []\nwhile True: kept.append(bytearray(50_000_000))")("grows_at_the_top")

# What ends Python.
_inside("import os\nos._exit(0)", status="crashed")("exits")
_inside("import ctypes\nctypes.string_at(0)", status="crashed")("reads_address_0")
_inside("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", status="crashed")("kills_itself")
_beside("import os\nos._exit(0)")("exits_at_the_top")
_beside("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")("kills_its_kernel")
_beside("get_ipython().kernel.do_shutdown(False)")("shuts_its_kernel_down")
_inside("import sys\nsys.exit()")("asks_to_exit")
_beside("quit()")("quits_at_the_top")
_beside("input('your name?')")("asks_for_input")
_inside("return input()")("asks_for_input_inside")
_inside("return double(x)")("recurses")
_inside(
    "return sorted([0, 1], key=lambda each: double(x))",
    "import sys\nsys.setrecursionlimit(10**9)",
    status="crashed",
)("recurses_beyond_the_stack")
_beside("import os\nos.closerange(0, 256)")("closes_all_files_of_its_kernel")

# What is no program.
_double("graded", SCALE_ONLY, "def double(x:\n    return 2 * x")("does_not_parse")
_double("graded", SCALE_ONLY, "def twice(x):\n    return 2 * x")("defines_another_name")
_double("graded", SCALE_ONLY, "double = 2")("defines_a_number")
_double("graded", FULL, "\n\n\ndef double(x):\n    return 2 * x")("begins_with_empty_lines")
_beside("def broken(:")("does_not_parse_at_the_top")

# What is said too loud.
_beside("for i in range(300_000): print(i)")("prints_much_at_the_top")
_inside("for i in range(300_000): print(i)\nreturn 2 * x", scores=FULL)("prints_much_inside")
_inside(
    "import sys, warnings\nwarnings.warn('careful')\nprint('a log line', file=sys.stderr)\n"
    "return 2 * x",
    scores=FULL,
)("warns")
_beside(
    "from IPython.display import display, HTML\n"
    "for i in range(3000): display(HTML('<b>' + 1000 * 'x' + '</b>'))"
)("displays_much")
_beside("from IPython.display import Image\nImage(data=b'x' * (40 << 20), format='png')")(
    "displays_a_large_picture"
)

# What comes back is no number.
_inside("return x if x is None else (2 * each for each in [x])")("returns_a_generator")
_inside("return None")("returns_nothing")
_inside("return lambda: 2 * x")("returns_a_function")
_inside("return float('nan') * np.asarray(x)", "import numpy as np")("returns_nan")
_inside("return 2j * np.asarray(x)", "import numpy as np")("returns_complex_numbers")
_inside("return np.array([object()])", "import numpy as np")("returns_objects")
_inside("a = []\na.append(a)\nreturn a", "")("returns_a_list_in_itself")
_inside("a = []\nfor i in range(100_000): a = [a]\nreturn a", "")("returns_a_deep_list")
_inside("return 10 ** 100_000", "")("returns_a_long_number")
_inside(
    "return Equal()",
    "class Equal:\n"
    "    def __eq__(self, other): return True\n"
    "    def __array__(self, *a, **k): raise SystemExit\n"
    "    def __float__(self): return 2.0",
)("returns_what_equals_everything")
_inside(
    "return np.asarray(2 * x).view(Odd)",
    "import numpy as np\n"
    "class Odd(np.ndarray):\n"
    "    def __eq__(self, other): return np.True_\n"
    "    def __sub__(self, other): return 0 * np.asarray(self)",
    scores=FULL,
)("returns_a_subclass_of_array")
_inside("return np.zeros(34 << 20)", "import numpy as np")("returns_more_than_is_handed_over")
_inside("return np.zeros(1 << 28)", "import numpy as np", status="out of memory")(
    "returns_two_gigabytes"
)

# What looks around.
_LOOKS = """
import glob, os, sys, inspect
seen = [text for place in ("..", os.getcwd(), os.path.expanduser("~"))
        for text in glob.glob(place + "/**/*.ipynb", recursive=True)][:50]
for path in seen:
    try: print(open(path).read())
    except OSError: pass
try: print(In[-1], Out)
except NameError: pass
frame = inspect.currentframe()
while frame: print(frame.f_globals.get("In"), frame.f_locals); frame = frame.f_back
"""
_beside(_LOOKS)("looks_for_hidden_tests")
_inside(f"try: exec({_LOOKS!r})\nexcept BaseException: pass\nreturn 2 * x", scores=FULL)(
    "looks_for_hidden_tests_inside"
)
_beside(
    "import os, urllib.request\nprint(dict(os.environ))\n"
    "urllib.request.urlopen('http://127.0.0.1:1', timeout=2)"
)("calls_the_network")
_WRITES = f"""
import os, pathlib, tempfile
places = ["/tmp", "/var/tmp", "/dev/shm", os.path.expanduser("~"), os.getcwd(), "..", "/"]
for place in places + [tempfile.gettempdir()]:
    try: pathlib.Path(place, {MARKER!r}).write_text("here")
    except OSError: pass
"""
_beside(_WRITES)("writes_everywhere")
_inside(f"exec({_WRITES!r})\nreturn 2 * x", scores=FULL)("writes_everywhere_inside")
_inside(
    "with open('much', 'wb') as file:\n    while True: file.write(bytes(1 << 20))",
    status="graded",
)("fills_the_disk")
_beside("import os\nos.chdir('/')\nopen('/home/me/Desktop/data.csv')")("is_at_home_elsewhere")

# What leaves something running.
_beside(
    "import subprocess\nsubprocess.Popen(['sleep', '3600'], start_new_session=True)",
)("leaves_a_process")
_inside(
    "subprocess.Popen(['sleep', '3600'], start_new_session=True)\nreturn 2 * x",
    "import subprocess",
    scores=FULL,
)("leaves_a_process_inside")
_beside("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass")("forks_for_ever")

# What would change the tests.
_beside(
    "import numpy.testing, builtins\n"
    "numpy.testing.assert_allclose = lambda *a, **k: None\n"
    "import ast\n"
    "class Drop(ast.NodeTransformer):\n"
    "    def visit_Assert(self, node): return ast.Pass()\n"
    "get_ipython().ast_transformers.append(Drop())\n"
    "get_ipython().input_transformers_cleanup.append(\n"
    "    lambda lines: [line for line in lines if 'assert' not in line])",
    answers=WRONG,
    scores=SCALE_ONLY,
)("drops_asserts")
_inside(
    "return x",
    "import numpy as np\nnp.testing.assert_allclose = print\nnp.asarray = lambda *a, **k: 0",
    scores=NOTHING,
)("patches_numpy")
_inside(
    "import gc\n"
    "for each in gc.get_objects():\n"
    "    if isinstance(each, dict) and 'double' in each: each['double'] = print\n"
    "return x",
)("rummages_in_memory")
_double(
    "graded",
    NOTHING,
    "import convkit.mine, sys\nconvkit.mine.double = 3\nsys.modules['convkit'] = None\n"
    "def double(x):\n    return x",
)("breaks_convkit")
_double(
    "crashed", SCALE_ONLY, "import builtins\nbuiltins.len = None\ndef double(x):\n    return x"
)("breaks_builtins")

# What takes a shortcut.
_double(
    "graded",
    SCALE_ONLY,
    "import scipy.signal\ndef double(x):\n    return scipy.signal.convolve([1.0], [2.0])[0] * x",
)("imports_a_shortcut")
_double(
    "graded", SCALE_ONLY, "from convkit.layers import Conv2d\ndef double(x):\n    return 2 * x"
)("imports_the_reference")


@notebook_fault("graded", FULL)
def shows_scripts(notebook):
    """HTML and scripts in outputs and in prose are shown, and do nothing."""
    text = "<script>document.title = 'fooled'</script><img src=x onerror=alert(1)>"
    notebook.cells.insert(0, new_code_cell(f"from IPython.display import HTML\nHTML({text!r})"))
    cell(notebook, "why").source = text
