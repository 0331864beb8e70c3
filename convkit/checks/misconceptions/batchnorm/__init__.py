"""Wrong batch normalizations: in either pass, and in the running statistics.

What is told by a mark is entered last.
"""

from convkit.checks.misconceptions.batchnorm import forward, backward, running  # isort: skip
from convkit.checks.misconceptions.batchnorm import gradients, marks, moves  # isort: skip
from convkit.checks.misconceptions.batchnorm import broad, terms  # isort: skip

__all__ = ["backward", "broad", "forward", "gradients", "marks", "moves", "running", "terms"]
