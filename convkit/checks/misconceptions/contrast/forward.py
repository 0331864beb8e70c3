"""Wrong forward passes of `LocalContrastNorm2d`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions.common import Forward, enter_common
from convkit.checks.misconceptions.contrast.altered import (
    COMPETE,
    FORMULA,
    blur,
    deviation,
    divided,
    in_all_ways,
    matrices,
    over_channels,
    subtracted,
)
from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array, LocalContrastNorm2d


def _by_divisor(divisor: Callable[[Any, Array, Array], Array]) -> Forward:
    """v / divisor(layer, v, σ)."""

    def wrong(layer: Any, x: Array, y: Array) -> Array:
        by = matrices(layer, x)
        v = subtracted(x, by)
        sigma = deviation(v, by)
        return divided(layer, v, divisor(layer, v, sigma), sigma > layer.c, by)

    return wrong


def _by_means(
    subtract: Callable[[Array, Any], Array], square: Callable[[Array, Any], Array]
) -> Forward:
    """v = x − subtract(x, blur), σ² = square(v², blur)."""

    def wrong(layer: Any, x: Array, y: Array) -> Array:
        by = matrices(layer, x)
        v = x - subtract(x, by)
        sigma = np.sqrt(np.maximum(square(v * v, by), 0))
        return divided(layer, v, np.maximum(layer.c, sigma), sigma > layer.c, by)

    return wrong


def _mean(values: Array, by: Any) -> Array:
    return blur(over_channels(values), by)


def _sum(values: Array, by: Any) -> Array:
    return blur(values.sum(axis=1, keepdims=True), by)


def _of_its_own(values: Array, by: Any) -> Array:
    return blur(values, by)


def _over_the_picture(values: Array, by: Any) -> Array:
    return values.mean(axis=(1, 2, 3), keepdims=True)


def _deviation_of_x(layer: Any, x: Array, y: Array) -> Array:
    by = matrices(layer, x)
    return divided(layer, subtracted(x, by), np.maximum(layer.c, deviation(x, by)))


def _x_over_deviation(layer: Any, x: Array, y: Array) -> Array:
    by = matrices(layer, x)
    return divided(layer, x, np.maximum(layer.c, deviation(subtracted(x, by), by)))


def _centred_again(layer: Any, x: Array, y: Array) -> Array:
    by = matrices(layer, x)
    v = subtracted(x, by)
    variance = blur(over_channels(v * v), by) - blur(over_channels(v), by) ** 2
    return divided(layer, v, np.maximum(layer.c, np.sqrt(np.maximum(variance, 0))))


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
        "a mean over the picture is taken in place of a weighted one over the window",
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
        lambda layer, x, y: divided(
            layer, x, np.maximum(layer.c, deviation(x, matrices(layer, x)))
        ),
    ),
    "forward-x-over-deviation": (
        "x is divided, and not v = x − its local mean",
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
    "forward-subtracted-twice": (
        "The mean is subtracted twice",
        "a local mean is subtracted from v once more before it is divided",
        "How often does the formula subtract a mean?",
        lambda layer, x, y: _subtracted_again(layer, x, x),
        lambda layer, x, y: _subtracted_again(layer, x, subtracted(x, matrices(layer, x))),
    ),
    "forward-deviation-of-the-mean": (
        "The deviation is that of the channels' mean",
        "the channels of v are averaged first and squared afterwards, so that they cancel",
        "Two channels, 3 and −3: what is the mean of their squares, and the square of their mean?",
        lambda layer, x, y: _of_the_mean(layer, x),
    ),
    "forward-deviation-about-each-mean": (
        "The deviation is measured about each window's own mean",
        "the mean of x² minus the square of the mean of x: but each neighbour's v has lost the "
        "mean of *its* window",
        "Whose squares stand under the root: x's, or v's?",
        lambda layer, x, y: _about_each_mean(layer, x),
        lambda layer, x, y: _about_each_mean(layer, x, apart=True),
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
        _by_divisor(lambda layer, v, sigma: np.maximum(sigma.mean(), sigma)),
        _by_divisor(
            lambda layer, v, sigma: np.maximum(
                np.maximum(layer.c, sigma.mean(axis=(1, 2, 3), keepdims=True)), sigma
            )
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


def _subtracted_again(layer: Any, x: Array, of: Array) -> Array:
    by = matrices(layer, x)
    v = subtracted(x, by)
    sigma = deviation(v, by)
    return divided(layer, v - _mean(of, by), np.maximum(layer.c, sigma), sigma > layer.c, by)


def _of_the_mean(layer: Any, x: Array) -> Array:
    by = matrices(layer, x)
    v = subtracted(x, by)
    sigma = np.sqrt(np.maximum(blur(over_channels(v) ** 2, by), 0))
    return divided(layer, v, np.maximum(layer.c, sigma), sigma > layer.c, by)


def _about_each_mean(layer: Any, x: Array, *, apart: bool = False) -> Array:
    by = matrices(layer, x)
    mean = _of_its_own if apart else _mean
    variance = mean(x * x, by) - mean(x, by) ** 2
    sigma = np.sqrt(np.maximum(variance, 0))
    return divided(layer, subtracted(x, by), np.maximum(layer.c, sigma), sigma > layer.c, by)


def _undiminished(layer: Any, x: Array) -> Array:
    return divided(layer, x, np.maximum(layer.c, deviation(x, matrices(layer, x))))


def _sizes(layer: Any, x: Array) -> Array:
    by = matrices(layer, x)
    v = subtracted(x, by)
    return divided(layer, v, np.maximum(layer.c, blur(over_channels(np.abs(v)), by)))


def _refused(layer: Any, x: Array, y: Array) -> Array:
    if layer.kernel_size > min(x.shape[2:]):
        raise ValueError("the window is larger than the image")
    return y


enter_common("LocalContrastNorm2d", LocalContrastNorm2d, FORMULA, COMPETE)
enter_table("LocalContrastNorm2d", FORMULA, in_all_ways(_FORMULA))
