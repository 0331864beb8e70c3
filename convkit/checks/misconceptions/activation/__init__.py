"""Wrong activations: slips first, then what can be said in general."""

from convkit.checks.misconceptions.activation import slips, slopes, gain  # isort: skip
from convkit.checks.misconceptions.activation import broad  # isort: skip

__all__ = ["broad", "gain", "slips", "slopes"]
