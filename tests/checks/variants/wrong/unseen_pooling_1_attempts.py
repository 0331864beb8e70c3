"""Held out after all others: what learners write (pooling, 1 of 3)."""

# ruff: noqa
# fmt: off

# %% MaxPool2d: unseen-all-equals-win
# breaks: backward
# mistake: Among equal maxima every one gets the full gradient: the mask is not divided by their number, so ties create gradient.
import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)

    def forward(self, x):
        (kh, kw), (sh, sw) = self.kernel_size, self.stride
        out_h = (x.shape[2] - kh) // sh + 1
        out_w = (x.shape[3] - kw) // sw + 1
        y = np.empty(x.shape[:2] + (out_h, out_w), x.dtype)
        for i in range(out_h):
            for j in range(out_w):
                y[:, :, i, j] = x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw].max(axis=(2, 3))
        self.x, self.y = x.copy(), y.copy()
        return y

    def backward(self, grad_y):
        (kh, kw), (sh, sw) = self.kernel_size, self.stride
        grad_x = np.zeros_like(self.x)
        for i in range(grad_y.shape[2]):
            for j in range(grad_y.shape[3]):
                patch = self.x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw]
                mask = (patch == self.y[:, :, i, j][:, :, None, None]).astype(patch.dtype)
                grad_x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw] += mask * grad_y[:, :, i, j][:, :, None, None]
        return grad_x


# %% MaxPool2d: unseen-starts-at-zero
# breaks: both
# mistake: The running maximum starts at 0 instead of minus infinity, so a window of negative numbers gives 0.
import numpy as np

from convkit import Layer


class MaxPool2d(Layer):
    """The largest value of each neighbourhood."""

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = self._two(kernel_size)
        self.stride = self.kernel_size if stride is None else self._two(stride)

    @staticmethod
    def _two(v):
        return v if isinstance(v, tuple) else (v, v)

    def _views(self, a, out_h, out_w):
        kh, kw = self.kernel_size
        sh, sw = self.stride
        for p in range(kh):
            for q in range(kw):
                yield a[:, :, p:p + (out_h - 1) * sh + 1:sh, q:q + (out_w - 1) * sw + 1:sw]

    def forward(self, x):
        kh, kw = self.kernel_size
        sh, sw = self.stride
        N, C, H, W = x.shape
        out_h, out_w = (H - kh) // sh + 1, (W - kw) // sw + 1
        best = np.zeros((N, C, out_h, out_w), dtype=x.dtype)
        who = np.zeros(best.shape, dtype=int)
        for number, view in enumerate(self._views(x, out_h, out_w)):
            better = view > best
            best = np.where(better, view, best)
            who = np.where(better, number, who)
        self.who = who
        self.shape = x.shape
        return best

    def backward(self, grad_y):
        grad_x = np.zeros(self.shape, dtype=grad_y.dtype)
        out_h, out_w = grad_y.shape[2:]
        for number, view in enumerate(self._views(grad_x, out_h, out_w)):
            view += grad_y * (self.who == number)
        return grad_x


# %% MaxPool2d: unseen-overlap-overwritten
# breaks: backward
# mistake: backward assigns with fancy indexing instead of adding, so a pixel that wins in two overlapping windows gets only one gradient.
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convkit import Layer


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = (kernel_size, kernel_size) if isinstance(kernel_size, int) else tuple(kernel_size)
        if stride is None:
            self.stride = self.kernel_size
        else:
            self.stride = (stride, stride) if isinstance(stride, int) else tuple(stride)

    def forward(self, x):
        kh, kw = self.kernel_size
        sh, sw = self.stride
        win = sliding_window_view(x, (kh, kw), axis=(2, 3))[:, :, ::sh, ::sw]
        flat = win.reshape(*win.shape[:4], kh * kw)
        self.arg = flat.argmax(axis=-1)
        self.x_shape = x.shape
        return np.take_along_axis(flat, self.arg[..., None], axis=-1)[..., 0]

    def backward(self, grad_y):
        sh, sw = self.stride
        dx = np.zeros(self.x_shape, grad_y.dtype)
        n, c, a, b = np.indices(self.arg.shape)
        p, q = np.divmod(self.arg, self.kernel_size[1])
        dx[n, c, a * sh + p, b * sw + q] = grad_y
        return dx


