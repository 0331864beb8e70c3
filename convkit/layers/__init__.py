"""The reference: one small file per concept, forward and backward side by side, NumPy only."""

from convkit.layers.base import Array, Layer
from convkit.layers.convolution import Conv2d, convolve2d, correlate2d

__all__ = ["Array", "Conv2d", "Layer", "convolve2d", "correlate2d"]
