"""The cases of a name confound nothing: what goes wrong on some of them has one thing in common.

And what is expected on them is right.
"""

from dataclasses import replace
from functools import cache
from itertools import combinations

import numpy as np
import pytest

import convkit
from convkit.checks import checking, random_cases
from convkit.checks.checking import MODULES, examine, find
from convkit.checks.observing.numerical_gradient import estimate_gradient
from convkit.checks.observing.quantity import grads
from convkit.checks.promises.activation import SQUARE
from convkit.checks.promises.concept import LayerConcept
from tests.sampling import sampled

SEEDS = range(8)
LAYERS = [name for name in MODULES if isinstance(find(name), LayerConcept)]
WINDOWS = ("Conv2d", "LocallyConnected2d", "MaxPool2d", "AvgPool2d")


@cache
def drawn(name):
    return [random_cases(name, seed) for seed in SEEDS]


def holders(cases):
    """For each trait, the numbers of the cases that have it."""
    traits = sorted({trait for case in cases for trait in case.traits})
    return {t: {n for n, case in enumerate(cases) if t in case.traits} for t in traits}


@pytest.mark.parametrize("name", MODULES)
def test_no_trait_stands_for_another(name):
    """Are two traits never on the same cases, nor on all the others, unless they always are?"""
    cases = find(name).cases
    visible = holders(cases)
    always = holders([*cases, *(case for more in drawn(name) for case in more)])
    everywhere = set.union(*always.values())
    for one, other in combinations(visible, 2):
        assert visible[one] != visible[other], (one, other)
        if visible[one] == set(range(len(cases))) - visible[other]:
            assert always[one] == everywhere - always[other], (one, other)


@pytest.mark.parametrize("name", MODULES)
def test_every_trait_comes_twice_in_different_company(name):
    """Is each on two cases and missing on two, and goes no more than one other along by chance?"""
    cases = find(name).cases
    visible = holders(cases)
    always = holders([*cases, *(case for more in drawn(name) for case in more)])
    for one, where in visible.items():
        assert 2 <= len(where) <= len(cases) - 2, one
        along = [other for other, there in visible.items() if where <= there]
        assert sum(not always[one] <= always[other] for other in along) <= 1, (one, along)


@pytest.mark.parametrize("name", MODULES)
def test_what_is_hidden_is_as_rich(name):
    wanted = {trait for case in find(name).cases for trait in case.traits}
    for cases in drawn(name):
        have = holders(cases)
        assert have.keys() == wanted
        assert min(map(len, have.values())) >= 2


def square(size):
    return isinstance(size, int)


@pytest.mark.parametrize("name", LAYERS)
def test_no_array_has_two_sides_of_one_length(name):
    """But for a square image or kernel that is asked for by a number, or where it is the point."""
    for case in [*find(name).cases, *(case for cases in drawn(name) for case in cases)]:
        sizes = [*case.arguments, *case.options.values()]
        arrays = [case.x] if name == "Flatten" else [case.x, case.grad_y]
        if name == "LocallyConnected2d" and square(case.arguments[2]):
            arrays = []
        if name == "Conv2d" and not square(case.arguments[2]):
            arrays.append(case.params["weight"])
        for array in arrays:
            point = SQUARE in case.traits or array.shape[-2:] == (1, 1)
            shape = array.shape[: -1 - (array.shape[-1] == 1)] if point else array.shape
            assert len(set(shape)) == len(shape), (case.words, array.shape)
        for pair in (size for size in sizes if isinstance(size, tuple)):
            assert len(set(pair)) == 2, case.words


def padding(layer):
    return getattr(layer, "padding", (0, 0))


def pairs(layer):
    return list(zip(layer.kernel_size, layer.stride, padding(layer), strict=True))


