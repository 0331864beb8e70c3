"""Wrong `correlate2d` and `convolve2d`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions import misconception
from convkit.layers import Array, convolve2d, correlate2d

IDEA = ("04-convolution", "The idea")
BORDER = ("04-convolution", "Going over the border")

Function = Callable[..., Any]
Mistake = Callable[[Function], Function]
"""From the right function to one that makes the mistake."""

_RIGHT: dict[str, Function] = {"correlate2d": correlate2d, "convolve2d": convolve2d}


def mistake(
    id: str,
    title: str,
    when: str,
    hint: str,
    read: tuple[str, str],
    *variants: Mistake,
    of: tuple[str, ...] = ("correlate2d", "convolve2d"),
) -> Callable[[Mistake], Mistake]:
    """Enter a mistake that one can make in either function, or in those named by ``of``."""

    def enter(wrong: Mistake) -> Mistake:
        for name in of:
            misconception(
                f"{name.removesuffix('2d')}-{id}",
                name,
                title=title,
                when=when,
                hint=hint,
                read=read,
                variants=tuple(variant(_RIGHT[name]) for variant in variants),
            )(wrong(_RIGHT[name]))
        return wrong

    return enter


def _with_kernel(right: Function, change: Callable[[Array], Array]) -> Function:
    return lambda x, k, mode="valid": right(x, change(k), mode)


def _flip(k: Array) -> Array:
    return k[::-1, ::-1]


@mistake(
    "not-flipped",
    "The kernel is not flipped",
    "the kernel lies on the image as it is: a correlation, where a convolution flips it first",
    "In the slides' example the upper left number is 45. Which kernel entry does the 80 meet?",
    IDEA,
    lambda right: _with_kernel(right, _flip),
    of=("convolve2d",),
)
def not_flipped(right: Function) -> Function:
    return correlate2d


@mistake(
    "flipped",
    "The kernel is flipped",
    "the kernel is turned by half a turn before it slides: a convolution, where a correlation "
    "lays it on the image as it is",
    "Which entry of k should lie on the upper left pixel of the window?",
    IDEA,
    lambda right: _with_kernel(right, _flip),
    of=("correlate2d",),
)
def flipped(right: Function) -> Function:
    return convolve2d


@mistake(
    "one-axis-flipped",
    "Only one axis of the kernel is flipped",
    "the kernel's rows are reversed and its columns are not, or the other way round",
    "Half a turn reverses both. Where does the entry k[0, 0] end up?",
    IDEA,
    lambda right: _with_kernel(right, lambda k: k[:, ::-1]),
)
def one_axis_flipped(right: Function) -> Function:
    return _with_kernel(right, lambda k: k[::-1])


@mistake(
    "transposed",
    "The kernel is transposed",
    "rows and columns of the kernel are swapped, which mirrors it at the diagonal; a flip keeps "
    "its shape",
    "What is the shape of a 2×3 kernel after the flip?",
    IDEA,
    lambda right: _with_kernel(right, lambda k: k[::-1, ::-1].T),
)
def transposed(right: Function) -> Function:
    return _with_kernel(right, lambda k: k.T)


@mistake(
    "rotated",
    "The kernel is turned by a quarter",
    "the kernel is turned by 90°, as np.rot90 does unless it is told how often",
    "A flip of rows and columns is half a turn. How many quarters is that?",
    IDEA,
    lambda right: _with_kernel(right, lambda k: np.rot90(k, -1)),
)
def rotated(right: Function) -> Function:
    return _with_kernel(right, np.rot90)


@mistake(
    "mode-ignored",
    "The mode is ignored",
    "the result is the same whatever the mode",
    "Where in your code does `mode` appear?",
    BORDER,
    lambda right: lambda x, k, mode="full": right(x, k, "full"),
    lambda right: lambda x, k, mode="same": right(x, k, "same"),
)
def mode_ignored(right: Function) -> Function:
    return lambda x, k, mode="valid": right(x, k, "valid")


def _with_modes(right: Function, **modes: str) -> Function:
    return lambda x, k, mode="valid": right(x, k, modes.get(mode, mode))


@mistake(
    "modes-swapped",
    "Two modes are mixed up",
    "one mode gives what another one should: “valid” keeps the places where the kernel lies inside "
    "the image, “full” all where they touch, “same” as many as x has",
    "How large is the result in each mode, for a 5×5 image and a 3×3 kernel?",
    BORDER,
    lambda right: _with_modes(right, same="valid"),
    lambda right: _with_modes(right, same="full"),
    lambda right: _with_modes(right, full="same", same="full"),
)
def modes_swapped(right: Function) -> Function:
    return _with_modes(right, valid="full", full="valid")


def _padded_instead(right: Function, in_mode: str, border: Callable[[int], int]) -> Function:
    """In one mode: the valid result on an image with a border, for a kernel's size, of zeros."""

    def wrong(x: Array, k: Array, mode: str = "valid") -> Any:
        if mode != in_mode:
            return right(x, k, mode)
        return right(np.pad(x, [(border(n), border(n)) for n in k.shape]), k)

    return wrong


