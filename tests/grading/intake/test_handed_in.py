"""Whatever lies in a student's folder: what the student meant is graded, or it is said why not."""

import copy
import json
import os
import shutil
import tempfile
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from nbgrader.utils import compute_checksum, determine_grade

from convkit.grading import notebook as nb
from convkit.grading.intake import folder as folders
from convkit.grading.intake import handed_in
from convkit.grading.intake.folder import Surroundings, look_into
from convkit.grading.intake.handed_in import receive
from convkit.grading.intake.which_cell import released
from convkit.grading.intake.written_answers import REMARK
from convkit.grading.outcome import Outcome, Status
from tests.grading.course import ROOT, cell, known_cell, mini_source

SOURCE = mini_source()
RELEASE = released(SOURCE)
DOUBLE = "%%implement double\ndef double(x):\n    return x + x"
SCALE = cell(SOURCE, "scale").source
WHY = "I think so."


def answered(**texts):
    notebook = copy.deepcopy(RELEASE)
    for each in notebook.cells:
        if "nbgrader" in each.metadata:
            each.metadata.nbgrader["checksum"] = compute_checksum(each)
    for name, text in {"double": DOUBLE, "scale": SCALE, "why": WHY, **texts}.items():
        cell(notebook, name).source = text
    return notebook


def answers(received):
    return {
        name: each.source
        for each in received.notebook.cells
        if (name := nb.grade_id(each)) in ("double", "scale", "why")
    }


RIGHT = {"double": DOUBLE, "scale": SCALE, "why": WHY}
NOT_WRITTEN = f"{cell(RELEASE, 'why').source}\n\n{REMARK}"
NOT_TOLD = "not there, or it cannot be told which of two texts it is: the answer"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "ann" / "mini"
    path.mkdir(parents=True)
    return path


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    path.write_bytes(content)


def received(folder, changed=None, name="mini.ipynb"):
    if changed is not None:
        put(folder / name, changed)
    return receive(look_into(folder), {"mini": SOURCE})["mini"]


def changed(change):
    notebook = answered()
    change(notebook)
    return notebook


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


# What becomes of cells.


def strip_marks(notebook, *, ids=True):
    for each in notebook.cells:
        each.metadata = {}
        if ids:
            each.pop("id", None)
    if ids:
        notebook.nbformat_minor = 4


def shuffle(notebook):
    strip_marks(notebook)
    notebook.cells.reverse()


def split_answer(notebook):
    at = [each.id for each in notebook.cells].index("scale")
    upper = notebook.cells[at]
    lower = copy.deepcopy(upper)
    lower.id = "lower"
    position = SCALE.index("    def backward")
    upper.source, lower.source = SCALE[:position].rstrip("\n"), SCALE[position:]
    notebook.cells.insert(at + 1, lower)


def copy_answer(text, *, before=False):
    def change(notebook):
        at = [each.id for each in notebook.cells].index("double")
        second = copy.deepcopy(notebook.cells[at])
        second.id, second.source = "second", text
        notebook.cells.insert(at if before else len(notebook.cells), second)

    return change


def edit(name, change):
    return lambda notebook: cell(notebook, name).update(source=change(cell(notebook, name).source))


def retype(name, kind):
    return lambda notebook: cell(notebook, name).update(
        cell_type=kind, **({"outputs": [], "execution_count": None} if kind == "code" else {})
    )


def written(text):
    lines = (line.rstrip() for line in text.split("\n"))
    return [line for line in lines if line and not line.startswith(("#", "%%"))]


