"""Of a right implementation with one small change a check says that it is wrong, if it is."""

import pytest

from convkit.checks import checking
from convkit.checks.checking import MODULES, examine
from convkit.checks.observing import foreign_code as learner
from tests.checks.mutants import change, mutants
from tests.checks.variants.judge import readings

TRIALS = 60
"""More than the known ones, for the judge."""


@pytest.fixture(autouse=True)
def verdicts_alone(monkeypatch):
    """Nothing is named, and nobody waits long for a loop that never ends."""
    monkeypatch.setattr(checking, "_name", lambda *arguments: None)
    monkeypatch.setattr(learner, "SECONDS_PER_CALL", 0.5)


def escapes(them):
    """Those that a check lets by, hidden cases included, and that are wrong all the same."""
    return [
        change(mutant)
        for mutant in them
        if passes(mutant) and readings(mutant, TRIALS) != [set(), set()]
    ]


def passes(mutant):
    try:
        target = mutant.load()
    except Exception:
        return False  # so everybody sees
    return examine(target).passed


@pytest.mark.parametrize("name", MODULES)
def test_no_mutant_escapes(name):
    assert escapes(mutants(name, 4, seed=0)) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(1, 11))
@pytest.mark.parametrize("name", MODULES)
def test_no_mutant_of_many_escapes(name, seed):
    assert escapes(mutants(name, 12, seed)) == []
