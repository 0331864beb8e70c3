"""Convolution, plainly: windows in loops, as exercise 02 asks for it."""

import numpy as np

from convkit.layers.base import Layer


def correlate2d(x, k, mode="valid"):
    """Slide k over x as it is: y[i, j] = sum over p, q of x[i+p, j+q] * k[p, q].

    x: image, shape (H, W).    k: kernel, shape (h, w).
    mode: "valid", "full" or "same", as in the table above.
    Returns y, of shape (H-h+1, W-w+1), (H+h-1, W+w-1) or (H, W).
    """
    h, w = k.shape
    if mode == "full":
        x = np.pad(x, ((h - 1, h - 1), (w - 1, w - 1)))
    elif mode == "same":
        x = np.pad(x, (((h - 1) // 2, h // 2), ((w - 1) // 2, w // 2)))
    y = np.zeros((x.shape[0] - h + 1, x.shape[1] - w + 1), x.dtype)
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = np.sum(x[i : i + h, j : j + w] * k)
    return y


def convolve2d(x, k, mode="valid"):
    """Slide the flipped k over x: y[i, j] = sum over p, q of x[i+p, j+q] * k[h-1-p, w-1-q].

    x: image, shape (H, W).    k: kernel, shape (h, w).
    mode: "valid", "full", or "same" = the (H, W) numbers of "full" that begin at
    row (h-1)//2, column (w-1)//2.
    """
    flipped = k[::-1, ::-1]
    if mode != "same":
        return correlate2d(x, flipped, mode)
    full = correlate2d(x, flipped, "full")
    top, left = (k.shape[0] - 1) // 2, (k.shape[1] - 1) // 2
    return full[top : top + x.shape[0], left : left + x.shape[1]]


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class Conv2d(Layer):
    """params["weight"] (out_channels, in_channels, h, w), params["bias"] (out_channels,)."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, rng=None):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = pair(stride)
        self.padding = pair(padding)
        shape = (out_channels, in_channels, *self.kernel_size)
        scale = np.sqrt(2 / np.prod(shape[1:]))
        self.params["weight"] = np.random.default_rng(rng).normal(0, scale, shape)
        self.params["bias"] = np.zeros(out_channels)

    def forward(self, x):
        """x (N, in_channels, H, W) -> y (N, out_channels, out_h, out_w), of the dtype of x."""
        weight = self.params["weight"].astype(x.dtype)
        bias = self.params["bias"].astype(x.dtype)
        (h, w), (stride_h, stride_w), (pad_h, pad_w) = self.kernel_size, self.stride, self.padding
        self.padded = np.pad(x, ((0, 0), (0, 0), (pad_h, pad_h), (pad_w, pad_w)))
        _, _, height, width = self.padded.shape
        out_h, out_w = (height - h) // stride_h + 1, (width - w) // stride_w + 1
        y = np.zeros((len(x), len(weight), out_h, out_w), x.dtype)
        for a in range(out_h):
            for b in range(out_w):
                rows = slice(stride_h * a, stride_h * a + h)
                columns = slice(stride_w * b, stride_w * b + w)
                window = self.padded[:, :, rows, columns]
                y[:, :, a, b] = np.einsum("nipq,jipq->nj", window, weight) + bias
        return y

    def backward(self, grad_y):
        """grad_y, shaped like y -> grad_x, shaped like x; sets grads["weight"] and grads["bias"].

        It belongs to the latest forward: keep there what you need here.
        """
        weight = self.params["weight"].astype(grad_y.dtype)
        (h, w), (stride_h, stride_w), (pad_h, pad_w) = self.kernel_size, self.stride, self.padding
        grad_weight = np.zeros_like(weight)
        grad_padded = np.zeros_like(self.padded)
        for a in range(grad_y.shape[2]):
            for b in range(grad_y.shape[3]):
                rows = slice(stride_h * a, stride_h * a + h)
                columns = slice(stride_w * b, stride_w * b + w)
                window, grad = self.padded[:, :, rows, columns], grad_y[:, :, a, b]
                grad_weight += np.einsum("nipq,nj->jipq", window, grad)
                grad_padded[:, :, rows, columns] += np.einsum("jipq,nj->nipq", weight, grad)
        self.grads["weight"] = grad_weight
        self.grads["bias"] = grad_y.sum(axis=(0, 2, 3))
        _, _, height, width = self.padded.shape
        return grad_padded[:, :, pad_h : height - pad_h, pad_w : width - pad_w]
