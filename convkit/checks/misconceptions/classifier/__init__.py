"""Wrong layers, functions and losses of a classifier."""

from convkit.checks.misconceptions.classifier import broad, loss, slips

__all__ = ["broad", "loss", "slips"]
