"""Held out: what learners write at midnight (avgpool, 3 of 3)."""

# ruff: noqa
# fmt: off

# %% AvgPool2d: midnight-running-sums-off-by-one
# breaks: forward
# mistake: Running sums without the leading row and column of zeros: every window misses its first row and column.
# names: -
import numpy as np

from convkit import Layer


def places(size, window, stride):
    return (size - window) // stride + 1


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class AvgPool2d(Layer):
    """The mean of each neighbourhood."""

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)
    def forward(self, x):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        self.shape = x.shape
        sums = x.cumsum(axis=2, dtype=np.float64).cumsum(axis=3)
        a, b = places(x.shape[2], h, sh), places(x.shape[3], w, sw)
        r, c = np.arange(a)[:, None] * sh, np.arange(b) * sw
        bottom, right = r + h - 1, c + w - 1
        total = sums[:, :, bottom, right] - sums[:, :, r, right]
        total += sums[:, :, r, c] - sums[:, :, bottom, c]
        return (total / (h * w)).astype(x.dtype)

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        grad_x = np.zeros(self.shape, grad_y.dtype)
        for j in range(grad_y.shape[2]):
            for k in range(grad_y.shape[3]):
                window = grad_x[:, :, j * sh : j * sh + h, k * sw : k * sw + w]
                window += grad_y[:, :, j, k, None, None] / (h * w)
        return grad_x


# %% AvgPool2d: midnight-divides-the-gradient-it-was-given
# breaks: backward
# mistake: grad_y /= h·w saves a copy and changes the caller's array.
# names: avgpool2d-backward-changes-upstream
import numpy as np

from convkit import Layer


def places(size, window, stride):
    return (size - window) // stride + 1


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class AvgPool2d(Layer):
    """The mean of each neighbourhood."""

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)
    def forward(self, x):
        self.x = x
        (h, w), (sh, sw) = self.kernel_size, self.stride
        col = np.array(
            [
                x[:, :, r : r + h, c : c + w].reshape(*x.shape[:2], h * w)
                for r in range(0, x.shape[2] - h + 1, sh)
                for c in range(0, x.shape[3] - w + 1, sw)
            ]
        )
        y = col.mean(axis=-1).transpose(1, 2, 0)
        return y.reshape(*x.shape[:2], -1, places(x.shape[3], w, sw))

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        grad_y /= h * w
        grad_x = np.zeros_like(self.x)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                grad_x[:, :, a * sh : a * sh + h, b * sw : b * sw + w] += grad_y[:, :, a, b][
                    :, :, np.newaxis, np.newaxis
                ]
        return grad_x


# %% AvgPool2d: midnight-floor-division
# breaks: forward
# mistake: `//` for the division.
# names: avgpool2d-forward-whole-numbers
import numpy as np

from convkit import Layer


def places(size, window, stride):
    return (size - window) // stride + 1


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class AvgPool2d(Layer):
    """The mean of each neighbourhood."""

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)
    def forward(self, x):
        self.shape = x.shape
        (h, w), (sh, sw) = self.kernel_size, self.stride
        rows, cols = places(x.shape[2], h, sh), places(x.shape[3], w, sw)
        y = np.zeros((*x.shape[:2], rows, cols), x.dtype)
        for a in range(rows):
            for b in range(cols):
                total = 0
                for p in range(h):
                    for q in range(w):
                        total = total + x[:, :, a * sh + p, b * sw + q]
                y[:, :, a, b] = total // (h * w)
        return y

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        grad_x = np.zeros(self.shape, grad_y.dtype)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                for p in range(h):
                    for q in range(w):
                        grad_x[:, :, a * sh + p, b * sw + q] += grad_y[:, :, a, b] / (h * w)
        return grad_x


# %% AvgPool2d: midnight-sums-there-overwrites-back
# breaks: both
# mistake: Divides by the number of rows only, and assigns the shares of overlapping windows.
# names: avgpool2d-forward-divided-by-side, avgpool2d-backward-assigned, avgpool2d-backward-divided-by-side
import numpy as np

from convkit import Layer


def places(size, window, stride):
    return (size - window) // stride + 1


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class AvgPool2d(Layer):
    """The mean of each neighbourhood."""

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)
    def forward(self, x):
        self.x = x
        (h, w), (sh, sw) = self.kernel_size, self.stride
        y = np.zeros((*x.shape[:2], places(x.shape[2], h, sh), places(x.shape[3], w, sw)), x.dtype)
        for a in range(y.shape[2]):
            for b in range(y.shape[3]):
                window = x[:, :, a * sh : a * sh + h, b * sw : b * sw + w]
                y[:, :, a, b] = window.mean(axis=2).sum(axis=2)
        return y

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        dx = np.zeros_like(self.x)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                dx[:, :, a * sh : a * sh + h, b * sw : b * sw + w] = (
                    grad_y[:, :, a, b][..., None, None] / h
                )
        return dx


# %% AvgPool2d: midnight-divides-by-the-pixels-of-the-image-there-by-the-places-back
# breaks: both
# mistake: The mean is taken over all of the slice to the image's end; the share is 1 / (places).
# names: ; avgpool2d-backward-scaled
import numpy as np

from convkit import Layer


def places(size, window, stride):
    return (size - window) // stride + 1


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class AvgPool2d(Layer):
    """The mean of each neighbourhood."""

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)
    def forward(self, x):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        self.shape = x.shape
        y = np.zeros((*x.shape[:2], places(x.shape[2], h, sh), places(x.shape[3], w, sw)), x.dtype)
        for a in range(y.shape[2]):
            for b in range(y.shape[3]):
                y[:, :, a, b] = x[:, :, a * sh :, b * sw :].mean(axis=(2, 3))
        return y

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        grad_x = np.zeros(self.shape, grad_y.dtype)
        share = grad_y / (grad_y.shape[2] * grad_y.shape[3])
        for p in range(h):
            for q in range(w):
                rows = slice(p, p + sh * grad_y.shape[2], sh)
                cols = slice(q, q + sw * grad_y.shape[3], sw)
                grad_x[:, :, rows, cols] += share
        return grad_x


# %% AvgPool2d: midnight-a-place-too-few
# breaks: forward
# mistake: Counts (H - h) // s places: the +1 is missing.
# names: avgpool2d-forward-size-one-short; avgpool2d-forward-too-small
import numpy as np

from convkit import Layer


def places(size, window, stride):
    return (size - window) // stride + 1


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class AvgPool2d(Layer):
    """The mean of each neighbourhood."""

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)
    def forward(self, x):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        self.shape = x.shape
        out_h, out_w = (x.shape[2] - h) // sh, (x.shape[3] - w) // sw
        y = np.zeros((*x.shape[:2], out_h, out_w), x.dtype)
        for a in range(out_h):
            for b in range(out_w):
                y[:, :, a, b] = x[:, :, a * sh : a * sh + h, b * sw : b * sw + w].mean(axis=(2, 3))
        return y

    def backward(self, grad_y):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        dx = np.zeros(self.shape, dtype=grad_y.dtype)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                dx[:, :, a * sh : a * sh + h, b * sw : b * sw + w] += np.tile(
                    grad_y[:, :, a : a + 1, b : b + 1] / (h * w), (h, w)
                )
        return dx
