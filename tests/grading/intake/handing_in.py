"""What the tests of the intake hand in."""

import copy
import json

from nbgrader.utils import compute_checksum

from convkit.grading import notebook as nb
from convkit.grading.intake.folder import look_into
from convkit.grading.intake.handed_in import receive
from convkit.grading.intake.which_cell import released
from convkit.grading.intake.written_answers import REMARK
from tests.grading.course import cell, mini_source

SOURCE = mini_source()
RELEASE = released(SOURCE)
DOUBLE = "%%implement double\ndef double(x):\n    return x + x"
SCALE = cell(SOURCE, "scale").source
WHY = "I think so."


def answered(**texts):
    notebook = copy.deepcopy(RELEASE)
    for each in notebook.cells:
        if "nbgrader" in each.metadata:
            each.metadata.nbgrader["checksum"] = compute_checksum(each)
    for name, text in {"double": DOUBLE, "scale": SCALE, "why": WHY, **texts}.items():
        cell(notebook, name).source = text
    return notebook


def answers(received):
    return {
        name: each.source
        for each in received.notebook.cells
        if (name := nb.grade_id(each)) in ("double", "scale", "why")
    }


RIGHT = {"double": DOUBLE, "scale": SCALE, "why": WHY}
NOT_WRITTEN = f"{cell(RELEASE, 'why').source}\n\n{REMARK}"
NOT_TOLD = "not there, or it cannot be told which of two texts it is: the answer"


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    path.write_bytes(content)


def received(folder, changed=None, name="mini.ipynb"):
    if changed is not None:
        put(folder / name, changed)
    return receive(look_into(folder), {"mini": SOURCE})["mini"]


def changed(change):
    notebook = answered()
    change(notebook)
    return notebook


def other_source():
    source = mini_source()
    for each in source.cells:
        each.id = f"other-{each.id}"
        if "nbgrader" in each.metadata:
            each.metadata.nbgrader["grade_id"] = each.id
        each.source = each.source.replace("double", "triple").replace("Scale", "Shift")
    return source
