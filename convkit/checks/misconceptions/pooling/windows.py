"""Wrong forward passes of either pooling: where the windows lie."""

from __future__ import annotations

from typing import Any

import numpy as np

from convkit.checks.misconceptions.pooling.altered import (
    IDEA,
    Pool,
    forward_mistake,
    loops,
    reduced,
    throughout,
    twin,
    windows,
)
from convkit.layers import Array


@forward_mistake(
    "kernel-swapped",
    "Vertical and horizontal size of the window are swapped",
    "`kernel_size[0]` is taken for the window's width, and `kernel_size[1]` for its height",
    "A pair is (vertical, horizontal), like an array's shape: rows first.",
    classes=throughout(lambda layer: {"kernel_size": layer.kernel_size[::-1]}),
)
def kernel_swapped(layer: Pool, x: Array, y: Array) -> Array:
    return twin(layer, kernel_size=layer.kernel_size[::-1]).forward(x)


@forward_mistake(
    "kernel-square",
    "The windows are square",
    "`kernel_size[0]` is used for the window's height and for its width",
    "Where in your code does `kernel_size[1]` appear?",
    lambda layer, x, y: loops(layer, x, window=(layer.kernel_size[1],) * 2),
    lambda layer, x, y: loops(layer, x, window=(layer.kernel_size[0],) * 2),
    classes=throughout(
        lambda layer: {"kernel_size": (layer.kernel_size[0],) * 2},
        lambda layer: {"kernel_size": (layer.kernel_size[1],) * 2},
    ),
)
def kernel_square(layer: Pool, x: Array, y: Array) -> Array:
    return twin(layer, kernel_size=(layer.kernel_size[0],) * 2).forward(x)


@forward_mistake(
    "kernel-one-short",
    "The windows are one row and one column too small",
    "a slice or a range ends one early, and the last row and column of every window are not seen",
    "Python's slices leave out their end. Which rows are x[2 : 2 + 3]?",
)
def kernel_one_short(layer: Pool, x: Array, y: Array) -> Array:
    height, width = layer.kernel_size
    return loops(layer, x, window=(max(1, height - 1), max(1, width - 1)))


@forward_mistake(
    "kernel-one-long",
    "The windows are one row and one column too large",
    "a slice ends one late, and every window takes in a row and a column of its neighbours",
    "Python's slices leave out their end. Which rows are x[2 : 2 + 3]?",
)
def kernel_one_long(layer: Pool, x: Array, y: Array) -> Array:
    height, width = layer.kernel_size
    return loops(layer, x, window=(height + 1, width + 1))


@forward_mistake(
    "stride-is-kernel",
    "The stride is ignored: the windows move by their own size",
    "the windows tile the image, whatever `stride` says",
    "Where in your code does `stride` appear?",
    lambda layer, x, y: _size_right(layer, x, step=layer.kernel_size),
    read=IDEA,
    classes=throughout(lambda layer: {"stride": layer.kernel_size}),
)
def stride_is_kernel(layer: Pool, x: Array, y: Array) -> Array:
    return twin(layer, stride=layer.kernel_size).forward(x)


def _size_right(layer: Pool, x: Array, step: tuple[int, int]) -> Array:
    """Loops whose slices may leave the image: the last windows are empty, as ``[]`` is."""
    with np.errstate(invalid="ignore"):
        return loops(layer, x, step=step)


@forward_mistake(
    "stride-one",
    "The windows move by one pixel",
    "there is a window at every pixel, whatever `stride` says: the slides' formula, literally",
    "The window of y[…, 1, 1]: where does its upper left corner lie?",
    lambda layer, x, y: loops(layer, x, step=(1, 1)),
    read=IDEA,
    classes=throughout(lambda layer: {"stride": (1, 1)}),
)
def stride_one(layer: Pool, x: Array, y: Array) -> Array:
    return twin(layer, stride=(1, 1)).forward(x)


def _default_one(base: type[Any]) -> type[Any]:
    def init(self: Any, kernel_size: Any, stride: Any = None) -> None:
        base.__init__(self, kernel_size, 1 if stride is None else stride)

    return type("Wrong", (base,), {"__init__": init})


@forward_mistake(
    "stride-default-one",
    "Without a stride, the windows move by one pixel",
    "`stride` is 1 where it is not given; pooling that subsamples moves by its own size then",
    "Neighbourhoods that do not overlap: how far must a window of 3 move?",
    read=IDEA,
    classes=lambda base: [_default_one(base)],
)
def stride_default_one(layer: Pool, x: Array, y: Array) -> Array:
    # The layer cannot know any more whether the stride was given; equal to the kernel, it was not.
    return stride_one(layer, x, y) if layer.stride == layer.kernel_size else y


