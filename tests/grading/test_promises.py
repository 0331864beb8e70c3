"""What docs/grading.md promises is what `convkit doctor` prints, and each of it is kept.

What the sandbox keeps is tried in `sandbox/test_promises.py`. Here is what the grader keeps by how
it is built: with a piece of that taken away, the attack succeeds.
"""

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest
from nbformat.v4 import new_notebook, new_output

from convkit.checks import LearnerError
from convkit.cli import main
from convkit.grading import notebook as nb
from convkit.grading.airlock import wire
from convkit.grading.airlock.airlock import WORKER_FILES, Airlock
from convkit.grading.airlock.times import Times
from convkit.grading.intake.folder import look_into
from convkit.grading.running.forbidden_imports import hidden_paths
from convkit.grading.running.grade import copy_files
from convkit.grading.running.kernels import CellRun
from convkit.grading.running.tests import kept_outputs
from convkit.grading.sandbox.bubblewrap import Sandbox, readable_package, scratch_folder
from convkit.grading.sandbox.promises import KEPT, PROMISES
from tests.grading.airlock.test_liars import asked
from tests.grading.course import CANARY, cell, known_cell, mini_source

DOCS = Path(__file__).parents[2] / "docs" / "grading.md"
GIVEN = {"readable": WORKER_FILES, "hidden": (), "call": 20.0, "reference": False}


def lent(body):
    """What a student's function gives, or None."""
    with scratch_folder() as scratch:
        sandbox = Sandbox(scratch, readable=GIVEN["readable"], hidden=GIVEN["hidden"])
        source = "import sys\ndef f():\n" + "".join(f"    {line}\n" for line in body.splitlines())
        airlock = Airlock(
            [("f", source)],
            ["f"],
            sandbox,
            times=Times(call=GIVEN["call"]),
            reference=GIVEN["reference"],
        )
        try:
            return airlock.lent["f"]()
        except LearnerError:
            return None
        finally:
            airlock.close()


def changes_a_test(tmp_path):
    source = mini_source()
    submitted = copy.deepcopy(source)
    cell(submitted, "double-visible").source = "1.0"
    released = {n: nb.Released("", each.source) for n, each in nb.graded_cells(source).items()}
    return cell(nb.rebuild(submitted, source, released), "double-visible").source == "1.0"


def replaces_what_is_given(tmp_path):
    text = "%%implement given\ndef given(): return {}"
    cells = [
        known_cell("code", "given", text.format(1), locked=True),
        known_cell("code", "mine", text.format(2), solution=True),
    ]
    return "return 2" in dict(nb.implementations(new_notebook(cells=cells)))["given"]


def links_to_a_solution(tmp_path):
    (tmp_path / "solution.txt").write_text("secret")
    (tmp_path / "submitted").mkdir()
    (tmp_path / "submitted" / "stolen.txt").symlink_to("../solution.txt")
    copy_files(look_into(tmp_path / "submitted"), tmp_path / "copied")
    return (tmp_path / "copied" / "stolen.txt").exists()


def imports_the_reference(tmp_path):
    return lent("import convkit.layers\nreturn hasattr(convkit.layers, 'Conv2d')")


def imports_a_shortcut(tmp_path):
    return lent("import scipy.signal\nreturn hasattr(scipy.signal, 'convolve2d')")


class Evil:
    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return Path.touch, (Path(self.path),)


def answers_with_a_pickle(tmp_path):
    header, payload = b'{"dict": {}}', pickle.dumps(Evil(tmp_path / "evil"))
    asked(wire.PREFIX.pack(wire.MAGIC, len(header), len(payload)) + header + payload)
    return (tmp_path / "evil").exists()


def answers_with_too_much(tmp_path):
    """By raising the limit on its own side."""
    body = "import numpy\nsys.modules['wire'].PAYLOAD_CAP = 1 << 40\nreturn numpy.zeros(5 << 20)"
    return isinstance(lent(body), np.ndarray)


def computes_for_long(tmp_path):
    return lent("import time\nwhile time.process_time() < 3: pass\nreturn True")


def prints_in_a_hidden_test(tmp_path):
    test = cell(mini_source(), "double-hidden")
    run = CellRun(outputs=[new_output("stream", text=CANARY)])
    return CANARY in str(kept_outputs(run, 2.0, hidden=nb.is_hidden(test)))


def given(**changes):
    def remove(monkeypatch):
        for name, value in changes.items():
            monkeypatch.setitem(GIVEN, name, value)

    return remove


def replaced(name, value):
    return lambda monkeypatch: monkeypatch.setattr(f"convkit.grading.{name}", value)


def unpickled(header, payload, dereference):
    return (pickle.loads(payload) if payload else wire_decode(header, payload, dereference)[0]), []


wire_decode = wire.decode

# Each with its attack, and with what takes its protection away.
KEPT_BY = dict(
    zip(
        KEPT,
        [
            (changes_a_test, replaced("notebook._known_cell", lambda source, came, released: came)),
            (replaces_what_is_given, replaced("notebook.is_trusted", lambda cell: False)),
            (
                links_to_a_solution,
                replaced(
                    "intake.folder._walk",
                    lambda found: {path: path.stat() for path in found.path.iterdir()},
                ),
            ),
            (
                imports_the_reference,
                given(reference=True, readable=(*WORKER_FILES, *readable_package())),
            ),
            (imports_a_shortcut, given()),
            (answers_with_a_pickle, replaced("airlock.wire.decode", unpickled)),
            (answers_with_too_much, replaced("airlock.wire.PAYLOAD_CAP", 64 << 20)),
            (computes_for_long, given(call=20.0)),
            (prints_in_a_hidden_test, replaced("notebook.is_hidden", lambda cell: False)),
        ],
        strict=True,
    )
)


@pytest.mark.parametrize("sentence", KEPT)
def test_an_attack_fails_and_without_its_protection_it_succeeds(sentence, monkeypatch, tmp_path):
    attack, remove = KEPT_BY[sentence]
    (tmp_path / "kept").mkdir()
    (tmp_path / "removed").mkdir()
    with monkeypatch.context() as kept:
        kept.setitem(GIVEN, "hidden", hidden_paths("02-convolution"))
        kept.setitem(GIVEN, "call", 1.0)
        assert not attack(tmp_path / "kept")
    remove(monkeypatch)
    assert attack(tmp_path / "removed")


def test_the_docs_and_the_doctor_say_the_same(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    main(["doctor"])
    printed = capsys.readouterr().out
    section = DOCS.read_text().partition("## The sandbox")[2].partition("\n## ")[0]
    listed = [" ".join(item.split()) for item in section.split("\n* ")[1:]]
    sentences = [*(promise.sentence for promise in PROMISES), *KEPT]
    assert [item for item in listed if not any(map(item.startswith, sentences))] == []
    assert [each for each in sentences if not any(item.startswith(each) for item in listed)] == []
    assert [each for each in sentences if each not in printed] == []
