"""A network of layers is a layer whose entries are its layers' own."""

import copy
import traceback

import numpy as np
import pytest

from convkit import BatchNorm, Conv2d, Flatten, Layer, Linear, MaxPool2d, Sequential, Tanh
from tests.layers.oracle import assert_close, normal


def network() -> Sequential:
    return Sequential(
        Conv2d(2, 3, (2, 3), rng=0),
        Sequential(Tanh(), BatchNorm(3), MaxPool2d((2, 1))),
        Flatten(),
        Linear(24, 4, rng=1),
    )


X = normal(0, 5, 2, 5, 6)
NAMES = ["0.weight", "0.bias", "1.1.gamma", "1.1.beta", "3.weight", "3.bias"]


def test_runs_the_layers_forward_and_backward():
    ours, alone = network(), network()
    y = X
    for layer in alone:
        y = layer.forward(y)
    np.testing.assert_array_equal(ours(X), y)
    grad = normal(1, *y.shape)
    grad_x = ours.backward(grad)
    for layer in reversed(list(alone)):
        grad = layer.backward(grad)
    np.testing.assert_array_equal(grad_x, grad)
    assert grad_x.shape == X.shape
    assert list(ours.grads) == NAMES
    for name in NAMES:
        np.testing.assert_array_equal(ours.grads[name], alone.grads[name])


def test_gradient_is_that_of_the_whole_function():
    ours, step, direction = network(), 1e-6, normal(2, *X.shape)
    grad_y = normal(1, *ours(X).shape)
    slope = np.vdot(ours.backward(grad_y), direction)
    ahead, behind = (np.vdot(ours(X + sign * step * direction), grad_y) for sign in (1, -1))
    assert slope == pytest.approx((ahead - behind) / (2 * step), rel=1e-6)


def test_float32_stays():
    ours, x = network(), X.astype(np.float32)
    y = ours(x)
    assert y.dtype == ours.backward(y).dtype == np.float32
    assert_close(y, network()(X).astype(np.float32), rtol=1e-4)


def test_entries_are_views_that_read_and_write_through():
    ours = network()
    params, grads = ours.params, ours.grads
    first, norm = ours.layers[0], ours.layers[1].layers[1]
    assert list(params) == NAMES
    assert (len(params), len(grads), dict(grads)) == (6, 0, {})
    assert params["1.1.gamma"] is norm.params["gamma"]
    params["1.1.gamma"] = new = np.full(3, 2.0)
    assert norm.params["gamma"] is new
    params.update({"0.bias": np.ones(3)})
    np.testing.assert_array_equal(first.params["bias"], np.ones(3))
    first.params = {"weight": first.params["weight"]}
    assert list(params) == [NAMES[0], *NAMES[2:]]
    del params["3.bias"]
    assert "bias" not in ours.layers[3].params
    assert "0.weight" in params
    for absent in ("0.bias", "9.weight", "weight", "0", "-1.weight", "2.weight", ""):
        assert absent not in params
    assert repr(grads) == "{}"


def test_says_which_entry_there_is_not():
    ours = network()
    with pytest.raises(KeyError, match=r"params: no entry '0.wieght', only \['0.weight', "):
        ours.params["0.wieght"]
    with pytest.raises(KeyError, match=r"params: expected a name like '0.weight', .* got '4.bias'"):
        ours.params["4.bias"] = np.ones(4)


def test_train_and_eval_reach_every_layer():
    ours = network()
    ours.eval()
    inner = ours.layers[1]
    assert not any(layer.training for layer in (ours, *ours, *inner))
    ours.train()
    assert all(layer.training for layer in (ours, *ours, *inner))


def test_a_copy_is_on_its_own():
    ours = network()
    other = copy.deepcopy(ours)
    other.params["0.bias"] = np.ones(3)
    assert not ours.params["0.bias"].any()


def test_counts_and_visits_its_layers():
    layers = Tanh(), Flatten()
    ours = Sequential(*layers)
    assert len(ours) == 2
    assert tuple(ours) == layers
    assert isinstance(ours, Layer)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ((), "layers: expected at least one Layer, got none"),
        ((Tanh(), np.tanh), r"layers\[1\]: expected a Layer, got <ufunc 'tanh'>"),
        ((Tanh,), r"layers\[0\]: expected a Layer, got the class Tanh itself: write Tanh\(…\)"),
        (([Tanh(), Tanh()],), r"layers\[0\]: expected a Layer, got \[<"),
    ],
)
def test_refuses_what_is_no_layer(layers, message):
    with pytest.raises(ValueError, match=message):
        Sequential(*layers)


def test_an_error_says_in_which_layer_it_arose():
    with pytest.raises(ValueError, match=r"x: expected shape \(N, 24\), got \(5, 18\)") as caught:
        network()(X[..., :5])
    notes = ["In layer 3 of the network, Linear.forward."]
    assert caught.value.__notes__ == notes
    assert notes[0] in "".join(traceback.format_exception(caught.value))

    with pytest.raises(RuntimeError, match=r"MaxPool2d\.backward: call forward first") as caught:
        Sequential(Tanh(), Sequential(MaxPool2d(2))).backward(np.ones((1, 1, 1, 1)))
    assert caught.value.__notes__ == [
        "In layer 0 of the network, MaxPool2d.backward.",
        "In layer 1 of the network, Sequential.backward.",
    ]
