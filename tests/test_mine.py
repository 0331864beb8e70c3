"""The learner's own layers: what %%implement runs, binds, keeps and refuses."""

import importlib
import pickle
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

import convkit.mine
from convkit import Sequential
from convkit.mine import (
    ImplementationError,
    course_folder,
    lend,
    load_implementation,
    parse_implementation,
)

GOOD = "%%implement double\nimport numpy as np\n\ndef double(x):\n    return np.multiply(2, x)\n"


def run(shell, source):
    """The error that the cell ended with, or None."""
    result = shell.run_cell(source)
    return result.error_before_exec or result.error_in_exec


def test_the_cell_binds_the_name_and_keeps_its_source(notebook, course):
    assert run(notebook, GOOD) is None
    assert notebook.user_ns["double"](3) == 6
    kept = (course / "mine" / "double.py").read_text(encoding="utf-8")
    assert kept == "# " + GOOD


def test_the_cells_own_imports_stay_inside_and_notebook_variables_outside(notebook):
    run(notebook, "factor = 2")
    run(notebook, GOOD)
    assert "np" not in notebook.user_ns
    error = run(notebook, "%%implement triple\ndef triple(x):\n    return x\ntriple(factor)")
    assert isinstance(error, NameError)


def test_a_restart_finds_the_kept_layer_again(notebook):
    run(notebook, GOOD)
    first = notebook.user_ns["double"]
    convkit.mine.loaded.clear()  # what a new process starts with
    from convkit.mine import double

    assert double is not first
    assert double(4) == 8
    assert convkit.mine.double is double, "an unchanged file is loaded once"


def test_mine_hands_out_the_very_object_of_the_notebook(notebook):
    run(notebook, GOOD)
    from convkit.mine import double

    assert double is notebook.user_ns["double"]


def test_a_changed_step_reaches_what_is_built_on_it(notebook):
    run(notebook, GOOD)
    run(
        notebook,
        "%%implement quadruple\nfrom convkit.mine import double\n"
        "def quadruple(x):\n    return double(double(x))",
    )
    run(notebook, GOOD.replace("2, x", "3, x"))
    from convkit.mine import quadruple

    assert quadruple(1) == 9


@pytest.mark.parametrize(
    "broken",
    [
        "%%implement double\ndef double(x):\n    return 1\nraise RuntimeError('halfway')",
        "%%implement double\ndef double(x)\n    return 1",
        "%%implement double\ndef Double(x):\n    return 1",
        "%%implement double\nimport sys\nsys.exit(1)",
    ],
)
def test_a_cell_that_fails_keeps_the_last_good_version(notebook, course, broken):
    run(notebook, GOOD)
    kept = (course / "mine" / "double.py").read_bytes()
    with pytest.warns(UserWarning, match="To exit") if "exit" in broken else nullcontext():
        assert run(notebook, broken) is not None
    assert notebook.user_ns["double"](3) == 6
    assert (course / "mine" / "double.py").read_bytes() == kept
    assert sys.modules["convkit.mine.double"].double(3) == 6
    from convkit.mine import double

    assert double(3) == 6


def test_the_traceback_shows_the_cells_own_lines_and_nothing_of_ipython(notebook, capsys):
    run(notebook, "%%implement double\n\ndef inner():\n    return 1 / 0\n\ndouble = inner()")
    shown = capsys.readouterr().out
    assert "----> 4     return 1 / 0" in shown
    assert "----> 6 double = inner()" in shown
    assert "interactiveshell" not in shown
    assert "mine.py" not in shown


def test_a_later_error_shows_the_lines_of_the_version_that_runs(notebook, capsys):
    run(notebook, "%%implement double\ndef double(x):\n    return x / 0  # first")
    run(notebook, "%%implement double\nraise ValueError  # second")
    capsys.readouterr()
    run(notebook, "double(1)")
    assert "return x / 0  # first" in capsys.readouterr().out


