"""Wrong poolings: where the windows lie, what is made of them, and the way back."""

from convkit.checks.misconceptions.common import enter_common
from convkit.checks.misconceptions.pooling import average, maximum, windows
from convkit.checks.misconceptions.pooling.altered import BACK, CLASSES, IDEA

__all__ = ["average", "maximum", "windows"]

for _name, _class in CLASSES.items():
    enter_common(_name, _class, IDEA, BACK[_name], only_shape=_name == "AvgPool2d")
