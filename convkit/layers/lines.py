"""Images line by line: how a convolution lays its numbers out in memory (docs/memory-layout.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convkit.layers.base import Array
from convkit.layers.windows import output_size

# What the lines of a block of images take, about: more takes more memory than PyTorch does, in less
# the products get too small.
BLOCK_BYTES = 6 * 2**20
# NumPy moves numbers in runs of this length several times faster than one by one.
LONG_RUN = 16

Pair = tuple[int, int]


class Lines:
    """Images so laid out that all windows of an output row are one matrix, without a copy.

    The lines of the images come first, and each is kept w times, moved by one column more each
    time: below one another stand the w pixels that a window sees of this line, beside one another
    the windows. The h lines that an output row sees lie in one piece; the next row's piece begins
    s lines further down, and the two share what both see.

    Args:
        images: (N, C, H, W).
        kernel_size, stride, padding: (vertical, horizontal); around the images come zeros.

    Attributes:
        windows: (out_h, h·w·C, N·out_w), a view: x_{n, i, s·a+p, s·b+q} stands in row a, line p, q,
            i, column n, b; where rows are short, in column b, n.
    """

    def __init__(self, images: Array, kernel_size: Pair, stride: Pair, padding: Pair) -> None:
        (n, channels, height, width), (h, w), (pad_h, pad_w) = images.shape, kernel_size, padding
        out_h, out_w = output_size(images.shape[2:], kernel_size, stride, padding)
        self._h, self._out_h, self._step = h, out_h, stride[0]
        self._columns = [slice(q, q + stride[1] * (out_w - 1) + 1, stride[1]) for q in range(w)]
        self._row, self._images_innermost = (n, out_w), out_w < min(n, LONG_RUN)
        self._padded = (height + 2 * pad_h, channels, n, width + 2 * pad_w), images.dtype
        self._inside = slice(pad_h, pad_h + height), ..., slice(pad_w, pad_w + width)

        padded = self._zeros()
        padded[self._inside] = images.transpose(2, 1, 0, 3)
        lines = np.empty((len(padded), w, channels, n * out_w), images.dtype)
        for q, columns in enumerate(self._columns):
            self._apart(lines)[:, q] = padded[..., columns]
        pieces = sliding_window_view(lines.reshape(-1, n * out_w), h * w * channels, axis=0)
        self.windows = pieces[:: self._step * w * channels].swapaxes(1, 2)

    def as_rows(self, maps: Array) -> Array:
        """Feature maps (N, O, out_h, out_w) as the matrices that belong to the rows' windows.

        That is (out_h, O, N·out_w).
        """
        rows = np.empty((self._out_h, maps.shape[1], self.windows.shape[2]), maps.dtype)
        self._apart(rows)[...] = maps.transpose(2, 1, 0, 3)
        return rows

    def as_maps(self, row: Array) -> Array:
        """The inverse for one row: (O, N·out_w) as feature maps (N, O, out_w)."""
        return self._apart(row).swapaxes(0, 1)

    def seen(self) -> Iterator[tuple[slice, slice]]:
        """For each line of the images: the output rows a that see it, and as which line of theirs.

        That is p = line − s·a, counted from the end as in the flipped kernel: h − 1 − p.
        """
        for line in range(self._padded[0][0]):
            first = max(0, (line - self._h) // self._step + 1)
            last = min(self._out_h - 1, line // self._step)
            start, end = (self._h - 1 - line + self._step * a for a in (first, last))
            yield slice(first, last + 1), slice(start, max(0, end + 1), self._step)

    def images(self, lines: Iterable[Array]) -> Array:
        """(N, C, H, W): each pixel the sum of what is handed back to its places in the lines.

        Args:
            lines: one after another, (w·C, N·out_w).
        """
        padded = self._zeros()
        for pixels, line in zip(padded, lines, strict=True):
            moved = line.reshape(len(self._columns), -1, line.shape[1])
            for columns, numbers in zip(self._columns, self._apart(moved), strict=True):
                places = pixels[..., columns]
                places += numbers
        return padded[self._inside].transpose(2, 1, 0, 3)

    def _zeros(self) -> Array:
        """Zeros for the images and what is around them, by lines: (H, C, N, W)."""
        (height, channels, n, width), dtype = self._padded
        if self._images_innermost:
            return np.zeros((height, channels, width, n), dtype).swapaxes(2, 3)
        return np.zeros((height, channels, n, width), dtype)

    def _apart(self, rows: Array) -> Array:
        """The columns (…, N·out_w) of matrices told apart, (…, N, out_w): a view."""
        n, out_w = self._row
        if self._images_innermost:
            return rows.reshape(*rows.shape[:-1], out_w, n).swapaxes(-2, -1)
        return rows.reshape(*rows.shape[:-1], n, out_w)


class Blocks:
    """The images of a batch in blocks whose lines stay small, and the lines of each.

    To be gone through forward and backward: a single block is laid out once, several are laid out
    anew each time, for all together would take w times the memory of the images.
    """

    def __init__(self, images: Array, kernel_size: Pair, stride: Pair, padding: Pair) -> None:
        self._window = kernel_size, stride, padding
        size = max(1, BLOCK_BYTES * len(images) // (kernel_size[1] * images.nbytes))
        self._slices = [slice(start, start + size) for start in range(0, len(images), size)]
        self._only = Lines(images, *self._window) if len(self._slices) == 1 else None
        if self._only is None:
            self._images = images.copy()  # the caller may change its own before the way back

    def __iter__(self) -> Iterator[tuple[slice, Lines]]:
        for block in self._slices:
            yield block, self._only or Lines(self._images[block], *self._window)


def stacked(matrices: Array) -> Array:
    """Matrices (k, O, n) one below the other, (k·O, n)."""
    return matrices.reshape(-1, matrices.shape[2])
