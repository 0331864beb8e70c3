# ruff: noqa
# fmt: off
# Right correlations and convolutions of 2D arrays; each cell is a module of its own.

# %% correlate2d: four-loops
import numpy as np


def correlate2d(x, k, mode="valid"):
    h, w = k.shape
    if mode == "full":
        x = np.pad(x, ((h - 1, h - 1), (w - 1, w - 1)))
    elif mode == "same":
        top, left = (h - 1) // 2, (w - 1) // 2
        x = np.pad(x, ((top, h - 1 - top), (left, w - 1 - left)))
    rows, columns = x.shape[0] - h + 1, x.shape[1] - w + 1
    y = np.zeros((rows, columns), x.dtype)
    for i in range(rows):
        for j in range(columns):
            for p in range(h):
                for q in range(w):
                    y[i, j] += x[i + p, j + q] * k[p, q]
    return y


# %% correlate2d: windows
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def correlate2d(x, k, mode="valid"):
    kh, kw = k.shape
    full = np.pad(x, ((kh - 1, kh - 1), (kw - 1, kw - 1)))
    full = (sliding_window_view(full, (kh, kw)) * k).sum(axis=(2, 3))
    H, W = x.shape
    if mode == "full":
        return full
    if mode == "same":
        r, c = kh // 2, kw // 2
        return full[r:r + H, c:c + W]
    return full[kh - 1:H, kw - 1:W]


# %% correlate2d: fourier
import numpy as np


def correlate2d(x, k, mode="valid"):
    size = (x.shape[0] + k.shape[0] - 1, x.shape[1] + k.shape[1] - 1)
    spectrum = np.fft.rfft2(x, size) * np.fft.rfft2(k[::-1, ::-1], size)
    full = np.fft.irfft2(spectrum, size).astype(x.dtype)
    if mode == "full":
        return full
    if mode == "same":
        top, left = k.shape[0] // 2, k.shape[1] // 2
        return full[top:top + x.shape[0], left:left + x.shape[1]]
    top, left = k.shape[0] - 1, k.shape[1] - 1
    return full[top:x.shape[0], left:x.shape[1]]


# %% correlate2d: shift-and-add
import numpy as np


def correlate2d(x, k, mode="valid"):
    (H, W), (h, w) = x.shape, k.shape
    y = np.zeros((H + h - 1, W + w - 1), dtype=x.dtype)
    for p in range(h):
        for q in range(w):
            y[h - 1 - p:h - 1 - p + H, w - 1 - q:w - 1 - q + W] += k[p, q] * x
    if mode == "valid":
        y = y[h - 1:H, w - 1:W]
    if mode == "same":
        y = y[h // 2:h // 2 + H, w // 2:w // 2 + W]
    return y


# %% correlate2d: einsum-strided
import numpy as np


def correlate2d(x, k, mode="valid"):
    h, w = k.shape
    before = {"valid": (0, 0), "full": (h - 1, w - 1), "same": ((h - 1) // 2, (w - 1) // 2)}[mode]
    after = {"valid": (0, 0), "full": (h - 1, w - 1), "same": (h // 2, w // 2)}[mode]
    x = np.pad(x, list(zip(before, after)))
    shape = (x.shape[0] - h + 1, x.shape[1] - w + 1, h, w)
    patches = np.lib.stride_tricks.as_strided(x, shape, x.strides + x.strides)
    return np.einsum("abpq,pq", patches, k)


# %% convolve2d: four-loops
import numpy as np


def convolve2d(x, k, mode="valid"):
    """Definition of the full convolution; then cut."""
    H, W = x.shape
    h, w = k.shape
    full = np.zeros((H + h - 1, W + w - 1), x.dtype)
    for i in range(H):
        for j in range(W):
            for p in range(h):
                for q in range(w):
                    full[i + p, j + q] += x[i, j] * k[p, q]
    if mode == "full":
        return full
    if mode == "same":
        i0, j0 = (h - 1) // 2, (w - 1) // 2
        return full[i0:i0 + H, j0:j0 + W]
    return full[h - 1:H, w - 1:W]


# %% convolve2d: rotate-then-slide
import numpy as np


def convolve2d(x, k, mode="valid"):
    k = np.rot90(k, 2)
    h, w = k.shape
    pad = {"valid": (0, 0, 0, 0), "full": (h - 1, h - 1, w - 1, w - 1),
           "same": (h // 2, (h - 1) // 2, w // 2, (w - 1) // 2)}
    top, bottom, left, right = pad[mode]
    x = np.pad(x, ((top, bottom), (left, right)))
    y = np.empty((x.shape[0] - h + 1, x.shape[1] - w + 1), x.dtype, order="F")
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = np.vdot(x[i:i + h, j:j + w], k)
    return y


# %% convolve2d: paint-the-kernel
import numpy as np


def convolve2d(x, k, mode="valid"):
    h, w = k.shape
    canvas = np.zeros((x.shape[0] + h - 1, x.shape[1] + w - 1), x.dtype)
    for (i, j), pixel in np.ndenumerate(x):
        canvas[i:i + h, j:j + w] += pixel * k
    if mode == "valid":
        return canvas[h - 1:x.shape[0], w - 1:x.shape[1]]
    if mode == "same":
        return canvas[(h - 1) // 2:, (w - 1) // 2:][:x.shape[0], :x.shape[1]]
    return canvas


# %% convolve2d: rows-of-1d
import numpy as np


def convolve2d(x, k, mode="valid"):
    H, W = x.shape
    h, w = k.shape
    y = np.zeros((H + h - 1, W + w - 1), x.dtype)
    for r in range(H):
        for p in range(h):
            y[r + p] += np.convolve(x[r], k[p])
    print("full size", y.shape)
    if mode == "full":
        return y
    if mode == "valid":
        return y[h - 1:y.shape[0] - h + 1, w - 1:y.shape[1] - w + 1]
    t, l = (h - 1) // 2, (w - 1) // 2
    return y[t:t + H, l:l + W]
