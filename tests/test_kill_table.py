"""The kill table speaks of today's catalogue and assignments, and says what is so."""

import re

import pytest

from tests import kill_table
from tests.answers import assignments
from tests.checks.variants import wrong_variants
from tests.kill_table import (
    FOLDER,
    accusation,
    entries,
    head,
    home_of,
    kill,
    pages,
    put_to_the_tests,
    right_ones,
    rows,
    sample,
    title,
)

NAMES = [name for home in assignments() for name in home.names]
MISTAKES = [entry for name in NAMES for entry in sample(entries(name).values(), 2)]
TODAY = "run `make kill-table`"


def written(name):
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_it_has_a_row_for_each_mistake_of_today_and_a_column_for_each_test(name):
    page, start = written(home_of(name).name), "\n".join(head(name)) + "\n"
    assert start in page, TODAY
    section = page.split(start)[1].split("\n## ")[0]
    found = re.findall(r"^\| `([\w-]+)`[\d, ]* \| (.+?) \| ", section, flags=re.MULTILINE)
    assert dict(found) == {entry.id: title(entry) for entry in entries(name).values()}, TODAY


@pytest.mark.parametrize("name", NAMES)
def test_it_has_every_right_implementation_of_today(name):
    ids = ", ".join(variant.id for variant in right_ones(name))
    assert f"\n| `{name}` | {ids} |\n" in written("README"), TODAY


@pytest.mark.parametrize("entry", MISTAKES, ids=lambda entry: entry.id)
def test_a_row_says_what_the_tests_of_the_assignment_do(entry):
    kills = [kill(entry.of, entry.id, way) for way in range(len(entry.implementations))]
    assert all(each.lost >= 1 for each in kills)
    assert "\n".join(rows(kills)) + "\n" in written(home_of(entry.of).name), TODAY


@pytest.mark.parametrize("name", NAMES)
def test_a_right_implementation_is_not_accused(name):
    assert accusation(name, number=len(right_ones(name)) - 1, seed=1) is None


def test_the_table_can_find_accusations_and_escapes(monkeypatch):
    """Would a wrong implementation among the right be seen, and a right one among mistakes?"""
    monkeypatch.setattr(kill_table, "right_variants", wrong_variants)
    assert accusation("Linear", number=1, seed=1).startswith("Linear, ")
    monkeypatch.setattr(kill_table, "making", lambda *_: home_of("Linear").solution["Linear"])
    assert kill("Linear", next(iter(entries("Linear"))), 0).rejecting == []


def test_a_name_is_asked_for_by_the_tests_of_what_is_built_on_it():
    asking = home_of("softmax").asking_for
    assert {"softmax-hidden", "loss-forward-visible"} <= set(asking("softmax"))
    assert "softmax-hidden" not in asking("SoftmaxCrossEntropy")


@pytest.mark.exhaustive
@pytest.mark.timeout(7200)
def test_the_whole_table_is_up_to_date():
    kills, problems = put_to_the_tests()
    assert problems == []
    for name, text in pages(kills).items():
        assert written(name.removesuffix(".md")) == text, TODAY
