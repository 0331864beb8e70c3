"""Wrong forward passes of `Conv2d`: where the windows lie, and how many there are."""

from __future__ import annotations

from typing import Any

from convkit.checks.misconceptions.convolution.altered import altered, loops, pad
from convkit.checks.misconceptions.convolution.forward import BORDER, WEIGHTS, mistake, right
from convkit.layers import Array, Conv2d


@mistake(
    "padding-ignored",
    "The padding is ignored in forward",
    "the windows slide over x itself, without the frame of zeros",
    "How many rows does the image have after padding?",
    BORDER,
    settings=(lambda layer: {"padding": 0},),
)
def padding_ignored(layer: Conv2d, x: Array) -> Array:
    return altered(layer, padding=0).forward(x)


@mistake(
    "padding-one-side",
    "The padding is put on one side only",
    "the zeros come at the bottom and on the right only",
    "The frame goes all around. How many rows does it add in all?",
    BORDER,
)
def padding_one_side(layer: Conv2d, x: Array) -> Array:
    return altered(layer, padding=0).forward(pad(x, 0, 0, *layer.padding))


@mistake(
    "padding-not-zero",
    "The frame is not made of zeros",
    "the border is filled with something else than zeros, such as the nearest pixels",
    "Which numbers does np.pad put there, if you ask for this mode?",
    BORDER,
    lambda layer, x: _padded(layer, x, mode="wrap"),
    lambda layer, x: _padded(layer, x, constant_values=1),
)
def padding_repeats(layer: Conv2d, x: Array) -> Array:
    return _padded(layer, x, mode="edge")


def _padded(layer: Conv2d, x: Array, **how: Any) -> Array:
    (ph, pw), unpadded = layer.padding, altered(layer, padding=0)
    return unpadded.forward(pad(x, ph, pw, ph, pw, **how))


@mistake(
    "padding-swapped",
    "Vertical and horizontal padding are swapped",
    "`padding[0]` goes to the left and right, and `padding[1]` to the top and bottom",
    "A pair is (vertical, horizontal), like an array's shape: rows first.",
    BORDER,
    settings=(lambda layer: {"padding": layer.padding[::-1]},),
)
def padding_swapped(layer: Conv2d, x: Array) -> Array:
    return altered(layer, padding=layer.padding[::-1]).forward(x)


@mistake(
    "padding-height-only",
    "The vertical padding is used for both directions",
    "`padding[0]` is used on all four sides",
    "Where in your code does `padding[1]` appear?",
    BORDER,
    lambda layer, x: altered(layer, padding=layer.padding[1]).forward(x),
    settings=(
        lambda layer: {"padding": layer.padding[0]},
        lambda layer: {"padding": layer.padding[1]},
    ),
)
def padding_height_only(layer: Conv2d, x: Array) -> Array:
    return altered(layer, padding=layer.padding[0]).forward(x)


@mistake(
    "padding-before-after",
    "The pair of paddings is read as (before, after)",
    "`padding[0]` zeros come at the top and on the left, `padding[1]` at the bottom and the right",
    "A pair is (vertical, horizontal). How many zeros come at the top, and how many on the left?",
    BORDER,
)
def padding_before_after(layer: Conv2d, x: Array) -> Array:
    before, after = layer.padding
    return altered(layer, padding=0).forward(pad(x, before, before, after, after))


