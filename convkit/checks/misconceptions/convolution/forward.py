"""Wrong forward passes of `Conv2d`. Their backward passes are right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions import misconception
from convkit.checks.misconceptions.convolution.altered import altered, flip, loops, pad
from convkit.layers import Array, Conv2d

WEIGHTS = ("04-convolution", "Weights and kernels")
BORDER = ("04-convolution", "Going over the border")
MAPS = ("04-convolution", "Many feature maps")

Forward = Callable[[Conv2d, Array], Any]
Settings = Callable[[Conv2d], dict[str, Any]]


def layer_with(wrong: Forward) -> type[Conv2d]:
    """A layer whose forward gives ``wrong(layer, x)``, and whose backward does not notice."""

    class Wrong(Conv2d):
        def forward(self, x: Array) -> Array:
            super().forward(x)
            result: Array = wrong(self, x)
            return result

    return Wrong


def throughout(settings: Settings) -> type[Conv2d]:
    """A layer that is right for other settings than those it was asked for."""

    class Wrong(Conv2d):
        def forward(self, x: Array) -> Array:
            self.twin = altered(self, **settings(self))
            return self.twin.forward(x)

        def backward(self, grad_y: Array) -> Array:
            grad_x = self.twin.backward(grad_y)
            self.grads = self.twin.grads
            return grad_x

    return Wrong


def mistake(
    id: str,
    title: str,
    when: str,
    hint: str,
    read: tuple[str, str],
    *variants: Forward,
    settings: tuple[Settings, ...] = (),
    same_as: tuple[str, ...] = (),
) -> Callable[[Forward], Forward]:
    """Enter a wrong forward pass into the catalogue.

    ``settings``: the mistake may also be made in both passes alike, with these settings.
    """

    def enter(wrong: Forward) -> Forward:
        others = (
            *(layer_with(variant) for variant in variants),
            *(throughout(setting) for setting in settings),
        )
        misconception(
            f"conv-forward-{id}",
            "Conv2d",
            title=title,
            when=when,
            hint=hint,
            read=read,
            variants=others,
            same_as=same_as,
        )(layer_with(wrong))
        return wrong

    return enter


def right(layer: Conv2d, x: Array) -> Array:
    return altered(layer).forward(x)


@mistake(
    "flipped",
    "The kernel is flipped in forward",
    "the weights are turned by half a turn before they slide: a convolution with the weights, "
    "where the layer correlates with them",
    "Which number of `weight` should lie on the upper left pixel of the window?",
    WEIGHTS,
)
def flipped(layer: Conv2d, x: Array) -> Array:
    return altered(layer, weight=flip(layer.params["weight"])).forward(x)


@mistake(
    "flipped-rows",
    "The kernel is upside down in forward",
    "the weights' rows are reversed, and their columns are not",
    "Try a kernel with a single 1 in its upper left corner, by hand.",
    WEIGHTS,
)
def flipped_rows(layer: Conv2d, x: Array) -> Array:
    return altered(layer, weight=layer.params["weight"][..., ::-1, :]).forward(x)


@mistake(
    "flipped-columns",
    "The kernel is mirrored in forward",
    "the weights' columns are reversed, and their rows are not",
    "Try a kernel with a single 1 in its upper left corner, by hand.",
    WEIGHTS,
)
def flipped_columns(layer: Conv2d, x: Array) -> Array:
    return altered(layer, weight=layer.params["weight"][..., ::-1]).forward(x)


@mistake(
    "bias-forgotten",
    "The bias is forgotten",
    'the sums are right, and `params["bias"]` is never added',
    "What should a feature map show for an image that is 0 everywhere?",
    MAPS,
)
def bias_forgotten(layer: Conv2d, x: Array) -> Array:
    return altered(layer, bias=np.zeros_like(layer.params["bias"])).forward(x)


@mistake(
    "bias-along-width",
    "The bias is added along the wrong axis",
    "the bias is added as it is: NumPy lines its axis up with the *last* axis of y, the width",
    "Which axis of y counts the feature maps, and how many axes come after it?",
    MAPS,
    lambda layer, x: bias_forgotten(layer, x) + layer.params["bias"][:, None],
)
def bias_along_width(layer: Conv2d, x: Array) -> Array:
    return bias_forgotten(layer, x) + layer.params["bias"]


@mistake(
    "bias-per-product",
    "The bias is added more than once",
    "the bias is added inside the loop over the channels, once for each of them",
    "How many biases does one number of y have in it?",
    MAPS,
    lambda layer, x: _with_bias(layer, x, layer.params["weight"][0].size),
    lambda layer, x: _with_bias(layer, x, layer.params["weight"][0, 0].size),
)
def bias_per_channel(layer: Conv2d, x: Array) -> Array:
    return _with_bias(layer, x, layer.in_channels)


def _with_bias(layer: Conv2d, x: Array, times: int) -> Array:
    return altered(layer, bias=times * layer.params["bias"]).forward(x)


@mistake(
    "bias-one-for-all",
    "Every feature map gets the same bias",
    "one number of the bias, or their sum, is added to every feature map",
    "How many biases are there, and which one belongs to y[:, j]?",
    MAPS,
    lambda layer, x: bias_forgotten(layer, x) + layer.params["bias"].sum(),
)
def bias_one_for_all(layer: Conv2d, x: Array) -> Array:
    return bias_forgotten(layer, x) + layer.params["bias"][0]


@mistake(
    "bias-subtracted",
    "The bias is subtracted",
    "the bias enters with a minus sign",
    "What should a feature map show for an image that is 0 everywhere?",
    MAPS,
)
def bias_subtracted(layer: Conv2d, x: Array) -> Array:
    return altered(layer, bias=-layer.params["bias"]).forward(x)


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
    "size-not-whole",
    "A size is not a whole number",
    "the number of windows is worked out with `/`, which gives a float even when nothing is left "
    "over, and a float is no size and no index",
    "Python has two divisions. Which one drops the remainder?",
    BORDER,
)
def size_not_whole(layer: Conv2d, x: Array) -> Array:
    rows = (x.shape[2] + 2 * layer.padding[0] - layer.kernel_size[0]) / layer.stride[0] + 1
    return np.zeros(rows)


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
    "window-one-short",
    "Part of the window is left out",
    "the sum over the window leaves out the kernel's last row or column, or its first",
    "At which p does range(kh - 1) end, and where does range(1, kh) begin?",
    WEIGHTS,
    lambda layer, x: _without(layer, x, np.s_[..., 0, :]),
    lambda layer, x: _without(layer, x, np.s_[..., -1]),
    lambda layer, x: _without(layer, x, np.s_[..., 0]),
    lambda layer, x: _without(layer, x, np.s_[..., -1, :], np.s_[..., -1]),
    lambda layer, x: _without(layer, x, np.s_[..., 0, :], np.s_[..., 0]),
)
def window_one_short(layer: Conv2d, x: Array) -> Array:
    return _without(layer, x, np.s_[..., -1, :])


def _without(layer: Conv2d, x: Array, *parts: Any) -> Array:
    weight = layer.params["weight"].copy()
    for part in parts:
        weight[part] = 0
    return altered(layer, weight=weight).forward(x)


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


@mistake(
    "first-channel-only",
    "Only one channel of the input is looked at",
    "a feature map sees the first channel of x, or the last, and not the sum over all of them",
    "How many sums Σ does the formula of a feature map have, and which runs over the channels?",
    MAPS,
    lambda layer, x: right(layer, _only(x, -1)),
    lambda layer, x: right(layer, np.repeat(x[:, :1], layer.in_channels, axis=1)),
)
def first_channel_only(layer: Conv2d, x: Array) -> Array:
    return right(layer, _only(x, 0))


def _only(x: Array, channel: int) -> Array:
    kept = np.zeros_like(x)
    kept[:, channel] = x[:, channel]
    return kept


@mistake(
    "channels-averaged",
    "The channels are averaged",
    "the contributions of the channels are averaged, not summed",
    "Look for a mean, or a division by the number of channels.",
    MAPS,
)
def channels_averaged(layer: Conv2d, x: Array) -> Array:
    return right(layer, x / layer.in_channels)


@mistake(
    "window-averaged",
    "The window is averaged",
    "the products in a window are averaged, not summed",
    "Look for a mean, or a division by the size of the kernel.",
    MAPS,
    lambda layer, x: right(layer, x / layer.params["weight"][0].size),
)
def window_averaged(layer: Conv2d, x: Array) -> Array:
    return right(layer, x / int(np.prod(layer.kernel_size)))


@mistake(
    "weights-not-transposed",
    "The axes of the weights are mixed up",
    "`weight` is read as (in, out, h, w), or reshaped where its axes have to be swapped: reshape "
    "keeps the numbers in their order and cuts them up anew",
    "The weights have shape (out_channels, in_channels, h, w). Which axis is summed away?",
    MAPS,
    lambda layer, x: altered(
        layer, weight=_regrouped(layer.params["weight"], layer.in_channels)
    ).forward(x),
)
def kernel_reshaped(layer: Conv2d, x: Array) -> Array:
    weight = layer.params["weight"]
    swapped = weight.swapaxes(2, 3).reshape(weight.shape)
    return altered(layer, weight=swapped).forward(x)


def _regrouped(weight: Array, in_channels: int) -> Array:
    return weight.reshape(in_channels, -1, *weight.shape[2:]).swapaxes(0, 1)


@mistake(
    "channels-last",
    "The axes of y are in another order",
    "the feature maps come last, (N, H, W, C), where they are the second axis, (N, C, H, W)",
    "Print y.shape, and name its four numbers.",
    MAPS,
)
def channels_last(layer: Conv2d, x: Array) -> Array:
    return right(layer, x).transpose(0, 2, 3, 1)


@mistake(
    "sides-swapped",
    "Rows and columns of y are swapped",
    "y has shape (N, C, W, H): its rows are counted where its columns should be",
    "Print y.shape for an image that is not square.",
    MAPS,
    lambda layer, x: right(layer, x).reshape(*right(layer, x).shape[:2], *_sides(layer, x)),
)
def sides_swapped(layer: Conv2d, x: Array) -> Array:
    return right(layer, x).swapaxes(2, 3)


def _sides(layer: Conv2d, x: Array) -> tuple[int, ...]:
    return right(layer, x).shape[:1:-1]


@mistake(
    "maps-first",
    "Images and feature maps of y are swapped",
    "y has shape (C, N, H, W): the feature maps come first, where the batch should",
    "Print y.shape, and name its four numbers.",
    MAPS,
)
def maps_first(layer: Conv2d, x: Array) -> Array:
    return right(layer, x).swapaxes(0, 1)


@mistake(
    "none",
    "forward returns nothing",
    "forward ends without a `return`, and Python then returns None",
    "What does the next layer get from this one?",
    MAPS,
)
def none_returned(layer: Conv2d, x: Array) -> Any:
    return None


@mistake(
    "reshaped-not-transposed",
    "y is reshaped where it should be transposed",
    "the shape is right and the numbers are in the wrong places: reshape does not move an axis",
    "After the matrix product, which axis varies fastest: the position or the feature map?",
    MAPS,
    lambda layer, x: _refolded(right(layer, x), (1, 0, 2, 3)),
    lambda layer, x: _refolded(right(layer, x), (1, 2, 3, 0)),
    lambda layer, x: _refolded(right(layer, x), (0, 1, 3, 2)),
    lambda layer, x: _refolded(right(layer, x), (2, 3, 0, 1)),
    lambda layer, x: _samples_mixed(right(layer, x)),
)
def reshaped(layer: Conv2d, x: Array) -> Array:
    return _refolded(right(layer, x), (0, 2, 3, 1))


def _refolded(y: Array, axes: tuple[int, ...]) -> Array:
    return y.transpose(axes).reshape(y.shape)


def _samples_mixed(y: Array) -> Array:
    """Columns place by place, sample by sample, folded back sample by sample, place by place."""
    n, maps, rows, columns = y.shape
    return y.transpose(1, 2, 3, 0).reshape(maps, n, rows, columns).swapaxes(0, 1)


@mistake(
    "first-image-only",
    "Only one image of the batch is computed",
    "the first image, or the last, is right and the others stay as they were made",
    "Is the `return` inside the loop? Which index does the loop over the images write to?",
    MAPS,
    lambda layer, x: _only_image(right(layer, x), -1),
    lambda layer, x: np.repeat(right(layer, x)[:1], len(x), axis=0),
)
def first_image_only(layer: Conv2d, x: Array) -> Array:
    return _only_image(right(layer, x), 0)


def _only_image(y: Array, image: int) -> Array:
    kept = np.zeros_like(y)
    kept[image] = y[image]
    return kept


@mistake(
    "activation-inside",
    "A non-linearity is applied",
    "forward returns tanh, sigm or max(0, ·) of the sums: that is the job of a layer of its own",
    "What is the pre-activation?",
    MAPS,
    lambda layer, x: np.maximum(right(layer, x), 0.0),
    lambda layer, x: 1 / (1 + np.exp(-right(layer, x))),
)
def activation_inside(layer: Conv2d, x: Array) -> Array:
    return np.tanh(right(layer, x))


@mistake(
    "zeros",
    "y is never filled",
    "y is made of zeros, and the sums do not find their way into it",
    "Where is y assigned to, after np.zeros?",
    MAPS,
)
def zeros(layer: Conv2d, x: Array) -> Array:
    return np.zeros_like(right(layer, x))


@mistake(
    "last-product-only",
    "`=` where `+=` is needed in forward",
    "each product overwrites the sum so far, and only the last one is left",
    "What does y[n, j, a, b] hold after two rounds of the innermost loop?",
    MAPS,
    lambda layer, x: _last_of_window(layer, x),
)
def last_channel_only(layer: Conv2d, x: Array) -> Array:
    return altered(layer, bias=0 * layer.params["bias"]).forward(_only(x, -1))


def _last_of_window(layer: Conv2d, x: Array) -> Array:
    weight = np.zeros_like(layer.params["weight"])
    weight[:, -1, -1, -1] = layer.params["weight"][:, -1, -1, -1]
    return altered(layer, weight=weight).forward(x)


@mistake(
    "whole-numbers",
    "y holds whole numbers",
    "y is made with an integer dtype, which cuts off everything after the point",
    "Which dtype does your y have when it is made?",
    MAPS,
)
def whole_numbers(layer: Conv2d, x: Array) -> Array:
    return right(layer, x).astype(np.int64)


@mistake(
    "single-precision",
    "Everything is computed in float32",
    "the numbers are turned into float32 on the way, whatever came in",
    "Look for float32, np.float32 or 'f4' in your code.",
    MAPS,
    lambda layer, x: right(layer, x).astype(np.float32).astype(x.dtype),
)
def single_precision(layer: Conv2d, x: Array) -> Array:
    return right(layer, x).astype(np.float32)


@mistake(
    "double-precision",
    "float32 becomes float64",
    "y is made in float64, or float32 numbers are multiplied with float64 weights: NumPy then "
    "gives float64",
    "Which dtypes have x, weight and bias? Which does their product have?",
    MAPS,
)
def double_precision(layer: Conv2d, x: Array) -> Array:
    return right(layer, x.astype(np.float64))


@mistake(
    "input-changed",
    "forward changes its input",
    "something is written into x: an array is not copied when it is passed or assigned",
    "Look for x[...] =, x += and the like, also through another name for x.",
    MAPS,
)
def input_changed(layer: Conv2d, x: Array) -> Array:
    y = right(layer, x)
    x *= 2
    return y