@forward_mistake(
    "stride-none",
    "A stride that is not given stays None",
    "`stride` is None where it is not given, and arithmetic with None raises an error",
    "What shall `self.stride` be when nobody gives one?",
    read=IDEA,
)
def stride_none(layer: Pool, x: Array, y: Array) -> Array:
    if layer.stride == layer.kernel_size:
        raise TypeError("unsupported operand type(s) for //: 'int' and 'NoneType'")
    return y


@forward_mistake(
    "stride-swapped",
    "Vertical and horizontal stride are swapped",
    "`stride[0]` moves the window sideways, and `stride[1]` moves it down",
    "A pair is (vertical, horizontal), like an array's shape: rows first.",
    classes=throughout(lambda layer: {"stride": layer.stride[::-1]}),
)
def stride_swapped(layer: Pool, x: Array, y: Array) -> Array:
    return twin(layer, stride=layer.stride[::-1]).forward(x)


@forward_mistake(
    "stride-square",
    "One stride is used for both directions",
    "the window moves down and sideways by the same number of pixels",
    "Where in your code does `stride[1]` appear?",
    lambda layer, x, y: twin(layer, stride=(layer.stride[1],) * 2).forward(x),
    lambda layer, x, y: loops(layer, x, step=(layer.stride[0],) * 2),
    classes=throughout(
        lambda layer: {"stride": (layer.stride[0],) * 2},
        lambda layer: {"stride": (layer.stride[1],) * 2},
    ),
)
def stride_square(layer: Pool, x: Array, y: Array) -> Array:
    return twin(layer, stride=(layer.stride[0],) * 2).forward(x)


