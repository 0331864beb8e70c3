"""Wrong batch normalizations: in either pass, and in the running statistics."""

from convkit.checks.naming.slips.batchnorm import slips  # isort: skip
from convkit.checks.naming.slips.batchnorm import broad  # isort: skip

__all__ = ["broad", "slips"]
