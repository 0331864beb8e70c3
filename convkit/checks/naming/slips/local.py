"""Mistakes in the locally connected layer, and in the counts of parameters."""

from convkit.checks.naming.anatomy import OF_CHANNELS, OF_MAPS, Anatomy
from convkit.checks.naming.general import enter_general
from convkit.checks.naming.slip import MIXED_UP, slips
from convkit.checks.observing.quantity import GRAD_X, Y, grads
from convkit.layers import LocallyConnected2d, conv_parameters, dense_parameters, local_parameters

FORTH = ("02-local-connectivity", "What one unit sees")
BACK = ("07-gradients", "Through a convolution")
_PATCH, _WEIGHTS = "patch * weight", " weight[j, a, b]"
_PLACES = [
    [("(height, width), (h", "(width, height), (h")],
    [("(h, w) = pair(input_size)", "(w, h) = pair(input_size)")],
    [("width - w", "height - w")],
    [("height - h", "width - h")],
    [("] + 1", "]")],
    [("// self.stride[0] +", "+"), ("// self.stride[1] +", "+")],
    [("height - h", "height"), ("width - w", "width")],
    [("(height - h) //", "-(h - height) //-"), ("(width - w) //", "-(w - width) //-")],
]
_KEPT = [("places = ", "places = self.places = "), ("*bias.shape)", "len(bias), *self.places)")]
_WEIGHT = 'self.params["weight"]'
_ORDERS = [(0, 1, 2, 3, 5, 4), (0, 1, 2, 4, 5, 3), (0, 1, 2, 5, 4, 3), (0, 3, 1, 2, 4, 5)]
_LAID_OUT = [f"{_WEIGHT}.transpose({order}).reshape({_WEIGHT}.shape)" for order in _ORDERS] + [
    f"{_WEIGHT}.reshape(np.take({_WEIGHT}.shape, {order})).transpose(np.argsort({order}))"
    for order in _ORDERS
]
_ALL = "np.ndindex(*grad_y.shape)"
_FROM_ALL_MAPS = 'np.einsum("j,jipq", grad_y[n, :, a, b], weight[:, a, b])'
_LAST = (
    "[slice(s * n - s, s * n - s + k) for s, n, k in zip(self.stride, grad_y.shape[2:], (h, w))]"
)
_EDGE = "left + weight.shape[5] < x.shape[3] and top + weight.shape[4] < x.shape[2]"

slip = slips("local", "LocallyConnected2d", forth=FORTH, back=BACK)

# fmt: off
slip("parameters-shared", "A parameter is not made for each place",
    "you make one {}, and nothing should be shared",
    "Nothing is shared here. Which axes of `weight` and of `bias` count the places?",
    ("(0, scale, shape)", "(0, scale, (out_channels, in_channels, h, w))"),
    ("zeros(shape[:3])", "zeros(out_channels)", "zeros(places)"), within="__init__",
    said=("set of weights for a whole feature map", "bias for a whole feature map",
          "bias for all feature maps at a place"))
slip("parameters-places", "The number of places is wrong",
    "the number of places in your `__init__` is not ⌊(image − patch) / stride⌋ + 1 down and across",
    "A pair is (vertical, horizontal). How many patches of 3 × 2 fit in an image of 7 × 5?",
    *_PLACES, *([*edits, *_KEPT] for edits in _PLACES))
