"""Wrong `BatchNorm` layers."""

from convkit.checks.misconceptions.common import enter_common
from convkit.checks.misconceptions.tables import enter_parameter_gradients
from convkit.layers import BatchNorm

FORMULA = ("10-batch-normalization", "The formula")
BACK = ("10-batch-normalization", "The way back")

enter_common("BatchNorm", BatchNorm, FORMULA, BACK)
enter_parameter_gradients(BatchNorm, BACK, ("gamma", "beta"))
