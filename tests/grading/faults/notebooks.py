"""Faults in the notebook's file: its cells, its metadata, its JSON, its encoding."""

from __future__ import annotations

import copy
import json

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.grading.course import FULL, cell
from tests.grading.faults import NOTEBOOK, folder_fault, notebook_fault
from tests.grading.mini_submissions import SCALE_ONLY

WRONG_DOUBLE = "%%implement double\ndef double(x):\n    return x"


def _position(notebook, name):
    return next(i for i, each in enumerate(notebook.cells) if each is cell(notebook, name))


def _file_fault(status, scores):
    """Enter a function from the right notebook's text to the bytes that are handed in."""

    def enter(change):
        def hand_in(folder, notebook):
            folder.mkdir(parents=True)
            (folder / NOTEBOOK).write_bytes(change(nbformat.writes(notebook)))

        hand_in.__name__ = change.__name__
        folder_fault(status, scores)(hand_in)
        return change

    return enter


def _json_fault(status, scores):
    """Enter a function that changes the notebook as plain data."""

    def enter(change):
        def text(before):
            data = json.loads(before)
            change(data)
            return json.dumps(data).encode()

        text.__name__ = change.__name__
        _file_fault(status, scores)(text)

    return enter


# Outputs.


@_json_fault("graded", FULL)
def much_printed(data):
    text = ["[[0. 1. 2.]\n", " [3. 4. 5.]]\n"] * 300_000
    data["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]


@_json_fault("graded", FULL)
def a_picture_of_much_data(data):
    lists = {"application/json": [[[x], [x]] for x in range(400_000)]}
    data["cells"][1]["outputs"] = [{"output_type": "display_data", "data": lists, "metadata": {}}]


# Cells.


@notebook_fault("graded", FULL)
def copied_test(notebook):
    where = _position(notebook, "double-visible")
    again = copy.deepcopy(notebook.cells[where])
    again.id = "another"
    notebook.cells.insert(where, again)


@notebook_fault("graded", FULL)
def split_test(notebook):
    test = cell(notebook, "double-visible")
    test.source, rest = test.source[:20], test.source[20:]
    again = copy.deepcopy(test)
    again.source, again.id = rest, "another"
    notebook.cells.insert(_position(notebook, "double-visible") + 1, again)


@notebook_fault("graded", FULL)
def deleted_test(notebook):
    notebook.cells.remove(cell(notebook, "scale-forward"))


@notebook_fault("graded", SCALE_ONLY)
def deleted_tests_and_wrong(notebook):
    cell(notebook, "double").source = WRONG_DOUBLE
    notebook.cells.remove(cell(notebook, "double-visible"))
    notebook.cells.remove(cell(notebook, "double-hidden"))


@notebook_fault("graded", SCALE_ONLY)
def edited_test(notebook):
    cell(notebook, "double").source = WRONG_DOUBLE
    cell(notebook, "double-visible").source = "assert True"


@notebook_fault("graded", FULL)
def test_turned_into_prose(notebook):
    where = _position(notebook, "double-visible")
    before = notebook.cells[where]
    notebook.cells[where] = new_markdown_cell(before.source, metadata=before.metadata)


@notebook_fault("tampered", SCALE_ONLY)
def more_points_for_a_test(notebook):
    cell(notebook, "double").source = WRONG_DOUBLE
    cell(notebook, "scale-forward").metadata.nbgrader.points = 1000


@notebook_fault("tampered", SCALE_ONLY)
def test_that_is_to_be_skipped(notebook):
    cell(notebook, "double").source = WRONG_DOUBLE
    cell(notebook, "double-visible").metadata.tags = ["skip-execution"]


@notebook_fault("graded", SCALE_ONLY)
def forged_outputs(notebook):
    cell(notebook, "double").source = WRONG_DOUBLE
    forged = nbformat.v4.new_output("execute_result", data={"text/plain": "9.0"})
    for name in ("double-visible", "double-hidden", "scale-backward"):
        cell(notebook, name).outputs = [forged]


@notebook_fault("partial", SCALE_ONLY)
def deleted_answer(notebook):
    notebook.cells.remove(cell(notebook, "double"))


@notebook_fault("graded", SCALE_ONLY)
def emptied_answer(notebook):
    cell(notebook, "double").source = ""


@notebook_fault("graded", FULL)
def answer_twice_the_last_right(notebook):
    where = _position(notebook, "double")
    notebook.cells.insert(where, new_code_cell(WRONG_DOUBLE))


@notebook_fault("graded", FULL)
def answer_in_a_new_cell(notebook):
    where = _position(notebook, "double")
    text = notebook.cells[where].source
    notebook.cells[where] = new_code_cell(text)


@notebook_fault("graded", FULL)
def cells_in_reverse(notebook):
    notebook.cells.reverse()


@notebook_fault("graded", FULL)
def a_thousand_cells_more(notebook):
    notebook.cells += [new_markdown_cell("") for _ in range(1000)]


@notebook_fault("unreadable", None)
def ten_thousand_cells_more(notebook):
    notebook.cells += [new_markdown_cell("") for _ in range(10_000)]


@notebook_fault("graded", FULL)
def all_marks_lost(notebook):
    """As after a trip through another program: no cell is nbgrader's."""
    for each in notebook.cells:
        each.metadata = {}


# Metadata.


@notebook_fault("graded", FULL)
def another_schema_version(notebook):
    cell(notebook, "double").metadata.nbgrader.schema_version = 99


@notebook_fault("graded", FULL)
def no_kernelspec(notebook):
    notebook.metadata = {}


@notebook_fault("graded", FULL)
def a_kernel_that_is_not_there(notebook):
    notebook.metadata.kernelspec = {"name": "my-own", "display_name": "My own Python"}


@_json_fault("graded", FULL)
def grade_ids_of_all_types(data):
    for each, name in zip(data["cells"], ({}, [], 3, None, "x" * 10_000), strict=False):
        each["metadata"].setdefault("nbgrader", {})["grade_id"] = name


@_json_fault("graded", FULL)
def one_id_for_all(data):
    for each in data["cells"]:
        each["id"] = "same"


@_json_fault("graded", FULL)
def no_ids(data):
    for each in data["cells"]:
        del each["id"]


@_json_fault("graded", FULL)
def metadata_that_is_a_list(data):
    data["metadata"] = []
    data["cells"][0]["metadata"] = ["tags"]


# JSON and versions.


@_json_fault("graded", FULL)
def sources_in_lines(data):
    for each in data["cells"]:
        each["source"] = "".join(each["source"]).splitlines(keepends=True)


@_json_fault("graded", FULL)
def a_newer_minor_version(data):
    data["nbformat_minor"] = 99
    data["something new"] = {"deep": [1, 2, 3]}


@_json_fault("graded", FULL)
def a_newer_major_version(data):
    data["nbformat"] = 99


@_json_fault("unreadable", None)
def cells_that_are_no_list(data):
    data["cells"] = "all of them"


@_json_fault("graded", FULL)
def cells_that_are_no_cells(data):
    data["cells"] += [None, 3, "cell", [], {}, {"cell_type": "video"}, {"source": 3}]


@_json_fault("graded", FULL)
def outputs_of_all_kinds(data):
    data["cells"][3]["outputs"] = [None, {"output_type": "x"}, {"data": 3}, "text"]


@_json_fault("graded", FULL)
def zero_bytes_and_halves_of_characters(data):
    data["cells"].append(
        {
            "cell_type": "code",
            "id": "odd",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": "print('\x00 \ud800 \u202e')",
        }
    )


@folder_fault("graded", FULL)
def notebook_format_3(folder, notebook):
    """As some old programs still save it."""
    folder.mkdir(parents=True)
    for each in notebook.cells:
        each.pop("id", None)
    notebook.nbformat_minor = 4
    old = nbformat.convert(notebook, 3)
    (folder / NOTEBOOK).write_text(nbformat.writes(old, version=3), encoding="utf-8")


# The file.


@_file_fault("graded", FULL)
def with_a_byte_order_mark(text):
    return b"\xef\xbb\xbf" + text.encode()


@_file_fault("graded", FULL)
def in_utf_16(text):
    return text.encode("utf-16")


@_file_fault("graded", FULL)
def in_latin_1(text):
    return text.replace("I think so.", "Müßig.").encode("latin-1")


@_file_fault("unreadable", None)
def empty_file(text):
    return b""


@_file_fault("unreadable", None)
def cut_in_the_first_cell(text):
    return text.encode()[:60]


@_file_fault("unreadable", None)
def random_bytes(text):
    return bytes(range(256)) * 100


@_file_fault("unreadable", None)
def a_list_in_json(text):
    return b"[1, 2, 3]"


@_file_fault("unreadable", None)
def a_hundred_thousand_brackets(text):
    return b"[" * 100_000


@_file_fault("unreadable", None)
def a_zip_file(text):
    return b"PK\x03\x04" + text.encode()[:500]


@_file_fault("unreadable", None)
def a_web_page(text):
    return b"<!DOCTYPE html><html><body>Sign in to continue</body></html>"
