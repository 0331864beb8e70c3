# ruff: noqa: E501
# fmt: off
"""Slips that were held out until all checks and the catalogue stood (pooling)."""

from ..slips import slip

SLIPS = {
    ("MaxPool2d", "unseen-mask"): [
        slip("all-equals-win", "backward", "Among equal maxima every one gets the full gradient: the mask is not divided by their number, so ties create gradient.",
             ("                mask /= mask.sum(axis=(2, 3), keepdims=True)\n", "")),
        slip("ceil-mode", "forward", "Ragged edges are not dropped: the number of windows is rounded up and the last windows are pooled over what is left of the image.",
             ("        out_h = (x.shape[2] - kh) // sh + 1\n        out_w = (x.shape[3] - kw) // sw + 1\n", "        out_h = -(-(x.shape[2] - kh) // sh) + 1\n        out_w = -(-(x.shape[3] - kw) // sw) + 1\n"),
             ("y[:, :, i, j] = x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw].max(axis=(2, 3))", "window = x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw]\n                y[:, :, i, j] = window.max(axis=(2, 3)) if window.size else 0"),
             ("                mask = (patch", "                if patch.size == 0:\n                    continue\n                mask = (patch")),
    ],
    ("MaxPool2d", "unseen-offsets"): [
        slip("starts-at-zero", "both", "The running maximum starts at 0 instead of minus infinity, so a window of negative numbers gives 0.",
             ("best = np.full((N, C, out_h, out_w), -np.inf, dtype=x.dtype)", "best = np.zeros((N, C, out_h, out_w), dtype=x.dtype)")),
        slip("gradient-without-ragged-edge", "backward", "grad_x covers only the part of the image that windows reach; where ragged edges were dropped its shape is smaller than that of x.",
             ("        grad_x = np.zeros(self.shape, dtype=grad_y.dtype)\n        out_h, out_w = grad_y.shape[2:]\n", "        out_h, out_w = grad_y.shape[2:]\n        height = (out_h - 1) * self.stride[0] + self.kernel_size[0]\n        width = (out_w - 1) * self.stride[1] + self.kernel_size[1]\n        grad_x = np.zeros((*self.shape[:2], height, width), dtype=grad_y.dtype)\n")),
        slip("wins-averaged", "backward", "A pixel that wins in several overlapping windows gets the mean of their gradients instead of the sum: backward divides by the number of wins.",
             ("        grad_x = np.zeros(self.shape, dtype=grad_y.dtype)\n", "        grad_x = np.zeros(self.shape, dtype=grad_y.dtype)\n        wins = np.zeros(self.shape, dtype=grad_y.dtype)\n"),
             ("            view += grad_y * (self.who == number)\n        return grad_x", "            view += grad_y * (self.who == number)\n        for number, view in enumerate(self._views(wins, out_h, out_w)):\n            view += self.who == number\n        return grad_x / np.maximum(wins, 1)")),
    ],
    ("MaxPool2d", "unseen-windows"): [
        slip("overlap-overwritten", "backward", "backward assigns with fancy indexing instead of adding, so a pixel that wins in two overlapping windows gets only one gradient.",
             ("np.add.at(dx, (n, c, a * sh + p, b * sw + q), grad_y)", "dx[n, c, a * sh + p, b * sw + q] = grad_y")),
        slip("divmod-by-height", "backward", "The flat position of the winner is turned into row and column by dividing by the window's height instead of its width (with a window that is not square: wrong places, or an IndexError at the edge).",
             ("np.divmod(self.arg, self.kernel_size[1])\n", "np.divmod(self.arg, self.kernel_size[0])\n")),
    ],
    ("MaxPool2d", "unseen-loops"): [
        slip("default-stride-two", "both", "The stride defaults to 2 instead of the kernel's size.",
             ("stride = self.kernel_size\n", "stride = 2\n")),
        slip("winners-of-last-sample", "backward", "The winners' positions have no batch axis: each sample overwrites those of the one before, so backward sends every sample's gradient to the last sample's winners.",
             ("self.winners = np.zeros((N, C, oh, ow, 2), dtype=int)", "self.winners = np.zeros((C, oh, ow, 2), dtype=int)"),
             ("self.winners[n, c, i, j] = ", "self.winners[c, i, j] = "),
             ("r, s = self.winners[n, c, i, j]", "r, s = self.winners[c, i, j]")),
        slip("largest-magnitude-and-overwritten", "both", "Two mistakes. forward: the winner is the value of largest magnitude (argmax of |x|), not the largest value. backward: a pixel that wins in two overlapping windows keeps only the last gradient (= instead of +=).",
             ("np.argmax(window), window.shape", "np.argmax(np.abs(window)), window.shape"),
             ("grad_x[n, c, r, s] +=", "grad_x[n, c, r, s] =")),
        slip("float64-and-kept-gradient", "both", "Two mistakes. forward: the output is always float64, also for float32. backward: grad_x is allocated in forward and added to, so a second backward adds up on the first.",
             ("y = np.zeros((N, C, oh, ow), dtype=x.dtype)", "y = np.zeros((N, C, oh, ow))"),
             ("        self.x_shape = x.shape\n", "        self.grad_x = np.zeros_like(x)\n"),
             ("        grad_x = np.zeros(self.x_shape, dtype=grad_y.dtype)\n", ""),
             ("                        grad_x[n, c, r, s] +=", "                        self.grad_x[n, c, r, s] +="),
             ("return grad_x", "return self.grad_x")),
    ],
    ("AvgPool2d", "unseen-loops"): [
        slip("square-of-height", "forward", "The sum is divided by the square of the kernel's height (m², as on the slide), also when the kernel is not square.",
             (".sum(axis=(2, 3)) / (kh * kw)", ".sum(axis=(2, 3)) / kh ** 2"),
             ("j, None, None] / (kh * kw)", "j, None, None] / kh ** 2")),
        slip("partial-windows", "forward", "A window starts at every stride-th pixel of the image: windows that stick out at the bottom or right are not dropped but averaged over the pixels that are left.",
             ("        oh = (h - kh) // sh + 1\n        ow = (w - kw) // sw + 1\n", "        oh = len(range(0, h, sh))\n        ow = len(range(0, w, sw))\n"),
             ("                y[:, :, i, j] = x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw].sum(axis=(2, 3)) / (kh * kw)", "                y[:, :, i, j] = x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw].mean(axis=(2, 3))"),
             ("                dx[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw] += grad_y[:, :, i, j, None, None] / (kh * kw)", "                window = dx[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw]\n                window += grad_y[:, :, i, j, None, None] / (window.shape[2] * window.shape[3])")),
        slip("stride-one-and-overwritten", "both", "Two mistakes. constructor, so forward: the stride defaults to 1 instead of the kernel's size. backward: where windows overlap the share is assigned instead of added.",
             ("            stride = self.k\n", "            stride = (1, 1)\n"),
             ("j * sw:j * sw + kw] += grad_y", "j * sw:j * sw + kw] = grad_y")),
        slip("gradient-divided-in-place", "backward", "backward divides the gradient that it was handed in place (grad_y /= ...), so the caller's array changes.",
             ("        dx = np.zeros(self.x_shape, dtype=grad_y.dtype)\n", "        dx = np.zeros(self.x_shape, dtype=grad_y.dtype)\n        grad_y /= kh * kw\n"),
             ("j, None, None] / (kh * kw)", "j, None, None]")),
    ],
    ("AvgPool2d", "unseen-windows"): [
        slip("upsampled-by-the-kernel", "backward", "backward upsamples the gradient by the kernel's size whatever the stride is, which is right only where windows neither overlap nor leave gaps.",
             ("        out_h, out_w = grad_y.shape[-2:]\n", ""),
             ("        share = grad_y / (h * w)\n        for p in range(h):\n            for q in range(w):\n                grad_x[:, :, p:p + sv * out_h:sv, q:q + sh * out_w:sh][:, :, :out_h, :out_w] += share\n", "        up = np.repeat(np.repeat(grad_y, h, axis=2), w, axis=3) / (h * w)\n        up = up[:, :, :grad_x.shape[2], :grad_x.shape[3]]\n        grad_x[:, :, :up.shape[2], :up.shape[3]] = up\n"),
             ("        h, w = self.kernel_size\n        sv, sh = self.stride\n        grad_x", "        h, w = self.kernel_size\n        grad_x")),
        slip("divided-by-stride", "backward", "backward shares the gradient by the product of the strides instead of the number of pixels in a window.",
             ("share = grad_y / (h * w)", "share = grad_y / (sv * sh)")),
        slip("strides-exchanged", "both", "The two strides are exchanged: the vertical one is used for columns and the horizontal one for rows.",
             ("        self.in_shape = x.shape\n        sv, sh = self.stride", "        self.in_shape = x.shape\n        sh, sv = self.stride"),
             ("        h, w = self.kernel_size\n        sv, sh = self.stride", "        h, w = self.kernel_size\n        sh, sv = self.stride")),
    ],
}