STUB = cell(RELEASE, "double").source
MEANT = {
    "marks lost": strip_marks,
    "marks lost, ids kept": lambda notebook: strip_marks(notebook, ids=False),
    "marks mangled": lambda notebook: [
        each.metadata.update(nbgrader={"grade_id": 7, "schema_version": 99})
        for each in notebook.cells
    ],
    "schema of the future": lambda notebook: [
        each.metadata.nbgrader.update(schema_version=99)
        for each in notebook.cells
        if "nbgrader" in each.metadata
    ],
    "split": split_answer,
    "copied": copy_answer(DOUBLE),
    "stub kept below": copy_answer(STUB),
    "stub kept above": copy_answer(STUB, before=True),
    "magic lost": edit("double", lambda text: text.split("\n", 1)[1]),
    "magic commented out": edit("double", lambda text: f"# {text}"),
    "magic moved down": edit("double", lambda text: f"\n\n# mine\n%%time\n{text}"),
    "code as markdown": retype("double", "markdown"),
    "code as raw": retype("double", "raw"),
    "text as code": retype("why", "code"),
    "windows lines": edit("double", lambda text: text.replace("\n", "\r\n")),
}


@pytest.mark.parametrize("change", MEANT.values(), ids=MEANT)
def test_answers_count_as_they_were_meant(folder, change):
    found = received(folder, json.dumps(changed(change)).encode())
    assert found.outcome.status is Status.GRADED, found.outcome
    kept = answers(found)
    assert {name: written(text) for name, text in kept.items()} == {
        name: written(text) for name, text in RIGHT.items()
    }
    assert kept["double"].startswith("%%implement double\n")
    assert [name for name, _ in nb.implementations(found.notebook)] == ["double", "Scale"]


def test_in_another_order_without_marks_all_but_prose_is_known(folder):
    found = received(folder, changed(shuffle))
    assert answers(found) == {"double": DOUBLE, "scale": SCALE, "why": NOT_WRITTEN}
    assert found.outcome.status is Status.PARTIAL
    assert found.outcome.reason == f"{NOT_TOLD} 'why'"


def test_in_another_order_prose_is_known_by_its_id(folder):
    def change(notebook):
        strip_marks(notebook, ids=False)
        notebook.cells.reverse()

    found = received(folder, changed(change))
    assert answers(found) == RIGHT
    assert found.outcome.status is Status.GRADED


def test_without_marks_an_answer_is_known_by_what_it_says_it_implements(folder):
    double = "%%implement double\ndouble = lambda x: x + x"
    notebook = answered(double=double)
    shuffle(notebook)
    assert answers(received(folder, notebook))["double"] == double


def test_a_question_is_not_taken_for_its_answer(folder):
    source = mini_source()
    source.cells.insert(-1, known_cell("markdown", "question", "Why?", locked=True))
    notebook = released(source)
    cell(notebook, "question").source = "Why? I do not know."
    notebook.cells.remove(cell(notebook, "why"))
    strip_marks(notebook)
    put(folder / "mini.ipynb", notebook)
    found = receive(look_into(folder), {"mini": source})["mini"]
    assert found.outcome.status is Status.PARTIAL
    assert answers(found)["why"] == NOT_WRITTEN


def test_an_answer_moved_out_of_its_cell_is_known_by_what_it_defines(folder):
    def change(notebook):
        notebook.cells.remove(cell(notebook, "double"))
        notebook.cells.append(new_code_cell("def double(x):\n    return x + x"))

    found = received(folder, changed(change))
    assert answers(found)["double"] == DOUBLE
    assert "The line %%implement double was missing, and is there again." in found.outcome.notes


def test_answers_that_differ_are_all_kept_and_the_last_counts(folder):
    second = DOUBLE.replace("x + x", "2 * x")
    found = received(folder, changed(copy_answer(second)))
    texts = [text for _, text in nb.implementations(found.notebook)]
    assert [text for text in texts if "2 * x" in text] == texts[-1:]
    assert answers(found)["double"] == DOUBLE
    assert "there 2 times: all are kept" in found.outcome.notes[0]


@pytest.mark.parametrize("name", ["double", "scale", "why"])
def test_a_missing_answer_makes_it_partial(folder, name):
    found = received(folder, changed(lambda notebook: notebook.cells.remove(cell(notebook, name))))
    assert found.outcome == Outcome(
        Status.PARTIAL,
        f"{NOT_TOLD} '{name}'",
    )


ELSEWHERE = "Because the weights are shared."


