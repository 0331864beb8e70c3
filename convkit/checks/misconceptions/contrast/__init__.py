"""Wrong `LocalContrastNorm2d` layers."""

from convkit.checks.misconceptions.contrast import backward, forward

__all__ = ["backward", "forward"]
