"""What can be said of a wrong `Conv2d`, `correlate2d` or `convolve2d` in general."""

from convkit.checks.naming.anatomy import OF_CHANNELS, OF_MAPS, Anatomy
from convkit.checks.naming.general import enter_general
from convkit.checks.naming.slips.convolution.backward import THROUGH
from convkit.checks.naming.slips.convolution.forward import MAPS
from convkit.checks.naming.slips.convolution.functions import IDEA
from convkit.checks.observing.quantity import GRAD_X, Y, grads
from convkit.layers import Conv2d, convolve2d, correlate2d

_AXES = {
    Y: OF_MAPS,
    GRAD_X: OF_CHANNELS,
    grads("weight"): ("feature maps", "channels", "kernel rows", "kernel columns"),
    grads("bias"): ("feature maps",),
}
enter_general(
    Anatomy(Conv2d, _AXES, MAPS, THROUGH),
    Anatomy(correlate2d, {Y: ("rows", "columns")}, IDEA),
    Anatomy(convolve2d, {Y: ("rows", "columns")}, IDEA),
)
