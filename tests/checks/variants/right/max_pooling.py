# ruff: noqa
# fmt: off
# Right max pooling, with every tie rule that is fair; each cell is a module of its own.

# %% MaxPool2d: loops-first-winner
import numpy as np

from convkit import Layer


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        if stride is None:
            stride = kernel_size
        self.kh, self.kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        self.sh, self.sw = (stride, stride) if isinstance(stride, int) else stride

    def forward(self, x):
        N, C, H, W = x.shape
        out_h = (H - self.kh) // self.sh + 1
        out_w = (W - self.kw) // self.sw + 1
        y = np.zeros((N, C, out_h, out_w), x.dtype)
        for n in range(N):
            for c in range(C):
                for i in range(out_h):
                    for j in range(out_w):
                        top, left = i * self.sh, j * self.sw
                        window = x[n, c, top:top + self.kh, left:left + self.kw]
                        y[n, c, i, j] = np.max(window)
        self.x = x
        return y

    def backward(self, grad_y):
        dx = np.zeros_like(self.x)
        N, C, out_h, out_w = grad_y.shape
        for n in range(N):
            for c in range(C):
                for i in range(out_h):
                    for j in range(out_w):
                        top, left = i * self.sh, j * self.sw
                        window = self.x[n, c, top:top + self.kh, left:left + self.kw]
                        p, q = np.unravel_index(np.argmax(window), window.shape)
                        dx[n, c, top + p, left + q] += grad_y[n, c, i, j]
        return dx


# %% MaxPool2d: loops-last-winner
# Remembers the places while it looks for the maximum; >= keeps the last of equals.
import numpy as np
from convkit import Layer


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.k = tuple(np.broadcast_to(kernel_size, (2,)))
        self.s = self.k if stride is None else tuple(np.broadcast_to(stride, (2,)))

    def forward(self, x):
        self.remember = {}
        self.shape, self.dtype = x.shape, x.dtype
        rows = (x.shape[2] - self.k[0]) // self.s[0] + 1
        cols = (x.shape[3] - self.k[1]) // self.s[1] + 1
        y = np.empty(x.shape[:2] + (rows, cols), x.dtype)
        for place in np.ndindex(*y.shape):
            n, c, a, b = place
            best = -np.inf
            for p in range(self.k[0]):
                for q in range(self.k[1]):
                    pixel = x[n, c, a * self.s[0] + p, b * self.s[1] + q]
                    if pixel >= best:
                        best = pixel
                        self.remember[place] = (n, c, a * self.s[0] + p, b * self.s[1] + q)
            y[place] = best
        return y

    def backward(self, grad_y):
        grad_x = np.zeros(self.shape, self.dtype)
        for place, winner in self.remember.items():
            grad_x[winner] += grad_y[place]
        return grad_x