@mistake(
    "full-too-small",
    "“full” pads too little",
    "the frame of zeros for “full” is half a kernel wide, so the kernel cannot hang over the edge "
    "as far as one last pixel",
    "In the first place of “full” kernel and image share one pixel. How far does the kernel stick "
    "out?",
    BORDER,
    lambda right: _padded_instead(right, "full", lambda n: n // 2),
)
def full_too_small(right: Function) -> Function:
    return _with_modes(right, full="same")


@mistake(
    "full-too-large",
    "“full” pads too much",
    "the frame of zeros for “full” is as wide as the kernel, so that the outermost places do not "
    "touch the image at all",
    "In the first place of “full” kernel and image share one pixel. How far does the kernel stick "
    "out?",
    BORDER,
)
def full_too_large(right: Function) -> Function:
    return _padded_instead(right, "full", lambda n: n)


def _same_from(right: Function, start: Callable[[int], int]) -> Function:
    def wrong(x: Array, k: Array, mode: str = "valid") -> Any:
        if mode != "same":
            return right(x, k, mode)
        top, left = (start(n) for n in k.shape)
        return right(x, k, "full")[top : top + x.shape[0], left : left + x.shape[1]]

    return wrong


@mistake(
    "same-off-centre",
    "“same” is cut out one place off the centre",
    "“same” takes other rows and columns of “full” than its centre: with an even kernel there are "
    "two candidates, and SciPy takes a certain one of them",
    "Write down “full” for a 3×3 image and a 2×2 kernel. Which rows and columns does SciPy keep in "
    "a convolution, and which in a correlation?",
    BORDER,
    lambda right: _same_from(right, lambda h: 0),
    lambda right: _same_from(right, lambda h: h - 1),
)
def same_off_centre(right: Function) -> Function:
    # For even kernels the other centre; for odd ones there is only one.
    return _same_from(right, lambda h: (h - 1) // 2 if right is correlate2d else h // 2)


@mistake(
    "same-padded-evenly",
    "“same” pads by half a kernel on every side",
    "“same” puts h // 2 zeros on either side, which for an even kernel is one row too many",
    "A 2×2 kernel over a 3×3 image: how many zeros does it take for 3 places in a row?",
    BORDER,
)
def same_padded_evenly(right: Function) -> Function:
    return _padded_instead(right, "same", lambda n: n // 2)


@mistake(
    "one-short",
    "The result is one row and one column short",
    "the + 1 is missing in H − h + 1",
    "A kernel as large as the image: in how many places does it fit?",
    IDEA,
)
def one_short(right: Function) -> Function:
    return lambda x, k, mode="valid": right(x, k, mode)[:-1, :-1]


@mistake(
    "kernel-square",
    "The kernel's height is used for its width",
    "the windows are cut out square, and no longer fit a kernel that is not",
    "Where in your code does k.shape[1] appear?",
    IDEA,
)
def kernel_square(right: Function) -> Function:
    def wrong(x: Array, k: Array, mode: str = "valid") -> Any:
        if k.shape[0] != k.shape[1]:
            raise ValueError("operands could not be broadcast together")
        return right(x, k, mode)

    return wrong


@mistake(
    "averaged",
    "The products are averaged",
    "the products in a window are averaged, not summed",
    "In the slides' example, what are the four products of the first window, and what is 45?",
    IDEA,
)
def averaged(right: Function) -> Function:
    return lambda x, k, mode="valid": right(x, k, mode) / k.size


@mistake(
    "kernel-normalised",
    "The kernel is normalised",
    "the kernel is divided by its sum first",
    "In the slides' example, what are the four products of the first window, and what is 45?",
    IDEA,
)
def normalised(right: Function) -> Function:
    return _with_kernel(right, lambda k: k / k.sum())


@mistake(
    "last-product-only",
    "`=` where `+=` is needed",
    "each product overwrites the sum so far, and only the last one is left",
    "What does y[i, j] hold after two rounds of the innermost loop?",
    IDEA,
)
def last_product_only(right: Function) -> Function:
    corner = -1 if right is correlate2d else 0

    def keep_last(k: Array) -> Array:
        kept = np.zeros_like(k)
        kept[corner, corner] = k[corner, corner]
        return kept

    return _with_kernel(right, keep_last)


@mistake(
    "whole-numbers",
    "The result holds whole numbers",
    "y is made with an integer dtype, which cuts off everything after the point",
    "Which dtype does your y have when it is made?",
    IDEA,
)
def whole_numbers(right: Function) -> Function:
    return lambda x, k, mode="valid": right(x, k, mode).astype(np.int64)


@mistake(
    "double-precision",
    "float32 becomes float64",
    "y is made by np.zeros, which gives float64 unless it is told otherwise",
    "Which dtype does your y have when it is made?",
    IDEA,
)
def double_precision(right: Function) -> Function:
    return lambda x, k, mode="valid": right(x, k, mode).astype(np.float64)


@mistake(
    "complex",
    "The result is complex",
    "the numbers that come out of an inverse Fourier transform are returned as they are",
    "What is the imaginary part of your result, and what should it be?",
    IDEA,
)
def complex_left(right: Function) -> Function:
    return lambda x, k, mode="valid": right(x, k, mode) + 0j


@mistake(
    "single-precision",
    "Everything is computed in float32",
    "the numbers are turned into float32 on the way, whatever came in",
    "Look for float32, np.float32 or 'f4' in your code.",
    IDEA,
)
def single_precision(right: Function) -> Function:
    return lambda x, k, mode="valid": right(x, k, mode).astype(np.float32)


def _changing_image(right: Function) -> Function:
    def wrong(x: Array, k: Array, mode: str = "valid") -> Any:
        y = right(x, k, mode)
        x *= 2
        return y

    return wrong


@mistake(
    "input-changed",
    "The image or the kernel is changed",
    "something is written into x or k, such as the flip: a slice is a view, not a copy",
    "Look for k[...] =, x += and the like, also through another name.",
    IDEA,
    _changing_image,
)
def input_changed(right: Function) -> Function:
    def wrong(x: Array, k: Array, mode: str = "valid") -> Any:
        y = right(x, k, mode)
        k[:] = k[::-1, ::-1].copy()
        return y

    return wrong
