"""One walk through what was handed in, whatever lies there: bounded, and told in words."""

import os
import subprocess
import time

import pytest

from convkit.grading.gradebook.fingerprint import fingerprint
from convkit.grading.intake import folder as folders
from convkit.grading.intake.folder import Surroundings, Why, look_into
from convkit.grading.running.grade import copy_files


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "course" / "submitted" / "ann" / "mini"
    path.mkdir(parents=True)
    (path / "mini.ipynb").write_text("{}")
    (path / "notes.txt").write_text("ann's")
    return path


def names(there):
    return [str(path.relative_to(there.path)) for path in there.files]


def left_out(there):
    return {str(path.relative_to(there.path)): why for path, why in there.left_out.items()}


@pytest.fixture
def nested(folder):
    """Folders in folders, which few programs can make or take away."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1100):
        os.mkdir("deep", dir_fd=here)
        inner = os.open("deep", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    yield folder
    subprocess.run(["rm", "-r", folder / "deep"], check=True)


def test_folders_in_folders_are_looked_at_down_to_a_depth(nested, tmp_path):
    there = look_into(nested)
    assert names(there) == ["mini.ipynb", "notes.txt"]
    assert left_out(there) == {"/".join(["deep"] * 17): Why.DEEP}
    fingerprint(there, tmp_path / "none", tmp_path, "")
    copy_files(there, tmp_path / "copy")
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["notes.txt"]


def sparse(path, size):
    with open(path, "wb") as file:
        file.truncate(size)


def test_only_so_many_bytes_are_read(folder):
    for number in range(500):
        sparse(folder / f"data {number:03}", 60 << 20)
    sparse(folder / "mini (1).ipynb", 300 << 20)
    there = look_into(folder)
    assert names(there) == ["mini.ipynb", "data 000", "notes.txt"]
    assert set(there.left_out.values()) == {Why.LARGE}
    assert len(there.left_out) == 500


def test_a_fingerprint_of_much_takes_no_longer_than_one_of_what_is_read(folder, tmp_path):
    for number in range(500):
        sparse(folder / f"data {number:03}", 60 << 20)
    started = time.monotonic()
    before = fingerprint(look_into(folder), tmp_path / "none", tmp_path, "")
    assert time.monotonic() - started < 10
    os.utime(folder / "data 400", (1, 1))
    after = fingerprint(look_into(folder), tmp_path / "none", tmp_path, "")
    assert after.changes(str(before)).startswith("the submission")


def test_only_so_many_files_are_read_and_notebooks_come_first(folder, monkeypatch):
    monkeypatch.setattr(folders, "_FILES_CAP", 3)
    for number in range(5):
        (folder / f"a{number}").touch()
    there = look_into(folder)
    assert names(there) == ["mini.ipynb", "a0", "a1"]
    assert set(there.left_out.values()) == {Why.MANY}


@pytest.mark.parametrize(
    "name",
    ["__MACOSX/._mini.ipynb", ".DS_Store", "Thumbs.db", "desktop.ini", "Icon\r", ".git/config",
     "@eaDir/mini.ipynb", "__pycache__/x.pyc"],
)  # fmt: skip
def test_what_programs_make_unasked_is_not_there(folder, name):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("")
    assert names(look_into(folder)) == ["mini.ipynb", "notes.txt"]


def test_what_cannot_be_read_is_named(folder, monkeypatch, tmp_path):
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "notes.txt")
    there = look_into(folder)
    assert left_out(there) == {"notes.txt": Why.LOCKED}
    copy_files(there, tmp_path / "copy")
    assert list((tmp_path / "copy").iterdir()) == []


class TestHardLinks:
    @pytest.fixture
    def course(self, folder):
        course = folder.parents[2]
        (course / "hidden_seed.txt").write_text("secret")
        (course / "solutions" / "mini").mkdir(parents=True)
        (course / "solutions" / "mini" / "mini.ipynb").write_text('{"solved": 1}')
        return course

    @staticmethod
    def looked(folder, course):
        return left_out(look_into(folder, Surroundings(course, course / "submitted")))

    def test_to_the_courses_own_files_are_not_read(self, folder, course):
        os.link(course / "hidden_seed.txt", folder / "seed.txt")
        assert self.looked(folder, course) == {"seed.txt": Why.ELSEWHERE}
        for name in ("mini.ipynb", "notes.txt", "seed.txt"):
            (folder / name).unlink()
        os.link(course / "solutions" / "mini" / "mini.ipynb", folder / "mini.ipynb")
        assert self.looked(folder, course) == {"mini.ipynb": Why.ELSEWHERE}

    def test_to_files_outside_the_course_are_not_read(self, folder, course, tmp_path):
        (tmp_path / "key").write_text("secret")
        os.link(tmp_path / "key", folder / "key.txt")
        assert self.looked(folder, course) == {"key.txt": Why.ELSEWHERE}

    def test_within_what_was_handed_in_are_files_as_any_other(self, folder, course):
        """Whom a link was made to cannot help it; and it shows nothing that is the course's."""
        os.link(folder / "notes.txt", folder / "again.txt")
        (course / "submitted" / "bob" / "mini").mkdir(parents=True)
        os.link(folder / "notes.txt", course / "submitted" / "bob" / "mini" / "notes.txt")
        assert self.looked(folder, course) == {}
        assert self.looked(course / "submitted" / "bob" / "mini", course) == {}

    @pytest.mark.parametrize("place", ["course/backup", "backup", "course/submitted/.snapshot"])
    def test_a_copy_of_it_all_that_is_made_of_links_changes_nothing(
        self, folder, course, tmp_path, place
    ):
        copy = tmp_path / place / "ann" / "mini"
        copy.mkdir(parents=True)
        for name in ("mini.ipynb", "notes.txt"):
            os.link(folder / name, copy / name)
        assert self.looked(folder, course) == {}
