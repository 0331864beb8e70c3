"""The kill table: every mistake costs points in its assignment, and nothing right does."""

import pytest

from tests import kill_table
from tests.answers import assignments
from tests.checks.variants import wrong_variants
from tests.kill_table import (
    accusation,
    by_name,
    entries,
    home_of,
    kill,
    pages,
    put_to_the_tests,
    right_ones,
    rows,
    sample,
    title,
)
from tests.sampling import sampled

NAMES = [name for home in assignments() for name in home.names]
MISTAKES = [entry for name in NAMES[::4] for entry in sample(entries(name).values(), 1)]


@pytest.mark.parametrize("entry", MISTAKES, ids=lambda entry: entry.id)
def test_a_mistake_costs_a_point_and_has_a_row_that_says_so(entry):
    kills = [kill(entry.of, entry.id, way) for way in range(len(entry.implementations))]
    assert all(each.lost >= 1 for each in kills)
    text = "\n".join(rows(kills))
    assert f"`{entry.id}`" in text
    assert title(entry) in text


@pytest.mark.parametrize(
    "name", sampled(NAMES, "conv_parameters", "Conv2d", "MaxPool2d", "softmax", "BatchNorm")
)
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
def test_every_mistake_costs_a_point_and_no_right_implementation_does():
    kills, problems = put_to_the_tests()
    assert problems == []
    assert set(pages(by_name(kills))) == {f"{home.name}.md" for home in assignments()}
