"""Wrong counts of parameters, and wrong locally connected layers.

What can be said in general comes after what is specific.
"""

from convkit.checks.misconceptions.local import backward, gradients, memory  # isort: skip
from convkit.checks.misconceptions.local import counts, forward, first_parameters  # isort: skip
from convkit.checks.misconceptions.local import broad, formulas  # isort: skip

__all__ = [
    "backward",
    "broad",
    "counts",
    "first_parameters",
    "formulas",
    "forward",
    "gradients",
    "memory",
]
