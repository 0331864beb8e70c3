"""SGD's steps, and what fit does with them."""

import os
import pty
import subprocess
import sys
import termios
import warnings
from contextlib import suppress

import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient
from threadpoolctl import threadpool_info, threadpool_limits

from convkit import (
    SGD,
    BatchNorm,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    SoftmaxCrossEntropy,
    Tanh,
    fit,
)
from convkit.data import digits
from tests.layers.oracle import assert_close, normal

X, Y = normal(0, 33, 4), np.random.default_rng(1).integers(0, 3, 33)
SETTINGS = {"epochs": 3, "batch_size": 8, "lr": 0.1, "momentum": 0.9, "rng": 5}


def network() -> Sequential:
    return Sequential(Linear(4, 6, rng=0), BatchNorm(6), Tanh(), Linear(6, 3, rng=1))


class Recorder(Layer):
    """Hands everything on and remembers what it saw, and in which mode."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[bool, np.ndarray]] = []

    def forward(self, x):
        self.seen.append((self.training, x))
        return x

    def backward(self, grad_y):
        return grad_y


@pytest.mark.parametrize("momentum", [0.0, 0.9, 1])
def test_sgd_agrees_with_pytorch(momentum):
    """PyTorch has the learning rate outside the velocity: while it is constant, the same."""
    layer = Linear(4, 3, rng=0)
    params = {name: torch.tensor(value) for name, value in layer.params.items()}
    ours, theirs = SGD(layer, 0.3, momentum), torch.optim.SGD(params.values(), 0.3, momentum)
    for step in range(4):
        for name, param in params.items():
            layer.grads[name] = normal(step, *param.shape)
            param.grad = torch.tensor(layer.grads[name])
        ours.step()
        theirs.step()
        for name, param in params.items():
            assert_close(layer.params[name], param)


def test_sgd_follows_its_formula_when_lr_changes():
    layer = Linear(2, 1)
    layer.params = {"weight": np.array([[1.0, 2.0]])}
    layer.grads = {"weight": np.array([[10.0, -10.0]])}
    optimizer = SGD(layer, lr=0.1, momentum=0.5)
    optimizer.step()  # v = −1, 1
    optimizer.lr = 0.01
    optimizer.step()  # v = −0.5 − 0.1, 0.5 + 0.1
    assert_close(layer.params["weight"], np.array([[-0.6, 3.6]]))


def test_sgd_looks_entries_up_afresh_and_changes_no_array_in_place():
    layer = Linear(2, 1, rng=0)
    optimizer = SGD(layer, lr=1.0)
    before = layer.params["bias"]
    before.flags.writeable = False
    layer.params, layer.grads = {"bias": before, "later": np.ones(2)}, {}
    layer.grads = {"bias": np.ones(1), "later": np.ones(2)}
    optimizer.step()
    np.testing.assert_array_equal(layer.params["bias"], [-1.0])
    np.testing.assert_array_equal(layer.params["later"], [0.0, 0.0])
    assert not before.any()


def test_sgd_keeps_the_parameters_precision():
    layer = Linear(2, 1, rng=0)
    for dtype, grad_dtype in ((np.float32, np.float64), (np.float64, np.float32)):
        layer.params["bias"] = np.ones(1, dtype)
        layer.grads = {name: np.ones(p.shape, grad_dtype) for name, p in layer.params.items()}
        SGD(layer, 0.1, 0.9).step()
        assert layer.params["bias"].dtype == dtype


def test_sgd_says_what_is_wrong():
    layer = Linear(2, 3)
    for arguments, message in [
        ((Linear, 0.1), r"network: expected a Layer, got <class"),
        ((layer, 0.0), "lr: expected a finite number above 0, got 0.0"),
        ((layer, np.nan), "lr: expected a finite number above 0, got nan"),
        ((layer, 0.1, 1.5), "momentum: expected a number from 0 to 1, got 1.5"),
    ]:
        with pytest.raises(ValueError, match=message):
            SGD(*arguments)
    with pytest.raises(RuntimeError, match=r'SGD\.step: no entry "weight" in grads: call'):
        SGD(layer, 0.1).step()
    layer.grads = {"weight": np.ones((3, 2)), "bias": np.ones((1, 3))}
    with pytest.raises(ValueError, match=r'grads\["bias"\]: expected shape \(3,\), got \(1, 3\)'):
        SGD(layer, 0.1).step()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_same_seed_is_the_same_run(dtype):
    runs = []
    for rng in (5, np.random.default_rng(5), 6):
        trained = network()
        history = fit(trained, X.astype(dtype), Y, **SETTINGS | {"rng": rng})
        runs.append((history, dict(trained.params)))
    np.testing.assert_equal(runs[0], runs[1])
    assert runs[0][0] != runs[2][0]
    assert all(isinstance(loss, float) for loss in runs[0][0]["loss"])


def test_history_is_what_the_epochs_met():
    """One batch a epoch: can the same losses be had by hand?"""
    trained, by_hand, loss = network(), network(), SoftmaxCrossEntropy()
    settings = SETTINGS | {"batch_size": 100}
    history = fit(trained, X, Y, **settings, validation=(X[:7], Y[:7]))
    assert list(history) == ["loss", "accuracy", "validation_loss", "validation_accuracy"]
    optimizer = SGD(by_hand, 0.1, 0.9)
    for epoch in range(3):
        logits = by_hand(X)
        assert history["loss"][epoch] == pytest.approx(loss.forward(logits, Y), rel=1e-12)
        assert history["accuracy"][epoch] == np.mean(logits.argmax(axis=1) == Y)
        by_hand.backward(loss.backward())
        optimizer.step()
        by_hand.eval()
        logits = by_hand(X[:7])
        expected = loss.forward(logits, Y[:7])
        assert history["validation_loss"][epoch] == pytest.approx(expected, rel=1e-10)
        assert history["validation_accuracy"][epoch] == np.mean(logits.argmax(axis=1) == Y[:7])
        by_hand.train()
    assert list(fit(network(), X, Y, **SETTINGS)) == ["loss", "accuracy"]


def test_every_epoch_visits_all_samples_once_in_a_new_order():
    recorder = Recorder()
    numbered = np.arange(33.0)[:, np.newaxis] + np.zeros(4)
    fit(Sequential(recorder, network()), numbered, Y, **SETTINGS)
    sizes = [len(x) for _, x in recorder.seen]
    assert sizes == [7, 7, 7, 6, 6] * 3  # 33 in batches of 8 at most, none of 1
    epochs = np.concatenate([x[:, 0] for _, x in recorder.seen]).reshape(3, 33)
    np.testing.assert_array_equal(np.sort(epochs), np.tile(np.arange(33.0), (3, 1)))
    assert (epochs[0] != epochs[1]).any()
    assert (epochs[0] != np.arange(33)).any()


@pytest.mark.parametrize("in_training", [True, False])
def test_modes(in_training):
    """Does it train in training mode, validate in evaluation mode, and leave the mode alone?"""
    recorder = Recorder()
    trained = Sequential(recorder, network())
    (trained.train if in_training else trained.eval)()
    fit(trained, X, Y, **SETTINGS | {"batch_size": 20}, validation=(X[:5] + 100, Y[:5]))
    validating = [x.min() > 50 for _, x in recorder.seen]
    assert validating == [False, False, True] * 3
    assert [not training for training, _ in recorder.seen] == validating
    assert trained.training is recorder.training is in_training


def test_a_batch_of_its_own_does_not_stop_batch_normalization():
    history = fit(network(), X, Y, **SETTINGS | {"batch_size": 16})  # 33 = 11 + 11 + 11
    assert history["loss"][-1] < history["loss"][0]


def test_a_small_network_reads_digits():
    """Does it pass 98 % on digits it has never seen?"""
    train, test = digits().split()
    reader = Sequential(
        Conv2d(1, 16, 3, padding=1, rng=0),
        BatchNorm(16),
        ReLU(),
        MaxPool2d(2),
        Conv2d(16, 32, 3, padding=1, rng=1),
        BatchNorm(32),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(128, 10, rng=2),
    )
    history = fit(
        reader,
        train.x.astype(np.float32),
        train.labels,
        epochs=8,
        batch_size=32,
        lr=0.05,
        momentum=0.9,
        rng=0,
        validation=(test.x.astype(np.float32), test.labels),
    )
    assert history["validation_accuracy"][-1] > 0.98
    assert history["loss"][-1] < 0.02


class Broken(Layer):
    """From its third call on, its outputs or its gradients are not finite."""

    def __init__(self, where: str, value: float) -> None:
        super().__init__()
        self.where, self.value, self.calls = where, value, 0

    def forward(self, x):
        self.calls += 1
        return x * self.value if self.where == "output" and self.calls > 2 else x

    def backward(self, grad_y):
        return grad_y * self.value if self.where == "gradient" and self.calls > 2 else grad_y


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("output", r"the output of layer 1\.1 \(Broken\) is the first that is not finite"),
        ("gradient", r"the gradient in layer 1\.1 \(Broken\) is the first, from the loss back,"),
    ],
)
def test_a_diverging_run_names_learning_rate_and_layer(where, value, message):
    broken = Sequential(Linear(4, 3, rng=0), Sequential(Tanh(), Broken(where, value)))
    broken.eval()
    with pytest.raises(FloatingPointError, match="epoch 2 with lr = 0.1: " + message) as caught:
        fit(broken, X, Y, **SETTINGS | {"batch_size": 17})
    assert "a smaller lr usually helps" in str(caught.value)
    assert not broken.training
    assert all(np.isfinite(param).all() for param in broken.params.values())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_too_large_a_learning_rate(dtype):
    """Does a run that really overflows end in the error, without warnings?"""
    deep = Sequential(*[Linear(4, 4, rng=seed) for seed in range(6)])
    with pytest.raises(FloatingPointError, match=r"with lr = 1e\+06: the .* layer \d \(Linear\)"):
        fit(deep, X.astype(dtype), Y, **SETTINGS | {"lr": 1e6, "epochs": 50})


def test_a_validation_that_is_not_finite():
    huge = np.sign(X) * 1.7e308
    with pytest.raises(FloatingPointError, match=r"the output of layer 0 \(Linear\)"):
        fit(Sequential(Linear(4, 3, rng=0)), X, Y, **SETTINGS, validation=(huge, Y))


def test_a_loss_that_overflows_by_itself():
    with pytest.raises(FloatingPointError, match="the loss is inf, although all layers' outputs"):
        fit(Recorder(), np.array([[-3e38, 3e38]], np.float32), [0], **SETTINGS)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"network": Linear}, "network: expected a Layer"),
        ({"x": X[:0]}, r"x: expected at least one element, got shape \(0, 4\)"),
        ({"x": 1.0}, "x: expected finite samples, batch first, got one number"),
        ({"x": X * np.nan}, "x: expected finite samples, batch first, got infinity or NaN in it"),
        ({"y": Y[:-1]}, r"y: expected shape \(33,\), got \(32,\)"),
        ({"y": Y[:, np.newaxis]}, r"y: expected shape \(33,\), got \(33, 1\)"),
        ({"y": Y * 1.0}, "y: expected classes, integers from 0 on, got dtype float64"),
        ({"y": Y - 1}, "y: expected classes, integers from 0 on, got -1"),
        ({"y": Y + 1}, "labels: expected classes from 0 to 2, got 3"),
        ({"epochs": 0}, "epochs: expected an integer of at least 1, got 0"),
        ({"batch_size": 2.0}, "batch_size: expected an integer of at least 1, got 2.0"),
        ({"lr": -1}, "lr: expected a finite number above 0, got -1"),
        ({"momentum": 2}, "momentum: expected a number from 0 to 1, got 2"),
        ({"validation": X}, r"validation: expected a pair \(x, y\), got ndarray"),
        ({"validation": (X, Y[1:])}, r"validation\[1\]: expected shape \(33,\), got \(32,\)"),
    ],
)
def test_fit_refuses(changed, message):
    arguments = {"network": network(), "x": X, "y": Y} | SETTINGS | changed
    positional = [arguments.pop(name) for name in ("network", "x", "y")]
    with pytest.raises(ValueError, match=message):
        fit(*positional, **arguments)


def test_arguments_are_not_changed():
    x, y = X.copy(), Y.copy()
    x.flags.writeable = y.flags.writeable = False
    fit(network(), x, y, **SETTINGS)


FIT = """
import numpy as np, convkit
convkit.fit(convkit.Linear(2, 2), np.ones((4, 2)), np.ones(4, int),
            epochs=2, batch_size=2, lr=0.1, momentum=0.0, rng=0);