for pass_ in ("forward", "backward"):
    slip(f"{pass_}-shared", f"All places use the same weights in {pass_}",
        "you use one set of weights at every place of a feature map, as a convolution does",
        "Which indices does `weight` have there? Where are those of the place?",
        (_WEIGHTS, " weight[j, 0, 0]", " weight[j, -1, -1]", " weight[j].mean((0, 1))"))
    slip(f"{pass_}-flipped", f"The weights are flipped in {pass_}",
        "you {} the weights; here they lie on the patch as they are",
        "Which number of `weight` belongs to the upper left pixel of the patch?",
        (_WEIGHTS, " weight[j, a, b, :, ::-1, ::-1]", " weight[j, a, b, :, ::-1]",
         " weight[j, a, b, ..., ::-1]"), said=("turn", "turn upside down", "mirror"))
    slip(f"{pass_}-stride-ignored", f"The patches do not move by the stride in {pass_}",
        "your patch of place (a, b) {}",
        "With a stride of 2, at which row does the patch of the second place start?",
        [("self.stride[0] * a", "a"), ("self.stride[1] * b", "b")],
        [("self.stride[0]", "weight.shape[4]"), ("self.stride[1]", "weight.shape[5]")],
        said=("starts at pixel (a, b)", "moves by its own size"))
    slip(f"{pass_}-stride-swapped", f"The two strides are mixed up in {pass_}",
        "you move the patch {}",
        "A pair is (vertical, horizontal). Which of the two belongs to the rows?",
        [("stride[0]", "stride[-1]"), ("stride[1]", "stride[0]")], ("stride[1]", "stride[0]"),
        ("stride[0]", "stride[1]"),
        said=[f"down by `stride[{a}]` and sideways by `stride[{b}]`"
              for a, b in MIXED_UP])
    slip(f"{pass_}-place-transposed", f"Rows and columns of the places are swapped in {pass_}",
        "at place (a, b) you use the weights of place (b, a)", "Which index of yours counts rows?",
        (_WEIGHTS, " weight[j, b, a]"))
slip("forward-bias-forgotten", "The bias is missing", 'you never add `params["bias"]`',
    "What should the layer answer to an image that is 0 everywhere?", ("bias[j, a, b]", "0"))
slip("forward-order", "Pixels meet the weights of other pixels",
    "you flatten or reshape the patch and the weights in two different orders",
    "Which number of the weights comes second, and which pixel? `reshape` does not move an axis.",
    (_WEIGHT, *_LAID_OUT))
slip("forward-channel-by-channel", "Each map uses one channel only",
    "map j looks at channel j of the image alone",
    "How many weights does one unit have? How many of them do you use?",
    ("x[n], weight[j, a, b]", "x[n, [j % x.shape[1]]], weight[j, a, b, [j % x.shape[1]]]"))
slip("forward-patch-swapped", "The patch's height and width are mixed up",
    "you cut the patch out {}",
    "How high and how wide is `weight[j, a, b]`? Which of the two belongs to the columns of x?",
    ("h, w = weight", "w, h = weight"), ("left + w", "left + h"), ("top + h", "top + w"),
    within="local_unit", said=("with its height and width swapped", "as wide as it is high",
                               "as high as it is wide"))
slip("forward-one-channel", "Only one channel of the image is used",
    "you cut the patch out of the {} channel, for all maps",
    "A unit has weights for every channel. Which index of x counts the channels?",
    (_PATCH, "patch[:1] * weight", "patch[:1] * weight[:1]", "patch[-1:] * weight",
     "patch[-1:] * weight[-1:]"), within="local_unit", said=("first", "first", "last", "last"))
slip("forward-last-place-skipped", "The last row and column of places are skipped",
    "your loops over the places end one early, so that the last numbers of y are never written",
    "At which number does `range(n - 1)` end? May a patch touch the image's last row?",
    ("np.ndindex(*y.shape)", "np.ndindex(*y[:, :, :-1, :-1].shape)"),
    ("            y[n", f"            if {_EDGE}:\n                y[n"))
slip("backward-assigned", "`=` where `+=` belongs in backward",
    "a pixel that lies in several patches keeps the gradient of one of them and loses the others",
    "How many units does one pixel feed? What happens to the first gradient when the second comes?",
    ("columns] += weight[", "columns] = weight["),
    ("+= weight[j, a, b] * grad_y[n, j, a, b]", "= " + _FROM_ALL_MAPS),
    [("columns] += w", "columns] = w"), (_ALL, f"[*{_ALL}][::-1]")])
slip("backward-weight-last-patch", "The gradient of the weights uses one patch for all places",
    "your forward keeps one patch, so that backward finds the last one at every place",
    "Where do you store the patch in forward? What is left of it when the loop is over?",
    [("self.x[n, :, rows, columns]", "self.x[n, :, *last]"),
     ("        for ", f"        last = {_LAST}\n        for ")])
