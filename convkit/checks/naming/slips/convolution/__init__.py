"""Wrong convolutions: `Conv2d` in forward and in backward, `correlate2d` and `convolve2d`.

Where two mistakes look the same, the one that is imported first is named first.
"""

from convkit.checks.naming.slips.convolution import forward, backward  # isort: skip
from convkit.checks.naming.slips.convolution import functions, broad  # isort: skip

__all__ = ["backward", "broad", "forward", "functions"]