@mistake(
    "padding-of-its-own",
    "The padding is half the kernel, whatever was asked for",
    "the image is padded so that y is as large as x, and `padding` is not looked at",
    "Where in your code does `padding` appear?",
    BORDER,
    settings=(lambda layer: {"padding": (layer.kernel_size[0] // 2, layer.kernel_size[1] // 2)},),
)
def padding_of_its_own(layer: Conv2d, x: Array) -> Array:
    kh, kw = layer.kernel_size
    return altered(layer, padding=(kh // 2, kw // 2)).forward(x)


@mistake(
    "padded-only-if-padding",
    "The padded image is made only if there is padding",
    "a name is given its value inside `if padding > 0`, and is missing where the padding is 0",
    "Follow your code by hand for padding 0. Which names has it seen?",
    BORDER,
    lambda layer, x: _unbound(layer, x, any(layer.padding)),
)
def padded_only_if_padding(layer: Conv2d, x: Array) -> Array:
    return _unbound(layer, x, all(layer.padding))


def _unbound(layer: Conv2d, x: Array, bound: bool) -> Array:
    if not bound:
        raise UnboundLocalError("cannot access local variable")
    return right(layer, x)


@mistake(
    "ragged-refused",
    "An image whose size does not fit the stride is refused",
    "an image on which the last window does not end exactly at the edge raises an error",
    "What does the layer do with rows that are left over?",
    BORDER,
)
def ragged_refused(layer: Conv2d, x: Array) -> Array:
    sizes = zip(x.shape[2:], layer.padding, layer.kernel_size, layer.stride, strict=True)
    assert all((size + 2 * p - k) % s == 0 for size, p, k, s in sizes)
    return right(layer, x)


@mistake(
    "size-padding-once",
    "The size of the output counts the padding once",
    "the number of windows is worked out from H + padding, where the frame has two sides; or the "
    "zeros come at the top and on the left only",
    "An image of 4 rows with a padding of 1: how many rows do you slide over?",
    BORDER,
)
def size_padding_once(layer: Conv2d, x: Array) -> Array:
    rows, columns = (
        (size + p - k) // s + 1
        for size, p, k, s in zip(
            x.shape[2:], layer.padding, layer.kernel_size, layer.stride, strict=True
        )
    )
    return right(layer, x)[:, :, :rows, :columns]


@mistake(
    "size-one-short",
    "The output is one row and one column short",
    "the + 1 is missing in the number of windows, or the loop ends one window early",
    "A kernel as large as the image: in how many places does it fit?",
    BORDER,
)
def size_one_short(layer: Conv2d, x: Array) -> Array:
    return right(layer, x)[:, :, :-1, :-1]


@mistake(
    "last-window-skipped",
    "The last windows are skipped",
    "the loops over the windows end one early, and the last row and column of y stay as they "
    "were made",
    "At which i does range(n - 1) end?",
    BORDER,
)
def last_window_skipped(layer: Conv2d, x: Array) -> Array:
    y = right(layer, x)
    y[:, :, -1] = y[:, :, :, -1] = 0
    return y


@mistake(
    "size-rounded-up",
    "The size of the output is rounded up",
    "windows that hang over the edge are kept, with zeros where the image has ended",
    "What happens to a last window that does not fit whole?",
    BORDER,
)
def size_rounded_up(layer: Conv2d, x: Array) -> Array:
    (ph, pw), (sh, sw) = layer.padding, layer.stride
    more_rows = -(x.shape[2] + 2 * ph - layer.kernel_size[0]) % sh
    more_columns = -(x.shape[3] + 2 * pw - layer.kernel_size[1]) % sw
    bordered = pad(x, ph, pw, ph + more_rows, pw + more_columns)
    return altered(layer, padding=0).forward(bordered)


@mistake(
    "stride-ignored",
    "The stride is ignored in forward",
    "the windows move by one pixel, whatever the stride",
    "The window of y[…, 1, 1]: where does its upper left corner lie?",
    BORDER,
    settings=(lambda layer: {"stride": 1},),
)
def stride_ignored(layer: Conv2d, x: Array) -> Array:
    return altered(layer, stride=1).forward(x)


@mistake(
    "stride-inside-windows",
    "The stride thins out the pixels, not the windows",
    "every stride-th pixel of the image is kept, and windows of neighbours are cut out of what is "
    "left",
    "Which pixels does the window of y[…, 0, 0] see?",
    BORDER,
)
def stride_inside_windows(layer: Conv2d, x: Array) -> Array:
    (ph, pw), (sh, sw) = layer.padding, layer.stride
    thinned = pad(x, ph, pw, ph, pw)[:, :, ::sh, ::sw]
    return altered(layer, padding=0, stride=1).forward(thinned)


@mistake(
    "stride-ignored-in-windows",
    "The windows do not move by the stride",
    "y has the right size, but the window of output (i, j) begins at pixel (i, j)",
    "The window of y[…, 1, 1]: where does its upper left corner lie?",
    BORDER,
)
def stride_ignored_in_windows(layer: Conv2d, x: Array) -> Array:
    rows, columns = right(layer, x).shape[2:]
    return stride_ignored(layer, x)[:, :, :rows, :columns]


@mistake(
    "stride-swapped",
    "Vertical and horizontal stride are swapped",
    "`stride[0]` moves the window sideways, and `stride[1]` moves it down",
    "A pair is (vertical, horizontal), like an array's shape: rows first.",
    BORDER,
    settings=(lambda layer: {"stride": layer.stride[::-1]},),
)
def stride_swapped(layer: Conv2d, x: Array) -> Array:
    return altered(layer, stride=layer.stride[::-1]).forward(x)


@mistake(
    "stride-height-only",
    "The vertical stride is used for both directions",
    "`stride[0]` moves the window down and sideways",
    "Where in your code does `stride[1]` appear?",
    BORDER,
    lambda layer, x: altered(layer, stride=layer.stride[1]).forward(x),
    settings=(
        lambda layer: {"stride": layer.stride[0]},
        lambda layer: {"stride": layer.stride[1]},
    ),
)
def stride_height_only(layer: Conv2d, x: Array) -> Array:
    return altered(layer, stride=layer.stride[0]).forward(x)


@mistake(
    "kernel-square",
    "The kernel's height is used for its width",
    "the windows are cut out square, and no longer fit a kernel that is not",
    "Where in your code does `kernel_size[1]`, or the weights' last axis, appear?",
    WEIGHTS,
    lambda layer, x: altered(layer, kernel_size=layer.kernel_size[0]).forward(x),
)
def kernel_square(layer: Conv2d, x: Array) -> Array:
    return loops(layer, x, window=(layer.kernel_size[0],) * 2)


@mistake(
    "kernel-transposed",
    "Rows and columns of the kernel are swapped",
    "the windows are cut out as wide as the kernel is high, and as high as it is wide",
    "A kernel of shape (3, 2) has 3 rows. How many rows has its window?",
    WEIGHTS,
    same_as=("conv-forward-kernel-square",),
)
def kernel_transposed(layer: Conv2d, x: Array) -> Array:
    return loops(layer, x, window=layer.kernel_size[::-1])


@mistake(
    "kernel-hard-wired",
    "The kernel is taken to be 3×3",
    "the size of the kernel is written into the code, and other kernels do not fit",
    "Look for the number 3, or for slices such as 1:-1, in your code.",
    WEIGHTS,
)
def kernel_hard_wired(layer: Conv2d, x: Array) -> Array:
    return loops(layer, x, window=(3, 3))


@mistake(
    "image-square",
    "The image's height is used for its width",
    "the number of columns of y is worked out from the number of rows of x",
    "How large is y for an image of 4×6?",
    BORDER,
)
def image_square(layer: Conv2d, x: Array) -> Array:
    rows = (x.shape[2] + 2 * layer.padding[0] - layer.kernel_size[0]) // layer.stride[0] + 1
    columns = (x.shape[2] + 2 * layer.padding[1] - layer.kernel_size[1]) // layer.stride[1] + 1
    return loops(layer, x, size=(rows, columns))
