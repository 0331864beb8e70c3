"""Whatever is wrong is said in a sentence that tells what to do: no command shows a traceback."""

import io
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from nbgrader.api import Gradebook

from convkit.cli import main
from convkit.grading.sandbox import doctor
from tests.grading.course import ROOT, Course, mini_source

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("command") / "course"
    course = Course.create(folder, {"mini": mini_source()})
    made = course.nbgrader("generate_assignment", "mini")
    assert made.returncode == 0, made.stderr
    shutil.rmtree(course.temporary)
    return folder


@pytest.fixture
def folder(generated, tmp_path, monkeypatch):
    """A course in which nobody has handed anything in, to be broken; commands run there."""
    folder = shutil.copytree(generated, tmp_path / "course")
    monkeypatch.chdir(folder)
    return folder


def said(capsys, *arguments):
    """What the failing command says: one line, on standard error."""
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("convkit: ")
    assert err.count("\n") == 1
    return err


def configure(folder, line):
    with (folder / "nbgrader_config.py").open("a") as file:
        file.write(f"\n{line}\n")


def edit(folder, before, after):
    path = folder / "solutions" / "mini" / "mini.ipynb"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def sql(folder, command):
    with closing(sqlite3.connect(folder / "gradebook.db")) as connection, connection:
        connection.execute(command)


@pytest.mark.parametrize("name", ["nosuch", "", ".", "..", "*", "../course/solutions/mini", "\x1b"])
def test_an_assignment_that_is_none(folder, capsys, name):
    assert "in solutions/ (it has mini)." in said(capsys, "grade", name)
    assert "(it knows mini)." in said(capsys, "report", name)


def test_a_name_as_shells_complete_it(folder, capsys):
    assert main(["report", "mini/"]) == 0


def test_a_student_that_is_none(folder, capsys):
    name = "\x1b]0;owned\x07" + "a" * 200
    assert "nobody here is called \\x1b]0;owned\\x07aaa" in said(
        capsys, "grade", "mini", f"--student={name}"
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("x = (", "is no Python: '(' was never closed."),
        ("nosuch.x = 1", ": NameError: name 'nosuch' is not defined."),
        ("c.GradeInAirlock.cell_seconds = 'x'", "expected a float"),
    ],
)
def test_settings_that_are_none(folder, capsys, line, words):
    configure(folder, line)
    for command in ("grade", "report"):
        assert words in said(capsys, command, "mini")


def test_a_folder_that_is_no_course(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for command in ("grade", "report"):
        assert "Run this in the course's folder." in said(capsys, command, "mini")


@pytest.mark.parametrize("name", ["a[1]", "a*", "a?b", "a%41"])
def test_a_path_in_which_nbgrader_finds_nothing(folder, capsys, monkeypatch, name):
    monkeypatch.chdir(folder.rename(folder.with_name(name)))
    for command in ("grade", "report"):
        assert "Rename that folder." in said(capsys, command, "mini")


@pytest.mark.parametrize("name", ["{0}", "a {b} #c", "é'\""])
def test_a_path_with_other_signs(folder, capsys, monkeypatch, name):
    folder = folder.rename(folder.with_name(name))
    (folder / "submitted" / "ann" / "mini").mkdir(parents=True)
    monkeypatch.chdir(folder)
    assert main(["report", "mini"]) == 0
    assert "ann          –  not graded yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("{", "", "does not appear to be JSON"),
        ('"cells"', '"cellz"', "cell"),
        ('"grade_id": "double-hidden"', '"grade_id": "double-visible"', "Duplicate"),
        ('"schema_version": 3', '"schema_version": 9', "mini"),
    ],
)
def test_a_source_that_is_broken(folder, capsys, before, after, words):
    edit(folder, before, after)
    assert words in said(capsys, "grade", "mini")
    assert main(["report", "mini"]) == 0


def test_solutions_that_are_gone(folder, capsys):
    shutil.rmtree(folder / "solutions")
    assert "(it has none at all)." in said(capsys, "grade", "mini")
    assert main(["report", "mini"]) == 0


def test_a_gradebook_that_is_none(folder, capsys):
    gradebook = folder / "gradebook.db"
    whole = gradebook.read_bytes()
    gradebook.write_bytes(b"no gradebook" * 1000)
    for command in ("grade", "report"):
        assert "the file is damaged." in said(capsys, command, "mini")
    gradebook.write_bytes(whole[:20000])
    assert "the gradebook cannot be used" in said(capsys, "report", "mini")
    gradebook.unlink()
    gradebook.mkdir()
    assert "it cannot be opened." in said(capsys, "report", "mini")


