"""Every entry of the catalogue is killed by the visible cases, and called by its own name."""

import json
import re
from pathlib import Path

import pytest

from convkit import CheckFailed, check
from convkit.checks.checking import MODULES
from convkit.checks.naming.misconception import catalogue
from tests.sampling import drawn, marks

LECTURES = Path(__file__).parents[3] / "lectures"
ENTRIES = [entry for name in MODULES for entry in catalogue(MODULES[name], name)]
SAMPLE = 18
"""One entry in so many is tried, in one way, in a run that is not exhaustive."""
WRONG = [
    pytest.param(
        entry,
        wrong,
        id=f"{entry.id}-{way}",
        marks=marks(always=not way and number % SAMPLE == 0),
    )
    for number, entry in enumerate(ENTRIES)
    for way, wrong in enumerate(entry.implementations)
]


def named(implementation, name):
    """The implementation under the name that a learner gives it."""
    if isinstance(implementation, type):
        return type(name, (implementation,), {})

    def function(*arguments):
        return implementation(*arguments)

    function.__name__ = name
    return function


@pytest.mark.parametrize(("entry", "wrong"), WRONG)
@pytest.mark.usefixtures("capsys")
def test_an_entry_is_named(entry, wrong):
    with pytest.raises(CheckFailed) as failed:
        check(named(wrong, entry.of))
    named_ids = {finding.misconception for finding in failed.value.report.findings}
    assert named_ids == {entry.id}, "one root cause is one name"
    assert failed.value.report.score < 1


@pytest.mark.exhaustive
@pytest.mark.parametrize(("entry", "wrong"), WRONG)
@pytest.mark.usefixtures("capsys")
def test_an_entry_is_named_with_hidden_cases_too(entry, wrong):
    with pytest.raises(CheckFailed) as failed:
        check(named(wrong, entry.of), cases=drawn(entry.of, 1))
    named_ids = {finding.misconception for finding in failed.value.report.findings}
    assert named_ids == {entry.id}


def test_ids_are_unique():
    ids = [entry.id for entry in ENTRIES]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", MODULES)
def test_every_edit_applies(name):
    """Making an implementation raises where the plain text does not hold the words any more."""
    for entry in catalogue(MODULES[name], name):
        made = list(entry.implementations)
        assert not entry.said or len(entry.said) >= len(made), entry.id


@pytest.mark.parametrize("name", MODULES)
def test_entries_read_well(name):
    """A title is no sentence, a sentence is one, and a hint asks or points."""
    for entry in catalogue(MODULES[name], name):
        assert entry.title[-1] not in ".?!", entry.id
        assert entry.sentence.split()[0] not in ("the", "there", "one", "each"), entry.id
        assert entry.sentence.endswith("."), entry.id
        assert not entry.sentence.endswith(".."), entry.id
        assert entry.hint[-1] in ".?", entry.id
        assert len(entry.sentence) + len(entry.hint) < 450, entry.id


@pytest.mark.parametrize("lecture", sorted({entry.lecture for entry in ENTRIES}))
def test_the_sections_are_in_the_lecture(lecture):
    cells = json.loads((LECTURES / f"{lecture}.ipynb").read_text(encoding="utf-8"))["cells"]
    text = "".join("".join(cell["source"]) + "\n" for cell in cells)
    sections = {entry.section for entry in ENTRIES if entry.lecture == lecture}
    assert sections <= set(re.findall(r"^##+ (.+)$", text, re.MULTILINE))