# %% MaxPool2d: unseen-divmod-by-height
# breaks: backward
# mistake: The flat position of the winner is turned into row and column by dividing by the window's height instead of its width (with a window that is not square: wrong places, or an IndexError at the edge).
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convkit import Layer


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = (kernel_size, kernel_size) if isinstance(kernel_size, int) else tuple(kernel_size)
        if stride is None:
            self.stride = self.kernel_size
        else:
            self.stride = (stride, stride) if isinstance(stride, int) else tuple(stride)

    def forward(self, x):
        kh, kw = self.kernel_size
        sh, sw = self.stride
        win = sliding_window_view(x, (kh, kw), axis=(2, 3))[:, :, ::sh, ::sw]
        flat = win.reshape(*win.shape[:4], kh * kw)
        self.arg = flat.argmax(axis=-1)
        self.x_shape = x.shape
        return np.take_along_axis(flat, self.arg[..., None], axis=-1)[..., 0]

    def backward(self, grad_y):
        sh, sw = self.stride
        dx = np.zeros(self.x_shape, grad_y.dtype)
        n, c, a, b = np.indices(self.arg.shape)
        p, q = np.divmod(self.arg, self.kernel_size[0])
        np.add.at(dx, (n, c, a * sh + p, b * sw + q), grad_y)
        return dx


# %% MaxPool2d: unseen-default-stride-two
# breaks: both
# mistake: The stride defaults to 2 instead of the kernel's size.
import numpy as np

from convkit import Layer


def pair(v):
    return v if isinstance(v, tuple) else (v, v)


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        if stride is None:
            stride = 2
        self.stride = pair(stride)

    def forward(self, x):
        N, C, H, W = x.shape
        kh, kw = self.kernel_size
        sh, sw = self.stride
        oh = (H - kh) // sh + 1
        ow = (W - kw) // sw + 1
        y = np.zeros((N, C, oh, ow), dtype=x.dtype)
        self.winners = np.zeros((N, C, oh, ow, 2), dtype=int)
        self.x_shape = x.shape
        for n in range(N):
            for c in range(C):
                for i in range(oh):
                    for j in range(ow):
                        window = x[n, c, i * sh:i * sh + kh, j * sw:j * sw + kw]
                        p, q = np.unravel_index(np.argmax(window), window.shape)
                        y[n, c, i, j] = window[p, q]
                        self.winners[n, c, i, j] = i * sh + p, j * sw + q
        return y

    def backward(self, grad_y):
        grad_x = np.zeros(self.x_shape, dtype=grad_y.dtype)
        N, C, oh, ow = grad_y.shape
        for n in range(N):
            for c in range(C):
                for i in range(oh):
                    for j in range(ow):
                        r, s = self.winners[n, c, i, j]
                        grad_x[n, c, r, s] += grad_y[n, c, i, j]
        return grad_x


# %% MaxPool2d: unseen-ceil-mode
# breaks: forward
# mistake: Ragged edges are not dropped: the number of windows is rounded up and the last windows are pooled over what is left of the image.
import numpy as np

from convkit import Layer


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)

    def forward(self, x):
        (kh, kw), (sh, sw) = self.kernel_size, self.stride
        out_h = -(-(x.shape[2] - kh) // sh) + 1
        out_w = -(-(x.shape[3] - kw) // sw) + 1
        y = np.empty(x.shape[:2] + (out_h, out_w), x.dtype)
        for i in range(out_h):
            for j in range(out_w):
                window = x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw]
                y[:, :, i, j] = window.max(axis=(2, 3)) if window.size else 0
        self.x, self.y = x.copy(), y.copy()
        return y

    def backward(self, grad_y):
        (kh, kw), (sh, sw) = self.kernel_size, self.stride
        grad_x = np.zeros_like(self.x)
        for i in range(grad_y.shape[2]):
            for j in range(grad_y.shape[3]):
                patch = self.x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw]
                if patch.size == 0:
                    continue
                mask = (patch == self.y[:, :, i, j][:, :, None, None]).astype(patch.dtype)
                mask /= mask.sum(axis=(2, 3), keepdims=True)
                grad_x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw] += mask * grad_y[:, :, i, j][:, :, None, None]
        return grad_x
