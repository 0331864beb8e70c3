"""Which of a network's parts are the learner's, why not, and that they travel with the notebook."""

import sys

import pytest

import convkit
import convkit.learning.own_layers
import convkit.mine
from convkit import badges
from convkit.learning.own_layers import Badge, settle, take_along

OWN = """%%implement Flatten
from convkit import Flatten as Reference

class Flatten(Reference):
    pass
"""
WRONG = OWN + "    def forward(self, x):\n        return -super().forward(x)\n"


@pytest.fixture
def course(course, monkeypatch):
    folder = course / "exercises" / "08-convnet"
    folder.mkdir()
    (folder / "08-convnet.ipynb").touch()
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.chdir(folder)
    return course


@pytest.fixture
def notebook(notebook):
    notebook.run_cell("from convkit import check").raise_error()
    return notebook


def note():
    (badge,) = badges(["Flatten"])
    assert not badge.yours
    assert convkit.learning.own_layers.Flatten is convkit.Flatten
    return badge.note


def test_the_reference_stands_in_until_all_checks_hold(notebook, capsys):
    assert note() == "you have not begun it"
    notebook.run_cell(WRONG).raise_error()
    assert note() == "not checked yet"
    notebook.run_cell("check(Flatten)")
    assert note().startswith("forward: ")
    notebook.run_cell(OWN).raise_error()
    assert note() == "changed since it was checked"
    notebook.run_cell('check(Flatten, only="forward")').raise_error()
    assert note() == "backward not checked yet"
    notebook.run_cell("check(Flatten)").raise_error()
    assert convkit.learning.own_layers.Flatten is notebook.user_ns["Flatten"]
    assert repr(badges(["Flatten", "Conv2d"])) == (
        "Flatten  ✓ yours\nConv2d   reference  you have not begun it\n1 of 2 are yours."
    )
    assert "<code>Flatten</code>" in badges(["Flatten"])._repr_html_()


def test_the_reference_stands_in_for_what_does_not_load(notebook, course, capsys):
    helped = OWN.replace("\n\n", "\nfrom convkit.mine import helper\n\n")
    notebook.run_cell("%%implement helper\ndef helper():\n    pass").raise_error()
    notebook.run_cell(helped + "\n").raise_error()
    notebook.run_cell("check(Flatten)").raise_error()
    assert badges(["Flatten"])[0].yours
    (course / "mine" / "helper.py").unlink()
    convkit.mine.loaded.clear()
    assert note().startswith("yours does not load: ImplementationError: there is no helper")


def test_the_code_travels_and_what_is_known_of_it_stays(notebook, course, capsys):
    notebook.run_cell(OWN).raise_error()
    notebook.run_cell("check(Flatten)").raise_error()
    take_along()
    assert "to hand in with it: flatten.py." in capsys.readouterr().out
    here = course / "exercises" / "08-convnet"
    assert sorted(path.name for path in here.iterdir()) == ["08-convnet.ipynb", "mine"]
    assert (here / "mine" / "flatten.py").read_text() == (course / "mine/flatten.py").read_text()
    (course / "nbgrader_config.py").unlink()
    convkit.mine.loaded.clear()
    assert note() == "not checked yet"


def test_what_a_grader_found_out_is_final(notebook, course, monkeypatch, capsys):
    """And nothing of the learner's is loaded where the grader is."""
    monkeypatch.setattr(convkit.learning.own_layers, "_judged", {})
    notebook.run_cell(OWN).raise_error()
    notebook.run_cell("check(Flatten)").raise_error()
    settle([Badge("Conv2d", yours=True)])
    conv2d, flatten = badges(["Conv2d", "Flatten"])
    assert conv2d.yours
    assert flatten == Badge("Flatten", yours=False, note="it is not among what was checked")
    assert convkit.learning.own_layers.Flatten is convkit.Flatten
    assert convkit.learning.own_layers.Conv2d is convkit.Conv2d


def test_nothing_is_taken_where_there_is_nothing_or_everybody_would_get_it(
    notebook, course, monkeypatch, capsys
):
    take_along()
    assert "nothing of yours yet" in capsys.readouterr().out
    notebook.run_cell(OWN).raise_error()
    source = course / "solutions" / "08-convnet"
    source.mkdir(parents=True)
    (source / "08-convnet.ipynb").touch()
    monkeypatch.chdir(source)
    take_along()
    assert "released to everybody" in capsys.readouterr().out
    assert [path.name for path in source.iterdir()] == ["08-convnet.ipynb"]


@pytest.mark.parametrize("place", [".", "exercises"])
def test_where_the_notebook_cannot_be_seen_nothing_is_said_to_lie_beside_it(
    notebook, course, monkeypatch, capsys, place
):
    notebook.run_cell(OWN).raise_error()
    monkeypatch.chdir(course / place)
    take_along()
    said = capsys.readouterr().out
    assert "cannot be seen from here" in said
    assert f"{course / 'mine'}? Then copy that folder" in said
    assert list(course.glob("exercises/**/mine")) == []


@pytest.mark.parametrize("told", ["jupyter", "jupyter, from above", "visual studio code"])
def test_the_notebooks_program_says_where_it_lies(notebook, course, monkeypatch, capsys, told):
    notebook.run_cell(OWN).raise_error()
    monkeypatch.chdir(course)
    path = course / "exercises" / "08-convnet" / "08-convnet.ipynb"
    if told == "visual studio code":
        monkeypatch.setattr(sys.modules["__main__"], "__vsc_ipynb_file__", str(path), raising=False)
    else:
        top = course.parent if told == "jupyter, from above" else course
        monkeypatch.setenv("JPY_SESSION_NAME", str(path.relative_to(top)))
    take_along()
    assert "Beside this notebook, to hand in with it: flatten.py." in capsys.readouterr().out
    assert (path.parent / "mine" / "flatten.py").exists()


def test_what_could_not_be_copied_is_not_said_to_be(notebook, course, capsys):
    notebook.run_cell(OWN).raise_error()
    (course / "exercises" / "08-convnet" / "mine").touch()
    take_along()
    said = capsys.readouterr().out
    assert "could not be copied" in said
    assert "Beside" not in said


def test_in_the_course_folder_itself_it_lies_there_already(notebook, course, monkeypatch, capsys):
    notebook.run_cell(OWN).raise_error()
    (course / "08-convnet.ipynb").touch()
    monkeypatch.chdir(course)
    take_along()
    assert "Beside this notebook, to hand in with it: flatten.py." in capsys.readouterr().out


def test_what_convkit_does_not_have_is_no_part():
    with pytest.raises(ValueError, match=r"name: expected a layer of convkit.*got 'Conv3d'"):
        badges(["Conv3d"])
    with pytest.raises(ImportError, match="Conv3d"):
        exec("from convkit.learning.own_layers import Conv3d")
