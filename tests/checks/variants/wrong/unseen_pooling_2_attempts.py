"""Held out after all others: what learners write (pooling, 2 of 3)."""

# ruff: noqa
# fmt: off

# %% MaxPool2d: unseen-gradient-without-ragged-edge
# breaks: backward
# mistake: grad_x covers only the part of the image that windows reach; where ragged edges were dropped its shape is smaller than that of x.
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
        out_h, out_w = grad_y.shape[2:]
        height = (out_h - 1) * self.stride[0] + self.kernel_size[0]
        width = (out_w - 1) * self.stride[1] + self.kernel_size[1]
        grad_x = np.zeros((*self.shape[:2], height, width), dtype=grad_y.dtype)
        for number, view in enumerate(self._views(grad_x, out_h, out_w)):
            view += grad_y * (self.who == number)
        return grad_x


# %% MaxPool2d: unseen-winners-of-last-sample
# breaks: backward
# mistake: The winners' positions have no batch axis: each sample overwrites those of the one before, so backward sends every sample's gradient to the last sample's winners.
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
        self.winners = np.zeros((C, oh, ow, 2), dtype=int)
        self.x_shape = x.shape
        for n in range(N):
            for c in range(C):
                for i in range(oh):
                    for j in range(ow):
                        window = x[n, c, i * sh:i * sh + kh, j * sw:j * sw + kw]
                        p, q = np.unravel_index(np.argmax(window), window.shape)
                        y[n, c, i, j] = window[p, q]
                        self.winners[c, i, j] = i * sh + p, j * sw + q
        return y

    def backward(self, grad_y):
        grad_x = np.zeros(self.x_shape, dtype=grad_y.dtype)
        N, C, oh, ow = grad_y.shape
        for n in range(N):
            for c in range(C):
                for i in range(oh):
                    for j in range(ow):
                        r, s = self.winners[c, i, j]
                        grad_x[n, c, r, s] += grad_y[n, c, i, j]
        return grad_x


# %% MaxPool2d: unseen-largest-magnitude-and-overwritten
# breaks: both
# mistake: Two mistakes. forward: the winner is the value of largest magnitude (argmax of |x|), not the largest value. backward: a pixel that wins in two overlapping windows keeps only the last gradient (= instead of +=).
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
                        p, q = np.unravel_index(np.argmax(np.abs(window)), window.shape)
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
                        grad_x[n, c, r, s] = grad_y[n, c, i, j]
        return grad_x


# %% MaxPool2d: unseen-wins-averaged
# breaks: backward
# mistake: A pixel that wins in several overlapping windows gets the mean of their gradients instead of the sum: backward divides by the number of wins.
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
        wins = np.zeros(self.shape, dtype=grad_y.dtype)
        out_h, out_w = grad_y.shape[2:]
        for number, view in enumerate(self._views(grad_x, out_h, out_w)):
            view += grad_y * (self.who == number)
        for number, view in enumerate(self._views(wins, out_h, out_w)):
            view += self.who == number
        return grad_x / np.maximum(wins, 1)


# %% MaxPool2d: unseen-float64-and-kept-gradient
# breaks: forward
# mistake: Two mistakes. forward: the output is always float64, also for float32. backward: grad_x is allocated in forward and added to, so a second backward adds up on the first.
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
        y = np.zeros((N, C, oh, ow))
        self.winners = np.zeros((N, C, oh, ow, 2), dtype=int)
        self.grad_x = np.zeros_like(x)
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
        N, C, oh, ow = grad_y.shape
        for n in range(N):
            for c in range(C):
                for i in range(oh):
                    for j in range(ow):
                        r, s = self.winners[n, c, i, j]
                        self.grad_x[n, c, r, s] += grad_y[n, c, i, j]
        return self.grad_x


# %% AvgPool2d: unseen-square-of-height
# breaks: forward
# mistake: The sum is divided by the square of the kernel's height (m², as on the slide), also when the kernel is not square.
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
                y[:, :, i, j] = x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw].sum(axis=(2, 3)) / kh ** 2
        return y

    def backward(self, grad_y):
        kh, kw = self.k
        sh, sw = self.s
        dx = np.zeros(self.x_shape, dtype=grad_y.dtype)
        for i in range(grad_y.shape[2]):
            for j in range(grad_y.shape[3]):
                dx[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw] += grad_y[:, :, i, j, None, None] / kh ** 2
        return dx
