"""The places at which a window can lie in an image: what pooling and convolution share."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from convkit.layers.base import Array


def output_size(
    image_size: tuple[int, ...],
    kernel_size: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int] = (0, 0),
    *,
    name: str = "x",
) -> tuple[int, int]:
    """How many places the window has: ⌊(size + 2·padding − kernel_size) / stride⌋ + 1 each way.

    Raises:
        ValueError: no place at all; ``name`` is the argument that brought the image's size.
    """
    needed = tuple(max(1, h - 2 * pad) for h, pad in zip(kernel_size, padding, strict=True))
    if any(size < least for size, least in zip(image_size, needed, strict=True)):
        raise ValueError(f"{name}: expected images of at least {needed}, got {image_size}")
    out_h, out_w = (
        (size + 2 * pad - h) // step + 1
        for size, h, step, pad in zip(image_size, kernel_size, stride, padding, strict=True)
    )
    return out_h, out_w


def offset_views(
    x: Array, kernel_size: tuple[int, int], stride: tuple[int, int]
) -> Iterator[tuple[int, int, Array]]:
    """For each offset p, q in the window, the pixels that lie there: p, q, x_{·, ·, s·a+p, s·b+q}.

    Each is a view of ``x`` of shape (N, C, out_h, out_w): reading them all is seeing each window,
    adding to them all is handing gradients back, accumulated where windows overlap.
    """
    (out_h, out_w), (step_h, step_w) = output_size(x.shape[2:], kernel_size, stride), stride
    for p, q in np.ndindex(*kernel_size):
        rows = slice(p, p + step_h * (out_h - 1) + 1, step_h)
        columns = slice(q, q + step_w * (out_w - 1) + 1, step_w)
        yield p, q, x[:, :, rows, columns]