def own(make, text=ELSEWHERE, at=None):
    def change(notebook):
        where = len(notebook.cells) if at is None else at
        notebook.cells.insert(where, make(text))

    return change


def at_the_title(notebook):
    notebook.cells[0].source += f"\n\n{ELSEWHERE}"


def in_a_locked_text(notebook):
    cell(notebook, "question").source += f"\n\n{ELSEWHERE}"


def in_a_copy_of_a_locked_text(notebook):
    copied = copy.deepcopy(cell(notebook, "question"))
    copied.id = "copied"
    copied.source = ELSEWHERE
    notebook.cells.append(copied)


def in_a_test_made_into_text(notebook):
    cell(notebook, "double-visible").update(cell_type="markdown", source=ELSEWHERE)


def deleted_and_written_twice(notebook):
    notebook.cells.remove(cell(notebook, "why"))
    notebook.cells += [new_markdown_cell(ELSEWHERE), new_markdown_cell("More.")]


ANSWERED_ELSEWHERE = {
    "in a cell of one's own": own(new_markdown_cell),
    "at the top": own(new_markdown_cell, at=0),
    "in a raw cell": own(new_raw_cell),
    "in a code cell": own(new_code_cell),
    "as a comment": own(new_code_cell, f"# {ELSEWHERE}"),
    "as a string": own(new_code_cell, f'"""{ELSEWHERE}"""'),
    "at the title": at_the_title,
    "in a locked text": in_a_locked_text,
    "in a copy of a locked text": in_a_copy_of_a_locked_text,
    "in a test made into text": in_a_test_made_into_text,
    "where none is": deleted_and_written_twice,
}


def asking_source():
    source = mini_source()
    question = known_cell("markdown", "question", "# Why?\n\nTwo sentences.", locked=True)
    source.cells.insert(-1, question)
    return source


def asked(folder, change):
    source = asking_source()
    notebook = released(source)
    change(notebook)
    put(folder / "mini.ipynb", notebook)
    return receive(look_into(folder), {"mini": source})["mini"], source


@pytest.mark.parametrize("change", ANSWERED_ELSEWHERE.values(), ids=ANSWERED_ELSEWHERE)
def test_words_that_stand_elsewhere_are_kept_and_read_by_hand(folder, change):
    found, source = asked(folder, change)
    known = nb.graded_cells(released(source))
    kept = {n: nb.Released(compute_checksum(each), each.source) for n, each in known.items()}
    rebuilt = nb.rebuild(found.notebook, source, kept)
    nbformat.validate(rebuilt)
    answer = cell(rebuilt, "why")
    assert determine_grade(answer)[0] is None, "nbgrader would give 0, and ask nobody"
    (note,) = [note for note in found.outcome.notes if note.startswith("Nothing was written")]
    assert "'why'" in note
    (written,) = [each for each in rebuilt.cells if ELSEWHERE in each.source]
    assert nb.grade_id(written) is None
    assert cell(rebuilt, "question").source == cell(source, "question").source


NOT_ANSWERED = {
    "nothing": lambda notebook: None,
    "code of one's own": own(new_code_cell, "print(double(3))  # six"),
    "a magic": own(new_code_cell, "%time double(3)"),
    "an empty cell": own(new_markdown_cell, " \n"),
    "a test played with": lambda notebook: cell(notebook, "double-visible").update(source="# ok"),
    "the code that was asked for": lambda notebook: cell(notebook, "double").update(source=DOUBLE),
}


@pytest.mark.parametrize("change", NOT_ANSWERED.values(), ids=NOT_ANSWERED)
def test_where_there_are_no_words_nobody_is_asked(folder, change):
    found, source = asked(folder, change)
    assert answers(found)["why"] == cell(released(source), "why").source
    assert not any("elsewhere" in note for note in found.outcome.notes)


def test_of_two_notebooks_that_with_words_elsewhere_goes_on_from_the_other(folder):
    put(folder / "mini.ipynb", RELEASE)
    notebook = copy.deepcopy(RELEASE)
    own(new_markdown_cell)(notebook)
    assert received(folder, notebook, "other.ipynb").path == folder / "other.ipynb"


