"""Wrong activations: the squashing ones, the rectifying ones, and the gain."""

from convkit.checks.misconceptions.activation import gain, rectifying, squashing

__all__ = ["gain", "rectifying", "squashing"]
