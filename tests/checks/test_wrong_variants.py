"""Wrong implementations that the catalogue does not know must be noticed, and named rightly."""

from collections import Counter
from functools import cache

import pytest

from convkit.checks.checking import MODULES, examine
from tests.checks.variants import wrong_variants
from tests.names import first_name
from tests.sampling import drawn, one_in

WRONG = [variant for variant in wrong_variants() if variant.name in MODULES]
SAMPLE = 56
# Their backward is nearly that of their own forward, which has no slope, or none but 0, somewhere.
HARD_TO_CREDIT = {
    "each-sample-by-itself",
    "midnight-always-the-batch",
    "midnight-c-added",
    "midnight-eps-beside-the-root",
    "one-hot/labels-from-one",
}


@cache
def report(variant):
    return examine(variant.load(), cases=drawn(variant.name, 0))


@pytest.mark.parametrize("variant", one_in(SAMPLE, WRONG, lambda each: f"{each.name}-{each.id}"))
def test_it_is_noticed_and_a_pass_that_is_right_is_not_blamed(variant):
    blamed = {result.group for result in report(variant).results if result.status == "fails"}
    assert blamed & variant.breaks, variant.mistake
    if variant.id not in HARD_TO_CREDIT:
        assert blamed <= variant.breaks | variant.unsettled, variant.mistake


def judged(variants):
    """How many first names are right, vague, false, and how many variants have none."""
    return Counter(variant.judged(first_name(variant)[0]) for variant in variants)


def test_no_first_name_is_false_and_most_are_right():
    counts = judged(WRONG[::SAMPLE])
    assert not counts["false"]
    assert counts["right"] >= 0.85 * counts.total(), counts


@pytest.mark.exhaustive
@pytest.mark.timeout(1800)
def test_nine_in_ten_of_all_first_names_are_right():
    counts = judged(WRONG)
    assert not counts["false"]
    assert counts["right"] >= 0.9 * counts.total(), counts
