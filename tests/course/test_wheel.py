"""`pip install convkit` is enough: the wheel alone, in an environment that has seen no clone."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from tests.grading.course import ROOT

pytestmark = pytest.mark.course
OUTER = Path(sysconfig.get_path("purelib"))
GIVEN = "convkit/course/given/"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A clone's files, and the sdist and the wheel that are built from them as for a release."""
    folder = tmp_path_factory.mktemp("built")
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            (folder / "clone" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / "clone" / name)
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, folder / "clone"],
        check=True, capture_output=True, timeout=200,
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def bare(built):
    """The folder of an environment with the wheel, and the packages that it needs."""
    folder = built / "environment"
    venv.create(folder, with_pip=False)
    (inner,) = folder.glob("lib/python*/site-packages")
    # Of a folder that is added in this way .pth files are not read: no clone is seen.
    (inner / "others.pth").write_text(f"{OUTER}\n")
    (wheel,) = built.glob("*.whl")
    install(folder, wheel)
    return folder


def install(environment, wheel):
    subprocess.run(
        [sys.executable, "-m", "pip", "-q", "--python", environment / "bin/python", "install",
         "--no-deps", "--no-index", wheel],
        check=True, timeout=200,
    )  # fmt: skip


def run(environment, *command, cwd):
    places = [environment / "bin", Path(sys.executable).parent, os.environ["PATH"]]
    path = os.pathsep.join(map(str, places))
    return subprocess.run(
        [environment / "bin" / command[0], *command[1:]],
        cwd=cwd, env=os.environ | {"PATH": path, "JUPYTER_PLATFORM_DIRS": "1"},
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip


def tracked(*folders):
    return {
        name
        for name in subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", *folders],
            cwd=ROOT, check=True, capture_output=True, text=True,
        ).stdout.splitlines()
        if (ROOT / name).is_file()
    }  # fmt: skip


def test_the_wheel_holds_the_package_and_what_a_course_starts_from(built):
    (wheel,) = built.glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    given = ("solutions", "exercises", "lectures", "docs/errata.md")
    assert names == tracked("convkit") | {GIVEN + name for name in tracked(*given)}


def test_the_sdist_builds_that_and_holds_nothing_else(built):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        tops = {name.split("/")[1] for name in archive.getnames()}
    assert tops == {
        "convkit", "solutions", "exercises", "lectures", "docs",
        "README.md", "LICENSE", "pyproject.toml", "PKG-INFO", ".gitignore",
    }  # fmt: skip


def test_a_course_is_configured_as_the_clone_is():
    given = ROOT / "convkit/course/texts/nbgrader_config.txt"
    assert given.read_bytes() == (ROOT / "nbgrader_config.py").read_bytes()


@pytest.fixture(scope="module")
def term(bare):
    """A course that was made there, and a ZIP for its students."""
    folder = bare.parent
    assert run(bare, "convkit", "new-course", "term", cwd=folder).returncode == 0
    made = run(bare, "convkit", "bundle", "week.zip", "01-local-connectivity", cwd=folder / "term")
    assert made.returncode == 0, made.stderr
    return folder / "term"


def test_an_instructors_first_steps(bare, term):
    assert (term / "solutions/08-convnet/08-convnet.ipynb").is_file()
    assert "All files" in run(bare, "convkit", "update", cwd=term).stdout


def test_a_students_first_steps_with_the_zip(term, tmp_path):
    shutil.unpack_archive(term / "week.zip", tmp_path)
    folder, environment = tmp_path / "week", tmp_path / "environment"
    venv.create(environment, with_pip=False)
    (inner,) = environment.glob("lib/python*/site-packages")
    (inner / "others.pth").write_text(f"{OUTER}\n")
    (wheel,) = folder.glob("*.whl")
    install(environment, wheel)
    assert "LocallyConnected2d" in run(environment, "convkit", "progress", cwd=folder).stdout
    commands = run(environment, "convkit", "--help", cwd=folder).stdout
    assert "open the course in JupyterLab" in commands
    assert "for instructors" not in commands
    notebook = folder / "exercises/01-local-connectivity/01-local-connectivity.ipynb"
    code = (
        "import nbformat; from IPython.core.interactiveshell import InteractiveShell as Shell\n"
        f"shell = Shell(); cells = nbformat.read({str(notebook)!r}, 4).cells\n"
        "done = [shell.run_cell(cell.source) for cell in cells if cell.cell_type == 'code'][0]\n"
        "assert done.success; import convkit; print(convkit.__file__)"
    )
    ran = run(environment, "python", "-c", code, cwd=notebook.parent)
    assert str(inner) in ran.stdout, ran.stderr


@pytest.mark.exhaustive
def test_a_class_is_graded_and_the_sandbox_shows_no_solution(built, tmp_path):
    """With the packages themselves in the environment: the sandbox mounts nothing beside it."""
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    (inner,) = environment.glob("lib/python*/site-packages")
    for place in OUTER.iterdir():
        if not place.name.startswith(("torch", "nvidia", "convkit", "_convkit")):
            if place.is_dir():
                shutil.copytree(place, inner / place.name, copy_function=os.link)
            else:
                shutil.copy(place, inner)
    (wheel,) = built.glob("*.whl")
    install(environment, wheel)
    assert run(environment, "convkit", "new-course", "term", cwd=tmp_path).returncode == 0
    term = tmp_path / "term"
    name = "08-convnet"
    handed_in = term / "submitted/ann" / name / f"{name}.ipynb"
    handed_in.parent.mkdir(parents=True)
    spying = (
        "import pathlib, convkit\n"
        "found = pathlib.Path(convkit.__path__[0]).rglob('*.ipynb')\n"
        "print('SPIED', sorted(map(str, found)))"
    )
    text = (term / "exercises" / name / f"{name}.ipynb").read_text()
    notebook = nbformat.reads(text, as_version=4)
    notebook.cells.append(new_code_cell(spying))
    nbformat.write(notebook, handed_in)
    graded = run(environment, "convkit", "grade", name, cwd=term)
    assert "Graded now: 1 graded." in graded.stdout, graded.stdout + graded.stderr
    assert "SPIED []" in (term / "autograded/ann" / name / f"{name}.ipynb").read_text()