# %% MaxPool2d: shares-among-equals
import numpy as np
from convkit import Layer


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
        stride = self.kernel_size if stride is None else stride
        self.stride = stride if isinstance(stride, tuple) else (stride, stride)

    def windows(self, x):
        (h, w), (sh, sw) = self.kernel_size, self.stride
        for a, top in enumerate(range(0, x.shape[2] - h + 1, sh)):
            for b, left in enumerate(range(0, x.shape[3] - w + 1, sw)):
                yield a, b, np.s_[:, :, top:top + h, left:left + w]

    def forward(self, x):
        self.x = x
        (h, w), (sh, sw) = self.kernel_size, self.stride
        out = np.zeros((*x.shape[:2], (x.shape[2] - h) // sh + 1, (x.shape[3] - w) // sw + 1), x.dtype)
        for a, b, where in self.windows(x):
            out[:, :, a, b] = x[where].max(axis=(2, 3))
        return out

    def backward(self, grad_y):
        dx = np.zeros_like(self.x)
        for a, b, where in self.windows(self.x):
            window = self.x[where]
            mask = window == window.max(axis=(2, 3), keepdims=True)
            share = mask / mask.sum(axis=(2, 3), keepdims=True)
            dx[where] += (share * grad_y[:, :, a, b][:, :, None, None]).astype(dx.dtype)
        return dx


# %% MaxPool2d: windows-argmax
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convkit import Layer


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        two = lambda v: (v, v) if isinstance(v, int) else v
        self.k = two(kernel_size)
        self.s = two(stride) if stride is not None else self.k

    def forward(self, x):
        view = sliding_window_view(x, self.k, axis=(2, 3))[:, :, ::self.s[0], ::self.s[1]]
        flat = view.reshape(*view.shape[:4], -1)
        self.winner = flat.argmax(axis=-1)
        self.x_shape = x.shape
        return np.take_along_axis(flat, self.winner[..., None], axis=-1)[..., 0]

    def backward(self, grad_y):
        n, c, a, b = np.indices(self.winner.shape)
        rows = a * self.s[0] + self.winner // self.k[1]
        cols = b * self.s[1] + self.winner % self.k[1]
        dx = np.zeros(self.x_shape, grad_y.dtype)
        np.add.at(dx, (n, c, rows, cols), grad_y)
        return dx


# %% MaxPool2d: running-maximum
# The maximum over kernel offsets, column by column; the first in that order that equals it wins.
import numpy as np
from convkit import Layer


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.h, self.w = kernel_size if np.iterable(kernel_size) else (kernel_size, kernel_size)
        if stride is None:
            self.sh, self.sw = self.h, self.w
        else:
            self.sh, self.sw = stride if np.iterable(stride) else (stride, stride)

    def shifted(self, x, p, q):
        rows = (x.shape[2] - self.h) // self.sh + 1
        cols = (x.shape[3] - self.w) // self.sw + 1
        return x[:, :, p:p + self.sh * rows:self.sh, q:q + self.sw * cols:self.sw]

    def forward(self, x):
        self.x = x
        y = self.shifted(x, 0, 0)
        for q in range(self.w):
            for p in range(self.h):
                y = np.maximum(y, self.shifted(x, p, q))
        self.y = y
        return y

    def backward(self, grad_y):
        dx = np.zeros_like(self.x)
        free = np.ones(self.y.shape, bool)
        for q in range(self.w):
            for p in range(self.h):
                wins = (self.shifted(self.x, p, q) == self.y) & free
                self.shifted(dx, p, q)[...] += grad_y * wins
                free &= ~wins
        return dx


# %% MaxPool2d: reshape-or-loop
# The reshape trick where windows tile the image, loops elsewhere.
import numpy as np
from convkit import Layer


class MaxPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel = (kernel_size, kernel_size) if isinstance(kernel_size, int) else tuple(kernel_size)
        stride = kernel_size if stride is None else stride
        self.stride = (stride, stride) if isinstance(stride, int) else tuple(stride)

    def forward(self, x):
        N, C, H, W = x.shape
        h, w = self.kernel
        self.shape = x.shape
        self.tiles = self.kernel == self.stride and H % h == 0 and W % w == 0
        if self.tiles:
            blocks = x.reshape(N, C, H // h, h, W // w, w).transpose(0, 1, 2, 4, 3, 5)
            self.blocks = blocks.reshape(N, C, H // h, W // w, h * w)
            return self.blocks.max(axis=-1)
        self.x = x
        sh, sw = self.stride
        out = [
            [x[:, :, r:r + h, c:c + w].max(axis=3).max(axis=2) for c in range(0, W - w + 1, sw)]
            for r in range(0, H - h + 1, sh)
        ]
        return np.moveaxis(np.array(out), (0, 1), (2, 3))

    def backward(self, grad_y):
        N, C, H, W = self.shape
        h, w = self.kernel
        if self.tiles:
            order = np.argsort(self.blocks, axis=-1, kind="stable")
            grad = np.zeros(self.blocks.shape, grad_y.dtype)
            np.put_along_axis(grad, order[..., -1:], grad_y[..., None], axis=-1)
            grad = grad.reshape(N, C, H // h, W // w, h, w).transpose(0, 1, 2, 4, 3, 5)
            return grad.reshape(self.shape)
        dx = np.zeros(self.shape, grad_y.dtype)
        sh, sw = self.stride
        for n in range(N):
            for c in range(C):
                for a in range(grad_y.shape[2]):
                    for b in range(grad_y.shape[3]):
                        window = self.x[n, c, a * sh:a * sh + h, b * sw:b * sw + w]
                        mask = np.zeros(h * w)
                        mask[window.argmax()] = 1
                        dx[n, c, a * sh:a * sh + h, b * sw:b * sw + w] += (
                            mask.reshape(h, w) * grad_y[n, c, a, b]
                        )
        return dx
