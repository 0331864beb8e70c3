"""How many weights a layer has (slides "Local Connectivity", "Multiple Feature Maps")."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import traitlets

from convkit.layers.arguments import integer
from convkit.layers.local import conv_parameters, dense_parameters, local_parameters
from convkit.layers.windows import output_size
from convkit.widgets.base import Widget, script
from convkit.widgets.picture import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BYTES_A_WEIGHT = 4  # float32
ON_THE_SLIDES = {
    "fully connected": (1.6e9, "~2B"),
    "locally connected": (4e6, "4M"),
    "shared": (1e4, "10K"),
}


class Parameters(Widget):
    """Weights from fully connected to local to shared: areas to scale, a lens, and their memory.

    Args:
        image_size: height and width of the image; at first all sizes are those of the slides.
        channels: channels of the image.
        units: hidden units of the fully and of the locally connected layer.
        filter_size: height and width of the patch that a unit sees.
        maps: feature maps of the layer with shared weights.
        dense, local, shared: what counts: `dense_parameters`, `local_parameters` and
            `conv_parameters`, or your own.

    Raises:
        ValueError: a size below 1, or a filter larger than the image.
    """

    _esm = script("operators.js", "parameters.js")

    image_size = traitlets.Int().tag(sync=True, operand=True)
    channels = traitlets.Int().tag(sync=True, operand=True)
    units = traitlets.Int().tag(sync=True, operand=True)
    filter_size = traitlets.Int().tag(sync=True, operand=True)
    maps = traitlets.Int().tag(sync=True, operand=True)

    def __init__(
        self,
        *,
        image_size: int = 200,
        channels: int = 1,
        units: int = 40_000,
        filter_size: int = 10,
        maps: int = 100,
        dense: Callable[..., int] = dense_parameters,
        local: Callable[..., int] = local_parameters,
        shared: Callable[..., int] = conv_parameters,
    ) -> None:
        self.dense, self.local, self.shared = dense, local, shared
        super().__init__(
            image_size=image_size,
            channels=channels,
            units=units,
            filter_size=filter_size,
            maps=maps,
        )

    def compute(self) -> dict[str, Any]:
        """rows: for each kind of layer its name, units, weights, their bytes, the product that
        gives them, and the slides' figure; the sizes."""
        side, size = (
            integer(self.image_size, "image_size"),
            integer(self.filter_size, "filter_size"),
        )
        channels, units = integer(self.channels, "channels"), integer(self.units, "units")
        maps = integer(self.maps, "maps")
        if size > side:
            raise ValueError(f"filter_size: expected at most the image's {side}, got {size}")
        places = output_size((side, side), (size, size), (1, 1))
        patch = f"{channels} · {size}·{size}"
        counted = {
            "fully connected": (
                units,
                self.dense((channels, side, side), units),
                f"{channels} · {side}·{side} pixels × {units:,} units",
            ),
            "locally connected": (
                units,
                self.local(channels, units, size),
                f"{patch} pixels × {units:,} units",
            ),
            "shared": (
                maps * places[0] * places[1],
                self.shared(channels, maps, size),
                f"{patch} pixels × {maps:,} maps",
            ),
        }
        rows = [
            {
                "name": name,
                "units": of_units,
                "weights": integer(weights, name, minimum=0),
                "bytes": BYTES_A_WEIGHT * int(weights),
                "product": product,
                "slides": dict(zip(("weights", "words"), ON_THE_SLIDES[name], strict=True)),
            }
            for name, (of_units, weights, product) in counted.items()
        ]
        return {"rows": rows, "image_size": side, "filter_size": size}

    def picture(self) -> Figure:
        rows = self.compute()["rows"]
        figure, axes = new_figure(1)
        figure.set_size_inches(8.5, 2.5)
        names = [row["name"] for row in rows]
        bars = axes.barh(names, [row["weights"] for row in rows], color="#0f766e")
        axes.bar_label(bars, [f" {row['weights']:,}" for row in rows])
        marks = [row["slides"]["weights"] for row in rows]
        axes.plot(marks, names, "v", color="#b45309", label="on the slides")
        axes.set(xscale="log", xlabel="weights", xlim=(1, 1e13))
        axes.invert_yaxis()
        axes.legend(frameon=False)
        return figure
