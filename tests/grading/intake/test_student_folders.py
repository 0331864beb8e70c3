"""Whose folder is whose, whatever system made it and wherever in it the work lies."""

import os
import unicodedata

import pytest
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from convkit.grading.intake.student_folders import Places
from convkit.grading.outcome import NOT_HANDED_IN, Status

JOSE = unicodedata.normalize("NFC", "José")
TWO_LETTERS = unicodedata.normalize("NFD", JOSE)


@pytest.fixture
def places(tmp_path):
    return at(tmp_path)


def at(root, structure=None):
    config = Config(CourseDirectory={"root": str(root)})
    if structure:
        config.CourseDirectory.directory_structure = structure
    return Places(CourseDirectory(config=config))


def put(places, *path):
    folder = places.top.joinpath(*path)
    folder.mkdir(parents=True)
    (folder / "x.ipynb").touch()
    return folder


def test_what_programs_make_beside_students_is_no_student(places):
    for name in ("ann", "__MACOSX", ".snapshot", "@eaDir"):
        put(places, name, "02-convolution")
    (places.top / "Thumbs.db").touch()
    assert places.students([]) == {"ann"}


@pytest.mark.parametrize("known", [[], [JOSE], [TWO_LETTERS]])
@pytest.mark.parametrize("written", [JOSE, TWO_LETTERS])
def test_a_name_is_one_however_it_is_written(places, known, written):
    folder = put(places, written, "02-convolution")
    (student,) = places.students(known)
    assert student == (known or [JOSE])[0]
    assert places.submitted("02-convolution", student) == folder


def test_of_two_spellings_that_with_the_work_in_it_counts(places):
    put(places, JOSE, "03-pooling")
    folder = put(places, TWO_LETTERS, "02-convolution")
    assert places.students([]) == {JOSE}
    assert places.alike("02-convolution", JOSE) == [folder]


def test_two_that_both_hold_it_are_both_found(places):
    folders = [put(places, name, "02-convolution") for name in (TWO_LETTERS, JOSE)]
    assert places.alike("02-convolution", JOSE) == folders[::-1]


@pytest.mark.parametrize("structure", [None, "{nbgrader_step}/{assignment_id}/{student_id}"])
def test_capitals_in_the_assignments_name_are_no_matter(tmp_path, structure):
    places = at(tmp_path, structure)
    path = ("ann", "02-Convolution") if structure is None else ("02-Convolution", "ann")
    folder = put(places, *path)
    assert places.submitted("02-convolution", "ann") == folder
    assert places.students([]) == {"ann"}
    assert places.submitted("02-convolution", "bob") != folder


@pytest.mark.parametrize("path", [("ann", "ann"), ("ann", "week 2", "done")])
def test_where_it_lies_instead_is_said(places, path):
    put(places, *path, "02-Convolution")
    put(places, "ann", "03-pooling")
    outcome = places.not_there("02-convolution", "ann")
    assert outcome.status is Status.MISSING
    where = "/".join([*path[1:], "02-Convolution", "x.ipynb"])
    assert outcome.reason == f"there is no folder '02-convolution'; there is '{where}'"
    assert places.not_there("02-convolution", "bob") == NOT_HANDED_IN
    assert places.not_there("04-classifier", "ann") == NOT_HANDED_IN


@pytest.mark.parametrize("link", ["student", "assignment"])
def test_a_link_is_not_what_it_leads_to(places, link):
    folder = put(places, "ann", "mini")
    if link == "student":
        (places.top / "bob").symlink_to("ann")
        expected = places.top / "bob"
    else:
        (places.top / "bob").mkdir()
        expected = places.top / "bob" / "mini"
        expected.symlink_to(folder)
    assert places.submitted("mini", "bob") == expected
    assert places.submitted("mini", "ann") == folder


def test_all_of_it_may_lie_elsewhere(places, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    places.top.symlink_to("elsewhere")
    folder = put(places, "ann", "mini")
    assert places.submitted("mini", "ann") == folder.resolve()


def test_a_folder_that_comes_while_a_class_is_looked_through_is_found(places):
    put(places, "ann", "02-convolution")
    for name in ("ben", "cem"):
        os.utime(places.top, (1e9, 1e9))  # long before it was looked into
        assert places.alike("02-convolution", "ann")
        assert not places.alike("02-convolution", name)
        folder = put(places, name, "02-convolution")
        assert places.alike("02-convolution", name) == [folder]
