"""Wrong poolings: where the windows lie, what is made of them, and the way back.

Where two mistakes look the same, the one that is imported first is named first; what can be said
in general comes last.
"""

from convkit.checks.misconceptions.pooling import windows, average, maximum  # isort: skip
from convkit.checks.misconceptions.pooling import any_layer, broad  # isort: skip

__all__ = ["any_layer", "average", "broad", "maximum", "windows"]
