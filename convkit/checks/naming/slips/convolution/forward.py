"""Slips in the forward pass of `Conv2d`: weights, bias, padding, sizes and strides."""

from convkit.checks.naming.slip import slips, some_of

WEIGHTS = ("04-convolution", "Weights and kernels")
BORDER = ("04-convolution", "Going over the border")
MAPS = ("04-convolution", "Many feature maps")

FLIP = "[:, :, ::-1, ::-1]"
PRODUCT = 'np.einsum("nipq,jipq->nj", window, weight)'
FRAME = "(pad_h, pad_h), (pad_w, pad_w)"
PADS = "pad_h, pad_w"
SIZE = "        out_h, out_w = ("
LOOPS = "        for a in range(out_h):"
UP = (
    ("(height - h) // stride_h", "-((h - height) // stride_h)"),
    ("(width - w) // stride_w", "-((w - width) // stride_w)"),
)


def product(window: str = "window", weight: str = "weight") -> tuple[str, str]:
    """An edit: the product of other windows and weights."""
    return PRODUCT, f'np.einsum("nipq,jipq->nj", {window}, {weight})'


def before(place: str, *lines: str) -> tuple[str, str]:
    """An edit: lines that stand before a place in forward."""
    return place, "".join(f"        {line}\n" for line in lines) + place


def matrices(
    weights: str = "weight.reshape(len(weight), -1).T", windows: object = (0, 2, 3, 1, 4, 5)
) -> list[tuple[str, str]]:
    """Edits: y, and the gradient of the weights, from the windows' rows, in some order of axes."""
    grad = "grad_y.transpose(0, 2, 3, 1).reshape(-1, len(weight))"
    return [
        before(
            "        return y",
            "rows = np.lib.stride_tricks.sliding_window_view(self.padded, (h, w), (2, 3))",
            f"rows = rows[:, :, ::stride_h, ::stride_w].transpose({windows})",
            "self.rows = rows.reshape(len(x) * out_h * out_w, -1)",
            f"y = self.rows @ {weights} + bias",
            "y = y.reshape(len(x), out_h, out_w, -1).transpose(0, 3, 1, 2)",
        ),
        ('"weight"] = grad_weight', f'"weight"] = ({grad}.T @ self.rows).reshape(weight.shape)'),
    ]


slip = slips("convolution", "Conv2d", forth=WEIGHTS)

# fmt: off
slip("forward-flipped", "The kernel is flipped in forward",
    "you turn the kernel by half a turn, as a convolution does; Conv2d correlates, without a flip",
    "Which number of `weight` should meet the top left pixel of a window?",
    product(weight=f"weight{FLIP}"))
slip("forward-kernel-sides-mixed-up", "The kernel's height and width are mixed up",
    "you take the kernel's height for its width, or its rows for its columns",
    "A kernel of shape (3, 2) has 3 rows. How many does a window have in your code?",
    *(before(place, slip) for slip in ("w = h", "h, w = w, h") for place in (LOOPS, SIZE)),
    ("jipq->nj", "jiqp->nj"),
    said=(*["you take the kernel's height for its width"] * 2,
          *["you swap the kernel's height and width"] * 2, "you take its rows for its columns"))
slip("forward-window-one-short", "Part of the window is left out",
    "your sum over a window leaves out its {}",
    "At which p does range(h - 1) end? And where does range(1, h) begin?",
    *(product(f"window[{part}]", f"weight[{part}]") for part in (":, :, :-1", ":, :, 1:",
      "..., :-1", "..., 1:", ":, :, :-1, :-1", ":, :, 1:, 1:")),
    said=[f"{end} {line}" for line in ("row", "column", "row and column")
          for end in ("last", "first")])

slip = slips("convolution", "Conv2d", forth=MAPS)

slip("forward-one-channel", "Only one channel of the image counts",
    "you use the {} channel of x alone; a feature map adds up what all channels give",
    "Is it `=` or `+=` in your loop over the channels? Does the sum start anew in each round?",
    product("window[:, -1:]", "weight[:, -1:]"), product("window[:, :1]", "weight[:, :1]"),
    product("np.repeat(window[:, :1], window.shape[1], 1)"),
    [product("window[:, -1:]", "weight[:, -1:]"), (" + bias\n", "\n")],
    said=("last", "first", "first", "last"))
