"""Wrong activations: slips first, then what can be said in general."""

from convkit.checks.naming.slips.activation import slips, slopes, gain  # isort: skip
from convkit.checks.naming.slips.activation import broad  # isort: skip

__all__ = ["broad", "gain", "slips", "slopes"]
