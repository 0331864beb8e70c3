"""Whatever lies in a student's folder: what the student meant is graded, or it is said why not."""

import json
import os
import tempfile
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook

from convkit.grading import notebook as nb
from convkit.grading.intake import folder as folders
from convkit.grading.intake import handed_in
from convkit.grading.intake.folder import Surroundings, look_into
from convkit.grading.intake.handed_in import receive
from convkit.grading.intake.which_cell import released
from convkit.grading.outcome import Outcome, Status
from tests.grading.course import ROOT, cell
from tests.grading.intake.handing_in import (
    DOUBLE,
    NOT_TOLD,
    RELEASE,
    RIGHT,
    SCALE,
    SOURCE,
    answered,
    answers,
    other_source,
    put,
    received,
)


def test_a_sound_submission_is_taken_without_a_word(folder):
    found = received(folder, answered())
    assert found.outcome == Outcome()
    assert found.path == folder / "mini.ipynb"
    assert answers(found) == RIGHT
    names = [nb.grade_id(each) for each in found.notebook.cells]
    assert names == [nb.grade_id(each) for each in SOURCE.cells]


def test_the_untouched_release_is_a_submission(folder):
    assert received(folder, RELEASE).outcome == Outcome()


@pytest.mark.parametrize(
    "path", sorted((ROOT / "solutions").glob("*/*.ipynb")), ids=lambda p: p.stem
)
def test_every_assignment_of_the_course_is_taken_as_it_is_released(path, folder):
    put(folder / path.name, (ROOT / "exercises" / path.parent.name / path.name).read_bytes())
    (found,) = receive(look_into(folder), {path.stem: nbformat.read(path, as_version=4)}).values()
    assert found.outcome == Outcome()


@pytest.mark.parametrize(
    "name",
    ["MINI.ipynb", "mini (1).ipynb", "Copy of mini.ipynb", "final.ipynb", "mini.ipynb.txt",
     "mini.json", "mini.IPYNB", "sub/folder/mini.ipynb", "\udcff\n\u202e=1+1.ipynb"],
)  # fmt: skip
def test_a_renamed_notebook_is_known_by_what_is_in_it(folder, name):
    found = received(folder, answered(), name)
    assert found.outcome.status is Status.GRADED
    assert answers(found) == RIGHT
    (note,) = found.outcome.notes
    assert note.startswith("Taken from '")
    assert note.isprintable()
    note.encode()


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "the folder is empty"),
        ({"a.pdf": b"%PDF", "b.zip": b"PK"}, "there is no notebook; there is 'a.pdf', 'b.zip'"),
        ({".ipynb_checkpoints/mini.ipynb": answered()}, "the folder is empty"),
        (
            {"mini.ipynb": new_notebook(cells=[new_code_cell("print(1)")])},
            "less than half of the assignment's answers and tests are in 'mini.ipynb'",
        ),
        (
            {"mini.ipynb": new_notebook()},
            "less than half of the assignment's answers and tests are in 'mini.ipynb'",
        ),
        ({f"{n}.txt": b"" for n in range(7)},
         "there is no notebook; there is '0.txt', '1.txt', '2.txt', '3.txt', '4.txt' and 2 more"),
    ],
)  # fmt: skip
def test_where_there_is_no_notebook_it_is_missing(folder, files, reason):
    for name, content in files.items():
        put(folder / name, content)
    assert received(folder).outcome == Outcome(Status.MISSING, reason)


def test_without_a_folder_nothing_was_handed_in(folder):
    found = received(folder / "nowhere")
    assert found == handed_in.Received(None, Outcome(Status.MISSING, "nothing was handed in"), None)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04", "is a ZIP archive (or an Office document), not a notebook"),
        (nbformat.writes(answered()).encode()[:500], "is cut off"),
    ],
)
def test_what_cannot_be_read_is_unreadable(folder, content, reason):
    found = received(folder, content)
    assert found.outcome.status is Status.UNREADABLE
    assert found.outcome.reason.startswith(f"'mini.ipynb' {reason}")
    assert found.notebook is None


def test_of_a_notebook_that_is_cut_off_the_rest_counts(folder):
    text = nbformat.writes(answered()).encode()
    found = received(folder, text[: text.index(b"I think")])
    assert found.outcome.status is Status.PARTIAL
    assert found.outcome.reason == f"{NOT_TOLD} 'why'"
    assert found.outcome.notes[0].startswith("It is cut off (unterminated string in line ")
    assert answers(found) == {"double": DOUBLE, "scale": SCALE}