slip("forward-images-added", "All images of the batch are added up",
    "every image of your y is the sum over the whole batch",
    "Which index counts the images? Does it stand behind the arrow of your einsum, too?",
    (PRODUCT, f"{PRODUCT}.sum(axis=0, keepdims=True)"))
slip("forward-bias-forgotten", "The bias is forgotten", 'you never add `params["bias"]`',
    "What should a feature map show for an image that is 0 everywhere?", (" + bias\n", "\n"))
slip("forward-bias-on-columns", "The bias is added along the columns of y",
    "you add `bias` to the whole of y as it is, and NumPy lays its numbers along the last axis",
    "NumPy lines up shapes from the right. Which axis of y should meet the bias, and which does?",
    [(" + bias\n", "\n"), ("return y", "return y + bias")])
slip = slips("convolution", "Conv2d", forth=BORDER)

slip("forward-padding-ignored", "The padding is ignored",
    "your windows slide over x itself, without the frame of zeros around it",
    "How many rows does the padded image have? Where does your code use `padding`?",
    (FRAME, "(0, 0), (0, 0)"))
slip("forward-padding-one-side", "The padding is put on one side only", "you put zeros {} only",
    "The frame goes all around. np.pad gets a pair for each axis: what does each number mean?",
    (FRAME, "(0, pad_h), (0, pad_w)", "(pad_h, 0), (pad_w, 0)", "(0, 2 * pad_h), (0, 2 * pad_w)",
     "(2 * pad_h, 0), (2 * pad_w, 0)"),
    said=("below and on the right", "above and on the left") * 2)
slip("forward-padding-not-zero", "The frame is not made of zeros",
    "you fill the frame around the image with something else, such as the nearest pixels",
    "Which numbers does np.pad put there in the mode that you ask for?",
    (f"{FRAME})", f'{FRAME}), mode="edge"',
     *(f"{FRAME}), {how}" for how in ('mode="wrap"', 'mode="symmetric"', "constant_values=1"))))
slip("forward-padding-half-the-kernel", "The padding is always half the kernel",
    "you pad by half the kernel, so that y is as large as x, whatever `padding` is",
    "Which number says how wide the frame of zeros is: the size of the kernel, or `padding`?",
    (FRAME, "((h - 1) // 2, h // 2), ((w - 1) // 2, w // 2)", "(h // 2, h // 2), (w // 2, w // 2)"))
slip("forward-paddings-mixed-up", "Vertical and horizontal padding are mixed up",
    "padding[0] does not go above and below in your code, or padding[1] not left and right",
    "A pair is (vertical, horizontal): rows first. What becomes of each of the two in your code?",
    (FRAME, "(pad_w, pad_w), (pad_h, pad_h)",
     *(f"({pads}), ({pads})" for pads in ("pad_h, pad_h", "pad_w, pad_w", PADS))),
    said=("you pad above and below by padding[1], and left and right by padding[0]",
     "you pad by padding[0] on all four sides", "you pad by padding[1] on all four sides",
     "you pad each axis by padding[0] before the image and by padding[1] behind it"))
slip("forward-padding-counted-once", "The size of y counts the padding once",
    "your formula for the size of y adds the padding once, but there are zeros on both sides",
    "An image of 4 rows with padding 1: how many rows do the windows slide over?",
    [("(height - h)", "(height - pad_h - h)"), ("(width - w)", "(width - pad_w - w)")])
slip("forward-one-short", "y is one row and one column too small",
    "the + 1 is missing in your formula for the size of y",
    "A kernel as large as the image: in how many places does it fit?",
    *some_of(("// stride_h + 1", "// stride_h"), ("// stride_w + 1", "// stride_w")),
    [(f"{old} + 1", new) for old, new in UP])
slip("forward-plus-one-inside", "The + 1 of y's size is added before the division",
    "you add 1 before you divide by the stride; it counts the first window, and comes after",
    "An image of 5 pixels, a kernel of 3, stride 2: how many windows are there, drawn on paper?",
    [("(height - h) // stride_h + 1", "(height - h + 1) // stride_h"),
     ("(width - w) // stride_w + 1", "(width - w + 1) // stride_w")])
