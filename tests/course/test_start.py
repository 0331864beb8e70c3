"""A new course holds what a term needs, and an update loses nothing that was changed in it."""

import json
import sqlite3
import subprocess

import pytest

from convkit.course import start, update
from convkit.course.start import ORIGINALS

EXERCISE = "exercises/02-convolution/02-convolution.ipynb"
SOLUTION = "solutions/02-convolution/02-convolution.ipynb"


@pytest.fixture
def term(tmp_path, said, monkeypatch):
    """A course as it is made, in which one works."""
    assert said("new-course", tmp_path / "term")[0] == 0
    monkeypatch.chdir(tmp_path / "term")
    return tmp_path / "term"


def release(monkeypatch, **edits):
    """Let there be a newer release, in which texts are replaced: ``path=(before, after)``."""
    now = start.given()
    for path, (before, after) in edits.items():
        (path,) = (each for each in now if str(each).endswith(path))
        assert before in now[path]
        now[path] = now[path].replace(before, after)
    monkeypatch.setattr(update, "given", lambda: now)


def edit(path, before, after):
    data = path.read_bytes()
    assert before in data
    path.write_bytes(data.replace(before, after))


def test_it_holds_what_a_term_needs(term, said):
    for name in ("README.md", "requirements.txt", "nbgrader_config.py", EXERCISE, SOLUTION):
        assert (term / name).read_text()
    image = (term / "Containerfile").read_text()
    assert "bubblewrap" in image
    assert "COPY requirements.txt" in image
    assert len(list((term / "lectures").glob("*.ipynb"))) == 12
    assert (term / "hidden_seed.txt").stat().st_mode & 0o77 == 0
    assert said("report", "02-convolution")[2].startswith("convkit: the gradebook knows no")


def test_each_course_has_a_seed_of_its_own_and_git_never_sees_it(term, tmp_path, said):
    assert said("new-course", tmp_path / "other")[0] == 0
    first, second = ((each / "hidden_seed.txt").read_text() for each in (term, tmp_path / "other"))
    assert first != second
    subprocess.run(["git", "init", "-q"], cwd=term, check=True)
    seen = subprocess.run(
        ["git", "status", "--porcelain", "-uall"], cwd=term, check=True, capture_output=True
    ).stdout
    assert b"hidden_seed" not in seen
    assert b"solutions/" in seen
    assert str(ORIGINALS).encode() in seen


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path, said):
    (tmp_path / "mine.txt").write_text("mine")
    status, _, complaint = said("new-course", tmp_path)
    assert (status, complaint.count("\n")) == (1, 1)
    assert "is not empty" in complaint
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]


def test_what_the_course_left_alone_becomes_the_releases(term, said, monkeypatch):
    release(monkeypatch, **{"errata.md": (b"Errata", b"ERRATA")})
    before = (term / "docs/errata.md").read_bytes()
    assert "Nothing was changed." in said("update", "--dry-run")[1]
    assert (term / "docs/errata.md").read_bytes() == before
    assert "docs/errata.md: updated.\n" in said("update")[1]
    assert b"ERRATA" in (term / "docs/errata.md").read_bytes()
    assert "All files are those of this release, or yours." in said("update")[1]


def test_both_changes_go_into_one_notebook(term, said, monkeypatch):
    lecture = term / "lectures/00-start-here.ipynb"
    release(monkeypatch, **{lecture.name: (b"# Start here", b"# Begin here")})
    edit(lecture, b"In a hurry", b"If you hurry")
    assert "updated, with your changes in it" in said("update")[1]
    text = str([cell["source"] for cell in json.loads(lecture.read_text())["cells"]])
    assert "# Begin here" in text
    assert "If you hurry" in text


def test_a_course_of_a_newer_release_is_not_set_back(term, said):
    (term / "requirements.txt").write_text("convkit==999.1\n")
    status, _, complaint = said("update")
    assert status == 1
    assert "this course is of convkit 999.1, and " in complaint
    (term / "requirements.txt").write_text("convkit==0.0.1\n")
    assert "From convkit 0.0.1 to " in said("update")[1]


def test_where_changes_meet_the_courses_stay(term, said, monkeypatch):
    lecture = term / "lectures/00-start-here.ipynb"
    release(monkeypatch, **{lecture.name: (b"# Start here", b"# Begin here")})
    edit(lecture, b"# Start here", b"# Welcome")
    assert "left as you have it: your changes and the release's meet" in said("update")[1]
    assert b"# Welcome" in lecture.read_bytes()
    assert b"# Begin here" in (term / ".convkit/conflicts/lectures" / lecture.name).read_bytes()
    assert "All files" in said("update")[1]


def test_what_the_course_deleted_or_wrote_stays_so(term, said, monkeypatch):
    (term / "lectures/11-convolutional-network.ipynb").unlink()
    (term / "lectures/12-ours.ipynb").write_text("ours")
    release(monkeypatch, **{"11-convolutional-network.ipynb": (b"network", b"Network")})
    assert "All files" in said("update")[1]
    assert not (term / "lectures/11-convolutional-network.ipynb").exists()
    assert (term / "lectures/12-ours.ipynb").read_text() == "ours"


def test_a_course_that_was_not_made_by_convkit_is_not_guessed_at(year, said):
    status, _, complaint = said("update")
    assert status == 1
    assert "Only a course that `convkit new-course` has made can be updated" in complaint


def test_an_update_says_which_grades_it_outdates(term, said, monkeypatch):
    """A grade of an earlier convkit, whose fingerprint is another."""
    from nbgrader.api import Gradebook

    from convkit.grading.gradebook import ledger
    from convkit.grading.gradebook.application import generate, opened
    from convkit.grading.outcome import Outcome

    with opened(term) as (app, course):
        generate(app, course, "02-convolution", term / "scratch")
        (term / "submitted/ann/02-convolution").mkdir(parents=True)
        (term / "autograded/ann/02-convolution").mkdir(parents=True)
        with course.gradebook() as gradebook:
            assert isinstance(gradebook, Gradebook)
            gradebook.update_or_create_student("ann")
            now = str(course.fingerprint("02-convolution", "ann"))
            ledger.finish(
                course, gradebook, "02-convolution", "ann", {"02-convolution": Outcome()}, now
            )
    assert "grades are out of date" not in said("update", "--dry-run")[1]
    release(monkeypatch, **{SOLUTION: (b"correlation", b"Correlation")})
    told = said("update", "--dry-run")[1]
    assert "02-convolution: 1 of 1 grades are out of date (the assignment changes)." in told
    with sqlite3.connect(term / "gradebook.db") as connection:
        connection.execute("UPDATE convkit_outcome SET fingerprint = 'x' || fingerprint || 'y'")
    assert "the grader changed since" in said("update", "--dry-run")[1]