def test_which_prose_is_the_answer_is_not_guessed(folder):
    def change(notebook):
        notebook.cells.remove(cell(notebook, "why"))
        notebook.cells += [new_markdown_cell("One."), new_markdown_cell("Two.")]

    found = received(folder, changed(change))
    assert found.outcome.status is Status.PARTIAL


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (lambda notebook, test: test.update(source="assert True"), "edited"),
        (lambda notebook, test: notebook.cells.remove(test), "missing"),
        (lambda notebook, test: notebook.cells.append(copy.deepcopy(test)), "there more than once"),
        (lambda notebook, test: test.update(cell_type="raw"), "edited"),
    ],
)
def test_what_became_of_a_test_is_noted(folder, change, how):
    found = received(folder, changed(lambda n: change(n, cell(n, "double-visible"))))
    assert found.outcome == Outcome(notes=(f"Put back, because {how}: 'double-visible'.",))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda test: test.metadata.update(tags=["skip-execution"]),
            "the test 'double-visible' bears the tag 'skip-execution'",
        ),
        (
            lambda test: test.metadata.update(tags=["bonus:100"]),
            "the test 'double-visible' bears the tag 'bonus:100'",
        ),
        (
            lambda test: test.metadata.nbgrader.update(points=100),
            "the test 'double-visible' says 100 points instead of 1",
        ),
        (
            lambda test: test.metadata.nbgrader.update(points="many"),
            "the test 'double-visible' says 'many' points instead of 1",
        ),
        (
            lambda test: test.metadata.nbgrader.update(solution=True),
            "the test 'double-visible' is marked as if it were none",
        ),
    ],
)
def test_forged_tests_are_tampering_and_the_answers_count_still(folder, change, reason):
    found = received(folder, changed(lambda n: change(cell(n, "double-visible"))))
    assert found.outcome == Outcome(Status.TAMPERED, reason)
    assert answers(found) == RIGHT


def test_a_test_of_an_older_release_is_no_forgery(folder):
    def change(notebook):
        test = cell(notebook, "double-visible")
        test.metadata.nbgrader["points"] = 5
        test.metadata.nbgrader["checksum"] = compute_checksum(test)

    assert received(folder, changed(change)).outcome == Outcome()


def other_source():
    source = mini_source()
    for each in source.cells:
        each.id = f"other-{each.id}"
        if "nbgrader" in each.metadata:
            each.metadata.nbgrader["grade_id"] = each.id
        each.source = each.source.replace("double", "triple").replace("Scale", "Shift")
    return source


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


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(SOURCE.cells) - 1),
            st.sampled_from(["keep", "copy", "drop", "strip", "retype", "empty", "first half"]),
        )
    )
)
@settings(max_examples=60, deadline=None)
def test_nothing_done_to_cells_raises(done):
    notebook = answered()
    for index, what in done:
        at = index % max(1, len(notebook.cells))
        if not notebook.cells:
            break
        each = notebook.cells[at]
        if what == "copy":
            notebook.cells.append(copy.deepcopy(each))
        elif what == "drop":
            del notebook.cells[at]
        elif what == "strip":
            each.metadata = {}
        elif what == "retype":
            each.cell_type = "raw" if each.cell_type == "code" else "code"
        elif what == "empty":
            each.source = ""
        elif what == "first half":
            each.source = each.source[: len(each.source) // 2]
    place = Path(tempfile.mkdtemp())
    try:
        found = received(place, json.dumps(notebook).encode())
    finally:
        shutil.rmtree(place)
    if found.notebook is not None:
        names = [nb.grade_id(each) for each in found.notebook.cells if nb.grade_id(each)]
        assert len(set(names)) == len(names)
        rebuilt = nb.rebuild(
            found.notebook, SOURCE, {n: nb.Released("", "") for n in nb.graded_cells(SOURCE)}
        )
        nbformat.validate(rebuilt)
        for name, text in answers(found).items():
            assert cell(rebuilt, name).source == text
