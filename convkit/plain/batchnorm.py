"""Batch normalization, plainly: a table with a row for each place, as exercise 07 asks for it."""

import numpy as np

from convkit.layers.base import Layer


def normalize(x, eps=1e-5):
    """x (m, C) -> (x - mean) / sqrt(variance + eps), each column by itself."""
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)


def to_table(images):
    """images (N, C, H, W) -> table (N*H*W, C): one row for each place of each image."""
    return images.transpose(0, 2, 3, 1).reshape(-1, images.shape[1])


def to_images(table, shape):
    """The way back: table (N*H*W, C) -> images of the shape (N, C, H, W)."""
    n, channels, height, width = shape
    return table.reshape(n, height, width, channels).transpose(0, 3, 1, 2)


class BatchNorm(Layer):
    """params["gamma"] and params["beta"], (channels,)."""

    def __init__(self, channels, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.params["gamma"] = np.ones(channels)
        self.params["beta"] = np.zeros(channels)
        self.running_mean = np.zeros(channels)
        self.running_var = np.ones(channels)

    def forward(self, x):
        """x (N, channels) or (N, channels, H, W) -> y of the same shape and dtype."""
        table = to_table(x) if x.ndim == 4 else x
        if self.training:
            mean, variance = table.mean(axis=0), table.var(axis=0)
            unbiased = table.var(axis=0, ddof=1)
            keep = 1 - self.momentum
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        else:
            mean, variance = self.running_mean, self.running_var
        self.was_training = self.training
        self.deviation = np.sqrt(variance + self.eps).astype(x.dtype)
        self.gamma = self.params["gamma"].astype(x.dtype)
        self.normalized = (table - mean.astype(x.dtype)) / self.deviation
        y = self.gamma * self.normalized + self.params["beta"].astype(x.dtype)
        return to_images(y, x.shape) if x.ndim == 4 else y

    def backward(self, grad_y):
        """grad_y, shaped like y -> grad_x, shaped like x; sets grads["gamma"] and grads["beta"]."""
        table = to_table(grad_y) if grad_y.ndim == 4 else grad_y
        self.grads["gamma"] = (table * self.normalized).sum(axis=0)
        self.grads["beta"] = table.sum(axis=0)
        if self.was_training:
            through_mean = table.mean(axis=0)
            through_variance = self.normalized * (table * self.normalized).mean(axis=0)
            table = table - through_mean - through_variance
        grad_x = self.gamma / self.deviation * table
        return to_images(grad_x, grad_y.shape) if grad_y.ndim == 4 else grad_x