slip("backward-one-map", "Only one feature map sends its gradient back",
    "your grad_x holds what the {} map sends, and none of the others",
    "How many maps does one pixel take part in?",
    ("+= weight", "+= (j == 0) * weight", "+= (j == len(weight) - 1) * weight"),
    said=("first", "last"))
slip("backward-weight-shared", "The gradient of the weights is summed over the places",
    "you add the gradients of all places up, as for a convolution",
    "In how many places does one weight take part, if nothing is shared?",
    ("= grad_weight\n", "= grad_weight.sum(axis=(1, 2))\n",
     "= 0 * grad_weight + grad_weight.sum((1, 2), keepdims=True)\n"))
slip("backward-bias-shared", "The gradient of the bias is summed over the places",
    "you add grad_y up over the places, as for a convolution",
    "In how many places does one bias take part, if nothing is shared?",
    ("axis=0", "axis=(0, 2, 3)"),
    ("grad_y.sum(axis=0)", "0 * grad_y[0] + grad_y.sum((0, 2, 3))[:, None, None]"))

READ = ("02-local-connectivity", "What it costs")
_AREA, _EACH = "height * width", "in input_shape:"
COUNTED = {dense_parameters: "units", local_parameters: "units", conv_parameters: "feature_maps"}

dense = slips("local", "dense_parameters", forth=READ)
kernel = slips("local", "local_parameters", "conv_parameters", forth=READ)

for function, count in COUNTED.items():
    slip = slips("local", function.__name__, forth=READ)
    slip("biases", "The biases are counted", "you add the biases; here only weights count",
        "Which numbers does the docstring leave out?", ("return", f"return {count} +"))
    slip("one-of-them", "The weights are counted once only",
        f"you count the weights of one of the {count.replace('_', ' ')}, not of all",
        "Which of the arguments do you not use?", (f" * {count}", ""))
dense("sum-of-sizes", "The sizes of the input are added",
    "you add the sizes, so that an image of 200 × 200 has 400 pixels",
    "How many pixels does an image of 3 × 4 have?",
    [("inputs = 1", "inputs = 0"), ("inputs *= size", "inputs += size")])
dense("two-axes", "Not all sizes of the input count",
    "you use only {} of `input_shape`",
    "What if the input has channels? What if it is a plain vector?",
    (_EACH, *(f"in input_shape[{part}]:" for part in ("-2:", ":2", "1:", ":1", "-1:"))),
    ("*= size", *(f"*= input_shape[{one}]" for one in (0, -1))),
    said=("the last two sizes", "the first two sizes", "the sizes after the first",
          *["the first size", "the last size"] * 2))
kernel("channels-forgotten", "The channels are forgotten",
    "you count the weights for one channel of the image only",
    "A colour image has 3 channels. How many numbers lie in a patch of 2 × 2?",
    ("input_channels * height", "height"))
kernel("not-squared", "A number as kernel_size is not squared",
    "you use the side of a square patch as if it were its area",
    "How many pixels does a patch of 10 × 10 have?",
    ("else (kernel_size, kernel_size)", "else (kernel_size, 1)"))
kernel("sides-added", "The sides of the patch are added",
    "you compute height + width; the patch has height · width pixels",
    "How many pixels does a patch of 2 × 5 have?", (_AREA, "(height + width)"))
kernel("square", "Only one side of the patch counts",
    "of a pair, you use the {} alone",
    "How many pixels does a patch of 2 × 5 have?",
    (_AREA, "height * height", "width * width", "height", "width"),
    said=("height", "width") * 2)

_UNIT = ("feature maps", "rows of places", "columns of places")
_AXES = {
    Y: OF_MAPS,
    GRAD_X: OF_CHANNELS,
    grads("weight"): (*_UNIT, "channels", "rows of the patch", "columns of the patch"),
    grads("bias"): _UNIT,
}
enter_general(
    Anatomy(LocallyConnected2d, _AXES, FORTH, BACK),
    *(Anatomy(function, {}, READ) for function in COUNTED),
)
