"""Wrong optimizers."""

from convkit.checks.naming.slips.training import slips

__all__ = ["slips"]
