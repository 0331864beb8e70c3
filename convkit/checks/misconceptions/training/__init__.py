"""Wrong optimizers."""

from convkit.checks.misconceptions.training import slips

__all__ = ["slips"]
