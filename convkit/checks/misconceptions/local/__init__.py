"""Wrong counts of parameters, and wrong locally connected layers."""

from convkit.checks.misconceptions.local import backward, counts, forward

__all__ = ["backward", "counts", "forward"]