@pytest.mark.parametrize("name", [".mini.ipynb.icloud", "mini.gdoc", "mini.ipynb.lnk"])
def test_what_stands_in_place_of_the_notebook_is_said(folder, name):
    found = received(folder, b"bplist00\xd4\x01\x02_\x10\x13NSURLFileSizeKey", name)
    assert found.outcome == Outcome(
        Status.UNREADABLE,
        f"'{name}' is a placeholder of iCloud, not the notebook: download the file, "
        "and hand that in",
    )


def test_a_hard_link_in_place_of_the_notebook_asks_a_person(folder, tmp_path):
    put(tmp_path / "solutions" / "mini.ipynb", SOURCE)
    os.link(tmp_path / "solutions" / "mini.ipynb", folder / "mini.ipynb")
    there = look_into(folder, Surroundings(tmp_path, folder.parent))
    found = receive(there, {"mini": SOURCE})["mini"]
    assert found.outcome == Outcome(
        Status.UNREADABLE,
        "'mini.ipynb' is a hard link to a file that lies elsewhere, which is not read. "
        "If all is as it should be, put a copy of it there",
    )


def test_a_broken_notebook_beside_a_sound_one_is_no_matter(folder):
    put(folder / "mini.ipynb", b"{")
    found = received(folder, answered(), "mini (1).ipynb")
    assert found.outcome.status is Status.GRADED
    assert "Taken from 'mini (1).ipynb'." in found.outcome.notes
    assert any(note.startswith("Not read: 'mini.ipynb' is damaged") for note in found.outcome.notes)


def test_of_equal_copies_the_one_with_the_right_name_is_taken(folder):
    put(folder / "mini (1).ipynb", answered())
    found = received(folder, answered())
    assert found.path == folder / "mini.ipynb"
    assert found.outcome.status is Status.GRADED
    assert found.outcome.notes == (
        "Not taken: 'mini (1).ipynb' (there is nothing in them that is not in this one).",
    )


def test_a_copy_that_goes_on_from_the_others_is_taken_whatever_its_name(folder):
    put(folder / "mini.ipynb", RELEASE)
    put(folder / "mini (1).ipynb", answered(why=cell(RELEASE, "why").source))
    found = received(folder, answered(), "mini (2).ipynb")
    assert found.path == folder / "mini (2).ipynb"
    assert found.outcome.status is Status.GRADED


def test_of_copies_that_differ_the_right_name_decides(folder):
    put(folder / "other.ipynb", answered(why="No."))
    found = received(folder, answered(why="Yes."))
    assert answers(found)["why"] == "Yes."
    assert found.outcome.notes == (
        "Not taken: 'other.ipynb' (they differ, and this one has the right name).",
    )


@pytest.mark.parametrize("apart", [3600, 1])
def test_of_copies_without_the_right_name_the_newest_counts_if_that_is_certain(folder, apart):
    for name, why, changed_at in (("a", "No.", 10**9 + apart), ("b", "Yes.", 10**9)):
        put(folder / f"{name}.ipynb", answered(why=why))
        os.utime(folder / f"{name}.ipynb", (changed_at, changed_at))
    found = received(folder)
    if apart > 60:
        assert found.path == folder / "a.ipynb"
        assert found.outcome.status is Status.GRADED
    else:
        assert found.notebook is None
        assert found.outcome == Outcome(
            Status.UNREADABLE, "it cannot be told which one is meant: 'a.ipynb', 'b.ipynb' differ"
        )


@pytest.mark.parametrize("target", ["solution.ipynb", "nowhere", "."])
def test_a_link_in_place_of_the_notebook_is_not_followed(folder, tmp_path, target):
    put(tmp_path / "solution.ipynb", SOURCE)
    (folder / "mini.ipynb").symlink_to(tmp_path / target)
    found = received(folder)
    assert found.notebook is None
    assert found.outcome == Outcome(
        Status.TAMPERED, "'mini.ipynb' is a symbolic link, which is not followed"
    )


def test_neither_is_a_link_in_place_of_the_folder(folder, tmp_path):
    put(tmp_path / "solutions" / "mini.ipynb", SOURCE)
    folder.rmdir()
    folder.symlink_to(tmp_path / "solutions")
    found = received(folder)
    assert found.notebook is None
    assert found.outcome == Outcome(
        Status.TAMPERED, "the folder is a symbolic link, which is not followed"
    )


