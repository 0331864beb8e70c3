"""Break it: which cases catch which boxes, what that is worth, and what is no case at all."""

import dataclasses

import nbformat
import numpy as np
import pytest

from convkit.checks.checking import WrongName
from convkit.grading import notebook as nb
from convkit.learning import breaking
from convkit.learning.breaking import BOXES, NoCase, Wrong, catches, caught, caught_unseen, unseen
from convkit.mine import load_implementation
from tests.answers import ROOT

FLIPPED = BOXES["convolution"]["A"]
ONE = {"in_channels": 1, "out_channels": 1}
PIXEL = np.ones((1, 1, 1, 1))
SMALLEST = {
    "A": (ONE | {"kernel_size": (1, 2), "padding": (0, 1)}, PIXEL),
    "B": (ONE | {"kernel_size": 1, "padding": (0, 1), "stride": (1, 2)}, PIXEL),
    "C": (ONE | {"kernel_size": (1, 2), "padding": (0, 1)}, PIXEL),
}


def answer(cases):
    def break_convolution():
        return cases

    return break_convolution


def solutions():
    """The answer of each assignment that has boxes, by concept."""
    for path in sorted(ROOT.glob("solutions/*/*.ipynb")):
        for name, source in nb.implementations(nbformat.read(path, 4)):
            if name.startswith("break_"):
                yield name.removeprefix("break_"), load_implementation(name, source, "<solution>")


each_solution = pytest.mark.parametrize(("concept", "solution"), list(solutions()))


@each_solution
def test_the_solution_catches_every_box_with_the_smallest_case(concept, solution, capsys):
    assert caught(solution, points=6) == 6.0
    assert capsys.readouterr().out.count("It cannot be done with fewer") == 3


@each_solution
def test_one_case_catches_every_wrong_layer_that_may_be_drawn(concept, solution):
    case = solution()["any"]
    assert [wrong.id for wrong in unseen(concept) if not catches(wrong, case)] == []
    assert len(unseen(concept)) > 2 * breaking.UNSEEN
    assert caught_unseen(solution, 6, np.random.default_rng(1)) == 6.0


@pytest.mark.parametrize("concept", BOXES)
def test_a_box_is_a_mistake_of_the_catalogue_and_shown_once(concept):
    boxes = BOXES[concept].values()
    assert all(wrong.implementation for wrong in boxes)
    assert not {wrong.id for wrong in boxes} & {wrong.id for wrong in unseen(concept)}


def test_a_larger_case_earns_less_and_one_that_misses_nothing(capsys):
    large = (ONE | {"kernel_size": (3, 2)}, np.arange(20.0).reshape(1, 1, 5, 4))
    symmetric = (ONE | {"kernel_size": 1}, PIXEL)
    middle = (ONE | {"kernel_size": (1, 2)}, np.array([[[[1.0, 0, 2]]]]))
    assert caught(answer(SMALLEST | {"A": large}), 6) == 5.0
    assert caught(answer(SMALLEST | {"A": middle}), 6) == 5.5
    assert caught(answer(SMALLEST | {"A": symmetric}), 6) == 4.0
    assert caught(answer({}), 6) == 0.0
    said = capsys.readouterr().out
    assert "✓ A: caught, with 27 numbers. It can be done with 4." in said
    assert "✗ A: it gives just what a right layer gives." in said


def test_a_symmetric_any_catches_few(capsys):
    case = (ONE | {"kernel_size": 1}, PIXEL)
    few = caught_unseen(answer({"any": case}), 6, np.random.default_rng(0))
    assert 0 <= few < 4
    assert "wrong layers that you have not seen" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (None, r"expected \(settings, x\)"),
        (([], PIXEL), r"expected \(settings, x\)"),
        ((ONE | {"kernel_size": -1}, PIXEL), "expected whole numbers from 0 to 8"),
        ((ONE | {"kernel_size": 1e9}, PIXEL), "expected whole numbers from 0 to 8"),
        ((ONE | {"kernel_size": 2}, PIXEL), "a right Conv2d refuses this case"),
        ((ONE | {"kernel_size": 1}, "pixel"), "expected an array of numbers"),
        ((ONE | {"kernel_size": 1}, np.ones((1, 1, 50, 50))), "expected 1 to 500 numbers"),
    ],
)
def test_what_is_no_case_is_told_why(case, said):
    with pytest.raises(NoCase, match=said):
        catches(FLIPPED, case)


def test_a_box_shows_what_it_does_and_not_what_it_is():
    settings, x = SMALLEST["A"]
    box = breaking.box("convolution", "A")
    mine = breaking.behaviour(breaking.convkit.Conv2d, settings, x)
    assert breaking.different(mine, box(settings, x)) == ["y"]
    assert "flipped" not in repr(box)
    with pytest.raises(WrongName, match="letter: expected one of A, B, C, got 'D'"):
        breaking.box("convolution", "D")
    with pytest.raises(WrongName, match="concept: expected one of convolution"):
        breaking.box("convolutions", "A")


@pytest.mark.parametrize("concept", BOXES)
def test_no_smaller_case_catches_a_box(concept):
    """Among all small settings, with several arrays each."""
    for letter, wrong in BOXES[concept].items():
        tried = list(smaller_cases(wrong))
        assert tried or wrong.smallest == fewest(wrong), letter
        assert [case for case in tried if catches(wrong, case)] == [], letter


PAIRS = [(1, 1), (1, 2), (2, 1)]
SETTINGS = {
    "Conv2d": [
        ONE | {"kernel_size": kernel, "stride": stride, "padding": padding}
        for kernel in PAIRS
        for stride in PAIRS
        for padding in ((0, 0), (0, 1), (1, 0), (1, 1))
    ],
    "Linear": [{"in_features": n, "out_features": m} for n in (1, 2) for m in (1, 2)],
    "BatchNorm": [{"channels": channels} for channels in (1, 2, 3)],
}
POOLING = [{"kernel_size": kernel, "stride": stride} for kernel in PAIRS for stride in PAIRS]
SETTINGS |= {name: [*POOLING, {"kernel_size": (1, 2)}] for name in ("MaxPool2d", "AvgPool2d")}
SHAPES = [(a, b) for a in range(1, 6) for b in (1, 2)]
SHAPES += [(a, b, c, d) for a in (1, 2, 3) for b in (1, 2) for c in (1, 2, 3) for d in (1, 2, 3)]


def smaller_cases(wrong: Wrong):
    """Of all cases that a right layer takes, those with fewer numbers than the smallest has."""
    random = np.random.default_rng(0)
    for settings in SETTINGS.get(wrong.of, [{}]):
        for shape in SHAPES:
            ones = np.ones(shape)
            if ones.size < wrong.smallest and takes(wrong, (settings, ones)):
                yield from ((settings, x) for x in (ones, -ones, 0 * ones))
                yield from ((settings, random.normal(size=shape)) for _ in range(2))


def takes(wrong, case):
    try:
        catches(wrong, case)
        return breaking.size(wrong, case) < wrong.smallest
    except NoCase:
        return False


def fewest(wrong):
    """How many numbers the smallest case has that a right layer takes at all."""
    least = 1
    while True:
        least += 1
        if any(smaller_cases(dataclasses.replace(wrong, smallest=least))):
            return least - 1
