"""Wrong contrast normalizations: in the window, in the formula, and on the way back."""

from convkit.checks.naming.slips.contrast import slips  # isort: skip
from convkit.checks.naming.slips.contrast import broad  # isort: skip

__all__ = ["broad", "slips"]