@forward_mistake(
    "size-rounded-up",
    "The size of the output is rounded up",
    "a last window that hangs over the edge is kept, cut off there",
    "What happens to a last window that does not fit whole?",
)
def size_rounded_up(layer: Pool, x: Array, y: Array) -> Array:
    rows, columns = (
        -((k - size) // s) + 1
        for size, k, s in zip(x.shape[2:], layer.kernel_size, layer.stride, strict=True)
    )
    return loops(layer, x, size=(rows, columns))


@forward_mistake(
    "size-quotient",
    "The size of the output is only a quotient",
    "the number of windows is the image's size divided by the stride, or by the window: true only "
    "where the windows tile the image",
    "7 pixels, a window of 3 that moves by 2: draw the windows and count them.",
    lambda layer, x, y: loops(layer, x, size=_quotient(x, layer.kernel_size)),
)
def size_quotient(layer: Pool, x: Array, y: Array) -> Array:
    return loops(layer, x, size=_quotient(x, layer.stride))


def _quotient(x: Array, sizes: tuple[int, int]) -> tuple[int, int]:
    return x.shape[2] // sizes[0], x.shape[3] // sizes[1]


@forward_mistake(
    "size-one-short",
    "The output is one row and one column short",
    "the + 1 is missing in the number of windows, or the loop ends one window early",
    "A window as large as the image: in how many places does it fit?",
)
def size_one_short(layer: Pool, x: Array, y: Array) -> Array:
    return y[:, :, :-1, :-1]


@forward_mistake(
    "size-one-direction",
    "The output is as many columns wide as it is rows high",
    "the number of windows is worked out for one direction, and used for both",
    "How wide is y if the image is twice as wide as high?",
    lambda layer, x, y: loops(layer, x, size=(y.shape[3], y.shape[3])),
    lambda layer, x, y: loops(layer, x, size=(y.shape[3], y.shape[2])),
)
def size_one_direction(layer: Pool, x: Array, y: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return loops(layer, x, size=(y.shape[2], y.shape[2]))


@forward_mistake(
    "ragged-refused",
    "An image whose size does not fit the windows is refused",
    "an image on which the last window does not end exactly at the edge raises an error",
    "What does the layer do with rows that are left over?",
)
def ragged_refused(layer: Pool, x: Array, y: Array) -> Array:
    sizes = zip(x.shape[2:], layer.kernel_size, layer.stride, strict=True)
    assert all((size - k) % s == 0 for size, k, s in sizes)
    return y


@forward_mistake(
    "ragged-at-the-start",
    "What is left over is dropped at the wrong edge",
    "the windows end at the last row and column, and what does not fit is left out at the top and "
    "on the left",
    "Where does the first window begin?",
    lambda layer, x, y: _shifted(layer, x, 1),
)
def ragged_at_the_start(layer: Pool, x: Array, y: Array) -> Array:
    return _shifted(layer, x, 0)


def _shifted(layer: Pool, x: Array, halves: int) -> Array:
    """Windows as far to the lower right as they go, or half as far."""
    top, left = (
        ((size - k) % s) >> halves
        for size, k, s in zip(x.shape[2:], layer.kernel_size, layer.stride, strict=True)
    )
    return twin(layer).forward(x[:, :, top:, left:])


@forward_mistake(
    "last-window-skipped",
    "The last windows are skipped",
    "the loops over the windows end one early, and the last row and column of y stay as they "
    "were made",
    "At which j does range(n - 1) end?",
)
def last_window_skipped(layer: Pool, x: Array, y: Array) -> Array:
    y = y.copy()
    y[:, :, -1] = y[:, :, :, -1] = 0
    return y


@forward_mistake(
    "reshaped",
    "A reshape takes the image apart in the wrong order",
    "the image is reshaped to windows without moving an axis: reshape keeps the numbers in reading "
    "order, so a “window” is a piece of a row",
    "Which pixels of `np.arange(24).reshape(4, 6)` lie in the first window of 2 × 3?",
)
def reshaped(layer: Pool, x: Array, y: Array) -> Array:
    (rows, columns), (height, width) = y.shape[2:], layer.kernel_size
    tiled = x[:, :, : rows * height, : columns * width]
    return reduced(layer, tiled.reshape(*y.shape, height, width))


@forward_mistake(
    "reshape-needs-tiles",
    "The reshape works only where the windows tile the image",
    "the image is reshaped to windows that lie side by side: with another stride, or with rows "
    "left over, the numbers do not add up",
    "What does `x.reshape(…)` need when windows overlap, or leave something over?",
)
def reshape_needs_tiles(layer: Pool, x: Array, y: Array) -> Array:
    n, channels, height, width = x.shape
    (h, w) = layer.kernel_size
    blocks = x.reshape(n, channels, height // h, h, width // w, w)
    return reduced(layer, blocks, (3, 5))


@forward_mistake(
    "output-transposed",
    "Rows and columns of the output are swapped",
    "the result of the window at row j and column k is written to row k and column j",
    "Which of your loop's indices counts rows?",
)
def output_transposed(layer: Pool, x: Array, y: Array) -> Array:
    return y.swapaxes(2, 3)


@forward_mistake(
    "axes-channels-last",
    "The axes of x are taken for (N, H, W, C)",
    "the windows slide over the axes 1 and 2: the channels and the rows",
    "In which order are the axes of x?",
)
def axes_channels_last(layer: Pool, x: Array, y: Array) -> Array:
    return np.moveaxis(twin(layer).forward(np.moveaxis(x, 3, 1)), 1, 3)


@forward_mistake(
    "maps-mixed",
    "The feature maps are not kept apart",
    "a window reaches through all channels, and every map gets the same numbers",
    "Over which axes does your maximum or mean run? Which of them is the channel?",
    lambda layer, x, y: reduced(layer, windows(layer, x), (1, 4, 5)),
    lambda layer, x, y: reduced(layer, windows(layer, x), (1, 4, 5))[:, np.newaxis],
    read=IDEA,
)
def maps_mixed(layer: Pool, x: Array, y: Array) -> Array:
    mixed = reduced(layer, windows(layer, x), (1, 4, 5))[:, np.newaxis]
    return np.broadcast_to(mixed, y.shape)


@forward_mistake(
    "batch-mixed",
    "The images of a batch are not kept apart",
    "a window reaches through all images of the batch",
    "Over which axes does your maximum or mean run? Which of them is the batch?",
    lambda layer, x, y: reduced(layer, windows(layer, x), (0, 4, 5))[np.newaxis],
    read=IDEA,
)
def batch_mixed(layer: Pool, x: Array, y: Array) -> Array:
    mixed = reduced(layer, windows(layer, x), (0, 4, 5))[np.newaxis]
    return np.broadcast_to(mixed, y.shape)


@forward_mistake(
    "one-map",
    "Only one feature map is pooled",
    "the first map, or the last, is right and the others are never written",
    "Is the `return` inside the loop? Which index does the loop over the maps write to?",
    lambda layer, x, y: _one_map(y, -1),
    read=IDEA,
)
def one_map(layer: Pool, x: Array, y: Array) -> Array:
    return _one_map(y, 0)


def _one_map(y: Array, channel: int) -> Array:
    kept = np.zeros_like(y)
    kept[:, channel] = y[:, channel]
    return kept


@forward_mistake(
    "one-direction",
    "The window has only one direction",
    "the numbers are compared or averaged down a column, or along a row, but not both",
    "How many pixels does a window of 2 × 3 have? How many does your code look at?",
    lambda layer, x, y: reduced(layer, windows(layer, x)[..., 0, :], (-1,)),
)
def one_direction(layer: Pool, x: Array, y: Array) -> Array:
    return reduced(layer, windows(layer, x)[..., 0], (-1,))


@forward_mistake(
    "corner-only",
    "One pixel of each window is taken as it is",
    "y is x[…, ::stride, ::stride]: subsampled, but nothing is made of the neighbourhood",
    "What do the other pixels of the window do in your code?",
    lambda layer, x, y: windows(layer, x)[..., -1, -1],
    lambda layer, x, y: windows(layer, x)[
        ..., layer.kernel_size[0] // 2, layer.kernel_size[1] // 2
    ],
    read=IDEA,
)
def corner_only(layer: Pool, x: Array, y: Array) -> Array:
    return windows(layer, x)[..., 0, 0]
