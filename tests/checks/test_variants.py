"""The corpora prove the checks, so they are proved first, without `check`."""

from collections import Counter

import pytest

from tests.checks.variants import Variant, right_variants, wrong_variants
from tests.checks.variants.judge import NAMES, readings
from tests.sampling import one_in

RIGHT, WRONG = right_variants(), wrong_variants()


def label(variant):
    return f"{variant.name}-{variant.id}"


@pytest.mark.parametrize("variant", RIGHT, ids=label)
def test_a_right_variant_is_right(variant):
    assert readings(variant) == [set(), set()]


@pytest.mark.parametrize("variant", one_in(6, WRONG, label))
def test_a_wrong_variant_breaks_what_it_says_and_nothing_else(variant):
    strictly, kindly = readings(variant)
    assert strictly == variant.breaks | variant.unsettled, variant.mistake
    assert kindly == variant.breaks, variant.mistake


def test_there_are_enough_of_them():
    right, wrong = (Counter(variant.name for variant in them) for them in (RIGHT, WRONG))
    assert set(right) == set(wrong) == NAMES
    assert right.total() >= 60
    assert wrong.total() >= 120
    assert wrong["Conv2d"] >= 25
    assert wrong["AvgPool2d"] >= 8
    for name in ("MaxPool2d", "BatchNorm", "LocalContrastNorm2d", "Linear"):
        assert wrong[name] >= 15, name
    assert wrong["softmax"] + wrong["SoftmaxCrossEntropy"] >= 15


@pytest.mark.parametrize("them", [RIGHT, WRONG], ids=["right", "wrong"])
def test_ids_and_sources_are_unique(them):
    assert len({(variant.name, variant.id) for variant in them}) == len(them)
    assert len({(variant.name, variant.source) for variant in them}) == len(them)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_variant_stands_alone_and_says_what_is_wrong(name):
    for variant in (variant for variant in RIGHT + WRONG if variant.name == name):
        assert variant.load().__name__ == name, variant.id
        assert "convkit.mine" not in variant.source, variant.id
        assert "%%" not in variant.source, variant.id
        assert bool(variant.mistake) == bool(variant.breaks) == (variant in WRONG), variant.id
        assert variant.mistake == "" or variant.mistake.endswith("."), variant.id


def test_the_judge_asks_whether_a_backward_belongs_to_its_own_forward():
    """Is a layer that doubles wrong forward only, and in both passes if its backward forgets to?"""
    doubles = (
        "from convkit import Layer\n"
        "class Tanh(Layer):\n"
        "    def forward(self, x):\n        return 2 * x\n"
        "    def backward(self, grad_y):\n        return 2 * grad_y\n"
    )
    assert readings(Variant("Tanh", "doubles", doubles)) == [{"forward"}] * 2
    forgets = doubles.replace("2 * grad_y", "grad_y")
    assert readings(Variant("Tanh", "forgets", forgets)) == [{"forward", "backward"}] * 2
