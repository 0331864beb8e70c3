"""What wrong contrast normalizations are made of: the steps of the right one, to be changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from convkit.checks.misconceptions.common import Forward, with_forward
from convkit.checks.misconceptions.tables import Table
from convkit.layers import Array, Layer, LocalContrastNorm2d

FORMULA = ("09-contrast-normalization", "The formula")
COMPETE = ("09-contrast-normalization", "Neighbours compete")

Matrices = tuple[Array, ...]
"""A blur as a matrix for rows and one for columns, or as one for all pixels of a picture."""

Window = Callable[[Array], Array]
"""From the offsets to the weights."""


def matrices(
    layer: Any,
    x: Array,
    *,
    window: Window | None = None,
    half: int | None = None,
    renormalised: bool = True,
) -> tuple[Array, Array]:
    """The blur's matrices; the window's weights and its half size may be wrong."""
    half = layer.kernel_size // 2 if half is None else half
    weigh = window or (lambda offsets: np.exp(-0.5 * (offsets / layer.sigma) ** 2))
    whole = weigh(np.arange(-half, half + 1)).sum()

    def rows(size: int) -> Array:
        pixels = np.arange(size)
        offsets = pixels - pixels[:, np.newaxis]
        weights = weigh(offsets) * (np.abs(offsets) <= half)
        total = weights.sum(axis=1, keepdims=True) if renormalised else whole
        return (weights / total).astype(x.dtype)

    return rows(x.shape[2]), rows(x.shape[3])


def blur(images: Array, by: Matrices) -> Array:
    if len(by) == 1:
        return _by_pixels(images, by[0])
    blurred: Array = by[0] @ images @ by[1].T
    return blurred


def adjoint(images: Array, by: Matrices) -> Array:
    if len(by) == 1:
        return _by_pixels(images, by[0].T)
    spread: Array = by[0].T @ images @ by[1]
    return spread


def _by_pixels(images: Array, matrix: Array) -> Array:
    flat = images.reshape(*images.shape[:2], -1)
    return (flat @ matrix.T).reshape(images.shape)


def over_channels(values: Array) -> Array:
    return values.mean(axis=1, keepdims=True)


def subtracted(x: Array, by: Matrices) -> Array:
    """v."""
    return x - blur(over_channels(x), by)


def deviation(v: Array, by: Matrices) -> Array:
    """σ, (N, 1, H, W)."""
    root: Array = np.sqrt(np.maximum(blur(over_channels(v * v), by), 0))
    return root


def normalised(layer: Any, x: Array, by: Matrices) -> Array:
    """y, by another blur."""
    v = subtracted(x, by)
    sigma = deviation(v, by)
    return divided(layer, v, np.maximum(layer.c, sigma), sigma > layer.c, by)


@dataclass(frozen=True)
class Parts:
    """What a forward pass keeps for backward; ``steep`` is where the divisor depends on x."""

    v: Array
    divisor: Array
    steep: Array
    by: Matrices


def divided(
    layer: Any, v: Array, divisor: Array, steep: Array | None = None, by: Matrices | None = None
) -> Array:
    """v / divisor; the layer keeps the parts of it. ``steep`` is where the divisor exceeds c."""
    steep = divisor > layer.c if steep is None else steep
    layer.parts = Parts(v, divisor, steep, matrices(layer, v) if by is None else by)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (v / divisor).astype(v.dtype)


def way_back(
    parts: Parts,
    grad_y: Array,
    by: Matrices,
    *,
    through_deviation: float = 1.0,
    through_mean: float = 1.0,
    power: Array | None = None,
) -> Array:
    """The formula of the lecture with the parts of some forward; each factor is right at 1.

    ``power`` is what is divided by in the term of σ: the divisor's cube, if not given.
    """
    power = parts.divisor**3 if power is None else power
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = over_channels(parts.v * grad_y) * parts.steep / power
        grad_v = grad_y / parts.divisor - through_deviation * parts.v * adjoint(inner, by)
    grad_x: Array = grad_v - through_mean * adjoint(over_channels(grad_v), by)
    return grad_x.astype(grad_y.dtype)


def with_parts(wrong: Forward, back: Callable[[Any, Array], Array]) -> type[Layer]:
    """A wrong forward, and a backward of the parts that it keeps."""

    def forward(self: Any, x: Array) -> Any:
        y = LocalContrastNorm2d.forward(self, x)
        self.x, self.parts = x.copy(), None
        return wrong(self, x, y)

    def backward(self: Any, grad_y: Array) -> Array:
        grad_x = LocalContrastNorm2d.backward(self, grad_y)
        return grad_x if self.parts is None else back(self, grad_y)

    return type("Wrong", (LocalContrastNorm2d,), {"forward": forward, "backward": backward})


def _all_own(layer: Any, grad_y: Array) -> Array:
    return way_back(layer.parts, grad_y, layer.parts.by)


def _right_blur(layer: Any, grad_y: Array) -> Array:
    return way_back(layer.parts, grad_y, matrices(layer, layer.x))


def _own_floor(layer: Any, grad_y: Array) -> Array:
    """σ flows wherever the divisor exceeds c, whatever it is."""
    parts = replace(layer.parts, steep=layer.parts.divisor > layer.c)
    return way_back(parts, grad_y, parts.by)


def _right_deviation(layer: Any, grad_y: Array) -> Array:
    right = matrices(layer, layer.x)
    sigma = np.maximum(layer.c, deviation(subtracted(layer.x, right), right))
    return way_back(layer.parts, grad_y, layer.parts.by, power=sigma**3)


FORWARDS: list[Forward] = []
"""All wrong forwards that keep their parts."""


def in_all_ways(table: Table) -> Table:
    """Each wrong forward with the right backward, and with those of its own parts."""
    rows = {}
    for id, (title, when, hint, *wrong) in table.items():
        FORWARDS.extend(wrong)
        alone = [with_forward(LocalContrastNorm2d, each) for each in wrong]
        backs = (_all_own, _right_blur, _own_floor, _right_deviation)
        rows[id] = title, when, hint, *alone, *(with_parts(e, b) for e in wrong for b in backs)
    return rows
