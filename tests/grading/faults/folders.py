"""Faults in the folder: other names, copies, links, special files, files in the way."""

from __future__ import annotations

import os
import shutil
import socket

from tests.grading.course import FULL, NOTHING, cell, write
from tests.grading.faults import NOTEBOOK, folder_fault
from tests.grading.mini_submissions import SCALE_ONLY

WRONG_DOUBLE = "%%implement double\ndef double(x):\n    return x"


def _named(name, *path):
    """A notebook that is all right but for its name and place."""

    def hand_in(folder, notebook):
        write(notebook, folder.joinpath(*path, name))

    return hand_in


for _student, _name in {
    "renamed": "my homework.ipynb",
    "numbered": "mini (1).ipynb",
    "copy_of": "Copy of mini.ipynb",
    "in_capitals": "MINI.IPYNB",
    "twice_the_suffix": "mini.ipynb.ipynb",
    "as_text": "mini.ipynb.txt",
    "in_another_script": "задача ☂.ipynb",
}.items():
    _hand_in = _named(_name)
    _hand_in.__name__ = _student
    folder_fault("graded", FULL)(_hand_in)


@folder_fault("graded", FULL)
def in_a_folder_of_its_own(folder, notebook):
    write(notebook, folder / "my work" / "week 2" / NOTEBOOK)


@folder_fault("graded", FULL)
def the_same_twice(folder, notebook):
    write(notebook, folder / NOTEBOOK)
    write(notebook, folder / "mini-Copy1.ipynb")


@folder_fault("graded", FULL)
def an_older_copy_beside_it(folder, notebook):
    write(notebook, folder / NOTEBOOK)
    cell(notebook, "double").source = WRONG_DOUBLE
    write(notebook, folder / "mini-Copy1.ipynb")


@folder_fault("unreadable", None)
def two_that_differ_and_neither_named_so(folder, notebook):
    write(notebook, folder / "one.ipynb")
    cell(notebook, "double").source = WRONG_DOUBLE
    write(notebook, folder / "two.ipynb")


@folder_fault("missing", None)
def empty_folder(folder, notebook):
    folder.mkdir(parents=True)


@folder_fault("missing", None)
def no_folder(folder, notebook):
    folder.parent.mkdir(parents=True)


@folder_fault("missing", None)
def only_a_checkpoint(folder, notebook):
    write(notebook, folder / ".ipynb_checkpoints" / "mini-checkpoint.ipynb")


@folder_fault("missing", None)
def another_assignments_notebook(folder, notebook):
    notebook.cells = notebook.cells[:1]
    write(notebook, folder / "other.ipynb")


@folder_fault("missing", None)
def a_picture_instead(folder, notebook):
    folder.mkdir(parents=True)
    (folder / "mini.png").write_bytes(b"\x89PNG")


@folder_fault("tampered", NOTHING)
def a_link_to_the_solution(folder, notebook):
    folder.mkdir(parents=True)
    (folder / NOTEBOOK).symlink_to("../../../solutions/mini/mini.ipynb")


@folder_fault("tampered", NOTHING)
def a_folder_that_is_a_link(folder, notebook):
    folder.parent.mkdir(parents=True)
    folder.symlink_to("../../solutions/mini")


@folder_fault("graded", FULL)
def links_beside_it(folder, notebook):
    write(notebook, folder / NOTEBOOK)
    (folder / "all").symlink_to("/")
    (folder / "gradebook.db").symlink_to("../../../gradebook.db")


@folder_fault("missing", None)
def a_pipe(folder, notebook):
    folder.mkdir(parents=True)
    os.mkfifo(folder / NOTEBOOK)