"""


def test_no_progress_bar_on_stderr_unless_it_is_a_terminal():
    done = subprocess.run([sys.executable, "-c", FIT], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_progress_bar_in_a_notebook():
    """Is there one, and nothing on stderr, for which nbgrader would give a test 0 points?"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(FIT)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries that start the kernel
        NotebookClient(notebook, timeout=120).execute()
    outputs = notebook.cells[0].outputs
    assert [output.output_type for output in outputs] == ["display_data"]
    assert "application/vnd.jupyter.widget-view+json" in outputs[0].data


def test_progress_bar_on_a_terminal():
    terminal, stderr = pty.openpty()
    termios.tcsetwinsize(stderr, (24, 120))
    subprocess.run([sys.executable, "-c", FIT], stderr=stderr, check=True)
    os.close(stderr)
    bar = ""
    with suppress(OSError), open(terminal, encoding="utf-8") as screen:
        for line in screen:  # until EIO, which is how a terminal ends
            bar += line
    assert "epoch 2/2: 100%" in bar
    assert "loss=" in bar


class Threads(Layer):
    """Notes with how many threads of linear algebra it runs, and lets everything through."""

    seen: set[int]

    def forward(self, x):
        pools = threadpool_info()
        self.seen = {pool["num_threads"] for pool in pools if pool["user_api"] == "blas"}
        return x

    def backward(self, grad_y):
        return grad_y


def test_trains_on_one_thread_and_leaves_the_setting_as_it_was():
    layer = Threads()
    with threadpool_limits(limits=2, user_api="blas"):
        fit(
            Sequential(Linear(3, 2, rng=0), layer),
            np.ones((4, 3)),
            np.array([0, 1, 0, 1]),
            epochs=1,
            batch_size=4,
            lr=0.1,
            momentum=0.0,
            rng=0,
        )
        assert layer.seen == {1}
        layer.forward(np.ones(1))
        assert layer.seen == {2}
