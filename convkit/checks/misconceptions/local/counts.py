"""Wrong `dense_parameters`, `local_parameters` and `conv_parameters`."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from convkit.checks.misconceptions.tables import Table, enter_table

DENSE = ("02-local-connectivity", "What it costs")
SHARED = ("04-convolution", "What it costs")

_DENSE: Table = {
    "biases": (
        "The biases are counted",
        "one bias for each unit is added to the weights; the slides count weights only",
        "Read the first line of the docstring once more.",
        lambda shape, units: (prod(shape) + 1) * units,
    ),
    "one-unit": (
        "The weights of one unit are counted",
        "the result is how many numbers the input has, whatever the number of units",
        "How many units look at the input?",
        lambda shape, units: prod(shape),
    ),
    "added": (
        "Inputs and units are added",
        "the numbers of inputs and of units are added, where every unit sees every input",
        "Draw three inputs and two units. How many lines connect them?",
        lambda shape, units: prod(shape) + units,
    ),
    "sum-of-sizes": (
        "The sizes of the input are added",
        "an image of 200 × 200 is taken to have 400 pixels",
        "How many pixels has an image of 3 × 4?",
        lambda shape, units: sum(shape) * units,
    ),
    "two-axes": (
        "Only two sizes of the input are looked at",
        "two entries of `input_shape` are multiplied, and it may have one, or three, or more",
        "What if the input has channels? What if it is just a vector?",
        lambda shape, units: shape[-2] * shape[-1] * units,
        lambda shape, units: shape[0] * shape[1] * units,
        lambda shape, units: prod(shape[:2]) * units,
        lambda shape, units: prod(shape[-2:]) * units,
    ),
    "three-axes": (
        "The input is taken to have a fixed number of axes",
        "`input_shape` is unpacked into two names, or three, and may have another length",
        "How do you multiply the entries of a tuple, if you do not know how many there are?",
        lambda shape, units: _unpacked(shape, 2) * units,
        lambda shape, units: _unpacked(shape, 3) * units,
    ),
    "channels-forgotten": (
        "The channels are forgotten",
        "all entries of `input_shape` but the first are multiplied",
        "An image in colour: how many numbers does it have for each pixel?",
        lambda shape, units: prod(shape[1:]) * units,
    ),
    "square": (
        "The input is taken to be square",
        "one size is squared, and the other is not looked at",
        "How many pixels has an image of 3 × 4?",
        lambda shape, units: shape[0] ** 2 * units,
        lambda shape, units: shape[-1] ** 2 * units,
    ),
    "one-size": (
        "Only one size of the input is looked at",
        "one entry of `input_shape` is used, or how many entries there are",
        "How many pixels has an image of 3 × 4?",
        lambda shape, units: shape[0] * units,
        lambda shape, units: shape[-1] * units,
        lambda shape, units: len(shape) * units,
    ),
    "overflow": (
        "The number is too large for its type",
        "the product is worked out in 32 bits, and starts again from below when it is too large",
        "How large can an np.int32 become? And a Python integer?",
        lambda shape, units: _in_32_bits(prod(shape) * units),
    ),
    "rounded": (
        "The number is rounded",
        "the slides' “~2B” is a rounded number; here the exact one is asked for",
        "What is 200 · 200 · 40 000, to the last digit?",
        lambda shape, units: round(prod(shape) * units, -9),
        lambda shape, units: round(prod(shape) * units, -3),
    ),
}


def _unpacked(shape: tuple[int, ...], count: int) -> int:
    if len(shape) != count:
        raise ValueError("not the right number of values to unpack")
    return prod(shape)


def _in_32_bits(number: int) -> int:
    return (number + 2**31) % 2**32 - 2**31


_KERNEL: Table = {
    "biases": (
        "The biases are counted",
        "biases are added to the weights; the slides count weights only",
        "Read the first line of the docstring once more.",
        lambda channels, count, size: (channels * prod(_pair(size)) + 1) * count,
        lambda channels, count, size: channels * (prod(_pair(size)) + 1) * count,
    ),
    "channels-forgotten": (
        "The channels are forgotten",
        "a patch is counted in one channel only",
        "An image in colour: how many numbers lie in a patch of 2 × 2?",
        lambda channels, count, size: prod(_pair(size)) * count,
    ),
    "channels-added": (
        "The channels are added",
        "the number of channels is added to the size of the patch, where it is a factor",
        "An image in colour: how many numbers lie in a patch of 2 × 2?",
        lambda channels, count, size: (prod(_pair(size)) + channels) * count,
        lambda channels, count, size: prod(_pair(size)) * count + channels,
    ),
    "one-of-them": (
        "The weights of one patch are counted",
        "the result is how many numbers lie in a patch, not how many in all units together",
        "Which of the three arguments do you not use?",
        lambda channels, count, size: channels * prod(_pair(size)),
    ),
    "not-squared": (
        "The size is not squared",
        "a number as kernel_size is one side of a square patch, and is used as if it were the area",
        "How many pixels has a patch of 10 × 10?",
        lambda channels, count, size: channels * count * _area(size, lambda side: side),
        lambda channels, count, size: channels * count * _area(size, lambda side: 2 * side),
    ),
    "sides-added": (
        "The sides of the patch are added",
        "height + width stands where height · width should",
        "How many pixels has a patch of 2 × 5?",
        lambda channels, count, size: channels * count * sum(_pair(size)),
        lambda channels, count, size: (
            channels * count * (sum(size) if isinstance(size, tuple) else size**2)
        ),
    ),
    "square": (
        "The patch is taken to be square",
        "of a pair, one side is squared, and the other is not looked at",
        "How many pixels has a patch of 2 × 5?",
        lambda channels, count, size: channels * count * _pair(size)[0] ** 2,
        lambda channels, count, size: channels * count * _pair(size)[1] ** 2,
    ),
    "no-pair": (
        "A pair as kernel_size is not understood",
        "arithmetic such as `kernel_size ** 2` is done with the pair itself",
        "kernel_size may be (2, 5). What do you want to do with its two numbers?",
        lambda channels, count, size: channels * count * size**2,
        lambda channels, count, size: channels * count * size * size,
        lambda channels, count, size: (
            channels * count * (size if isinstance(size, tuple) else size**2)
        ),
    ),
    "only-pair": (
        "A number as kernel_size is not understood",
        "kernel_size is unpacked or indexed as a pair, and may be a single number",
        "kernel_size may be 10. Which height and width does that mean?",
        lambda channels, count, size: channels * count * size[0] * size[1],
        lambda channels, count, size: channels * count * np.multiply(*size),
        lambda channels, count, size: channels * count * len(size),
    ),
    "all-to-all": (
        "Something is counted twice",
        "one of the factors is squared, or stands in the product two times",
        "Write the product on paper. How many factors does it have?",
        lambda channels, count, size: channels * count**2 * prod(_pair(size)),
        lambda channels, count, size: channels**2 * count * prod(_pair(size)),
        lambda channels, count, size: channels * count * prod(_pair(size)) ** 2,
    ),
}


def _pair(size: Any) -> tuple[int, int]:
    return size if isinstance(size, tuple) else (size, size)


def _area(size: Any, of_side: Callable[[int], int]) -> int:
    return prod(size) if isinstance(size, tuple) else of_side(size)


enter_table("dense_parameters", DENSE, _DENSE, prefix="dense-parameters")
enter_table("local_parameters", DENSE, _KERNEL, prefix="local-parameters")
enter_table("conv_parameters", SHARED, _KERNEL, prefix="conv-parameters")
