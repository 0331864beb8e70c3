"""Wrong layers, functions and losses of a classifier.

What is told by a mark is entered last.
"""

from convkit.checks.misconceptions.classifier import flatten, linear, loss, softmax  # isort: skip
from convkit.checks.misconceptions.classifier import loss_backward  # isort: skip
from convkit.checks.misconceptions.classifier import broad  # isort: skip
from convkit.checks.misconceptions.classifier import linear_marks, loss_marks, softmax_marks  # isort: skip

__all__ = [
    "broad",
    "flatten",
    "linear",
    "linear_marks",
    "loss",
    "loss_backward",
    "loss_marks",
    "softmax",
    "softmax_marks",
]
