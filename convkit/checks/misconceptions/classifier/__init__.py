"""Wrong layers, functions and losses of a classifier."""

from convkit.checks.misconceptions.classifier import flatten, linear, loss, softmax

__all__ = ["flatten", "linear", "loss", "softmax"]