CORNERS = {
    "a size is a number": lambda case, layer: any(map(square, case.arguments[-1:])),
    "a size is a pair": lambda case, layer: isinstance(case.arguments[-1], tuple),
    "one pixel high": lambda case, layer: layer.kernel_size[0] == 1,
    "one pixel wide": lambda case, layer: layer.kernel_size[1] == 1,
    "much taller than wide": lambda case, layer: layer.kernel_size[0] - layer.kernel_size[1] >= 2,
    "wider than tall": lambda case, layer: layer.kernel_size[0] < layer.kernel_size[1],
    "gaps": lambda case, layer: any(k < s for k, s, _ in pairs(layer)),
    "overlap": lambda case, layer: any(k > s for k, s, _ in pairs(layer)),
    "ragged": lambda case, layer: any(
        (n + 2 * p - k) % s for n, (k, s, p) in zip(case.x.shape[2:], pairs(layer), strict=True)
    ),
    "one image": lambda case, layer: len(case.x) == 1,
    "several images": lambda case, layer: len(case.x) > 1,
}
PADDED = {
    "padding 0": lambda case, layer: layer.padding == (0, 0),
    "above and below only": lambda case, layer: layer.padding[0] > layer.padding[1] == 0,
    "left and right only": lambda case, layer: layer.padding[1] > layer.padding[0] == 0,
    "padding no less than the kernel": lambda case, layer: any(p >= k for k, _, p in pairs(layer)),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_every_corner_comes_twice(name):
    """Are the corners of the contract there, whatever the cases say of themselves?"""
    corners = CORNERS | (PADDED if name == "Conv2d" else {})
    for cases in (find(name).cases, *drawn(name)):
        layers = [find(name).reference(*case.arguments, **case.options) for case in cases]
        for corner, holds in corners.items():
            count = sum(holds(case, layer) for case, layer in zip(cases, layers, strict=True))
            assert count >= 2, corner


@pytest.mark.parametrize("name", ["correlate2d", "convolve2d"])
@pytest.mark.parametrize("mode", ["valid", "full", "same"])
def test_every_mode_meets_all_kinds_of_kernels(name, mode):
    calls = [case.arguments for case in find(name).cases if case.arguments[2:] in ((mode,), ())]
    calls = [(x.shape, k.shape) for x, k, *_ in calls if mode == "valid" or _]
    assert any(1 in kernel for _, kernel in calls)
    assert any(kernel[0] % 2 == 0 for _, kernel in calls)
    assert any(kernel[0] > kernel[1] for _, kernel in calls)
    assert any(kernel[0] < kernel[1] for _, kernel in calls)
    if mode != "valid":
        assert any(kernel[0] > image[0] for image, kernel in calls)


def test_convolutions_of_real_learners_are_noticed(monkeypatch):
    """A crop that begins before the array; [0:-0]; a padding of half the kernel by its width."""
    monkeypatch.setattr(checking, "_name", lambda *arguments: None)
    right = convkit.Conv2d

    class BeginsBefore(right):
        def backward(self, grad_y):
            grad_x = super().backward(grad_y)
            sides = zip(self.kernel_size, self.padding, strict=True)
            top, left = (min(0, k - 1 - p) for k, p in sides)
            kept = np.zeros_like(grad_x)
            kept[:, :, top:, left:] = grad_x[:, :, top:, left:]
            return kept

    class Side(right):
        def backward(self, grad_y):
            grad_x, (kh, kw) = super().backward(grad_y), self.kernel_size
            framed = np.pad(grad_x, [(0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)])
            return framed[:, :, kh - 1 : -(kh - 1), kw - 1 : -(kw - 1)]

    class Half(right):
        def forward(self, x):
            if self.padding == tuple(k // 2 for k in self.kernel_size):
                self.padding = (self.kernel_size[1] // 2,) * 2
            return super().forward(x)

    for wrong in (BeginsBefore, Side, Half):
        assert not examine(type("Conv2d", (wrong,), {})).passed, wrong


@pytest.mark.parametrize("name", sampled(LAYERS, "MaxPool2d", "BatchNorm", "Linear"))
def test_every_number_of_an_expected_gradient_is_the_numerical_one(name):
    """But at kinks, where there is none."""
    concept = find(name)
    for case in concept.cases:
        for parameter, value in {"": case.x, **case.params}.items():
            layer = concept.make(concept.reference, *case.arguments, **case.options)
            layer.params.update(case.params)

            def forward(value, parameter=parameter, layer=layer, case=case):
                if not parameter:
                    return layer.forward(value)
                layer.params[parameter] = value
                return layer.forward(case.x)

            expected = concept.expected(case)[grads(parameter) if parameter else case.gradient]
            numerical, tolerance = estimate_gradient(forward, value, case.grad_y)
            near = np.abs(numerical - expected.value) <= tolerance + expected.tolerance
            assert np.all(near | expected.kinks), (case.words, parameter)


@pytest.mark.parametrize("name", LAYERS)
def test_a_reference_with_a_wrong_gradient_is_noticed(name):
    concept = find(name)

    class Wrong(concept.reference):
        def backward(self, *grad_y):
            return 1.001 * super().backward(*grad_y)

    with pytest.raises(RuntimeError, match="at the course's fault: the reference's gradient"):
        replace(concept, reference=Wrong).expected(concept.cases[0])
