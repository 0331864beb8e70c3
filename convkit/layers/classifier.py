"""The output layer: a fully connected layer with softmax (slides "Convolutional Network")."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.layers.arguments import gradient, integer, parameter, shaped
from convkit.layers.base import Array, Layer
from convkit.layers.initialization import Rng, xavier_normal


class Linear(Layer):
    """A regular, fully connected layer: each unit sees the whole input.

        y_nj  = b_j + Σ_i W_ji x_ni        y  = x Wᵀ + b
        ∇x_ni = Σ_j ∇y_nj W_ji             ∇x = ∇y W
        ∇W_ji = Σ_n ∇y_nj x_ni             ∇W = ∇yᵀ x
        ∇b_j  = Σ_n ∇y_nj

    From the slide "Convolutional Network", on classification.

    Args:
        in_features, out_features: numbers of inputs and units.
        rng: a Generator or a seed for the first weights, which have Xavier scaling.

    Shapes:
        x (N, in_features); y (N, out_features); params "weight" (out_features, in_features) and
        "bias" (out_features,).

    Raises:
        ValueError: a wrong argument or shape.
    """

    def __init__(self, in_features: int, out_features: int, *, rng: Rng = None) -> None:
        super().__init__()
        self.in_features = integer(in_features, "in_features")
        self.out_features = integer(out_features, "out_features")
        self.params["weight"] = xavier_normal(
            (self.out_features, self.in_features), self.in_features, self.out_features, rng
        )
        self.params["bias"] = np.zeros(self.out_features)

    def forward(self, x: Array) -> Array:
        x = shaped(x, "x", ("N", self.in_features))
        shape = (self.out_features, self.in_features)
        weight = parameter(self.params, "weight", shape, x.dtype)
        bias = parameter(self.params, "bias", shape[:1], x.dtype)
        self._keep(x, weight)
        return x @ weight.T + bias

    def backward(self, grad_y: Array) -> Array:
        x, weight = self._kept()
        grad_y = gradient(grad_y, (len(x), self.out_features), x.dtype)
        self.grads["weight"] = grad_y.T @ x
        self.grads["bias"] = grad_y.sum(axis=0)
        return grad_y @ weight


class Flatten(Layer):
    """Lays all channels of an image out in one row, for a fully connected layer behind it.

    Three channels of 150×150 pixels become 67,500 inputs (slide "Computer Vision").

    Shapes:
        x (N, C, H, W); y (N, C·H·W).

    Raises:
        ValueError: a wrong shape.
    """

    def forward(self, x: Array) -> Array:
        x = shaped(x, "x", ("N", "C", "H", "W"))
        self._keep(x.shape, x.dtype)
        return x.reshape(len(x), -1).copy()

    def backward(self, grad_y: Array) -> Array:
        x_shape, dtype = self._kept()
        n, channels, height, width = x_shape
        return gradient(grad_y, (n, channels * height * width), dtype).reshape(x_shape).copy()


def softmax(logits: Array) -> Array:
    """Probabilities of the classes: p_nc = e^(a_nc) / Σ_d e^(a_nd).

    The largest logit of each row is subtracted first, which changes nothing but the range: e^a
    itself overflows from 710 on.

    Args:
        logits: a, shape (N, classes).

    Returns:
        p, of the same shape; each row sums to 1.

    Raises:
        ValueError: a wrong shape.
    """
    logits = shaped(logits, "logits", ("N", "classes"))
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    """The loss: how improbable the network finds the right classes, on average.

        l     = −1/N Σ_n log p_{n, label_n},   p = softmax(logits)
        ∇a_nc = (p_nc − [c = label_n]) / N

    Not a `Layer`: it ends the network, takes labels and returns a number. On the slide
    "Convolutional Network" as the output's estimate of each class's conditional probability.
    """

    def __init__(self) -> None:
        self._memory: tuple[Array, Array] | None = None

    def forward(self, logits: Array, labels: Array) -> float:
        """The mean loss of ``logits`` (N, classes) for the integer ``labels`` (N,).

        Raises:
            ValueError: a wrong shape, or labels that are not integers from 0 to classes − 1.
        """
        logits = shaped(logits, "logits", ("N", "classes"))
        labels = _class_numbers(labels, *logits.shape)
        # log p by itself, not the logarithm of p, which may have vanished.
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_sums = np.log(np.exp(shifted).sum(axis=1))
        losses = log_sums - shifted[np.arange(len(labels)), labels]
        self._memory = softmax(logits), labels
        return float(losses.mean())

    def backward(self) -> Array:
        """The gradient with respect to the logits, (N, classes).

        Raises:
            RuntimeError: no forward yet.
        """
        if self._memory is None:
            raise RuntimeError("SoftmaxCrossEntropy.backward: call forward first")
        probabilities, labels = self._memory
        n = len(labels)
        grad_logits = probabilities / n
        grad_logits[np.arange(n), labels] -= 1 / n
        return grad_logits


def _class_numbers(labels: Any, n: int, classes: int) -> Array:
    """``labels`` as n integers, each the number of one of the classes."""
    shaped(labels, "labels", (n,))
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise ValueError(f"labels: expected integers, got dtype {labels.dtype}")
    wrong = labels[(labels < 0) | (labels >= classes)]
    if wrong.size:
        raise ValueError(f"labels: expected classes from 0 to {classes - 1}, got {wrong[0]}")
    return labels
