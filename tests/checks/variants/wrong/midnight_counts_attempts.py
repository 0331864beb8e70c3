"""Held out: what learners write at midnight (counts, 1 of 1)."""

# ruff: noqa
# fmt: off

# %% dense_parameters: midnight-a-picture-has-two-sides
# breaks: forward
# mistake: Unpacks height and width, so an input with channels, or a plain vector, raises.
# names: dense-parameters-error-unpacking
def dense_parameters(input_shape, units):
    height, width = input_shape
    return height * width * units


# %% dense_parameters: midnight-with-biases
# breaks: forward
# mistake: Counts a bias for each unit as well.
# names: dense-parameters-biases
import numpy as np


def dense_parameters(input_shape, units):
    n_inputs = int(np.prod(input_shape))
    return n_inputs * units + units


# %% dense_parameters: midnight-returns-inside-the-loop
# breaks: forward
# mistake: The return is indented one step too far, so only the first side counts.
# names: dense-parameters-two-axes
def dense_parameters(input_shape, units):
    total = units
    for side in input_shape:
        total = total * side
        return total


# %% dense_parameters: midnight-product-from-zero
# breaks: forward
# mistake: The running product starts at 0.
# names: -; dense-parameters-zeros
def dense_parameters(input_shape, units):
    n = 0
    for d in input_shape:
        n *= d
    return n * units


# %% dense_parameters: midnight-the-first-two-sides
# breaks: forward
# mistake: Takes shape[0] and shape[1] for the image's sides and forgets what comes after them.
# names: dense-parameters-two-axes
def dense_parameters(input_shape, units):
    if len(input_shape) == 1:
        return input_shape[0] * units
    pixels = input_shape[0] * input_shape[1]
    return pixels * units


# %% local_parameters: midnight-squares-the-kernel-size
# breaks: forward
# mistake: Writes kernel_size ** 2, which a pair does not know.
# names: local-parameters-error-pair
def local_parameters(input_channels, units, kernel_size):
    return input_channels * units * kernel_size**2


# %% local_parameters: midnight-np-prod-of-a-number
# breaks: forward
# mistake: np.prod of an integer kernel size is that integer, not its square.
# names: local-parameters-not-squared
import numpy as np


def local_parameters(input_channels, units, kernel_size):
    return int(units * np.prod(kernel_size) * input_channels)


# %% local_parameters: midnight-grey-pictures
# breaks: forward
# mistake: Forgets that each unit sees all channels.
# names: local-parameters-channels-forgotten
def local_parameters(input_channels, units, kernel_size):
    if isinstance(kernel_size, int):
        kernel_size = (kernel_size, kernel_size)
    kh, kw = kernel_size
    return units * kh * kw


# %% local_parameters: midnight-height-twice
# breaks: forward
# mistake: A pair's height is taken for its width too.
# names: local-parameters-square
def local_parameters(input_channels, units, kernel_size):
    if isinstance(kernel_size, tuple):
        h = kernel_size[0]
        w = kernel_size[0]
    else:
        h = w = kernel_size
    weights_per_unit = input_channels * h * w
    return weights_per_unit * units


# %% local_parameters: midnight-bias-for-each-unit
# breaks: forward
# mistake: Each unit's bias is counted.
# names: local-parameters-biases
def pair(value):
    return value if isinstance(value, tuple) else (value, value)


def local_parameters(input_channels, units, kernel_size):
    h, w = pair(kernel_size)
    return units * (input_channels * h * w + 1)


# %% conv_parameters: midnight-one-kernel-for-all-channels
# breaks: forward
# mistake: Shares the kernel among the input channels too.
# names: conv-parameters-channels-forgotten
def conv_parameters(input_channels, feature_maps, kernel_size):
    h, w = kernel_size if isinstance(kernel_size, tuple) else (kernel_size,) * 2
    return feature_maps * h * w


# %% conv_parameters: midnight-shared-means-one
# breaks: forward
# mistake: Forgets the number of feature maps: shared weights are taken to exist once.
# names: conv-parameters-one-of-them
def conv_parameters(input_channels, feature_maps, kernel_size):
    try:
        h, w = kernel_size
    except TypeError:
        h = w = kernel_size
    return input_channels * h * w


# %% conv_parameters: midnight-looks-for-a-list
# breaks: forward
# mistake: Asks whether the kernel size is a list, so a tuple is multiplied with itself and raises.
# names: conv-parameters-error-pair
def conv_parameters(input_channels, feature_maps, kernel_size):
    if isinstance(kernel_size, list):
        area = kernel_size[0] * kernel_size[1]
    else:
        area = kernel_size * kernel_size
    return input_channels * feature_maps * area


# %% conv_parameters: midnight-a-bias-for-each-map
# breaks: forward
# mistake: Adds the biases of the feature maps.
# names: conv-parameters-biases
import math


def conv_parameters(input_channels, feature_maps, kernel_size):
    if type(kernel_size) is int:
        kernel_size = (kernel_size, kernel_size)
    return feature_maps * input_channels * math.prod(kernel_size) + feature_maps


# %% conv_parameters: midnight-sum-of-the-sides
# breaks: forward
# mistake: The kernel's two sides are added, not multiplied.
# names: conv-parameters-sides-added
def conv_parameters(input_channels, feature_maps, kernel_size):
    if isinstance(kernel_size, int):
        kernel_size = [kernel_size, kernel_size]
    return input_channels * feature_maps * sum(kernel_size)
