"""Wrong poolings: slips first, then what can be said in general."""

from convkit.checks.misconceptions.pooling import windows, slips  # isort: skip
from convkit.checks.misconceptions.pooling import broad  # isort: skip

__all__ = ["broad", "slips", "windows"]
