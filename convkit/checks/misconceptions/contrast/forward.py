"""Wrong forward passes of `LocalContrastNorm2d`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions.common import enter_common, with_forward
from convkit.checks.misconceptions.contrast.altered import (
    COMPETE,
    FORMULA,
    Window,
    blur,
    deviation,
    divided,
    matrices,
    normalised,
    over_channels,
    subtracted,
)
from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array, LocalContrastNorm2d

Forward = Callable[[Any, Array, Array], Any]


def _by_window(window: Callable[[Any], Window]) -> Forward:
    return lambda layer, x, y: normalised(layer, x, matrices(layer, x, window=window(layer)))


def _by_half(half: Callable[[Any], int]) -> Forward:
    return lambda layer, x, y: normalised(layer, x, matrices(layer, x, half=half(layer)))


def _gaussian(width: Callable[[Any], float]) -> Forward:
    def window(layer: Any) -> Window:
        return lambda offsets: np.exp(-0.5 * (offsets / width(layer)) ** 2)

    return _by_window(window)


def _by_divisor(divisor: Callable[[Any, Array, Array], Array]) -> Forward:
    """v / divisor(layer, v, σ)."""

    def wrong(layer: Any, x: Array, y: Array) -> Array:
        by = matrices(layer, x)
        v = subtracted(x, by)
        return divided(v, divisor(layer, v, deviation(v, by)))

    return wrong


def _by_means(
    subtract: Callable[[Array, Any], Array], square: Callable[[Array, Any], Array]
) -> Forward:
    """v = x − subtract(x, blur), σ² = square(v², blur)."""

    def wrong(layer: Any, x: Array, y: Array) -> Array:
        by = matrices(layer, x)
        v = x - subtract(x, by)
        return divided(v, np.maximum(layer.c, np.sqrt(np.maximum(square(v * v, by), 0))))

    return wrong


def _mean(values: Array, by: Any) -> Array:
    return blur(over_channels(values), by)


def _sum(values: Array, by: Any) -> Array:
    return blur(values.sum(axis=1, keepdims=True), by)


def _of_its_own(values: Array, by: Any) -> Array:
    return blur(values, by)


def _over_the_picture(values: Array, by: Any) -> Array:
    return values.mean(axis=(1, 2, 3), keepdims=True)


def _padded(mode: str) -> Forward:
    """The window meets numbers beyond the border, where it should be cut off."""

    def wrong(layer: Any, x: Array, y: Array) -> Array:
        half = layer.kernel_size // 2
        frame = ((0, 0), (0, 0), (half, half), (half, half))
        inside = (..., slice(half, half + x.shape[2]), slice(half, half + x.shape[3]))

        def mean(values: Array) -> Array:
            padded = np.pad(over_channels(values), frame, mode=mode)  # type: ignore[call-overload]
            return blur(padded, matrices(layer, padded))[inside]

        v = x - mean(x)
        return divided(v, np.maximum(layer.c, np.sqrt(mean(v * v))))

    return wrong


def _not_renormalised(layer: Any, x: Array, y: Array) -> Array:
    return normalised(layer, x, matrices(layer, x, renormalised=False))


def _sums_to_one_in_the_middle(layer: Any, x: Array, y: Array) -> Array:
    """Renormalised for the mean, but not for the deviation."""
    v = subtracted(x, matrices(layer, x))
    return divided(v, np.maximum(layer.c, deviation(v, matrices(layer, x, renormalised=False))))


def _not_divided_by_sum(layer: Any, x: Array, y: Array) -> Array:
    total = np.exp(-0.5 * (np.arange(-50, 51) / layer.sigma) ** 2)
    half = layer.kernel_size // 2
    inside = total[50 - half : 51 + half].sum()
    rows, columns = matrices(layer, x, renormalised=False)
    return normalised(layer, x, (rows * inside, columns * inside))


def _one_direction(layer: Any, x: Array, y: Array) -> Array:
    rows, _ = matrices(layer, x)
    return normalised(layer, x, (rows, np.eye(x.shape[3], dtype=x.dtype)))


def _other_direction(layer: Any, x: Array, y: Array) -> Array:
    _, columns = matrices(layer, x)
    return normalised(layer, x, (np.eye(x.shape[2], dtype=x.dtype), columns))


def _deviation_of_x(layer: Any, x: Array, y: Array) -> Array:
    by = matrices(layer, x)
    return divided(subtracted(x, by), np.maximum(layer.c, deviation(x, by)))


def _x_over_deviation(layer: Any, x: Array, y: Array) -> Array:
    by = matrices(layer, x)
    return divided(x, np.maximum(layer.c, deviation(subtracted(x, by), by)))


def _centred_again(layer: Any, x: Array, y: Array) -> Array:
    by = matrices(layer, x)
    v = subtracted(x, by)
    variance = blur(over_channels(v * v), by) - blur(over_channels(v), by) ** 2
    return divided(v, np.maximum(layer.c, np.sqrt(np.maximum(variance, 0))))


_WINDOW: Table = {
    "window-not-renormalised": (
        "At the border the window's weights do not sum to 1",
        "what lies outside of the picture counts as black: the mean is too small at the border",
        "A picture that is 5 everywhere: what is the local mean in its corner?",
        _not_renormalised,
        _padded("constant"),
    ),
    "window-renormalised-once": (
        "At the border the weights sum to 1 in one of the two steps only",
        "the mean is renormalised at the border and the deviation is not",
        "The same window is used twice. Is it the same at the border both times?",
        _sums_to_one_in_the_middle,
    ),
    "window-mirrored": (
        "The picture is continued beyond its border",
        "pixels are repeated or mirrored at the border, where the window should be cut off",
        "Which pixels count in a corner: only those that exist?",
        _padded("edge"),
        _padded("symmetric"),
    ),
    "window-sum-forgotten": (
        "The window's weights do not sum to 1",
        "the Gaussian is used as it is, without a division by its sum",
        "A picture that is 5 everywhere: what should its local mean be?",
        _not_divided_by_sum,
    ),
    "window-flat": (
        "The window is flat",
        "all pixels of the window count alike: a box in place of a Gaussian",
        "Which pixel of the window should count most?",
        _by_window(lambda layer: lambda offsets: np.ones(np.shape(offsets))),
    ),
    "window-two-forgotten": (
        "The 2 is missing in the Gaussian",
        "the weights are e^(−p²/σ²), where the Gaussian has 2σ² below",
        "How does the formula of a Gaussian with deviation σ go?",
        _gaussian(lambda layer: layer.sigma / np.sqrt(2)),
    ),
    "window-sigma-not-squared": (
        "sigma is not squared in the Gaussian",
        "the weights are e^(−p²/2σ): sigma is taken for a variance",
        "How does the formula of a Gaussian with deviation σ go?",
        _gaussian(lambda layer: np.sqrt(layer.sigma)),
    ),
    "window-distance-not-squared": (
        "The distance is not squared in the Gaussian",
        "the weights are e^(−|p|/…), which falls along a straight line and has a tip",
        "How does the formula of a Gaussian go?",
        _by_window(lambda layer: lambda offsets: np.exp(-np.abs(offsets) / layer.sigma)),
        _by_window(lambda layer: lambda offsets: np.exp(-np.abs(offsets) / (2 * layer.sigma**2))),
    ),
    "window-sigma-ignored": (
        "sigma is ignored",
        "the Gaussian has a width of its own, whatever `sigma` says",
        "Where in your code does `sigma` appear?",
        _gaussian(lambda layer: layer.kernel_size / 4),
        _gaussian(lambda layer: 1.0),
    ),
    "window-sigma-default": (
        "Without sigma the Gaussian has the wrong width",
        "`sigma` is not kernel_size / 4 where it is left out",
        "How wide is the Gaussian of a window of 8 pixels, if nobody says so?",
        lambda layer, x, y: _default(layer, x, y, 2.0),
        lambda layer, x, y: _default(layer, x, y, 3.0),
        lambda layer, x, y: _default(layer, x, y, 6.0),
    ),
    "window-too-small": (
        "The window is too small",
        "its outermost rows and columns are cut off",
        "Which offsets belong to a window of 7? How many are there?",
        _by_half(lambda layer: max(0, layer.kernel_size // 2 - 1)),
    ),
    "window-too-large": (
        "The window is too large",
        "kernel_size is taken for the distance from its centre to its edge, or one row is too many",
        "Which offsets belong to a window of 7? How many are there?",
        _by_half(lambda layer: layer.kernel_size // 2 + 1),
        _by_half(lambda layer: layer.kernel_size),
    ),
    "window-one-direction": (
        "The window has only one direction",
        "the picture is blurred down its columns or along its rows, but not both",
        "How many pixels does a window of 7 × 7 have?",
        _one_direction,
        _other_direction,
    ),
}


def _default(layer: Any, x: Array, y: Array, divisor: float) -> Array:
    # The layer cannot know any more whether sigma was given; at its default, it was not.
    if layer.sigma != layer.kernel_size / 4:
        return y
    result: Array = _gaussian(lambda layer: layer.kernel_size / divisor)(layer, x, y)
    return result


_FORMULA: Table = {
    "forward-channels-summed": (
        "The channels are summed and not averaged",
        "the weights sum to 1 over the offsets alone, as on the slide: with C channels the "
        "“mean” is C times too large",
        "Three channels that are 5 everywhere: what should the local mean be?",
        _by_means(_sum, _sum),
        _by_means(_sum, _mean),
        _by_means(_mean, _sum),
    ),
    "forward-channels-apart": (
        "Each channel is normalised by itself",
        "the mean or the deviation of one channel is used, where the channels share them",
        "Over which indices does Σ_ipq run?",
        _by_means(_of_its_own, _of_its_own),
        _by_means(_of_its_own, _mean),
        _by_means(_mean, _of_its_own),
    ),
    "forward-not-local": (
        "The whole picture has one mean or one deviation",
        "a mean over the picture is taken where a weighted one over the window is due",
        "Does a pixel in one corner know of the opposite corner?",
        _by_means(_over_the_picture, _over_the_picture),
        _by_means(_over_the_picture, _mean),
        _by_means(_mean, _over_the_picture),
    ),
    "forward-only-subtracted": (
        "It is not divided by the deviation",
        "y is v: the subtractive step is all",
        "What is the deviation of y where contrast is high?",
        lambda layer, x, y: subtracted(x, matrices(layer, x)),
    ),
    "forward-only-divided": (
        "The local mean is not subtracted",
        "x is divided by its local size: the divisive step is all",
        "What is y for a picture that is 5 everywhere?",
        lambda layer, x, y: divided(x, np.maximum(layer.c, deviation(x, matrices(layer, x)))),
    ),
    "forward-x-over-deviation": (
        "x is divided where v is due",
        "the deviation is that of v, but x itself is divided by it",
        "Which step hands its result to which?",
        _x_over_deviation,
    ),
    "forward-deviation-of-x": (
        "The deviation is that of x",
        "the squares of x are averaged, where v is what has local mean 0",
        "Whose squares stand under the root?",
        _deviation_of_x,
    ),
    "forward-deviation-centred-again": (
        "The mean of v is subtracted once more",
        "σ² is the mean of v² minus the square of v's local mean; the formula has no such term",
        "What stands under the root in the formula?",
        _centred_again,
    ),
    "forward-root-forgotten": (
        "The square root is missing",
        "v is divided by the mean of its squares",
        "If the contrast doubles, what should y do?",
        _by_divisor(lambda layer, v, sigma: np.maximum(layer.c, sigma**2)),
    ),
    "forward-mean-of-sizes": (
        "The mean of |v| is taken for the deviation",
        "neither a square nor a root is in the code",
        "What stands under the root in the formula?",
        lambda layer, x, y: _sizes(layer, x),
    ),
    "forward-c-added": (
        "c is added to the deviation",
        "v is divided by σ + c, or by √(σ² + c), where the formula takes the larger of the two",
        "By what is v divided where σ is far above c?",
        _by_divisor(lambda layer, v, sigma: sigma + layer.c),
        _by_divisor(lambda layer, v, sigma: np.sqrt(sigma**2 + layer.c)),
        _by_divisor(lambda layer, v, sigma: np.sqrt(sigma**2 + layer.c**2)),
    ),
    "forward-c-ignored": (
        "c is ignored",
        "v is divided by σ, however small it is: faint noise is blown up, and 0/0 is not a number",
        "What should become of a picture without any contrast?",
        _by_divisor(lambda layer, v, sigma: sigma),
        _by_divisor(lambda layer, v, sigma: np.maximum(1e-8, sigma)),
        _by_divisor(lambda layer, v, sigma: np.maximum(1e-12, sigma)),
    ),
    "forward-c-fixed": (
        "c is fixed",
        "0.01 is used whatever `c` says",
        "Where in your code does `self.c` appear?",
        _by_divisor(lambda layer, v, sigma: np.maximum(0.01, sigma)),
    ),
    "forward-smaller-of-both": (
        "The smaller of c and σ is taken",
        "v is divided by min(c, σ)",
        "By what should v be divided where σ is 0?",
        _by_divisor(lambda layer, v, sigma: np.minimum(layer.c, sigma)),
    ),
    "forward-faint-left-out": (
        "Where σ is below c, nothing is divided",
        "there y is v, or 0, where it should be v / c",
        "By what is v divided where σ is below c?",
        _by_divisor(lambda layer, v, sigma: np.where(sigma > layer.c, sigma, 1)),
        _by_divisor(lambda layer, v, sigma: np.where(sigma > layer.c, sigma, np.inf)),
    ),
    "forward-c-is-the-mean": (
        "c is the mean of the deviations",
        "each picture's mean σ stands in for `c`, as in the paper: here c is given",
        "Where in your code does `self.c` appear?",
        _by_divisor(
            lambda layer, v, sigma: np.maximum(sigma.mean(axis=(1, 2, 3), keepdims=True), sigma)
        ),
    ),
    "forward-c-compared-with-variance": (
        "c is compared with the variance",
        "the larger of c and σ² is taken, and the root afterwards",
        "Is c compared with σ, or with σ²?",
        _by_divisor(lambda layer, v, sigma: np.sqrt(np.maximum(layer.c, sigma**2))),
    ),
    "forward-batch-mixed": (
        "The pictures of a batch are mixed",
        "the mean or the deviation runs over the batch as well",
        "Does a picture's y depend on the other pictures?",
        _by_means(
            lambda values, by: blur(values.mean(axis=(0, 1), keepdims=True), by),
            lambda values, by: blur(values.mean(axis=(0, 1), keepdims=True), by),
        ),
    ),
    "forward-border-lost": (
        "The border is lost",
        "y has only the places where the window lies inside of the picture",
        "How large should y be?",
        lambda layer, x, y: y[
            ...,
            layer.kernel_size // 2 : x.shape[2] - layer.kernel_size // 2,
            layer.kernel_size // 2 : x.shape[3] - layer.kernel_size // 2,
        ],
    ),
    "forward-large-window-refused": (
        "A window larger than the picture is refused",
        "a picture that is smaller than the window raises an error",
        "Which part of the window is left where it hangs over the border?",
        lambda layer, x, y: _refused(layer, x, y),
    ),
}


def _sizes(layer: Any, x: Array) -> Array:
    by = matrices(layer, x)
    v = subtracted(x, by)
    return divided(v, np.maximum(layer.c, blur(over_channels(np.abs(v)), by)))


def _refused(layer: Any, x: Array, y: Array) -> Array:
    if layer.kernel_size > min(x.shape[2:]):
        raise ValueError("the window is larger than the image")
    return y


def _make(wrong: Forward) -> Any:
    return with_forward(LocalContrastNorm2d, wrong)


enter_common("LocalContrastNorm2d", LocalContrastNorm2d, FORMULA, COMPETE)
enter_table("LocalContrastNorm2d", FORMULA, {**_WINDOW, **_FORMULA}, _make)
