"""Wrong convolutions: `Conv2d` in forward and in backward, `correlate2d` and `convolve2d`."""

from convkit.checks.misconceptions.convolution import backward, forward, functions, parameters

__all__ = ["backward", "forward", "functions", "parameters"]
