"""Wrong implementations that the catalogue does not know must be noticed, and nearly all named."""

from functools import cache

import pytest

from convkit.checks import random_cases
from convkit.checks.checking import MODULES, examine
from tests.checks.variants import wrong_variants

WRONG = [variant for variant in wrong_variants() if variant.name in MODULES]
SAMPLE = 8
# Their backward is nearly that of their own forward, which has no slope, or none but 0, somewhere.
HARD_TO_CREDIT = {"midnight-always-the-batch", "midnight-c-added", "midnight-eps-beside-the-root"}
EACH = [
    pytest.param(
        variant,
        id=f"{variant.name}-{variant.id}",
        marks=[pytest.mark.exhaustive] if number % SAMPLE else [],
    )
    for number, variant in enumerate(WRONG)
]


@cache
def report(variant):
    return examine(variant.load(), cases=random_cases(variant.name, 0))


@pytest.mark.parametrize("variant", EACH)
def test_it_is_noticed_and_a_pass_that_is_right_is_not_blamed(variant):
    blamed = {result.group for result in report(variant).results if result.status == "fails"}
    assert blamed & variant.breaks, variant.mistake
    if variant.id not in HARD_TO_CREDIT:
        assert blamed <= variant.breaks | variant.unsettled, variant.mistake


def named(variants):
    """The share of wrong implementations of which every finding has a name."""
    findings = [report(variant).findings for variant in variants]
    return sum(all(each.misconception for each in found) for found in findings) / len(findings)


def test_nine_in_ten_are_named():
    assert named(WRONG[::SAMPLE]) >= 0.9


@pytest.mark.exhaustive
@pytest.mark.timeout(1800)
def test_nine_in_ten_of_all_are_named():
    assert named(WRONG) >= 0.9
