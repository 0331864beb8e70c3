"""Wrong convolutions: `Conv2d` in forward and in backward, `correlate2d` and `convolve2d`.

Where two mistakes look the same, the one that is imported first is named first.
"""

from convkit.checks.misconceptions.convolution import sums, windows, memory  # isort: skip
from convkit.checks.misconceptions.convolution import results, backward, parameters  # isort: skip
from convkit.checks.misconceptions.convolution import other_ways, functions, broad  # isort: skip

__all__ = [
    "backward",
    "broad",
    "functions",
    "memory",
    "other_ways",
    "parameters",
    "results",
    "sums",
    "windows",
]
