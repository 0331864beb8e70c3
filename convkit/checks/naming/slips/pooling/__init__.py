"""Wrong poolings: slips first, then what can be said in general."""

from convkit.checks.naming.slips.pooling import windows, slips  # isort: skip
from convkit.checks.naming.slips.pooling import broad  # isort: skip

__all__ = ["broad", "slips", "windows"]
