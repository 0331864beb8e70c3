"""The reference: one small file per concept, forward and backward side by side, NumPy only."""

from convkit.layers.activation import Abs, Gain, ReLU, Sigmoid, Tanh
from convkit.layers.base import Array, Layer
from convkit.layers.batchnorm import BatchNorm
from convkit.layers.classifier import Flatten, Linear, SoftmaxCrossEntropy, softmax
from convkit.layers.contrast import LocalContrastNorm2d
from convkit.layers.convolution import Conv2d, convolve2d, correlate2d
from convkit.layers.local import (
    LocallyConnected2d,
    conv_parameters,
    dense_parameters,
    local_parameters,
)
from convkit.layers.pooling import AvgPool2d, MaxPool2d

__all__ = [
    "Abs",
    "Array",
    "AvgPool2d",
    "BatchNorm",
    "Conv2d",
    "Flatten",
    "Gain",
    "Layer",
    "Linear",
    "LocalContrastNorm2d",
    "LocallyConnected2d",
    "MaxPool2d",
    "ReLU",
    "Sigmoid",
    "SoftmaxCrossEntropy",
    "Tanh",
    "conv_parameters",
    "convolve2d",
    "correlate2d",
    "dense_parameters",
    "local_parameters",
    "softmax",
]
