"""Slips in the backward pass of `Conv2d`: the way back to x, and to its parameters."""

from functools import partial

from convkit.checks.naming.slip import slips
from convkit.checks.naming.slips.convolution.forward import FLIP, WEIGHTS, before, product

THROUGH = ("07-gradients", "Through a convolution")

TO_X = 'np.einsum("jipq,nj->nipq", weight, grad)'
TO_WEIGHT = 'np.einsum("nipq,nj->jipq", window, grad)'
TO_BIAS = "grad_y.sum(axis=(0, 2, 3))"
COLUMNS = "pad_w : width - max(pad_w, rest_w)"
MINUS = "pad_h:-pad_h, pad_w:-pad_w"
CROP = "pad_h : height - pad_h, pad_w : width - pad_w"
REST = before(
    "        return grad", "rest_h, rest_w = (height - h) % stride_h, (width - w) % stride_w"
)
FROM_X = (
    ("window, grad = self.padded[", "window, grad = x["),
    before(
        "        for a", "_, _, height, width = self.padded.shape", f"x = self.padded[:, :, {CROP}]"
    ),
)


def to_x(weight: str = "weight", grad: str = "grad") -> tuple[str, str]:
    """An edit: grad_x made with other weights, or of another grad_y."""
    return TO_X, TO_X.replace("weight, grad", f"{weight}, {grad}")


def kept(gradient: str) -> tuple[str, str]:
    """An edit: what is kept as the gradient of the weights."""
    return '"weight"] = grad_weight', f'"weight"] = {gradient}'


def whole_kernel(pixel: str) -> tuple[str, str]:
    """An edit: the gradient of all weights of a kernel, from one number of each window."""
    return TO_WEIGHT, f'np.einsum("ni,nj->ji", {pixel}, grad)[..., np.newaxis, np.newaxis]'


ONE_SUM = ("grad_y.sum(axis=(0, 2, 3))", "grad_y.reshape(len(weight), -1).sum(axis=1)")
FOLDED = "folded = np.moveaxis(grad_y.reshape(len(weight), -1, *grad_y.shape[2:]), 0, 1)"
ROOM = "        grad_weight = np.zeros_like(weight)\n"
WINDOWS, KERNELS = (
    (f"{each}, grad)", f"{each}, folded[:, :, a, b])") for each in ("window", "weight")
)
REFOLDED = (ROOM, f"        {FOLDED}\n{ROOM}")

# fmt: off
slip = slips("convolution", "Conv2d", forth=WEIGHTS, back=THROUGH)
for pass_, turned in (("forward", partial(product, "window")), ("backward", to_x)):
    slip(f"{pass_}-flipped-one-axis", f"One axis of the kernel is flipped in {pass_}",
        f"in {pass_}, you use the kernel {{}}",
        "Try a kernel with a single 1 in its top left corner, by hand. Where does that 1 end up?",
        turned("weight[:, :, ::-1]"), turned("weight[..., ::-1]"), said=("upside down", "mirrored"))

slip("backward-flipped", "The kernel lies the wrong way round in backward",
    "you take the weights turned by half a turn. Only who gathers grad_y, by `full`, flips them",
    "By which weight did x[…, 1, 1] reach y[…, 1, 0]? By which one does grad_y[…, 1, 0] go back?",
    to_x(f"weight{FLIP}"))
slip("backward-refolded", "grad_y is reshaped where its axes should move",
    "your reshape puts the feature maps first and mixes them with the images",
    "Which axis of grad_y comes first? reshape moves none. What does?",
    *([REFOLDED, WINDOWS, *more] for more in ([], [ONE_SUM], [ONE_SUM, KERNELS])), ONE_SUM)
