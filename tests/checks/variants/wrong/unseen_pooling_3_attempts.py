"""Held out after all others: what learners write (pooling, 3 of 3)."""

# ruff: noqa
# fmt: off

# %% AvgPool2d: unseen-partial-windows
# breaks: forward
# mistake: A window starts at every stride-th pixel of the image: windows that stick out at the bottom or right are not dropped but averaged over the pixels that are left.
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
        oh = len(range(0, h, sh))
        ow = len(range(0, w, sw))
        y = np.zeros((n, c, oh, ow), dtype=x.dtype)
        for i in range(oh):
            for j in range(ow):
                y[:, :, i, j] = x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw].mean(axis=(2, 3))
        return y

    def backward(self, grad_y):
        kh, kw = self.k
        sh, sw = self.s
        dx = np.zeros(self.x_shape, dtype=grad_y.dtype)
        for i in range(grad_y.shape[2]):
            for j in range(grad_y.shape[3]):
                window = dx[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw]
                window += grad_y[:, :, i, j, None, None] / (window.shape[2] * window.shape[3])
        return dx


# %% AvgPool2d: unseen-upsampled-by-the-kernel
# breaks: backward
# mistake: backward upsamples the gradient by the kernel's size whatever the stride is, which is right only where windows neither overlap nor leave gaps.
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
        grad_x = np.zeros(self.in_shape, grad_y.dtype)
        up = np.repeat(np.repeat(grad_y, h, axis=2), w, axis=3) / (h * w)
        up = up[:, :, :grad_x.shape[2], :grad_x.shape[3]]
        grad_x[:, :, :up.shape[2], :up.shape[3]] = up
        return grad_x


# %% AvgPool2d: unseen-divided-by-stride
# breaks: backward
# mistake: backward shares the gradient by the product of the strides instead of the number of pixels in a window.
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
        share = grad_y / (sv * sh)
        for p in range(h):
            for q in range(w):
                grad_x[:, :, p:p + sv * out_h:sv, q:q + sh * out_w:sh][:, :, :out_h, :out_w] += share
        return grad_x


# %% AvgPool2d: unseen-stride-one-and-overwritten
# breaks: both
# mistake: Two mistakes. constructor, so forward: the stride defaults to 1 instead of the kernel's size. backward: where windows overlap the share is assigned instead of added.
import numpy as np

from convkit import Layer


class AvgPool2d(Layer):
    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.k = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
        if stride is None:
            stride = (1, 1)
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
                dx[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw] = grad_y[:, :, i, j, None, None] / (kh * kw)
        return dx


# %% AvgPool2d: unseen-strides-exchanged
# breaks: both
# mistake: The two strides are exchanged: the vertical one is used for columns and the horizontal one for rows.
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
        sh, sv = self.stride
        windows = sliding_window_view(x, self.kernel_size, axis=(-2, -1))
        return windows[:, :, ::sv, ::sh].mean(axis=(-2, -1))

    def backward(self, grad_y):
        h, w = self.kernel_size
        sh, sv = self.stride
        out_h, out_w = grad_y.shape[-2:]
        grad_x = np.zeros(self.in_shape, grad_y.dtype)
        share = grad_y / (h * w)
        for p in range(h):
            for q in range(w):
                grad_x[:, :, p:p + sv * out_h:sv, q:q + sh * out_w:sh][:, :, :out_h, :out_w] += share
        return grad_x


# %% AvgPool2d: unseen-gradient-divided-in-place
# breaks: backward
# mistake: backward divides the gradient that it was handed in place (grad_y /= ...), so the caller's array changes.
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
        grad_y /= kh * kw
        for i in range(grad_y.shape[2]):
            for j in range(grad_y.shape[3]):
                dx[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw] += grad_y[:, :, i, j, None, None]
        return dx
