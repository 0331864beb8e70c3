"""Mistakes of any layer: made by hand in each layer, they are called by their own names."""

import inspect

import numpy as np
import pytest

import convkit
from convkit.checks import examine
from convkit.checks.checking import MODULES, find
from convkit.checks.promises.concept import LayerConcept
from tests.sampling import one_in

LAYERS = [
    name
    for name in MODULES
    if isinstance(find(name), LayerConcept) and name != "SoftmaxCrossEntropy"
]
WITH_PARAMS = [name for name in LAYERS if find(name).cases[0].params]
SEEDED = [n for n in LAYERS if "rng" in inspect.signature(find(n).reference).parameters]


def first_name(name, base, only=None, **methods):
    report = examine(type(name, (base,), methods), only=only)
    assert not report.passed
    return report.findings[0].misconception


def mistakes(base):
    def writes_into_x(self, x):
        y = base.forward(self, x)
        x += 1
        return y

    def keeps_x(self, x):
        self.given = x
        return base.forward(self, x)

    def writes_into_kept_x(self, grad_y):
        grad_x = base.backward(self, grad_y)
        self.given[:] = 1
        return grad_x

    def writes_into_grad_y(self, grad_y):
        grad_x = base.backward(self, grad_y)
        grad_y *= 2
        return grad_x

    def counts(self, x):
        self.calls = getattr(self, "calls", 0) + 1
        return base.forward(self, x) * self.calls

    def counts_backward(self, grad_y):
        self.calls = getattr(self, "calls", 0) + 1
        return base.backward(self, grad_y) * self.calls

    shared = []

    def shares(self, x):
        shared[:] = [self]
        return base.forward(self, x)

    def looks_up(self, grad_y):
        grad_x = base.backward(shared[0], grad_y)
        self.grads = shared[0].grads
        return grad_x

    return {
        "forward-changes-input": {"forward": writes_into_x},
        "forward-always-double": {
            "forward": lambda self, x: base.forward(self, x).astype(np.float64)
        },
        "backward-changes-input": {"forward": keeps_x, "backward": writes_into_kept_x},
        "backward-changes-upstream": {"backward": writes_into_grad_y},
        "backward-always-double": {
            "backward": lambda self, grad_y: base.backward(self, grad_y).astype(np.float64)
        },
        "forward-remembers": {"forward": counts},
        "backward-uses-up": {"backward": counts_backward},
        "state-shared": {"forward": shares, "backward": looks_up},
    }


@pytest.mark.parametrize(
    ("name", "id"),
    [
        pytest.param(name, id, marks=[] if (row + column) % 16 == 0 else [pytest.mark.exhaustive])
        for column, name in enumerate(LAYERS)
        for row, id in enumerate(mistakes(convkit.Layer))
    ],
)
def test_a_broken_promise_is_named(name, id):
    base = find(name).reference
    wrong = mistakes(base)[id]
    begins = name.lower()
    expected = {f"{begins}-{id}"}
    if id == "backward-uses-up":
        expected |= {f"{begins}-backward-remembers", f"{begins}-backward-added"}
    assert first_name(name, base, **wrong) in expected


@pytest.mark.parametrize("name", WITH_PARAMS)
def test_params_that_all_layers_share_are_named(name):
    base, shared = find(name).reference, {}

    def init(self, *arguments, **options):
        base.__init__(self, *arguments, **options)
        shared.update(self.params)
        self.params = shared

    assert first_name(name, base, __init__=init) == f"{name.lower()}-state-shared"


@pytest.mark.parametrize("name", ["MaxPool2d", "LocalContrastNorm2d", "Conv2d"])
def test_settings_that_all_layers_share_are_named(name):
    base, shared = find(name).reference, {}

    def init(self, *arguments, **options):
        base.__init__(self, *arguments, **options)
        own = ("params", "grads", "training", "_memory")
        shared.update({key: value for key, value in vars(self).items() if key not in own})

    def forward(self, x):
        vars(self).update(shared)
        return base.forward(self, x)

    found = first_name(name, base, __init__=init, forward=forward)
    assert found == f"{name.lower()}-state-shared"


@pytest.mark.parametrize("name", one_in(2, WITH_PARAMS))
def test_a_backward_that_writes_into_params_is_named(name):
    base = find(name).reference

    def backward(self, grad_y):
        grad_x = base.backward(self, grad_y)
        self.params.update({key: value * 0 for key, value in self.params.items()})
        return grad_x

    assert first_name(name, base, backward=backward) == f"{name.lower()}-backward-learns"


@pytest.mark.parametrize("name", SEEDED)
@pytest.mark.parametrize("id", ["unknown", "required", "generator-only", "ignored"])
def test_a_wrong_rng_is_named(name, id):
    base = find(name).reference

    def unknown(self, *arguments):
        base.__init__(self, *arguments)

    def required(self, *arguments, rng, **options):
        base.__init__(self, *arguments, rng=rng, **options)

    def generator_only(self, *arguments, rng=None, **options):
        if rng is not None:
            rng.normal(size=3)
        base.__init__(self, *arguments, rng=rng, **options)

    def ignored(self, *arguments, rng=None, **options):
        base.__init__(self, *arguments, **options)

    if id == "unknown" and find(name).cases[-1].options:

        def unknown(self, *arguments, stride=1, padding=0):
            base.__init__(self, *arguments, stride, padding)

    init = {
        "unknown": unknown,
        "required": required,
        "generator-only": generator_only,
        "ignored": ignored,
    }[id]
    assert first_name(name, base, __init__=init) == f"{name.lower()}-rng-{id}"
