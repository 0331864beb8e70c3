"""Still pictures of widgets, for readers without a kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.layers.base import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WINDOW_COLOUR = "#b45309"


def new_figure(panels: int, rows: int = 1) -> tuple[Figure, Any]:
    """A figure of its own (no window, no pyplot) and its axes, side by side, in rows."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2.3 * panels, 2.5 * rows), layout="constrained")
    return figure, figure.subplots(rows, panels)


def draw_matrix(
    axes: Axes, matrix: Array, title: str, window: tuple[int, ...] | None = None
) -> None:
    """A matrix with its numbers, positive red, negative blue; a frame of ``window`` at (0, 0)."""
    limit = max(float(np.abs(matrix).max()), 1e-12)
    axes.imshow(matrix, cmap="RdBu_r", vmin=-2 * limit, vmax=2 * limit)
    for (row, column), value in np.ndenumerate(matrix):
        axes.text(column, row, f"{value:.4g}", ha="center", va="center")
    _frame(axes, title, window)


def draw_image(
    axes: Axes,
    image: Array,
    title: str,
    *,
    signed: bool = False,
    window: tuple[int, ...] | None = None,
) -> None:
    """An image in grey, or in signed colours: negative blue, zero white, positive red."""
    if signed:
        limit = float(np.abs(image).max()) or 1.0
        axes.imshow(image, cmap="RdBu_r", vmin=-limit, vmax=limit)
    else:
        axes.imshow(image, cmap="gray")
    _frame(axes, title, window)


def _frame(axes: Axes, title: str, window: tuple[int, ...] | None) -> None:
    from matplotlib.patches import Rectangle

    axes.set_title(title)
    axes.set_xticks([])
    axes.set_yticks([])
    if window:
        height, width = window
        frame = Rectangle((-0.5, -0.5), width, height, fill=False, ec=WINDOW_COLOUR, lw=3)
        axes.add_patch(frame)
