"""What a layer does after data of another size, in evaluation, in float32, and beside others."""

import numpy as np
import pytest

import convkit
from convkit.checks import examine, random_cases
from convkit.checks.checking import find
from tests.checks.promises.test_promises import LAYERS, failing
from tests.sampling import one_in

WITH_PARAMS = [name for name in LAYERS if find(name).cases[0].params]
OF_ANY_SIZE = [
    name
    for name in LAYERS
    if find(name).cases[0].x.ndim == 4 and name not in ("LocallyConnected2d", "Linear")
]
SHARING = [name for name in LAYERS if name not in ("BatchNorm", "Flatten")]
MODELESS = [name for name in LAYERS if name != "BatchNorm"]


def like(name, **methods):
    return type(name, (find(name).reference,), methods)


@pytest.mark.parametrize("name", one_in(3, OF_ANY_SIZE))
def test_a_size_that_is_kept_from_the_first_call(name):
    base = find(name).reference

    def forward(self, x):
        self.first = getattr(self, "first", x.shape[1:])
        return base.forward(self, x) * (x.shape[1:] == self.first)

    assert "repeatable" in failing(like(name, forward=forward))


@pytest.mark.parametrize("name", one_in(3, MODELESS))
def test_evaluation_makes_no_difference(name):
    base = find(name).reference

    def forward(self, x):
        return base.forward(self, x) * (1 if self.training else 2)

    def backward(self, grad_y):
        return base.backward(self, grad_y) * (1 if self.training else 2)

    assert "repeatable" in failing(like(name, forward=forward))
    assert "gradients repeatable" in failing(like(name, backward=backward))


@pytest.mark.parametrize("name", one_in(3, LAYERS))
def test_nothing_but_nan_in_float32(name):
    base = find(name).reference

    def forward(self, *given):
        y = base.forward(self, *given)
        return y * np.float32(np.nan) if given[0].dtype == np.float32 else y

    assert "dtype" in failing(like(name, forward=forward))


@pytest.mark.parametrize("name", one_in(3, WITH_PARAMS))
def test_parameters_that_become_float32(name):
    base = find(name).reference

    def forward(self, x):
        for key, value in self.params.items():
            self.params[key] = value.astype(x.dtype)
        return base.forward(self, x)

    assert "input unchanged" in failing(like(name, forward=forward))


@pytest.mark.parametrize("dictionary", ["params", "grads"])
@pytest.mark.parametrize("name", one_in(3, LAYERS))
def test_entries_that_are_no_parameters(name, dictionary):
    """Whoever trains the network takes all that there is for a parameter."""
    base = find(name).reference

    def backward(self, *given):
        grad_x = base.backward(self, *given)
        getattr(self, dictionary)["x"] = grad_x
        return grad_x

    assert "gradient shapes" in failing(like(name, backward=backward))


@pytest.mark.parametrize("name", one_in(3, SHARING))
def test_memory_that_layers_of_one_size_share(name):
    """Forward of one, forward of the other, backward of the first: whose x is it?"""
    base, kept = find(name).reference, {}

    def forward(self, x):
        y = base.forward(self, x)
        kept[y.shape] = x
        return y

    def backward(self, grad_y):
        base.forward(self, kept[grad_y.shape].astype(grad_y.dtype))
        return base.backward(self, grad_y)

    assert "gradients of two layers" in failing(like(name, forward=forward, backward=backward))


@pytest.mark.parametrize("name", ["Sigmoid", "Tanh", "ReLU", "Abs"])
def test_the_gradient_of_the_identity_is_too_cheap(name):
    """It is right for its own forward; but then everybody could have the points of backward."""

    def forward(self, x):
        return x.copy()

    def backward(self, grad_y):
        return grad_y.copy()

    passes = type(name, (convkit.Layer,), {"forward": forward, "backward": backward})
    report = examine(passes, only="backward")
    assert {r.name: r.status for r in report.results}["grad_x"] == "fails"


def test_what_is_smaller_than_any_number_that_matters_is_zero():
    """1/(1 + e^−a) with a cut off at −500 gives 7e−218 where the right one is 0."""

    class Sigmoid(convkit.Layer):
        def forward(self, x):
            self.y = 1 / (1 + np.exp(-np.clip(x, -500, 500)))
            return self.y

        def backward(self, grad_y):
            return grad_y * self.y * (1 - self.y)

    for seed in range(12):
        assert examine(Sigmoid, cases=random_cases("Sigmoid", seed)).passed
