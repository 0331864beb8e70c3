"""Wrong layers, functions and losses of a classifier. What is said of any name comes last."""

from convkit.checks.misconceptions.classifier import loss, slips  # isort: skip
from convkit.checks.misconceptions.classifier import broad  # isort: skip

__all__ = ["broad", "loss", "slips"]