slip("backward-stride-ignored", "The stride is ignored in backward",
    "your windows move by one pixel in backward, whatever the stride",
    "Where did the window of y[…, 1, 1] begin in forward? Where does it begin in backward?",
    [("stride_h * a, stride_h * a", "a, a"), ("stride_w * b, stride_w * b", "b, b")],
    ("grad_padded[:, :, rows, columns]", "grad_padded[:, :, a : a + h, b : b + w]"),
    ("self.padded[:, :, rows, columns]", "self.padded[:, :, a : a + h, b : b + w]"))
slip("backward-strides-mixed-up", "Vertical and horizontal stride are mixed up in backward",
    "in backward, you do not move the windows down by stride[0] and sideways by stride[1]",
    "A pair is (vertical, horizontal): rows first. Where does your backward read `stride`?",
    ("(stride_h, stride_w)", "(stride_w, stride_h)"), ("stride_w * b", "stride_h * b"),
    ("stride_h * a", "stride_w * a"))
slip("backward-frame-missing", "There is no frame for the padding in backward",
    "you make the array for grad_x as large as x, but write to it at the places of the padded x",
    "Over which image did the windows slide in forward? How large must your array be?",
    [
     ("np.zeros_like(self.padded)",
      "np.zeros_like(self.padded[:, :, pad_h:-pad_h or None, pad_w:-pad_w or None])"),
     (f"[:, :, {CROP}]", "")])
slip("backward-padding-not-cropped", "The padding is not cropped",
    "your grad_x still has the frame of the padded image around it",
    "Which part of the padded image is x itself?", (f"[:, :, {CROP}]", ""))
slip("backward-cropped-by-minus-zero",
    "Cropping with [padding:-padding] leaves nothing where the padding is 0",
    "you crop with a slice that ends at -padding, but -0 is 0: the beginning, not the end",
    "What is x[0:-0] in Python?", (CROP, MINUS),
    (f"grad_padded[:, :, {CROP}]", f"grad_padded[:, :, {MINUS}] if pad_h else grad_padded"))
slip("backward-cropped-elsewhere", "The wrong part of the padded gradient is kept",
    "what you cut out of the padded gradient is not the place where x lay in the padded image",
    "In which row and column of the padded image does x begin? Where does your slice begin?",
    (CROP, ": height - 2 * pad_h, : width - 2 * pad_w",
     "pad_h : height - pad_h, pad_h : width - pad_h",
     "pad_h : height - pad_h, pad_h : pad_h + width - 2 * pad_w",
     "pad_w : height - pad_w, pad_w : width - pad_w",
     "h // 2 : height - h // 2, w // 2 : width - w // 2"))
slip("backward-assigned", "`=` where `+=` is needed in backward",
    "a pixel that lies in several windows keeps the gradient of one of them, and loses the others",
    "In how many windows does one pixel of x lie? What becomes of their gradients?",
    ("columns] += ", "columns] = "),
    (f"+= {TO_X}", '= np.einsum("ipq,n->nipq", weight[-1], grad[:, -1])'),
    [("columns] += ", "columns] = "), ("[2])", "[2])[::-1]"), ("[3])", "[3])[::-1]")])
slip("backward-one-map", "Only one feature map sends its gradient back",
    "your grad_x comes from the {} feature map alone",
    "In how many feature maps does one pixel of x take part? Does grad_x start anew for each?",
    to_x("weight[-1:]", "grad[:, -1:]"), to_x("weight[:1]", "grad[:, :1]"), said=("last", "first"))
slip("backward-one-channel", "All channels of grad_x are made with the weights of one channel",
    "you use the weights of the {} channel for every channel of grad_x",
    "Which of the four indices of `weight` counts the channels? What does it count in your code?",
    to_x("weight[:, :1]"), to_x("weight[:, -1:]"), said=("first", "last"))
slip("backward-ragged-edge-lost", "The edge that no window reaches is missing from grad_x",
    "your grad_x ends where the last window ends, but x goes on",
    "Which shape should grad_x have? What is the gradient of a pixel that no window sees?",
    [REST, (CROP, "pad_h : height - pad_h - rest_h, pad_w : width - pad_w - rest_w")],
    [REST, (CROP, "pad_h : height - rest_h, pad_w : width - rest_w")],
    [REST, (CROP, f"pad_h : height - max(pad_h, rest_h), {COLUMNS}")])