def test_a_syntax_error_points_at_the_learners_line(notebook, capsys):
    run(notebook, "%%implement double\n\ndef double(x)\n    return x")
    shown = capsys.readouterr().out
    assert "line 3" in shown
    assert "def double(x)\n" in shown
    assert "interactiveshell" not in shown


def test_another_name_in_the_cell_is_named_in_the_error():
    _, source = parse_implementation("%%implement Conv2d\nclass Conv2D:\n    pass")
    with pytest.raises(ImplementationError, match=r"defines Conv2D\. Rename Conv2D to Conv2d\."):
        load_implementation("Conv2d", source, "<test>")
    with pytest.raises(ImplementationError, match="no function and no class"):
        load_implementation("Conv2d", "import numpy as np", "<test>")


@pytest.mark.parametrize("line", ["", "Conv2d again", "2d"])
def test_a_first_line_without_one_name_is_refused(notebook, capsys, line):
    error = run(notebook, f"%%implement {line}\nx = 1")
    assert isinstance(error, ImplementationError)
    assert "expected one name" in str(error)
    assert capsys.readouterr().out.count("\n") <= 2, "a short message, not a traceback"


def test_a_name_never_implemented_says_how_to(course):
    with pytest.raises(ImplementationError, match="begins with %%implement Nothing"):
        from convkit.mine import Nothing  # noqa: F401
    assert not hasattr(convkit.mine, "__wrapped__")


def test_a_folder_that_cannot_be_written_loses_nothing(notebook, course, capsys):
    (course / "mine").write_text("a file where the folder should be")
    error = run(notebook, GOOD)
    assert isinstance(error, ImplementationError)
    assert "could not be kept" in str(error)
    assert (course / "mine").read_text() == "a file where the folder should be"


def test_a_version_that_cannot_be_kept_leaves_nothing_half_written(notebook, course):
    (course / "mine" / "double.py").mkdir(parents=True)
    assert "could not be kept" in str(run(notebook, GOOD))
    assert [path.name for path in (course / "mine").iterdir()] == ["double.py"]


def test_names_that_differ_only_in_capitals_are_two(notebook, course):
    """On disks, too, that do not tell capitals from small letters."""
    run(notebook, "%%implement softmax\ndef softmax(x):\n    return x")
    built = "%%implement Softmax\nfrom convkit.mine import softmax\n\n\nclass Softmax:\n"
    assert run(notebook, built + "    forward = staticmethod(softmax)") is None
    kept = sorted(path.name for path in (course / "mine").iterdir())
    assert kept == ["softmax-2.py", "softmax.py"]
    convkit.mine.loaded.clear()
    from convkit.mine import Softmax, softmax

    assert softmax(1) == Softmax.forward(1) == 1
    run(notebook, "%%implement SoftMax\ndef SoftMax(x):\n    return 3 * x")
    run(notebook, "%%implement softmax\ndef softmax(x):\n    return 2 * x")
    convkit.mine.loaded.clear()
    assert (convkit.mine.softmax(1), convkit.mine.Softmax.forward(1)) == (2, 2)
    assert convkit.mine.SoftMax(1) == 3


LAYERS = {
    "ReLU": "%%implement ReLU\nfrom convkit import Layer\n\n\nclass Memory:\n    pass\n\n\n"
    "class ReLU(Layer):\n    def __init__(self):\n        super().__init__()\n"
    "        self.memory = Memory()\n",
    "softmax": "%%implement softmax\ndef softmax(x):\n    return 7\n",
}


def test_what_is_built_of_own_layers_is_loaded_after_a_restart(notebook, course):
    for cell in LAYERS.values():
        assert run(notebook, cell) is None
    network = Sequential(notebook.user_ns["ReLU"]())
    network.last = notebook.user_ns["softmax"]
    (course / "network.pickle").write_bytes(pickle.dumps(network))
    after = (
        "import pickle\n"
        f"network = pickle.loads(open({str(course / 'network.pickle')!r}, 'rb').read())\n"
        "from convkit.mine import ReLU, softmax\n"
        "(layer,) = network\n"
        "assert type(layer) is ReLU and type(layer.memory).__name__ == 'Memory'\n"
        "assert network.last is softmax and softmax(1) == 7\n"
    )
    subprocess.run([sys.executable, "-c", after], check=True, timeout=60)


