"""Wrong optimizers. What is told by a mark is entered last."""

from convkit.checks.misconceptions.training import optimizer  # isort: skip
from convkit.checks.misconceptions.training import marks  # isort: skip
from convkit.checks.misconceptions.training import broad  # isort: skip

__all__ = ["broad", "marks", "optimizer"]