slip("backward-maps-and-channels-swapped", "Feature maps and channels are swapped in backward",
    "you sum over the channels of the weights, where the feature maps have to go",
    "grad_y has feature maps, grad_x has channels. Which axis of `weight` should be summed over?",
    (TO_X, 'np.einsum("jipq,ni->njpq", weight, grad)'))
slip("backward-weights-reshaped", "The axes of the weights are mixed up in backward",
    "you reshape the weights where two of their axes must change places: reshape moves no axis",
    "Backward goes from feature maps to channels. Which axes of the weights must change places?",
    (TO_X, 'np.einsum("ijpq,nj->nipq", weight.reshape(-1, len(weight), h, w), grad)'),
    to_x("weight.swapaxes(2, 3).reshape(weight.shape)"))
slip("backward-times-input", "grad_x is made with the image, not with the weights",
    "you multiply grad_y by the pixels of the window, where the weights belong",
    "In y = w·x, which factor is left when you differentiate with respect to x?",
    (TO_X, 'np.einsum("nipq,nj->nipq", window, grad)', f"window * {TO_X}"))
slip("backward-weight-alike", "All weights of a kernel get the same gradient",
    "your gradient is the same for all weights of a kernel: you make it with {} of each window",
    "Which pixel of the window meets weight[…, 0, 0], and which one meets weight[…, 0, 1]?",
    whole_kernel("window.sum((2, 3))"),
    *(whole_kernel(f"window[:, :, {place}]") for place in ("0, 0", "-1, -1")),
    said=("the sum", "the first pixel", "the last pixel"))
slip("backward-weight-padding-forgotten", "The gradient of the weights forgets the padding",
    "you cut the windows for the gradient of the weights out of x without its frame of zeros",
    "Over which image did forward slide: x, or the padded x?", FROM_X,
    [*FROM_X, ("grad_weight +", "grad_weight[:, :, : window.shape[2], : window.shape[3]] +")])
slip("backward-bias-too-few-axes", "The gradient of the bias is summed over too few axes",
    "you add up grad_y {}",
    "One bias serves every place of every image. Which axes of grad_y does it not have?",
    (TO_BIAS, "grad_y.sum(axis=0)",
     *(f"grad_y{sum}"
      for sum in (".sum(axis=(2, 3))", ".sum(axis=(0, 2))", ".sum(axis=(0, 3))", ""))),
    said=("over the images alone", "over the rows and columns alone",
          "over the images and rows alone", "over the images and columns alone", "not at all"))
slip("backward-bias-maps-added", "The gradient of the bias is summed over the feature maps",
    "you add up the feature maps of grad_y as well, but each of them has a bias of its own",
    "How many biases are there? Which axis of grad_y counts them?",
    (TO_BIAS, "np.full(len(weight), grad_y.sum())",
     *(f"grad_y.sum({axes})"
      for axes in ("", "axis=(1, 2, 3)", "axis=(0, 1, 2)", "axis=(0, 1, 3)"))))

slip("backward-maps-not-moved", "grad_y is reshaped where its axes should be moved",
    "you flatten grad_y as it is, though the feature maps are not its last axis",
    "Which axis of grad_y must come last before each row holds one place, and its feature maps?",
    before("        grad_weight = ", "n, maps, out_h, out_w = grad_y.shape",
     "grad_y = grad_y.reshape(n, out_h, out_w, maps).transpose(0, 3, 1, 2)"))
slip("backward-weight-reshaped",
    "The gradient of the weights is reshaped where its axes should be moved",
    "the shape is right, but the numbers stand in wrong places: reshape never moves an axis",
    "What counts the rows of your matrix product, and what its columns? And in `weight`?",
    kept("grad_weight.reshape(len(weight), -1).T.reshape(weight.shape)"))
