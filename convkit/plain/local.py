"""Local connectivity, plainly: a loop over images, maps and places."""

import numpy as np

from convkit.layers.base import Layer


def dense_parameters(input_shape, units):
    """Weights, without biases, of units that each see the whole input.

    input_shape: a tuple of integers.    units: an integer.    Returns an integer.
    """
    inputs = 1
    for size in input_shape:
        inputs *= size
    return inputs * units


def local_parameters(input_channels, units, kernel_size):
    """Weights, without biases, of units that each see a patch of all channels.

    kernel_size: an integer, or a pair (height, width).    Returns an integer.
    """
    height, width = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    return input_channels * height * width * units


def conv_parameters(input_channels, feature_maps, kernel_size):
    """Weights, without biases, of feature maps whose units share one kernel for each channel.

    kernel_size: an integer, or a pair (height, width).    Returns an integer.
    """
    height, width = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    return input_channels * height * width * feature_maps


def local_unit(image, weight, bias, top, left):
    """What one unit answers.

    image (C, H, W); weight (C, h, w), the unit's own; bias, a number;
    top, left: row and column of the upper left corner of its patch. Returns a number.
    """
    h, w = weight.shape[1:]
    patch = image[:, top : top + h, left : left + w]
    return np.sum(patch * weight) + bias


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class LocallyConnected2d(Layer):
    """params["weight"] (out_channels, out_h, out_w, in_channels, h, w),
    params["bias"] (out_channels, out_h, out_w).
    """

    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1, *, rng=None):
        super().__init__()
        (height, width), (h, w) = pair(input_size), pair(kernel_size)
        self.stride = pair(stride)
        places = (height - h) // self.stride[0] + 1, (width - w) // self.stride[1] + 1
        shape = (out_channels, *places, in_channels, h, w)
        scale = np.sqrt(2 / (in_channels * h * w))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(shape[:3])

    def forward(self, x):
        """x (N, in_channels, H, W) -> y (N, out_channels, out_h, out_w), of the dtype of x."""
        self.x = x
        weight, bias = self.params["weight"], self.params["bias"]
        y = np.zeros((len(x), *bias.shape), x.dtype)
        for n, j, a, b in np.ndindex(*y.shape):
            top, left = self.stride[0] * a, self.stride[1] * b
            y[n, j, a, b] = local_unit(x[n], weight[j, a, b], bias[j, a, b], top, left)
        return y

    def backward(self, grad_y):
        """grad_y, shaped like y -> grad_x, shaped like x; sets both grads."""
        weight = self.params["weight"]
        h, w = weight.shape[4:]
        grad_x = np.zeros_like(self.x)
        grad_weight = np.zeros(weight.shape, grad_y.dtype)
        for n, j, a, b in np.ndindex(*grad_y.shape):
            rows = slice(self.stride[0] * a, self.stride[0] * a + h)
            columns = slice(self.stride[1] * b, self.stride[1] * b + w)
            grad_weight[j, a, b] += self.x[n, :, rows, columns] * grad_y[n, j, a, b]
            grad_x[n, :, rows, columns] += weight[j, a, b] * grad_y[n, j, a, b]
        self.grads["weight"] = grad_weight
        self.grads["bias"] = grad_y.sum(axis=0)
        return grad_x
