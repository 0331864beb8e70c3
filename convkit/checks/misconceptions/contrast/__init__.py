"""Wrong local contrast normalizations: their windows, the formula, and the way back.

What is told by a mark is entered last.
"""

from convkit.checks.misconceptions.contrast import backward, forward, window  # isort: skip
from convkit.checks.misconceptions.contrast import marks  # isort: skip
from convkit.checks.misconceptions.contrast import broad  # isort: skip

__all__ = ["backward", "broad", "forward", "marks", "window"]
