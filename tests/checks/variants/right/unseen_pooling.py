"""Right implementations in other hands, written without sight of the checks (pooling)."""

# ruff: noqa
# fmt: off

# %% MaxPool2d: unseen-mask
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
                mask /= mask.sum(axis=(2, 3), keepdims=True)
                grad_x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw] += mask * grad_y[:, :, i, j][:, :, None, None]
        return grad_x


# %% MaxPool2d: unseen-offsets
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
        best = np.full((N, C, out_h, out_w), -np.inf, dtype=x.dtype)
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


# %% MaxPool2d: unseen-windows
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
        np.add.at(dx, (n, c, a * sh + p, b * sw + q), grad_y)
        return dx


# %% MaxPool2d: unseen-loops
import numpy as np

from convkit import Layer


def pair(v):
    return v if isinstance(v, tuple) else (v, v)


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        if stride is None:
            stride = self.kernel_size
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


# %% AvgPool2d: unseen-loops
import numpy as np

from convkit import Layer


class AvgPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.k = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
        if stride is None:
            stride = self.k
        self.s = stride if isinstance(stride, tuple) else (stride, stride)

    def forward(self, x):
        kh, kw = self.k
        sh, sw = self.s
        n, c, h, w = x.shape
        self.x_shape = x.shape
        oh = (h - kh) // sh + 1
        ow = (w - kw) // sw + 1
        y = np.zeros((n, c, oh, ow), dtype=x.dtype)
        for i in range(oh):
            for j in range(ow):
                y[:, :, i, j] = x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw].sum(axis=(2, 3)) / (kh * kw)
        return y

    def backward(self, grad_y):
        kh, kw = self.k
        sh, sw = self.s
        dx = np.zeros(self.x_shape, dtype=grad_y.dtype)
        for i in range(grad_y.shape[2]):
            for j in range(grad_y.shape[3]):
                dx[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw] += grad_y[:, :, i, j, None, None] / (kh * kw)
        return dx


# %% AvgPool2d: unseen-windows
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convkit import Layer


def pair(v):
    return v if isinstance(v, tuple) else (v, v)


class AvgPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = pair(kernel_size if stride is None else stride)

    def forward(self, x):
        self.in_shape = x.shape
        sv, sh = self.stride
        windows = sliding_window_view(x, self.kernel_size, axis=(-2, -1))
        return windows[:, :, ::sv, ::sh].mean(axis=(-2, -1))

    def backward(self, grad_y):
        h, w = self.kernel_size
        sv, sh = self.stride
        out_h, out_w = grad_y.shape[-2:]
        grad_x = np.zeros(self.in_shape, grad_y.dtype)
        share = grad_y / (h * w)
        for p in range(h):
            for q in range(w):
                grad_x[:, :, p:p + sv * out_h:sv, q:q + sh * out_w:sh][:, :, :out_h, :out_w] += share
        return grad_x
