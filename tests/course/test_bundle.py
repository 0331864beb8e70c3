"""Students get what they need and nothing that tells of solutions, however deep one digs."""

import io
import sys
import zipfile
from pathlib import Path

import pytest

from convkit.cli import main
from convkit.course.bundle import bundle
from tests.grading.course import CANARY, Course, cell, mini_source, write

SOLUTION_CANARY = "solution-canary-4211"
SCHEME_CANARY = "scheme-canary-5813"
SECRETS = (CANARY, SOLUTION_CANARY, SCHEME_CANARY, "7919", "seed-canary", "ann-canary", "15838")


@pytest.fixture(scope="module")
def bundled(tmp_path_factory):
    """What lies in the ZIP of a course with canaries wherever a secret may lie, all unpacked."""
    source = mini_source()
    double = cell(source, "double")
    double.source = double.source.replace("return 2 * x", f"return 2 * x  # {SOLUTION_CANARY}")
    why = cell(source, "why")
    why.source += f"\n### BEGIN MARK SCHEME\n{SCHEME_CANARY}\n### END MARK SCHEME"
    year = Course.create(tmp_path_factory.mktemp("course"), {"mini": source}).folder
    write(source, year / "exercises/mini/mini.ipynb")  # by mistake
    write(source, year / "lectures/.ipynb_checkpoints/mini-checkpoint.ipynb")
    (year / "lectures/01.ipynb").write_text("a lecture")
    (year / "lectures/link.ipynb").symlink_to(year / "solutions/mini/mini.ipynb")
    (year / "hidden_seed.txt").write_text("seed-canary")
    (year / "submitted/ann-canary/mini").mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
        bundle(year, year / "week.zip", [])
    return dict(unpacked((year / "week.zip").read_bytes()))


def unpacked(data, prefix=""):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            inside = archive.read(name)
            if zipfile.is_zipfile(io.BytesIO(inside)):
                yield from unpacked(inside, f"{prefix}{name}/")
            yield prefix + name, inside


def test_it_holds_what_students_need(bundled):
    names = set(bundled)
    assert {"week/README.md", "week/nbgrader_config.py", "week/lectures/01.ipynb"} <= names
    assert "week/exercises/mini/mini.ipynb" in names
    assert any(name.endswith(".whl/convkit/checks/checking.py") for name in names)
    assert any(name.endswith("convkit/widgets/drawing.js") for name in names)
    assert any(name.endswith("convkit/learning/hints.toml") for name in names)
    assert b"%%implement double" in bundled["week/exercises/mini/mini.ipynb"]
    (wheel,) = (name for name in names if name.endswith(".whl"))
    assert wheel.rpartition("/")[2].encode() in bundled["week/README.md"]


def test_no_secret_is_in_it(bundled):
    for name, data in bundled.items():
        assert [secret for secret in SECRETS if secret.encode() in name.encode() + data] == [], name


def test_neither_grading_nor_what_a_course_is_made_from_is_in_it(bundled):
    assert [name for name in bundled if "/grading/" in name or "/course/" in name] == []
    assert [name for name in bundled if "solutions" in name or "link.ipynb" in name] == []


def test_nothing_is_overwritten(year, said):
    (year / "week.zip").write_text("mine")
    assert "nothing is overwritten" in said("bundle", "week.zip")[2]
    assert (year / "week.zip").read_text() == "mine"


def test_an_assignment_that_is_not_there(year, said):
    assert "there is no assignment 'none'" in said("bundle", "week.zip", "none")[2]
    assert not (year / "week.zip").exists()


def test_the_file_to_write_comes_first(year, capsys):
    with pytest.raises(SystemExit) as refused:
        main(["bundle", "mini"])
    assert refused.value.code == 2
    assert "such as week-3.zip, got 'mini'" in capsys.readouterr().err
