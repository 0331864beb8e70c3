"""Wrong `BatchNorm` layers."""

from convkit.checks.misconceptions.batchnorm import backward, forward, running

__all__ = ["backward", "forward", "running"]
