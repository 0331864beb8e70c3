"""Wrong layers, functions and losses of a classifier."""

from convkit.checks.naming.slips.classifier import broad, loss, slips

__all__ = ["broad", "loss", "slips"]