slip("forward-rounded-up", "The size of y is rounded up",
    "you give a place in y to a window that hangs over the edge of the image; it should be dropped",
    "Does your formula for the size of y round up or down? Which of the two does `//`?", UP,
    [(FRAME, "(pad_h, pad_h + stride_h), (pad_w, pad_w + stride_w)"),
     *((old, f"{new} - 1") for old, new in UP),
     before("        return y", "self.padded = self.padded[:, :, :-stride_h, :-stride_w]")])
slip("forward-image-square", "The image's height is used for its width",
    "you work out the number of columns of y from the number of rows of x",
    "How large is y for an image of 4×6?", ("(width - w)", "(height - 2 * pad_h + 2 * pad_w - w)"),
    ("(width - w) // stride_w", "(height - h) // stride_h"))
slip("forward-stride-ignored", "The stride is ignored",
    "your windows move by one pixel, whatever the stride",
    "Where should the window of y[…, 1, 1] begin?", before(SIZE, "stride_h = stride_w = 1"))
slip("forward-stride-ignored-in-windows", "The windows do not move by the stride",
    "y has the right size, but in your code the window of y[…, a, b] begins at pixel (a, b)",
    "Where should the window of y[…, 1, 1] begin? Where is the stride in your slices?",
    before(LOOPS, "stride_h = stride_w = 1"))
slip("forward-stride-inside-windows", "The stride thins out the pixels, not the windows",
    "you keep every stride-th pixel of the image, and cut the windows out of what is left",
    "Which pixels should the first window see? Are they neighbours in the image?",
    [before(LOOPS, "whole, thin = self.padded, self.padded[:, :, ::stride_h, ::stride_w]"),
     ("window = self.padded[:, :, rows, columns]", "window = thin[:, :, a : a + h, b : b + w]"),
     before(SIZE, "height, width = -(-height // stride_h), -(-width // stride_w)"),
     ("// stride_h + 1", "+ 1"), ("// stride_w + 1", "+ 1")])
slip("forward-strides-mixed-up", "Vertical and horizontal stride are mixed up",
    "you do not move the windows down by stride[0] and sideways by stride[1]",
    "A pair is (vertical, horizontal): rows first. What becomes of each of the two in your code?",
    before(SIZE, "stride_h, stride_w = stride_w, stride_h"),
    *(before(place, f"stride_{side} = stride_{other}") for place in (SIZE, LOOPS)
     for side, other in ("hw", "wh")),
    said=("you move the windows down by stride[1] and sideways by stride[0]",
          *[f"you move the windows by stride[{side}] in both directions" for side in (1, 0)] * 2))

slip = slips("convolution", "Conv2d", forth=MAPS)

slip("forward-rows-out-of-order", "The windows' numbers and the weights stand in different orders",
    "the rows of your two matrices list the axes in different orders: reshape moves no axis",
    "Do the numbers of a window stand in its row by channel, or by pixel? And the weights?",
    *(matrices(windows=order)
     for order in ((0, 1, 2, 3, 4, 5), (0, 2, 3, 4, 5, 1), (0, 2, 3, 1, 5, 4))),
    matrices("weight.reshape(-1, len(weight))"),
    matrices("weight.reshape(x.shape[1], -1, h, w).swapaxes(0, 1).reshape(len(weight), -1).T"),
    within="Conv2d")
slip("forward-sides-of-y-swapped", "The height and the width of y are swapped",
    "you give y as many rows as it should have columns, and as many columns as it should have rows",
    "In which order did you lay out the windows, row by row or column by column?",
    ("return y",
     "return y.transpose(0, 2, 3, 1).reshape(len(x), out_w, out_h, -1).transpose(0, 3, 1, 2)"))
slip("forward-maps-not-moved", "y is reshaped where its axes should be moved",
    "the shape of y is right, but its numbers stand in wrong places: reshape never moves an axis",
    "After your matrix product, what counts the rows, and what the columns? And in y?",
    ("return y", "return y.transpose(0, 2, 3, 1).reshape(y.shape)",
     "return y.transpose(1, 0, 2, 3).reshape(y.shape)", "return y.swapaxes(2, 3).reshape(y.shape)",
     "return y.transpose(1, 2, 3, 0).reshape(-1, len(x), out_h, out_w).swapaxes(0, 1)"))
