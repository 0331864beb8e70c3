"""Plots over data, all in one style: in the page's colours, light or dark, with words for who
cannot see them."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.layers.base import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TEAL, ORANGE, BLUE, RED, PURPLE = "#2a9d8f", "#d97706", "#3b82f6", "#e5484d", "#8b5cf6"
"""Of lines and bars: each stands out from a white and from a black page."""
INK = "#010203"
"""Stands for the colour of the page's text."""
_FITTING = "max-width: max(100%, 480px); height: auto"
"""As wide as the page, but on a telephone not so narrow that its numbers cannot be read."""
STYLE: dict[Any, Any] = {
    "font.size": 12,
    "axes.titlesize": 13,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 2,
    "lines.markersize": 5,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "image.interpolation": "none",
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK
    ),
}


class Plot:
    """A figure as a notebook shows it: drawn in the page's colours, and told in words.

    Args:
        figure: drawn in `STYLE`.
        says: what it shows, for who cannot see it.
    """

    def __init__(self, figure: Figure, says: str) -> None:
        self.figure, self.says = figure, says

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        drawn = self._saved("svg").decode().split("<svg", 1)[1].replace(INK, "currentColor")
        picture = base64.b64encode(self._saved("png", facecolor="white")).decode()
        return {
            "text/html": f'<div role="img" aria-label="{escape(self.says)}" class="convkit-plot" '
            'style="overflow-x: auto" tabindex="0">'
            f'<svg aria-hidden="true" style="{_FITTING}" {drawn}</div>',
            "image/png": picture,
            "text/plain": self.says,
        }

    def _saved(self, kind: str, **options: Any) -> bytes:
        file = io.BytesIO()
        self.figure.savefig(file, format=kind, **options)
        return file.getvalue()


@contextmanager
def style() -> Iterator[None]:
    """Figures in the course's style; a decorator, too."""
    import matplotlib as mpl

    with mpl.rc_context(STYLE):
        yield


@style()
def curves(
    lines: Mapping[str, tuple[Any, Any]],
    *,
    title: str,
    x: str,
    y: str,
    says: str,
    bands: Mapping[str, tuple[Any, Any]] | None = None,
    guides: Mapping[str, tuple[Any, Any]] | None = None,
    **settings: Any,
) -> Plot:
    """Lines over one axis.

    Args:
        lines: for each name its places and values.
        title, x, y: what is over the plot and beside its axes.
        says: what it shows, in words.
        bands: for each line that has one its lowest and highest values.
        guides: dotted lines to compare with.
        settings: of the axes, such as ``ylim`` or ``xscale``.
    """
    figure, (axes,) = new_figure(1, (7.5, 3.8))
    inks = (TEAL, ORANGE, BLUE, PURPLE, RED)
    for (name, (places, values)), ink in zip(lines.items(), inks, strict=False):
        axes.plot(places, values, "." * (len(places) < 30) + "-", color=ink, label=name)
        if name in (bands or {}):
            axes.fill_between(places, *(bands or {})[name], color=ink, alpha=0.2, lw=0)
    for name, (places, values) in (guides or {}).items():
        axes.plot(places, values, ":", color=INK, lw=1.2, label=name)
    axes.set(title=title, xlabel=x, ylabel=y, **settings)
    if axes.get_xscale() == "log" and len(places) < 10:  # then each of them is worth its number
        axes.set_xticks(places, [f"{place:g}" for place in places])
        axes.set_xticks([], minor=True)
    axes.grid(color="#8a8a8a", alpha=0.3)
    if len(lines) > 1 or guides:
        axes.legend()
    return Plot(figure, says)


@style()
def pictures(images: Mapping[str, Array], *, says: str, rows: int = 1, **limits: float) -> Plot:
    """Images side by side, each with its title: in grey, or in blue, white (zero) and red where
    something is negative; ``limits`` are ``vmin`` and ``vmax``, and then all is grey."""
    columns = -(-len(images) // rows)
    height, width = next(iter(images.values())).shape
    side = min(10 / columns, 4.0)
    figure, panels = new_figure(
        columns, (side * columns, side * height / width * rows + 0.45 * rows), rows
    )
    for axes, (title, image) in zip(panels, images.items(), strict=False):
        limit = float(np.abs(image).max())  # of truth values, too
        signed: dict[str, Any] = {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit}
        axes.imshow(image, **({"cmap": "gray", **limits} if limits or image.min() >= 0 else signed))
        axes.set_title(title.rstrip(), fontsize=12)
    for axes in panels:
        axes.axis("off")
    return Plot(figure, says)


def new_figure(columns: int, size: tuple[float, float], rows: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure of its own (no window, no pyplot), and its axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    return figure, list(np.atleast_1d(figure.subplots(rows, columns)).ravel())