@folder_fault("graded", FULL)
def a_pipe_and_a_socket_beside_it(folder, notebook):
    write(notebook, folder / NOTEBOOK)
    os.mkfifo(folder / "data.csv")
    here = os.open(folder, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(f"/proc/self/fd/{here}/end")  # a socket's name is short
    os.close(here)


@folder_fault("missing", None)
def a_folder_called_like_the_notebook(folder, notebook):
    (folder / NOTEBOOK).mkdir(parents=True)


@folder_fault("graded", FULL)
def modules_in_the_way(folder, notebook):
    """Files that Python would take for the modules that the grading needs."""
    write(notebook, folder / NOTEBOOK)
    for name in ("numpy", "convkit", "IPython", "sitecustomize", "usercustomize", "json"):
        (folder / f"{name}.py").write_text("raise SystemExit('fooled')")
    shutil.copytree(folder, folder / "convkit", ignore=shutil.ignore_patterns("*.ipynb"))


@folder_fault("graded", FULL)
def settings_in_the_way(folder, notebook):
    write(notebook, folder / NOTEBOOK)
    (folder / "nbgrader_config.py").write_text("raise SystemExit('fooled')")
    (folder / "matplotlibrc").write_text("backend: nothing-there\n")
    (folder / "hidden_seed.txt").write_text("mine")


@folder_fault("tampered", NOTHING)
def a_link_to_another_student(folder, notebook):
    folder.parent.parent.mkdir(exist_ok=True)
    folder.parent.symlink_to("0-neighbour")


@folder_fault("graded", FULL)
def a_hard_link_to_the_settings(folder, notebook):
    write(notebook, folder / NOTEBOOK)
    os.link(folder.parents[2] / "nbgrader_config.py", folder / "data.csv")


@folder_fault("unreadable", None)
def a_hard_link_to_the_solution(folder, notebook):
    folder.mkdir(parents=True)
    os.link(folder.parents[2] / "solutions" / "mini" / NOTEBOOK, folder / NOTEBOOK)


@folder_fault("graded", FULL)
def folders_in_folders(folder, notebook):
    write(notebook, folder / NOTEBOOK)
    folder.joinpath(*["deep"] * 100).mkdir(parents=True)


@folder_fault("graded", FULL)
def files_of_much_air(folder, notebook):
    write(notebook, folder / NOTEBOOK)
    for number in range(20):
        with open(folder / f"{number}.npy", "wb") as file:
            file.truncate(60 << 20)


@folder_fault("graded", FULL)
def capitals_in_its_folder(folder, notebook):
    write(notebook, folder.with_name("Mini") / NOTEBOOK)


@folder_fault("missing", None)
def in_a_folder_beside_its_own(folder, notebook):
    write(notebook, folder.parent / "week 2" / "mini" / NOTEBOOK)


@folder_fault("unreadable", None)
def a_placeholder_of_a_cloud(folder, notebook):
    folder.mkdir(parents=True)
    (folder / f".{NOTEBOOK}.icloud").write_bytes(b"bplist00\xd4\x01\x02_\x10\x13NSURLFileSizeKey")


@folder_fault("graded", FULL)
def a_time_that_is_none(folder, notebook):
    write(notebook, folder / NOTEBOOK)
    (folder / "timestamp.txt").write_bytes(b"\xff the day after tomorrow \x00" * 1000)


@folder_fault("graded", FULL)
def many_files(folder, notebook):
    write(notebook, folder / NOTEBOOK)
    for number in range(2000):
        (folder / f"{number}.txt").write_text("1")


@folder_fault("graded", FULL)
def odd_names(folder, notebook):
    write(notebook, folder / NOTEBOOK)
    for name in ("line\nbreak", "\u202egnp.exe", "-rf", "x" * 250, "…", " "):
        (folder / name).write_text("1")
    (folder / os.fsdecode(b"\xff\xfe")).write_text("1")


@folder_fault("graded", SCALE_ONLY)
def a_module_of_answers(folder, notebook):
    """What is not in the notebook is data for it, and a module beside it can be imported."""
    cell(notebook, "double").source = "%%implement double\nfrom elsewhere import double"
    write(notebook, folder / NOTEBOOK)
