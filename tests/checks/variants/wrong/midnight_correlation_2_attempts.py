"""Held out: what learners write at midnight (correlation, 2 of 2)."""

# ruff: noqa
# fmt: off

# %% convolve2d: midnight-index-h-p
# breaks: forward
# mistake: Reads k[h-p, w-q] with p from 0, and mends the error by a modulo: the kernel is flipped and rolled.
# names: -; convolve2d-scattered
def convolve2d(x, k, mode="valid"):
    import numpy as np

    h, w = k.shape
    H, W = x.shape
    if mode != "valid":
        x = np.pad(x, ((h - 1, h - 1), (w - 1, w - 1)))
    y = np.zeros((x.shape[0] - h + 1, x.shape[1] - w + 1), dtype=x.dtype)
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            total = 0
            for p in range(h):
                for q in range(w):
                    total += x[i + p, j + q] * k[(h - p) % h, (w - q) % w]
            y[i, j] = total
    if mode == "same":
        y = y[(h - 1) // 2 : (h - 1) // 2 + H, (w - 1) // 2 : (w - 1) // 2 + W]
    return y


# %% convolve2d: midnight-turns-the-kernel-in-place
# breaks: forward
# mistake: Assigns the flip into k itself, so the caller's kernel is turned with every call.
# names: convolve2d-changes-input
import numpy as np
from numpy.lib.stride_tricks import as_strided


def convolve2d(x, k, mode="valid"):
    k[:] = k[::-1, ::-1].copy()
    (H, W), (h, w) = x.shape, k.shape
    if mode != "valid":
        x = np.pad(x, ((h - 1,), (w - 1,)))
    view = as_strided(x, (x.shape[0] - h + 1, x.shape[1] - w + 1, h, w), x.strides * 2)
    y = (view * k).sum(axis=(2, 3))
    if mode == "same":
        y = y[(h - 1) // 2 : (h - 1) // 2 + H, (w - 1) // 2 : (w - 1) // 2 + W]
    return y


# %% convolve2d: midnight-same-is-what-fits
# breaks: forward
# mistake: Crops full by (h-1)//2 on both sides, which is (H, W) for odd kernels only.
# names: convolve2d-same-uneven; convolve2d-too-large
import numpy as np


def convolve2d(x, k, mode="valid"):
    h, w = k.shape
    padded = np.pad(x, ((h - 1, h - 1), (w - 1, w - 1)))
    full = np.array(
        [
            [
                (padded[i : i + h, j : j + w] * k[::-1, ::-1]).sum()
                for j in range(x.shape[1] + w - 1)
            ]
            for i in range(x.shape[0] + h - 1)
        ]
    )
    if mode == "full":
        return full
    if mode == "same":
        top, left = (h - 1) // 2, (w - 1) // 2
        return full[top : full.shape[0] - top, left : full.shape[1] - left]
    return full[h - 1 : 1 - h or None, w - 1 : 1 - w or None]
