"""Wrong counts of parameters, and wrong locally connected layers."""

from convkit.checks.naming.slips.local import counts, slips, terms

__all__ = ["counts", "slips", "terms"]
