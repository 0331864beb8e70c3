"""What goes to a submission's own process and back, and the files it is graded with."""

import json
import os

import pytest

from convkit.grading import notebook as nb
from convkit.grading.airlock.times import Times
from convkit.grading.intake.folder import Folder, Why, look_into
from convkit.grading.outcome import GraderError, Outcome, Status
from convkit.grading.running import submission
from convkit.grading.running.submission import (
    Part,
    Task,
    decode,
    decode_parts,
    encode,
    gather_files,
)
from convkit.grading.sandbox.bubblewrap import Limits
from tests.grading.course import mini_source


def test_a_task_comes_through_as_it_was(tmp_path):
    task = Task(
        assignment="mini",
        there=Folder(
            tmp_path / "submitted",
            [tmp_path / "submitted" / "“é”.py"],
            {tmp_path / "submitted" / "link": Why.LINK},
            "there are more",
        ),
        files=tmp_path / "files",
        source=tmp_path / "solutions",
        kept=["helper.py"],
        course=tmp_path,
        released={"mini": {"double": nb.Released("0f", "%%implement double\n“é”")}},
        limits=Limits(memory_bytes=1 << 20),
        times=Times(cell=1.5),
    )
    assert decode(encode(task)) == task


def test_parts_come_through_as_they_were():
    parts = {
        "a": Part(Outcome(Status.PARTIAL, "Half.", ("one", "two")), mini_source()),
        "b": Part(Outcome(Status.MISSING, "None."), None),
    }
    said = json.dumps(submission._encode_parts(parts)).encode()  # noqa: SLF001
    assert decode_parts(said) == parts
    with pytest.raises(GraderError, match="a broken kernel"):
        decode_parts(b'{"error": "a broken kernel"}')


@pytest.fixture
def folders(tmp_path):
    source, submitted = tmp_path / "solutions", tmp_path / "submitted"
    for folder in (source / "data", source / ".ipynb_checkpoints", submitted / "mine"):
        folder.mkdir(parents=True)
    (source / "mini.ipynb").write_text("{}")
    (source / "helper.py").write_text("ours")
    (source / "table.csv").write_text("ours")
    (source / "data" / "images.npy").write_text("ours")
    (source / ".ipynb_checkpoints" / "mini-checkpoint.ipynb").write_text("{}")
    (submitted / "mini.ipynb").write_text("{}")
    (submitted / "helper.py").write_text("theirs")
    (submitted / "mine" / "conv2d.py").write_text("theirs")
    (submitted / "link.txt").symlink_to(source / "table.csv")
    os.mkfifo(submitted / "pipe")
    return submitted, source, tmp_path / "files"


def gathered(folders, kept=()):
    submitted, source, files = folders
    gather_files(look_into(submitted), submitted, source, kept, files)
    paths = (path for path in files.rglob("*") if path.is_file())
    return {str(path.relative_to(files)): path.read_text() for path in paths}


ALL = {
    "helper.py": "ours",
    "table.csv": "ours",
    "data/images.npy": "ours",
    "mine/conv2d.py": "theirs",
}


def test_the_sources_files_stand_over_the_students(folders):
    assert gathered(folders) == ALL


def test_a_file_that_the_instructor_leaves_to_students_is_theirs(folders):
    assert gathered(folders, ["helper.py"]) == ALL | {"helper.py": "theirs"}


def test_a_file_where_a_folder_belongs_and_a_folder_where_a_file_does(folders):
    submitted = folders[0]
    (submitted / "data").write_text("in the way")
    (submitted / "table.csv").mkdir()
    (submitted / "table.csv" / "more").write_text("in the way")
    assert gathered(folders) == ALL


def test_what_lies_beside_the_notebook_that_counts_counts(folders):
    submitted, source, files = folders
    beside = submitted / "my work" / "week 8"
    (beside / "mine").mkdir(parents=True)
    (beside / "mine" / "conv2d.py").write_text("beside it")
    (beside / "fig.png").write_text("beside it")
    gather_files(look_into(submitted), beside, source, [], files)
    assert (files / "mine" / "conv2d.py").read_text() == "beside it"
    assert (files / "fig.png").read_text() == "beside it"
    assert (files / "helper.py").read_text() == "ours"
    assert (files / "my work" / "week 8" / "fig.png").exists()


@pytest.mark.parametrize("strange", ["missing", "file", "link"])
def test_a_submission_that_is_no_folder_has_no_files(folders, strange, tmp_path):
    _, source, files = folders
    place = tmp_path / "strange"
    if strange == "file":
        place.write_text("")
    elif strange == "link":
        place.symlink_to("/etc")
    assert set(gathered((place, source, files))) == {"helper.py", "table.csv", "data/images.npy"}
