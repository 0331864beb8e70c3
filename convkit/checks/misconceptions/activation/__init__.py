"""Wrong activations: the squashing ones, the rectifying ones, and the gain.

What is told by a mark is entered last.
"""

from convkit.checks.misconceptions.activation import gain, rectifying, squashing  # isort: skip
from convkit.checks.misconceptions.activation import broad  # isort: skip
from convkit.checks.misconceptions.activation import gain_marks  # isort: skip

__all__ = ["broad", "gain", "gain_marks", "rectifying", "squashing"]