def test_a_module_that_is_not_kept_is_not_found(course):
    with pytest.raises(ModuleNotFoundError, match=r"convkit\.mine\.nothing"):
        importlib.import_module("convkit.mine.nothing")


def test_lent_objects_come_before_kept_files(notebook):
    run(notebook, GOOD)
    lend({"double": "a proxy"})
    try:
        from convkit.mine import double

        assert double == "a proxy"
    finally:
        lend({})


@pytest.mark.parametrize(
    ("cell", "parsed"),
    [
        ("%%implement Conv2d\nx = 1", ("Conv2d", "# %%implement Conv2d\nx = 1")),
        ("%%implement Conv2d", ("Conv2d", "# %%implement Conv2d\n")),
        ("x = 1\n%%implement Conv2d", None),
        ("%%implemented Conv2d", None),
        ("", None),
    ],
)
def test_parse_keeps_line_numbers(cell, parsed):
    assert parse_implementation(cell) == parsed


def test_the_course_folder_is_the_nearest_with_a_configuration(tmp_path):
    inner = tmp_path / "course" / "exercises" / "02"
    inner.mkdir(parents=True)
    assert course_folder(inner) == inner.resolve()
    (tmp_path / "course" / "nbgrader_config.py").touch()
    assert course_folder(inner) == Path(tmp_path / "course").resolve()


def test_an_empty_cell_never_replaces_what_was_written(notebook, course, capsys):
    """As when the notebook is downloaded again and all its cells are run."""
    empty = (
        "%%implement double\ndef double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    )
    run(notebook, empty)
    assert "NotImplementedError" in (course / "mine" / "double.py").read_text()
    run(notebook, GOOD)
    capsys.readouterr()
    assert run(notebook, empty) is None
    assert (course / "mine" / "double.py").read_text(encoding="utf-8") == "# " + GOOD
    assert notebook.user_ns["double"](3) == 6
    assert "not filled in yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("source", "unfilled"),
    [
        ("def f(x):\n    raise NotImplementedError()", True),
        ("def g(x):\n    return 1\ndef f(x):\n    '''It.'''\n    raise NotImplementedError", True),
        ("def f(x):\n    if x:\n        raise NotImplementedError()\n    return 1", False),
        ("class f:\n    def __init__(self):\n        self.a = 1\n    def forward(self, x):\n"
         "        raise NotImplementedError()", True),
        ("class f:\n    def forward(self, x):\n        return x\n    def backward(self, x):\n"
         "        raise NotImplementedError()", False),
        ("def f(x", False),
        ("f = 3", False),
    ],
)  # fmt: skip
def test_what_counts_as_unfilled(source, unfilled):
    assert convkit.mine.is_unfilled("f", source) is unfilled


def version(number):
    return f"%%implement double\ndef double(x):\n    return {number}\n"


def test_earlier_versions_are_kept_and_come_back(notebook, course):
    for number in range(8):
        run(notebook, version(number))
        run(notebook, version(number))  # the same again is no new version
    source = convkit.bring_back("double", 2)
    assert source == version(5)
    assert convkit.mine.double(1) == 5
    assert convkit.bring_back(convkit.mine.double) == version(7)
    kept = sorted(path.name for path in (course / "mine").rglob("*.py"))
    assert kept == [f"double.{number}.py" for number in range(1, 6)] + ["double.py"]
    with pytest.raises(ValueError, match="there are 5 before the present one"):
        convkit.bring_back("double", 6)
    with pytest.raises(ValueError, match="there is none before"):
        convkit.bring_back("triple")


def test_two_names_in_one_file_name_have_versions_of_their_own(notebook, course):
    for number in (1, 2):
        run(notebook, version(number))
        run(notebook, version(number).replace("double", "Double"))
    assert convkit.bring_back("Double") == version(1).replace("double", "Double")
