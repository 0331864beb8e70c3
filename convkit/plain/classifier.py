"""The classifier, plainly: as exercise 04 asks for it."""

import numpy as np

from convkit.layers.base import Layer


class Flatten(Layer):
    def forward(self, x):
        """x (N, C, H, W) -> y (N, C*H*W)."""
        self.x_shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, grad_y):
        """grad_y (N, C*H*W) -> grad_x (N, C, H, W)."""
        return grad_y.reshape(self.x_shape)


class Linear(Layer):
    """params["weight"] (out_features, in_features), params["bias"] (out_features,)."""

    def __init__(self, in_features, out_features, *, rng=None):
        super().__init__()
        scale = np.sqrt(2 / (in_features + out_features))
        shape = (out_features, in_features)
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(out_features)

    def forward(self, x):
        """x (N, in_features) -> y (N, out_features), of the dtype of x."""
        self.x = x
        self.weight = self.params["weight"].astype(x.dtype)
        return x @ self.weight.T + self.params["bias"].astype(x.dtype)

    def backward(self, grad_y):
        """grad_y (N, out_features) -> grad_x (N, in_features).

        Sets grads["weight"] and grads["bias"], shaped like the parameters.
        """
        self.grads["weight"] = grad_y.T @ self.x
        self.grads["bias"] = grad_y.sum(axis=0)
        return grad_y @ self.weight


def softmax(logits):
    """logits (N, classes) -> probabilities (N, classes); each row sums to 1."""
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


class SoftmaxCrossEntropy:
    """Not a Layer: it ends the network, takes labels and gives one number."""

    def forward(self, logits, labels):
        """logits (N, classes), labels (N,) integers -> the mean loss, a float."""
        self.probabilities, self.labels = softmax(logits), labels
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(shifted).sum(axis=1))
        return float(np.mean(log_sum - shifted[np.arange(len(labels)), labels]))

    def backward(self):
        """-> grad_logits (N, classes), for the latest forward."""
        grad_logits = self.probabilities.copy()
        grad_logits[np.arange(len(self.labels)), self.labels] -= 1
        return grad_logits / len(self.labels)
