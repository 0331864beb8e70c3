"""What does an exercise's work for you is not there while answers are graded, and is named."""

from pathlib import Path

import numpy as np
import pytest
import typing_extensions
from hypothesis import given
from hypothesis import strategies as st

from convkit.grading.running import forbidden_imports
from convkit.grading.running.forbidden_imports import hidden_paths, imports, notes
from tests.grading.course import ROOT
from tests.grading.sandbox.test_bubblewrap import inside

ASSIGNMENTS = sorted(path.name for path in (ROOT / "solutions").iterdir())


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import torch", ["torch"]),
        ("import numpy as np, torch.nn as nn", ["numpy", "torch.nn"]),
        ("from scipy import signal as s, ndimage", ["scipy.signal", "scipy.ndimage"]),
        ("from scipy.signal import (\n    convolve2d,  # mine\n)", ["scipy.signal.convolve2d"]),
        ("def f():\n    x = 1; import jax\n    return x", ["jax"]),
        ("if True: import jax", ["jax"]),
        ("__import__('cv2')\nimportlib.import_module(r\"skimage\")", ["cv2", "skimage"]),
        ("import scipy\ny = -scipy.signal.convolve2d(x, k)", ["scipy", "scipy.signal.convolve2d"]),
        ("import scipy as sp\nreturn sp.signal", ["scipy", "scipy.signal"]),
        ("'import torch'\n# import torch\nx = torch.y", []),
        ("from . import torch", ["..torch"]),
        ("import\nfrom x import\n'''", []),
    ],
)
def test_what_a_module_imports(source, names):
    assert list(imports(source)) == names


WORDS = ["import ", "from ", " as ", ".", "a", "\n", "(", ")", ",", ";", "'"]


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=3)).map("".join))
def test_no_text_is_too_odd_to_look_for_imports(source):
    list(imports(source))


@pytest.mark.parametrize("source", ["(" * 100_000, "-" * 100_000, "a." * 100_000, "f'" * 10_000])
def test_no_text_is_too_deep(source):
    list(imports(source))


@pytest.mark.parametrize(
    ("assignment", "source", "named"),
    [
        ("02-convolution", "import torch", "torch, which computes layers and their gradients"),
        ("02-convolution", "from scipy.signal import x", "scipy.signal.x, which has convolutions"),
        ("02-convolution", "from convkit import Conv2d", "convkit.Conv2d, which holds the layers"),
        ("02-convolution", "import convkit.layers as l", "convkit.layers, which holds the layers"),
        ("02-convolution", "from convkit import Layer\nfrom convkit.mine import pad", None),
        ("02-convolution", "from convkit.layers import Layer, Array", None),
        ("02-convolution", "import scipy.special, scipy.fft, numpy", None),
        ("04-classifier", "from scipy.special import softmax", "scipy.special.softmax, which has"),
        ("08-convnet", "from convkit import Conv2d", None),
        ("08-convnet", "from tensorflow import keras", "tensorflow.keras, which computes"),
        ("an-assignment-of-ones-own", "import scipy.ndimage", "scipy.ndimage, which has"),
    ],
)
def test_a_shortcut_is_named(assignment, source, named):
    found = notes([("Other", "import numpy"), ("Conv2d", f"import os\n{source}\n")], assignment)
    if named is None:
        assert found == []
    else:
        (note,) = found
        assert note.startswith(f"Your Conv2d imports {named}")


def test_no_given_answer_takes_a_shortcut():
    from convkit.grading import notebook as nb

    for assignment in ASSIGNMENTS:
        source = nb.read_source(ROOT / "solutions" / assignment, assignment)
        assert notes(nb.implementations(source), assignment) == []


def test_every_assignment_that_the_list_names_is_there():
    import tomllib

    entries = tomllib.loads(
        Path(forbidden_imports.__file__).with_name("forbidden_imports.toml").read_text()
    )
    for entry in entries["shortcut"]:
        assert {*entry.get("assignments", []), *entry.get("except", [])} <= set(ASSIGNMENTS)


def test_shortcuts_are_not_in_the_sandbox_and_numpy_is():
    import scipy

    hidden = hidden_paths("02-convolution")
    assert Path(scipy.__file__).parent / "signal" in hidden
    assert not any(path in Path(np.__file__).parents for path in hidden)
    found = inside(
        """
        import importlib, json, os, numpy, scipy, scipy.fft
        found = {}
        for name, part in (("torch", "nn"), ("scipy.signal", "convolve2d"), ("onnx", "helper"),
                           ("scipy.ndimage", "convolve"), ("numpy", "ones"), ("scipy.fft", "fft")):
            try:
                found[name] = hasattr(importlib.import_module(name), part)
            except ImportError:
                found[name] = False
        found["files"] = os.listdir(os.path.join(os.path.dirname(scipy.__file__), "signal"))
        print(json.dumps(found))
        """,
        hidden=(ROOT, *hidden),
    )
    assert found.pop("files") == []
    assert {name for name, there in found.items() if there} == {"numpy", "scipy.fft"}


def test_a_module_that_is_one_file_is_covered_up_as_well():
    program = """
        try:
            import typing_extensions
        except ImportError:
            print(0)
        else:
            print(1)
        """
    assert inside(program, hidden=(ROOT,)) == 1
    assert inside(program, hidden=(ROOT, Path(typing_extensions.__file__))) == 0


def test_every_copy_and_kind_of_a_module_is_found(tmp_path, monkeypatch):
    for name in (
        "cv2.cpython-311-x86_64-linux-gnu.so",
        "autograd.py",
        "scipy/signal/x.py",
        "cv2.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.setattr(forbidden_imports, "_library_folders", lambda: (tmp_path,))
    assert {
        str(path.relative_to(tmp_path)) for path in hidden_paths.__wrapped__("02-convolution")
    } == {
        "autograd.py",
        "cv2.cpython-311-x86_64-linux-gnu.so",
        "scipy/signal",
    }
