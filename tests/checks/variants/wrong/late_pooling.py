# ruff: noqa: E501
# fmt: off
"""Slips written when the catalogue stood, and labelled before anybody saw what is said of them (pooling)."""

from ..slips import slip

SLIPS = {
    ("MaxPool2d", "unseen-mask"): [
        slip("mask-written-over", "backward", "Where windows overlap, the second one overwrites the first.",
             ("j * sw:j * sw + kw] += mask", "j * sw:j * sw + kw] = mask"),
             names="maxpool2d-backward-assigned; maxpool2d-backward-only-overlap"),
        slip("mask-times-mean", "backward", "The mask is divided by the number of pixels in the window.",
             ("mask /= mask.sum(axis=(2, 3), keepdims=True)", "mask /= kh * kw"),
             names="maxpool2d-backward-divided; maxpool2d-backward-scaled"),
        slip("image-kept-without-copy-and-abs", "both", "Two mistakes. forward: the largest magnitude. backward: windows move by their own size.",
             ("j * sw:j * sw + kw].max(axis=(2, 3))", "j * sw:j * sw + kw].__abs__().max(axis=(2, 3))"),
             ("patch = self.x[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw]", "patch = abs(self.x[:, :, i * kh:i * kh + kh, j * kw:j * kw + kw])"),
             names="maxpool2d-forward-absolute, maxpool2d-backward-stride-is-kernel"),
    ],
    ("MaxPool2d", "unseen-offsets"): [
        slip("winners-counted-from-one", "backward", "backward numbers the places of a window from 1, forward from 0.",
             ("enumerate(self._views(grad_x, out_h, out_w))", "enumerate(self._views(grad_x, out_h, out_w), 1)"),
             names="maxpool2d-backward-wrong-winner"),
    ],
    ("MaxPool2d", "unseen-windows"): [
        slip("strides-swapped-back", "backward", "backward multiplies the row by the horizontal stride.",
             ("(n, c, a * sh + p, b * sw + q)", "(n, c, a * sw + p, b * sh + q)"),
             names="maxpool2d-backward-strides-mixed-up; maxpool2d-backward-only-stride-differs, maxpool2d-backward-error-index"),
        slip("images-and-maps-flattened-away", "forward", "The largest place is looked for in the first map only, and used for all.",
             ("self.arg = flat.argmax(axis=-1)", "self.arg = np.broadcast_to(flat.argmax(axis=-1)[:, :1], flat.shape[:4])"),
             names="maxpool2d-backward-winner-shared; maxpool2d-forward-partly-right"),
    ],
    ("MaxPool2d", "unseen-loops"): [
        slip("place-without-the-window", "backward", "The winner's place in its window is kept as its place in the image.",
             ("i * sh + p, j * sw + q", "p, q"),
             names="maxpool2d-backward-place-in-window"),
        slip("tiles-counted", "both", "The number of windows is the image's size divided by the window's.",
             ("(H - kh) // sh + 1", "H // kh"),
             ("(W - kw) // sw + 1", "W // kw"),
             names="maxpool2d-forward-size-quotient; maxpool2d-forward-another-size"),
        slip("smallest-wins-back", "backward", "The place that is kept is that of the smallest number.",
             ("y[n, c, i, j] = window[p, q]\n", "y[n, c, i, j] = window[p, q]\n                        p, q = np.unravel_index(np.argmin(window), window.shape)\n"),
             names="maxpool2d-backward-wrong-winner"),
    ],
    ("MaxPool2d", "running-maximum"): [
        slip("starts-from-zeros", "both", "The running maximum starts with zeros.",
             ("y = self.shifted(x, 0, 0)", "y = np.zeros_like(self.shifted(x, 0, 0))"),
             names="maxpool2d-forward-starts-at-zero; maxpool2d-forward-clipped"),
    ],
    ("AvgPool2d", "unseen-loops"): [
        slip("tiles-back", "backward", "backward lays the windows side by side, whatever the stride.",
             ("dx[:, :, i * sh:i * sh + kh, j * sw:j * sw + kw]", "dx[:, :, i * kh:i * kh + kh, j * kw:j * kw + kw]"),
             names="avgpool2d-backward-stride-is-kernel; avgpool2d-backward-error-shapes"),
        slip("share-of-the-sum-of-sides", "backward", "The gradient is divided by h + w.",
             ("j, None, None] / (kh * kw)", "j, None, None] / (kh + kw)"),
             names="avgpool2d-backward-divided-by-sum; avgpool2d-backward-scaled"),
        slip("sum-and-written-over", "both", "Two mistakes. forward: the sum is not divided. backward: overlapping windows overwrite one another.",
             (".sum(axis=(2, 3)) / (kh * kw)", ".sum(axis=(2, 3))"),
             ("j * sw:j * sw + kw] += grad_y", "j * sw:j * sw + kw] = grad_y"),
             names="avgpool2d-forward-not-divided, avgpool2d-backward-assigned; avgpool2d-forward-scaled"),
    ],
    ("AvgPool2d", "unseen-windows"): [
        slip("median", "forward", "The median in place of the mean.",
             ("windows[:, :, ::sv, ::sh].mean(axis=(-2, -1))", "np.median(windows[:, :, ::sv, ::sh], axis=(-2, -1))"),
             names="-"),
        slip("strides-swapped", "forward", "forward takes every sh-th row and every sv-th column.",
             ("windows[:, :, ::sv, ::sh]", "windows[:, :, ::sh, ::sv]"),
             names="avgpool2d-forward-strides-mixed-up; avgpool2d-forward-only-stride-differs, avgpool2d-forward-another-size"),
        slip("share-divided-again", "backward", "The share is divided by the window's size a second time.",
             ("share = grad_y / (h * w)", "share = grad_y / (h * w) / (h * w)"),
             names="avgpool2d-backward-divided-twice; avgpool2d-backward-scaled"),
    ],
    ("AvgPool2d", "two-matrices"): [
        slip("one-matrix-for-both", "both", "The matrix for the columns is made with the window's and stride's numbers for the rows.",
             ("averaging(x.shape[3], self.kernel[1], self.stride[1], x.dtype)", "averaging(x.shape[3], self.kernel[0], self.stride[0], x.dtype)"),
             names="avgpool2d-forward-size-one-direction, avgpool2d-forward-kernel-sides-mixed-up, avgpool2d-forward-strides-mixed-up"),
    ],
}
