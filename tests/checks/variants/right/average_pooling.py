# ruff: noqa
# fmt: off
# Right average pooling; each cell is a module of its own.

# %% AvgPool2d: loops
import numpy as np
from convkit import Layer


class AvgPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        stride = kernel_size if stride is None else stride
        self.kh, self.kw = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
        self.sh, self.sw = (stride,) * 2 if isinstance(stride, int) else stride

    def forward(self, x):
        self.x_shape = x.shape
        N, C, H, W = x.shape
        y = np.zeros((N, C, (H - self.kh) // self.sh + 1, (W - self.kw) // self.sw + 1), x.dtype)
        for i in range(y.shape[2]):
            for j in range(y.shape[3]):
                top, left = i * self.sh, j * self.sw
                y[:, :, i, j] = x[:, :, top:top + self.kh, left:left + self.kw].mean(axis=(2, 3))
        return y

    def backward(self, grad_y):
        dx = np.zeros(self.x_shape, grad_y.dtype)
        for i in range(grad_y.shape[2]):
            for j in range(grad_y.shape[3]):
                top, left = i * self.sh, j * self.sw
                share = grad_y[:, :, i, j] / (self.kh * self.kw)
                dx[:, :, top:top + self.kh, left:left + self.kw] += share[:, :, None, None]
        return dx


# %% AvgPool2d: cumulative-sums
# Sums over windows from an integral image, in float64.
import numpy as np
from convkit import Layer


class AvgPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.h, self.w = np.broadcast_to(kernel_size, 2)
        self.sh, self.sw = np.broadcast_to(kernel_size if stride is None else stride, 2)

    def forward(self, x):
        table = np.zeros((*x.shape[:2], x.shape[2] + 1, x.shape[3] + 1))
        table[:, :, 1:, 1:] = x.astype(np.float64).cumsum(axis=2).cumsum(axis=3)
        h, w = self.h, self.w
        sums = table[:, :, h:, w:] - table[:, :, :-h, w:] - table[:, :, h:, :-w] + table[:, :, :-h, :-w]
        self.before = x.shape, x.dtype
        return (sums[:, :, ::self.sh, ::self.sw] / (h * w)).astype(x.dtype)

    def backward(self, grad_y):
        shape, dtype = self.before
        corners = np.zeros((*shape[:2], shape[2] + 1, shape[3] + 1))
        n, c, a, b = grad_y.shape
        rows, cols = np.ix_(np.arange(a) * self.sh, np.arange(b) * self.sw)
        np.add.at(corners, np.s_[:, :, rows, cols], grad_y)
        np.add.at(corners, np.s_[:, :, rows + self.h, cols], -grad_y)
        np.add.at(corners, np.s_[:, :, rows, cols + self.w], -grad_y)
        np.add.at(corners, np.s_[:, :, rows + self.h, cols + self.w], grad_y)
        spread = corners.cumsum(axis=2).cumsum(axis=3)[:, :, :-1, :-1]
        return (spread / (self.h * self.w)).astype(dtype)


# %% AvgPool2d: two-matrices
# Averaging rows and averaging columns are matrices; backward is their transposes.
import numpy as np
from convkit import Layer


def averaging(size, window, step, dtype):
    count = (size - window) // step + 1
    matrix = np.zeros((count, size), dtype)
    for place in range(count):
        matrix[place, place * step:place * step + window] = 1 / window
    return matrix


class AvgPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel = (kernel_size, kernel_size) if np.ndim(kernel_size) == 0 else kernel_size
        self.stride = self.kernel
        if stride is not None:
            self.stride = (stride, stride) if np.ndim(stride) == 0 else stride

    def forward(self, x):
        self.R = averaging(x.shape[2], self.kernel[0], self.stride[0], x.dtype)
        self.C = averaging(x.shape[3], self.kernel[1], self.stride[1], x.dtype)
        return self.R @ x @ self.C.T

    def backward(self, grad_y):
        return self.R.T @ grad_y @ self.C


# %% AvgPool2d: upsample
# Exactly the slide when windows tile the image, otherwise window by window.
import numpy as np
from convkit import Layer


class AvgPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.m = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
        self.s = self.m if stride is None else stride if isinstance(stride, tuple) else (stride, stride)

    def forward(self, x):
        view = np.lib.stride_tricks.sliding_window_view(x, self.m, (2, 3))
        self.shape = x.shape
        return view[:, :, ::self.s[0], ::self.s[1]].mean((-2, -1))

    def backward(self, grad_y):
        grad_x = np.zeros(self.shape, grad_y.dtype)
        grad_y = grad_y / np.prod(self.m).astype(grad_y.dtype)
        if self.m == self.s:
            up = np.repeat(np.repeat(grad_y, self.m[0], axis=2), self.m[1], axis=3)
            grad_x[:, :, :up.shape[2], :up.shape[3]] = up
            return grad_x
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                r, c = a * self.s[0], b * self.s[1]
                grad_x[:, :, r:r + self.m[0], c:c + self.m[1]] += grad_y[:, :, a:a + 1, b:b + 1]
        return grad_x


# %% AvgPool2d: typed-with-a-base
# A base class of its own, type hints, a generator, and a print for every window.
from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from convkit import Layer

Size = int | tuple[int, int]


class Pool(Layer):
    def __init__(self, kernel_size: Size, stride: Size | None = None) -> None:
        super().__init__()
        self.kernel_size: tuple[int, int] = self._pair(kernel_size)
        self.stride = self.kernel_size if stride is None else self._pair(stride)

    @staticmethod
    def _pair(size: Size) -> tuple[int, int]:
        return (size, size) if isinstance(size, int) else (size[0], size[1])

    def windows(self, shape: tuple[int, ...]) -> Iterator[tuple[int, int, tuple[slice, ...]]]:
        (h, w), (sh, sw) = self.kernel_size, self.stride
        everything = slice(None)
        for a, top in enumerate(range(0, shape[2] - h + 1, sh)):
            for b, left in enumerate(range(0, shape[3] - w + 1, sw)):
                print("window", a, b)
                yield a, b, (everything, everything, slice(top, top + h), slice(left, left + w))


class AvgPool2d(Pool):
    def forward(self, x: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
        found = {(a, b): x[where].mean((2, 3)) for a, b, where in self.windows(x.shape)}
        rows, columns = 1 + max(a for a, _ in found), 1 + max(b for _, b in found)
        self.template = np.zeros_like(x)
        return np.stack([np.stack([found[a, b] for b in range(columns)], -1) for a in range(rows)], -2)

    def backward(self, grad_y: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
        grad_x = self.template.copy()
        for a, b, where in self.windows(grad_x.shape):
            grad_x[where] += grad_y[:, :, a, b, None, None] / np.prod(self.kernel_size)
        return grad_x
