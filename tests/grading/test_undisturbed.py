"""What a grader that is stopped, or was killed, owes to others."""

import contextlib
import signal
from types import SimpleNamespace

import pytest

from convkit.grading.gradebook import ledger
from convkit.grading.outcome import Outcome, Status
from convkit.grading.runner import Grader, _undisturbed


def test_ctrl_c_is_heard_when_what_is_stored_is_stored():
    stored = []

    def store():
        with _undisturbed():
            signal.raise_signal(signal.SIGINT)
            stored.append("ann")

    with pytest.raises(KeyboardInterrupt):
        store()
    assert stored == ["ann"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("force", [False, True])
def test_whoever_was_being_graded_when_the_grader_was_killed_comes_last(monkeypatch, force):
    """Such a submission may be what killed it: the others are not to wait for it."""
    known = {"ann": ledger.UNFINISHED, "bob": Outcome(Status.GRADER_ERROR, "of another kind")}
    entries = {student: SimpleNamespace(outcome=outcome) for student, outcome in known.items()}
    monkeypatch.setattr(ledger, "entries", lambda *_: entries)
    monkeypatch.setattr(ledger, "outdated", lambda *_: "it has no grade yet")
    course = SimpleNamespace(gradebook=contextlib.nullcontext, fingerprints=lambda _: None)
    grader = SimpleNamespace(course=course, assignment="mini")
    assert Grader.due(grader, ["ann", "bob", "cyd"], force=force) == ["bob", "cyd", "ann"]
