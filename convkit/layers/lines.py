"""Images line by line: how a convolution lays its numbers out in memory (docs/memory-layout.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convkit.layers.base import Array
from convkit.layers.windows import offset_views, output_size

# What the lines of a block of images take, about. In smaller blocks the products get too small.
BLOCK_BYTES = 2**23


class Lines:
    """Images so laid out that all windows of an output row are one matrix, without a copy.

    The lines of the images come first, and each is kept w times, moved by one column more each
    time: below one another stand the w pixels that a window sees of this line, beside one another
    the windows. The h lines that an output row sees lie in one piece; the next row's piece begins
    s lines further down, and the two share what both see.

    Args:
        shape: the images', (N, C, H, W), padding included.
        kernel_size, stride: (vertical, horizontal).

    Attributes:
        windows: (out_h, h·w·C, N·out_w), a view: x_{n, i, s·a+p, s·b+q} stands in row a, line p, q,
            i, column n, b. Adding to a row hands gradients back, accumulated where windows overlap.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        kernel_size: tuple[int, int],
        stride: tuple[int, int],
        dtype: np.dtype[Any],
    ) -> None:
        (n, channels, height, width), (h, w), (step, _) = shape, kernel_size, stride
        _, out_w = output_size((height, width), kernel_size, stride)
        self._shape, self._window = shape, (kernel_size, stride)
        self._columns = (1, w), (1, stride[1])
        self._lines = np.zeros((height, w, channels, n, out_w), dtype)
        lines = self._lines.reshape(-1, n * out_w)
        pieces = sliding_window_view(lines, h * w * channels, axis=0, writeable=True)
        self.windows = pieces[:: step * w * channels].swapaxes(1, 2)

    @classmethod
    def of(cls, images: Array, kernel_size: tuple[int, int], stride: tuple[int, int]) -> Lines:
        """The lines of ``images``."""
        lines = cls(images.shape, kernel_size, stride, images.dtype)
        for _, q, pixels in offset_views(images, *lines._columns):
            lines._lines[:, q] = pixels.transpose(2, 1, 0, 3)
        return lines

    def zeros(self) -> Lines:
        """Lines of the same images, all 0: where gradients are gathered."""
        return Lines(self._shape, *self._window, self._lines.dtype)

    def images(self) -> Array:
        """(N, C, H, W): each pixel the sum of what was handed back to its places in the lines."""
        n, channels, height, width = self._shape
        # In the order of the lines: adding is several times slower to any other.
        images = np.zeros((height, channels, n, width), self._lines.dtype).transpose(2, 1, 0, 3)
        for _, q, pixels in offset_views(images, *self._columns):
            pixels += self._lines[:, q].transpose(2, 1, 0, 3)
        return images


def as_row(maps: Array) -> Array:
    """One row of feature maps, (N, C, out_w), as the matrix that belongs to its windows.

    That is (C, N·out_w).
    """
    return maps.swapaxes(0, 1).reshape(maps.shape[1], -1)


def as_maps(row: Array, out_w: int) -> Array:
    """The inverse of `as_row`."""
    return row.reshape(len(row), -1, out_w).swapaxes(0, 1)


def blocks(x: Array, kernel_size: tuple[int, int]) -> Iterator[slice]:
    """The images of a batch in blocks: the lines of one stay small."""
    size = max(1, BLOCK_BYTES * len(x) // (kernel_size[1] * x.nbytes))
    for start in range(0, len(x), size):
        yield slice(start, start + size)
