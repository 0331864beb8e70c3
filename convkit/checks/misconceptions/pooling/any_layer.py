"""The mistakes of any layer, in poolings."""

from convkit.checks.misconceptions.common import enter_common
from convkit.checks.misconceptions.pooling.altered import BACK, CLASSES, IDEA

for _name, _class in CLASSES.items():
    enter_common(_name, _class, IDEA, BACK[_name], only_shape=_name == "AvgPool2d")
