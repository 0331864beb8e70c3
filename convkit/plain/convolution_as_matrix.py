"""Convolution as one product of matrices: the windows laid out as rows (im2col)."""

import numpy as np

from convkit.plain import convolution


class Conv2d(convolution.Conv2d):
    """The same layer, with its windows as the rows of a matrix."""

    def forward(self, x):
        """x (N, in_channels, H, W) -> y (N, out_channels, out_h, out_w), of the dtype of x."""
        weight, bias = self.params["weight"].astype(x.dtype), self.params["bias"].astype(x.dtype)
        (stride_h, stride_w), (pad_h, pad_w) = self.stride, self.padding
        padded = np.pad(x, ((0, 0), (0, 0), (pad_h, pad_h), (pad_w, pad_w)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, self.kernel_size, axis=(2, 3))
        windows = windows[:, :, ::stride_h, ::stride_w]
        n, channels, out_h, out_w, h, w = windows.shape
        rows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * out_h * out_w, channels * h * w)
        y = rows @ weight.reshape(len(weight), -1).T + bias
        self.rows, self.padded_shape = rows, padded.shape
        return y.reshape(n, out_h, out_w, len(weight)).transpose(0, 3, 1, 2)

    def backward(self, grad_y):
        """grad_y, shaped like y -> grad_x, shaped like x; sets grads["weight"] and grads["bias"].

        It belongs to the latest forward.
        """
        weight = self.params["weight"].astype(grad_y.dtype)
        (h, w), (stride_h, stride_w), (pad_h, pad_w) = self.kernel_size, self.stride, self.padding
        n, maps, out_h, out_w = grad_y.shape
        grad = grad_y.transpose(0, 2, 3, 1).reshape(-1, maps)
        self.grads["weight"] = (grad.T @ self.rows).reshape(weight.shape)
        self.grads["bias"] = grad.sum(axis=0)
        grad_rows = grad @ weight.reshape(maps, -1)
        grad_windows = grad_rows.reshape(n, out_h, out_w, -1, h, w).transpose(0, 3, 1, 2, 4, 5)
        grad_padded = np.zeros(self.padded_shape, grad_y.dtype)
        for p in range(h):
            for q in range(w):
                rows = slice(p, p + stride_h * out_h, stride_h)
                columns = slice(q, q + stride_w * out_w, stride_w)
                grad_padded[:, :, rows, columns] += grad_windows[..., p, q]
        _, _, height, width = self.padded_shape
        return grad_padded[:, :, pad_h : height - pad_h, pad_w : width - pad_w]
