"""Contrast normalization (slides "Local Contrast Normalization"): a picture in uneven light."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from convkit.layers.activation import Gain, Tanh
from convkit.layers.arguments import shaped
from convkit.layers.base import Array, Layer
from convkit.layers.contrast import LocalContrastNorm2d
from convkit.layers.convolution import Conv2d
from convkit.widgets.base import Numbers, Widget, script, whose
from convkit.widgets.picture import draw_image, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# With a c that no deviation reaches only the subtraction is left, y = v / c; a power of 2 is exact.
NEVER_REACHED = 2.0**40


class ContrastNormalization(Widget):
    """x, what is left after subtracting the local mean, and after dividing by the deviation.

    The light falls on the image before anything else: from left to right a shadow multiplies it
    and a glare is added to it.

    Args:
        image: shape (H, W), values 0 to 1.
        weight: of the feature maps x_j = g_j tanh(Σ_i k_ij ∗ x_i) that are normalized, shape
            (maps, 1, h, w); if not given, the image itself is.
        layer: what normalizes: a class with `LocalContrastNorm2d`'s interface, such as your own.

    Raises:
        ValueError: a wrong argument.
    """

    _esm = script("operators.js", "operators_of_pictures.js", "contrast_normalization.js")

    image = Numbers("H", "W")
    gain = Numbers("maps").tag(sync=True)
    kernel_size = traitlets.Int(7).tag(sync=True, operand=True)
    sigma = traitlets.Float(1.75).tag(sync=True, operand=True)
    c = traitlets.Float(0.01).tag(sync=True, operand=True)
    shadow = traitlets.Float(0.0).tag(sync=True, operand=True)
    glare = traitlets.Float(0.0).tag(sync=True, operand=True)

    def __init__(
        self, image: Any, weight: Any = None, *, layer: type[Layer] = LocalContrastNorm2d
    ) -> None:
        self.layer = layer
        self.weight = None if weight is None else shaped(weight, "weight", ("maps", 1, "h", "w"))
        maps = 1 if self.weight is None else len(self.weight)
        super().__init__(image=image, gain=np.ones(maps))

    def compute(self) -> dict[str, Any]:
        """x, v, y: (maps, H', W'); of each the local mean and deviation, its weighted average over
        all maps and the window, in (3, H', W'), their 5th and 95th percentiles, and how much it
        differs from what even light would give; scale: max(c, σ) at each place; the image as it is,
        and weight."""
        steps = self._steps(self._maps(self._lit()))
        in_even_light = self._steps(self._maps(self.image))
        local = [self._local(maps) for maps in steps]
        scale = np.sqrt(self._average(steps[1] ** 2))
        return {
            **{name: maps.astype(np.float32) for name, maps in zip("xvy", steps, strict=True)},
            "mean": np.stack([mean for mean, _ in local]).astype(np.float32),
            "deviation": np.stack([deviation for _, deviation in local]).astype(np.float32),
            "scale": np.maximum(self.c, scale).astype(np.float32),
            "ranges": [
                [np.percentile(values, [5, 95]).tolist() for values in each] for each in local
            ],
            "differences": [_difference(*pair) for pair in zip(steps, in_even_light, strict=True)],
            "image": self.image.astype(np.float32),
            "weight": self.weight,
            "signed": self.weight is not None,
            "whose": whose(self.layer, LocalContrastNorm2d),
        }

    def picture(self) -> Figure:
        figure, panels = new_figure(3)
        for axes, maps, title in zip(
            panels, self._steps(self._maps(self._lit())), ("x", "v", "y"), strict=True
        ):
            draw_image(axes, maps[0], title, signed=self.weight is not None)
        return figure

    def _lit(self) -> Array:
        across = np.linspace(0, 1, self.image.shape[1])
        return self.image * (1 - self.shadow * across) + self.glare * across

    def _maps(self, image: Array) -> Array:
        """x, the image itself or its feature maps."""
        x = image[np.newaxis, np.newaxis].astype(np.float64)
        if self.weight is None:
            return self.gain[0] * x[0]
        maps, _, *kernel_size = self.weight.shape
        convolution, scaling = Conv2d(1, maps, tuple(kernel_size)), Gain(maps)
        convolution.params["weight"], scaling.params["gain"] = self.weight, self.gain
        return scaling.forward(Tanh().forward(convolution.forward(x)))[0]

    def _steps(self, x: Array) -> tuple[Array, Array, Array]:
        """x, v and y."""
        return x, self._subtracted(x, self.layer), self._normalized(x, self.layer, self.c)

    def _normalized(self, x: Array, layer: type[Layer], c: float) -> Array:
        normalization: Any = layer(self.kernel_size, self.sigma, c)  # type: ignore[call-arg]
        return shaped(normalization.forward(x[np.newaxis]), "layer", (1, *x.shape))[0]

    def _subtracted(self, x: Array, layer: type[Layer] = LocalContrastNorm2d) -> Array:
        return NEVER_REACHED * self._normalized(x, layer, NEVER_REACHED)

    def _average(self, x: Array) -> Array:
        """Σ_ipq w_pq x_{i, j+p, k+q}, (H', W'): what the reference subtracts from each map.

        It subtracts the same from the mean of the maps, which is one map only.
        """
        mean = x.mean(axis=0, keepdims=True)
        return (mean - self._subtracted(mean))[0]

    def _local(self, x: Array) -> tuple[Array, Array]:
        mean = self._average(x)
        return mean, np.sqrt(np.maximum(self._average(x**2) - mean**2, 0))


def _difference(maps: Array, in_even_light: Array) -> float:
    """The root mean square of the difference, as a share of how much the maps vary."""
    return float(np.sqrt(np.mean((maps - in_even_light) ** 2)) / max(in_even_light.std(), 1e-12))
