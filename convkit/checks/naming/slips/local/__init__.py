"""How to speak of the locally connected layer and the counts: what their axes are called."""

from convkit.checks.naming.anatomy import Anatomy
from convkit.checks.naming.general import enter_general
from convkit.checks.naming.slips.local.slips import BACK, COUNTED, FORTH, READ
from convkit.checks.observing.quantity import GRAD_X, Y, grads
from convkit.layers import LocallyConnected2d

_UNIT = ("feature maps", "rows of places", "columns of places")
_WEIGHT = (*_UNIT, "channels", "rows of the patch", "columns of the patch")
_AXES = {
    Y: ("images", "feature maps", "rows", "columns"),
    GRAD_X: ("images", "channels", "rows", "columns"),
    grads("weight"): _WEIGHT,
    grads("bias"): _UNIT,
}
enter_general(
    Anatomy(LocallyConnected2d, _AXES, FORTH, BACK),
    *(Anatomy(function, {}, READ) for function in COUNTED),
)
