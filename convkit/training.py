"""Stochastic gradient descent (slides "Convolutional Network")."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from math import ceil
from typing import Any

import numpy as np

from convkit.layers.arguments import filled, floating, fraction, integer, positive, shaped
from convkit.layers.base import Array, Layer
from convkit.layers.classifier import SoftmaxCrossEntropy
from convkit.layers.initialization import Rng
from convkit.network import Sequential


class SGD:
    """Moves every parameter against its gradient, with momentum.

        v     ← momentum·v − lr·∇param
        param ← param + v

    where v is 0 at first. From the slide "Convolutional Network"; momentum after Polyak (1964).

    Args:
        network: a `Layer`, whose ``params`` and ``grads`` are looked up afresh in each step.
        lr: the learning rate, above 0.
        momentum: how much of the last movement is kept, from 0 to 1.

    Raises:
        ValueError: a wrong argument.
    """

    def __init__(self, network: Layer, lr: float, momentum: float = 0.0) -> None:
        if not isinstance(network, Layer):
            raise ValueError(f"network: expected a Layer, got {network!r}")
        self.network = network
        self.lr = positive(lr, "lr")
        self.momentum = fraction(momentum, "momentum")
        self._velocities: dict[str, Array] = {}

    def step(self) -> None:
        """Move every parameter once: each becomes a new array, none is changed in place.

        Raises:
            RuntimeError: a parameter has no gradient, for there was no backward yet.
            ValueError: a gradient has another shape than its parameter.
        """
        params, grads = self.network.params, self.network.grads
        for name in list(params):
            if name not in grads:
                raise RuntimeError(f'SGD.step: no entry "{name}" in grads: call backward first')
            param = floating(params[name], f'params["{name}"]')
            grad = shaped(grads[name], f'grads["{name}"]', param.shape)
            velocity = self.momentum * self._velocities.get(name, 0.0) - self.lr * grad
            self._velocities[name] = velocity
            params[name] = (param + velocity).astype(param.dtype, copy=False)


def fit(
    network: Layer,
    x: Array,
    y: Array,
    *,
    epochs: int,
    batch_size: int,
    lr: float,
    momentum: float,
    rng: Rng,
    validation: tuple[Array, Array] | None = None,
) -> dict[str, list[float]]:
    """Train ``network`` to classify, by `SGD` on `SoftmaxCrossEntropy`, with a progress bar.

    An epoch visits all samples once, in a new order, in batches whose sizes differ by one at most.
    The network trains in training mode, is validated in evaluation mode, and is left in the mode in
    which it came.

    Args:
        network: a `Layer` from ``x`` to logits, (N, classes).
        x: the samples, batch first; float32 is trained in float32.
        y: their classes, integers (N,) from 0 on.
        epochs: how many times all samples are visited.
        batch_size: the largest number of samples in a batch.
        lr, momentum: those of `SGD`.
        rng: a Generator or a seed for the order of samples: the same seed, the same run.
        validation: further samples and their classes, on which the network is measured after each
            epoch.

    Returns:
        The history, lists with one number an epoch: "loss" and "accuracy", means over the batches
        as they were met, each before its step; and, with ``validation``, "validation_loss" and
        "validation_accuracy".

    Raises:
        ValueError: a wrong argument.
        FloatingPointError: the run diverged: a loss or a gradient is infinite or not a number. The
            message says at which learning rate, and which layer was the first to show it.
    """
    optimizer, random = SGD(network, lr, momentum), np.random.default_rng(rng)
    x, y = _samples(x, y, "x", "y")
    epochs, batch_size = integer(epochs, "epochs"), integer(batch_size, "batch_size")
    batches = ceil(len(x) / batch_size)
    history: dict[str, list[float]] = {"loss": [], "accuracy": []}
    if validation is not None:
        validation = _validation_samples(validation)
        history |= {"validation_loss": [], "validation_accuracy": []}

    was_training = network.training
    try:
        with (
            one_thread(),
            _progress_bar(epochs * batches) as bar,
            np.errstate(all="ignore"),
        ):
            for epoch in range(1, epochs + 1):
                bar.set_description(f"epoch {epoch}/{epochs}")
                network.train()
                sums = np.zeros(2)
                for batch in np.array_split(random.permutation(len(x)), batches):
                    sums += len(batch) * _learn(optimizer, x[batch], y[batch], epoch)
                    bar.update()
                results = sums / len(x)
                if validation is not None:
                    network.eval()
                    measured = _validate(optimizer, *validation, batch_size, epoch)
                    results = np.append(results, measured)
                for values, result in zip(history.values(), results, strict=True):
                    values.append(float(result))
                bar.set_postfix({name: f"{values[-1]:.3f}" for name, values in history.items()})
    finally:
        (network.train if was_training else network.eval)()
    return history


def _learn(optimizer: SGD, x: Array, y: Array, epoch: int) -> Array:
    """One step on one batch. Returns the loss and the accuracy before it."""
    network, loss = optimizer.network, SoftmaxCrossEntropy()
    logits = network.forward(x)
    mean_loss = loss.forward(logits, y)
    network.backward(loss.backward())
    if not _finite(mean_loss, *network.grads.values()):
        raise _divergence(optimizer, x, y, epoch)
    optimizer.step()
    return np.array([mean_loss, np.mean(logits.argmax(axis=1) == y)])


def _validate(optimizer: SGD, x: Array, y: Array, batch_size: int, epoch: int) -> Array:
    """The loss and the accuracy on samples that the network does not learn from."""
    sums, loss = np.zeros(2), SoftmaxCrossEntropy()
    for start in range(0, len(x), batch_size):
        batch, labels = x[start : start + batch_size], y[start : start + batch_size]
        logits = optimizer.network.forward(batch)
        mean_loss = loss.forward(logits, labels)
        if not _finite(mean_loss):
            raise _divergence(optimizer, batch, labels, epoch)
        sums += len(batch) * mean_loss, np.sum(logits.argmax(axis=1) == labels)
    return sums / len(x)


def _divergence(optimizer: SGD, x: Array, y: Array, epoch: int) -> FloatingPointError:
    """The error to raise, which names the learning rate and where numbers cease to be finite."""
    return FloatingPointError(
        f"training diverged in epoch {epoch} with lr = {optimizer.lr:g}: "
        f"{_first_not_finite(optimizer.network, x, y)}; a smaller lr usually helps"
    )


def _first_not_finite(network: Layer, x: Array, y: Array) -> str:
    """Goes forward and backward once more, layer by layer, until numbers are not finite."""
    loss, layers = SoftmaxCrossEntropy(), list(_layers(network))
    for name, layer in layers:
        x = layer.forward(x)
        if not _finite(x):
            return f"the output of {name} is the first that is not finite"
    mean_loss = loss.forward(x, y)
    if not _finite(mean_loss):
        return f"the loss is {mean_loss}, although all layers' outputs are finite"
    grad = loss.backward()
    for name, layer in reversed(layers):
        grad = layer.backward(grad)
        if not _finite(grad, *layer.grads.values()):
            return f"the gradient in {name} is the first, from the loss back, that is not finite"
    return "the loss or a gradient is not finite"


def _layers(network: Layer, place: str = "") -> Iterator[tuple[str, Layer]]:
    """The layers of ``network`` in order, those of networks inside it too, each with its name."""
    if isinstance(network, Sequential):
        for index, layer in enumerate(network):
            yield from _layers(layer, f"{place}.{index}" if place else f"layer {index}")
    else:
        yield f"{place or 'the network'} ({type(network).__name__})", network


def _finite(*values: Any) -> bool:
    return all(np.isfinite(value).all() for value in values)


def _samples(x: Any, y: Any, x_name: str, y_name: str) -> tuple[Array, Array]:
    """Samples and their classes, as arrays that fit together."""
    x = filled(x, x_name)
    if x.ndim == 0 or not _finite(x):
        found = "one number" if x.ndim == 0 else "infinity or NaN in it"
        raise ValueError(f"{x_name}: expected finite samples, batch first, got {found}")
    shaped(y, y_name, (len(x),))
    y = np.asarray(y)
    if y.dtype.kind not in "iu" or y.min() < 0:
        found = f"dtype {y.dtype}" if y.dtype.kind not in "iu" else f"{y.min()}"
        raise ValueError(f"{y_name}: expected classes, integers from 0 on, got {found}")
    return x, y


def _validation_samples(validation: Any) -> tuple[Array, Array]:
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        raise ValueError(f"validation: expected a pair (x, y), got {type(validation).__name__}")
    x, y = validation
    return _samples(x, y, "validation[0]", "validation[1]")


def one_thread() -> AbstractContextManager[Any]:
    """One thread of linear algebra: on busy cores more wait for one another, many times as long."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1, user_api="blas")


def _progress_bar(total: int) -> Any:
    """A bar in a notebook, on a terminal a line, gone at the end; nothing where stderr is kept, as
    in a test."""
    from tqdm.auto import tqdm

    return tqdm(total=total, unit="batch", disable=None, leave=False, dynamic_ncols=True)