@pytest.mark.parametrize(
    ("version", "words"),
    [("ffff", "a newer nbgrader"), ("724cde206c17", "Copy it, then run `nbgrader db upgrade`.")],
)
def test_a_gradebook_of_another_nbgrader(folder, capsys, version, words):
    sql(folder, f"UPDATE alembic_version SET version_num = '{version}'")
    for command in ("grade", "report"):
        assert words in said(capsys, command, "mini")


def test_a_gradebook_whose_making_was_stopped_is_made_to_its_end(folder, capsys, monkeypatch):
    """Its tables are there, and nothing in them, when the version has not been written yet."""
    (folder / "gradebook.db").unlink()

    def stop():
        raise KeyboardInterrupt

    with monkeypatch.context() as stopped:
        stopped.setattr("nbgrader.api.get_alembic_version", stop)
        with pytest.raises(KeyboardInterrupt):
            Gradebook("sqlite:///gradebook.db")
    for _ in range(2):
        assert "the gradebook knows no assignment 'mini'" in said(capsys, "report", "mini")


def test_a_gradebook_of_another_program(folder, capsys):
    (folder / "gradebook.db").unlink()
    sql(folder, "CREATE TABLE sheep (name TEXT)")
    assert "made by another program than nbgrader" in said(capsys, "report", "mini")


def test_a_gradebook_that_another_program_holds(folder, capsys):
    with closing(sqlite3.connect(folder / "gradebook.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "another program is using it" in said(capsys, "grade", "mini")
        configure(folder, "c.CourseDirectory.db_url = 'sqlite:///gradebook.db?timeout=0.1'")
        assert "another program is using it" in said(capsys, "report", "mini")


def test_a_file_that_cannot_be_written(folder, capsys):
    (folder / ".convkit-grading").mkdir()
    assert ".convkit-grading cannot be read or written: Is a dir" in said(capsys, "grade", "mini")


def test_a_machine_that_cannot_grade(folder, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert "grading needs Linux" in said(capsys, "grade", "mini")
    monkeypatch.setattr(sys, "platform", "win32")
    doctor.tried.cache_clear()
    assert main(["grade", "mini"]) == 1
    assert "This is Linux: no." in capsys.readouterr().err
    assert main(["doctor"]) == 1
    doctor.tried.cache_clear()


def test_the_configuration_is_read_where_there_is_no_fcntl():
    code = (
        "import sys; sys.modules.update(fcntl=None, resource=None)\n"
        "import convkit.grading.gradebook.saving, convkit.grading.gradebook.standings, convkit.cli"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_nobody_reads_on(folder, monkeypatch):
    """As in `convkit report mini | head`: is it silent?"""
    reading, writing = os.pipe()
    os.close(reading)
    command = "import sys; from convkit.cli import main; sys.exit(main())"
    run = subprocess.run(
        [sys.executable, "-c", command, "report", "mini"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (run.returncode, run.stderr) == (1, b"")


def test_a_terminal_that_cannot_print_all_characters(folder, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    (folder / "submitted" / "José" / "mini").mkdir(parents=True)
    assert main(["report", "mini"]) == 0
    stream.seek(0)
    assert "Jos\\xe9         -  not graded yet" in stream.read()


def test_a_folder_that_has_nobodys_name_is_named(folder, capsys):
    for name in (b"bad\xff", b"..dots"):
        os.makedirs(os.path.join(os.fsencode(folder), b"submitted", name, b"mini"))
    (folder / "submitted" / ".ipynb_checkpoints").mkdir()
    assert main(["report", "mini"]) == 0
    said = capsys.readouterr().out
    assert "Not graded: bad\\udcff. " in said
    assert "Not graded: ..dots. " in said
    assert ".ipynb_checkpoints" not in said


def test_readmes_commands_do_what_they_are_for(folder):
    """Where exercises/ is there already, as in a fresh clone."""
    (block,) = re.findall(
        r"^```sh\n(source .*?)^```", (ROOT / "README.md").read_text(), re.M | re.S
    )
    generate, *others = [line.partition("#")[0].split() for line in block.splitlines()[1:]]
    (folder / "gradebook.db").unlink()
    generate[generate.index("02-convolution")] = "mini"
    course = Course(folder)
    assert course.nbgrader(*generate[1:]).returncode == 0
    shutil.rmtree(course.temporary)
    assert main(["report", "mini"]) == 0  # the gradebook knows it
    assert [line[:2] for line in others] == [
        ["convkit", "grade"],
        ["convkit", "report"],
        ["nbgrader", "generate_feedback"],
    ]


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["open"],
        ["progress"],
        ["new-course"],
        ["update"],
        ["bundle"],
        ["roster"],
        ["collect"],
        ["extend"],
        ["grade"],
        ["report"],
        ["answers"],
        ["regrade"],
        ["similar"],
        ["grades"],
        ["doctor"],
    ],
)
def test_help_says_what_a_command_does(capsys, command):
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) > 4