def test_links_beside_a_notebook_are_noted(folder, tmp_path):
    put(tmp_path / "solution.ipynb", SOURCE)
    (folder / "mini (1).ipynb").symlink_to(tmp_path / "solution.ipynb")
    (folder / "sub").symlink_to(tmp_path)
    found = received(folder, answered())
    assert answers(found) == RIGHT
    assert found.outcome == Outcome(
        notes=("Left out, because they are symbolic links: 'mini (1).ipynb', 'sub'.",)
    )


def test_special_files_are_not_opened(folder):
    os.mkfifo(folder / "mini.ipynb")
    found = received(folder)
    assert found.outcome.status is Status.MISSING
    assert found.outcome.notes == ("Left out, because they are no files: 'mini.ipynb'.",)


def test_a_folder_with_the_name_of_the_notebook_is_looked_into(folder):
    assert answers(received(folder, answered(), "mini.ipynb/mini.ipynb")) == RIGHT


def test_many_files_and_deep_folders_are_no_matter(folder, monkeypatch):
    monkeypatch.setattr(folders, "_ENTRIES_CAP", 50)
    for number in range(30):
        put(folder / f"mini ({number}).ipynb", b"{")
    deep = folder.joinpath("z", *["z"] * 30)
    deep.mkdir(parents=True)
    for number in range(100):
        (folder / "z" / f"{number}.txt").touch()
    found = received(folder, answered())
    assert answers(found) == RIGHT
    assert found.outcome.status is Status.GRADED
    for said in ("more than 50 files", "Only the first 20 notebooks"):
        assert any(said in note for note in found.outcome.notes)


def test_gigantic_files_are_not_read(folder):
    with open(folder / "mini.ipynb", "wb") as file:
        file.truncate(100 << 30)
    assert received(folder).outcome == Outcome(
        Status.UNREADABLE, "'mini.ipynb' is too large: of all notebooks together 256 MB are read"
    )


@pytest.mark.parametrize("swapped", [False, True])
def test_each_notebook_of_an_assignment_is_known_by_what_is_in_it(folder, swapped):
    sources = {"mini": SOURCE, "other": other_source()}
    names = ["other", "mini"] if swapped else ["mini", "other"]
    put(folder / f"{names[0]}.ipynb", answered())
    put(folder / f"{names[1]}.ipynb", released(sources["other"]))
    found = receive(look_into(folder), sources)
    assert answers(found["mini"]) == RIGHT
    assert found["other"].path == folder / f"{names[1]}.ipynb"
    assert {each.outcome.status for each in found.values()} == {Status.GRADED}


@pytest.mark.parametrize(("content", "word"), [(None, "missing"), (b"", "unreadable")])
def test_one_notebook_of_several_is_a_part(folder, content, word):
    if content is not None:
        put(folder / "other.ipynb", content)
    put(folder / "mini.ipynb", answered())
    found = receive(look_into(folder), {"mini": SOURCE, "other": other_source()})
    assert found["mini"].outcome.status is Status.GRADED
    assert found["other"].outcome.status is Status.PARTIAL
    assert found["other"].outcome.reason.startswith(f"the notebook other is {word}: ")


PIECES = ["mini.ipynb", "mini (1).ipynb", "x.json", "sub", "\udc80.ipynb", ".ipynb_checkpoints"]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_nothing_in_a_folder_raises(data):
    whole = nbformat.writes(answered()).encode()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "mini"
        folder.mkdir()
        for name in data.draw(st.lists(st.sampled_from(PIECES), unique=True)):
            kind = data.draw(st.sampled_from(["broken", "whole", "folder", "link", "pipe"]))
            path = folder / name
            if kind == "folder":
                path.mkdir()
                (path / "mini.ipynb").write_bytes(whole)
            elif kind == "link":
                path.symlink_to(data.draw(st.sampled_from([place, "mini.ipynb", "/dev/zero"])))
            elif kind == "pipe":
                os.mkfifo(path)
            else:
                cut = data.draw(st.integers(0, len(whole))) if kind == "broken" else len(whole)
                path.write_bytes(whole[:cut] + data.draw(st.binary(max_size=3)))
        found = received(folder)
        assert (found.notebook is None) == (found.path is None)
        assert bool(found.outcome.reason) == (found.outcome.status is not Status.GRADED)
        json.dumps([found.outcome.reason, *found.outcome.notes]).encode()
        if found.notebook is not None:
            nbformat.validate(found.notebook)
