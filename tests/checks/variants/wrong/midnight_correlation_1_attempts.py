"""Held out: what learners write at midnight (correlation, 1 of 2)."""

# ruff: noqa
# fmt: off

# %% correlate2d: midnight-loops-over-the-rows-only-minus-one
# breaks: forward
# mistake: The ranges end one too early: the +1 of H-h+1 is in the shape but not in the loops.
# names: correlate2d-holes; correlate2d-returns-early, correlate2d-partly-right, correlate2d-one-end
import numpy as np


def correlate2d(x, k, mode="valid"):
    h, w = k.shape
    if mode == "full":
        x = np.pad(x, ((h - 1, h - 1), (w - 1, w - 1)))
    elif mode == "same":
        x = np.pad(x, (((h - 1) // 2, h // 2), ((w - 1) // 2, w // 2)))
    H, W = x.shape
    y = np.zeros((H - h + 1, W - w + 1), dtype=x.dtype)
    for i in range(H - h):
        for j in range(W - w):
            y[i, j] = np.sum(x[i : i + h, j : j + w] * k)
    return y


# %% correlate2d: midnight-or-full
# breaks: forward
# mistake: `mode == "same" or "full"` is always true, so valid is padded as well.
# names: correlate2d-modes-mixed-up; correlate2d-too-large
import numpy as np


def correlate2d(x, k, mode="valid"):
    kh, kw = k.shape
    if mode == "same" or "full":
        top, left = (kh - 1) // 2, (kw - 1) // 2
        bottom, right = kh // 2, kw // 2
        if mode == "full":
            top = bottom = kh - 1
            left = right = kw - 1
        padded = np.zeros((x.shape[0] + top + bottom, x.shape[1] + left + right), x.dtype)
        padded[top : top + x.shape[0], left : left + x.shape[1]] = x
    else:
        padded = x
    out_h = padded.shape[0] - kh + 1
    out_w = padded.shape[1] - kw + 1
    out = np.empty((out_h, out_w), dtype=x.dtype)
    for r in range(out_h):
        for c in range(out_w):
            out[r, c] = (padded[r : r + kh, c : c + kw] * k).sum()
    return out


# %% correlate2d: midnight-same-pads-half-on-both-sides
# breaks: forward
# mistake: Pads h//2 above and below alike for same, so an even kernel gives one row and column too many.
# names: correlate2d-same-uneven; correlate2d-too-large
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def correlate2d(x, k, mode="valid"):
    h, w = k.shape
    if mode == "same":
        x = np.pad(x, ((h // 2, h // 2), (w // 2, w // 2)))
    if mode == "full":
        x = np.pad(x, ((h - 1,) * 2, (w - 1,) * 2))
    return np.einsum("ijpq,pq->ij", sliding_window_view(x, k.shape), k)


# %% correlate2d: midnight-same-crops-full-at-the-convolution-s-place
# breaks: forward
# mistake: Takes the centre of full from (h-1)//2 on, which is where a correlation's same does not begin.
# names: correlate2d-same-elsewhere; correlate2d-moved
import numpy as np


def correlate2d(x, k, mode="valid"):
    H, W = x.shape
    h, w = k.shape
    full = np.zeros((H + h - 1, W + w - 1), dtype=x.dtype)
    for p in range(h):
        for q in range(w):
            # pixel (i, j) goes to (i + h - 1 - p, j + w - 1 - q)
            full[h - 1 - p : h - 1 - p + H, w - 1 - q : w - 1 - q + W] += k[p, q] * x
    if mode == "full":
        return full
    if mode == "same":
        a, b = (h - 1) // 2, (w - 1) // 2
        return full[a : a + H, b : b + W]
    return full[h - 1 : H, w - 1 : W]


# %% correlate2d: midnight-pads-rows-by-the-width
# breaks: forward
# mistake: The two pairs of np.pad are swapped: (left, right) stands first.
# names: correlate2d-padding-sides-swapped; correlate2d-another-size
import numpy as np


def pad(x, h, w, mode):
    if mode == "valid":
        return x
    if mode == "full":
        return np.pad(x, [(w - 1, w - 1), (h - 1, h - 1)])
    return np.pad(x, [((w - 1) // 2, w // 2), ((h - 1) // 2, h // 2)])


def correlate2d(x, k, mode="valid"):
    h, w = k.shape
    x = pad(x, h, w, mode)
    rows, cols = x.shape[0] - h + 1, x.shape[1] - w + 1
    y = np.zeros((rows, cols), dtype=x.dtype)
    for i in range(rows):
        for j in range(cols):
            y[i][j] = np.vdot(x[i : i + h, j : j + w], k)
    return y


# %% correlate2d: midnight-copied-width
# breaks: forward
# mistake: Copy and paste: the number of columns is computed with the kernel's height.
# names: correlate2d-kernel-square; correlate2d-another-size, correlate2d-error-shapes, correlate2d-error-negative, correlate2d-too-small, correlate2d-too-large
import numpy as np


def correlate2d(x, k, mode="valid"):
    kh, kw = k.shape
    if mode == "full":
        x = np.pad(x, ((kh - 1, kh - 1), (kw - 1, kw - 1)), mode="constant")
    if mode == "same":
        x = np.pad(x, (((kh - 1) // 2, kh // 2), ((kw - 1) // 2, kw // 2)), mode="constant")
    out_h = x.shape[0] - kh + 1
    out_w = x.shape[1] - kh + 1
    out = np.zeros((out_h, out_w)).astype(x.dtype)
    for i in range(out_h):
        for j in range(out_w):
            out[i, j] = np.sum(np.multiply(x[i : i + kh, j : j + kw], k))
    return out


# %% correlate2d: midnight-fft-of-the-image-s-size
# breaks: forward
# mistake: The Fourier transforms are as large as the image, not as full, so the borders wrap around.
# names: -; correlate2d-too-small, correlate2d-border, correlate2d-partly-right, correlate2d-one-end
import numpy as np


def correlate2d(x, k, mode="valid"):
    H, W = x.shape
    h, w = k.shape
    if mode == "full":
        x = np.pad(x, ((0, h - 1), (0, w - 1)))
    size = (H, W)
    spectrum = np.fft.rfft2(x, s=size) * np.fft.rfft2(k[::-1, ::-1], s=size)
    full = np.fft.irfft2(spectrum, s=size).astype(x.dtype)
    if mode == "full":
        return full
    if mode == "same":
        return full[h // 2 : h // 2 + H, w // 2 : w // 2 + W]
    return full[h - 1 : H, w - 1 : W]


# %% correlate2d: midnight-matrix-product-of-the-patch
# breaks: forward
# mistake: `@` for the elementwise product: it multiplies matrices.
# names: correlate2d-matrix-product
import numpy as np


def correlate2d(x, k, mode="valid"):
    (H, W), (h, w) = x.shape, k.shape
    if mode == "full":
        x = np.pad(x, ((h - 1, h - 1), (w - 1, w - 1)))
    elif mode == "same":
        x = np.pad(x, (((h - 1) // 2, h // 2), ((w - 1) // 2, w // 2)))
    return np.array(
        [
            [(x[i : i + h, j : j + w] @ k.T).sum() for j in range(x.shape[1] - w + 1)]
            for i in range(x.shape[0] - h + 1)
        ],
        dtype=x.dtype,
    )


# %% correlate2d: midnight-a-frame-of-floats
# breaks: forward
# mistake: The padded picture and the result are made by np.zeros, so float32 comes back as float64.
# names: correlate2d-always-double
import numpy as np


def correlate2d(x, k, mode="valid"):
    ih, iw = x.shape
    kh, kw = k.shape
    pad = {"valid": (0, 0, 0, 0), "full": (kh - 1, kh - 1, kw - 1, kw - 1),
           "same": ((kh - 1) // 2, kh // 2, (kw - 1) // 2, kw // 2)}[mode]
    padded = np.zeros((ih + pad[0] + pad[1], iw + pad[2] + pad[3]))
    padded[pad[0]:pad[0] + ih, pad[2]:pad[2] + iw] = x
    output = np.zeros((padded.shape[0] - kh + 1, padded.shape[1] - kw + 1))
    for y in range(output.shape[0]):
        for z in range(output.shape[1]):
            output[y, z] = (padded[y:y + kh, z:z + kw] * k).sum()
    return output


# %% convolve2d: midnight-transposed-kernel
# breaks: forward
# mistake: Takes the transpose for the flip.
# names: convolve2d-transposed; convolve2d-another-size
import numpy as np


def convolve2d(x, k, mode="valid"):
    k = k.T
    h, w = k.shape
    if mode != "valid":
        x = np.pad(x, ((h - 1, h - 1), (w - 1, w - 1)))
    H, W = x.shape
    y = np.zeros((H - h + 1, W - w + 1), dtype=x.dtype)
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            y[i, j] = np.sum(x[i : i + h, j : j + w] * k)
    if mode == "same":
        H, W = H - 2 * (h - 1), W - 2 * (w - 1)
        y = y[(h - 1) // 2 : (h - 1) // 2 + H, (w - 1) // 2 : (w - 1) // 2 + W]
    return y


# %% convolve2d: midnight-rows-only
# breaks: forward
# mistake: k[::-1] flips the rows and leaves the columns.
# names: convolve2d-one-axis-flipped
import numpy as np


def slide(x, k):
    h, w = k.shape
    out = np.zeros((x.shape[0] - h + 1, x.shape[1] - w + 1), dtype=x.dtype)
    for p in range(h):
        for q in range(w):
            out += k[p, q] * x[p : p + out.shape[0], q : q + out.shape[1]]
    return out


def convolve2d(x, k, mode="valid"):
    h, w = k.shape
    flipped = k[::-1]
    if mode == "valid":
        return slide(x, flipped)
    full = slide(np.pad(x, ((h - 1, h - 1), (w - 1, w - 1))), flipped)
    if mode == "full":
        return full
    top, left = (h - 1) // 2, (w - 1) // 2
    return full[top : top + x.shape[0], left : left + x.shape[1]]


# %% convolve2d: midnight-rot90-once
# breaks: forward
# mistake: np.rot90 turns by a quarter, and it is called once.
# names: convolve2d-rotated; convolve2d-another-size
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def convolve2d(x, k, mode="valid"):
    h, w = k.shape
    H, W = x.shape
    k = np.rot90(k)
    if mode in ("full", "same"):
        x = np.pad(x, ((h - 1, h - 1), (w - 1, w - 1)))
    y = np.tensordot(sliding_window_view(x, k.shape), k, axes=2)
    if mode == "same":
        y = y[(h - 1) // 2 :][:H, (w - 1) // 2 :][:, :W]
    return y


# %% convolve2d: midnight-flips-the-image
# breaks: forward
# mistake: Flips the image in place of the kernel, so the answer comes out turned by 180°.
# names: convolve2d-mirrored
import numpy as np


def _correlate(x, k, mode):
    h, w = k.shape
    pads = {
        "valid": ((0, 0), (0, 0)),
        "full": ((h - 1, h - 1), (w - 1, w - 1)),
        "same": ((h // 2, (h - 1) // 2), (w // 2, (w - 1) // 2)),
    }
    x = np.pad(x, pads[mode])
    out = np.zeros((x.shape[0] - h + 1, x.shape[1] - w + 1), x.dtype)
    for i, j in np.ndindex(out.shape):
        out[i, j] = (x[i : i + h, j : j + w] * k).sum()
    return out


def convolve2d(x, k, mode="valid"):
    return _correlate(np.flip(x), k, mode)


# %% convolve2d: midnight-correlates-the-flip-in-same-too
# breaks: forward
# mistake: Flips and asks the correlation for same, whose centre lies elsewhere for even kernels.
# names: convolve2d-same-elsewhere; convolve2d-moved
import numpy as np


def correlate2d(x, k, mode="valid"):
    h, w = k.shape
    if mode == "full":
        x = np.pad(x, ((h - 1, h - 1), (w - 1, w - 1)))
    elif mode == "same":
        x = np.pad(x, (((h - 1) // 2, h // 2), ((w - 1) // 2, w // 2)))
    y = np.zeros((x.shape[0] - h + 1, x.shape[1] - w + 1), dtype=x.dtype)
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = np.sum(x[i : i + h, j : j + w] * k)
    return y


def convolve2d(x, k, mode="valid"):
    return correlate2d(x, k[::-1, ::-1], mode)
