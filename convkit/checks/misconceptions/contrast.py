"""Wrong `LocalContrastNorm2d` layers."""

from convkit.checks.misconceptions.common import enter_common
from convkit.layers import LocalContrastNorm2d

FORMULA = ("09-contrast-normalization", "The formula")
COMPETE = ("09-contrast-normalization", "Neighbours compete")

enter_common("LocalContrastNorm2d", LocalContrastNorm2d, FORMULA, COMPETE)
