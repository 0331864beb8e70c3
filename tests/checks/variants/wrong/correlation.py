# ruff: noqa: E501
# fmt: off
"""Correlations and convolutions of 2D arrays that slip."""

from ..slips import slip

SLIPS = {
    ("correlate2d", "four-loops"): [
        slip("kernel-flipped", "forward", "It convolves: the kernel is flipped.",
             ("k[p, q]", "k[h - 1 - p, w - 1 - q]")),
        slip("full-pads-whole-kernel", "forward", "In full it pads by the kernel's size, not by one less.",
             ("((h - 1, h - 1), (w - 1, w - 1))", "((h, h), (w, w))")),
        slip("same-pads-alike", "forward", "In same it pads alike on both sides, which fits odd kernels only.",
             ("((top, h - 1 - top), (left, w - 1 - left))", "((top, top), (left, left))")),
        slip("last-place-left-out", "forward", "The last row and column are missing: no + 1.",
             ("x.shape[0] - h + 1, x.shape[1] - w + 1", "x.shape[0] - h, x.shape[1] - w")),
        slip("kernel-transposed", "forward", "The kernel is read by columns.",
             ("    y = np.zeros((rows", "    k = k.reshape(w, h).T\n    y = np.zeros((rows")),
        slip("mode-ignored", "forward", "The mode is ignored: always valid.",
             ('mode == "full"', 'mode == "Full"'), ('mode == "same"', 'mode == "Same"')),
    ],
    ("correlate2d", "windows"): [
        slip("same-centre-of-convolution", "forward",
             "In same it cuts where a convolution would, one off for even kernels.",
             ("r, c = kh // 2, kw // 2", "r, c = (kh - 1) // 2, (kw - 1) // 2")),
        slip("same-means-top-left", "forward", "In same it cuts the top left corner out of full.",
             ("r, c = kh // 2, kw // 2", "r, c = 0, 0")),
        slip("sides-swapped", "forward", "It pads rows by the kernel's width and columns by its height.",
             ("((kh - 1, kh - 1), (kw - 1, kw - 1))", "((kw - 1, kw - 1), (kh - 1, kh - 1))")),
    ],
    ("correlate2d", "fourier"): [
        slip("circular", "forward", "The transform is no larger than the image, so edges wrap around.",
             ("size = (x.shape[0] + k.shape[0] - 1, x.shape[1] + k.shape[1] - 1)", "size = x.shape")),
        slip("not-flipped", "forward", "The product of the spectra alone is a convolution.",
             ("k[::-1, ::-1]", "k")),
        slip("complex-left", "forward", "The transform's complex numbers are returned.",
             ("np.fft.rfft2", "np.fft.fft2"),
             ("np.fft.irfft2(spectrum, size).astype(x.dtype)", "np.fft.ifft2(spectrum, size)")),
        slip("float64-always", "forward", "float32 comes out as float64.",
             (".astype(x.dtype)", ".astype(np.float64)")),
    ],
    ("correlate2d", "shift-and-add"): [
        slip("last-offset-only", "forward", "Each offset overwrites the last: = where += is due.",
             ("+= k[p, q] * x", "= k[p, q] * x")),
        slip("shifted-the-other-way", "forward", "Images are shifted the wrong way, which convolves.",
             ("y[h - 1 - p:h - 1 - p + H, w - 1 - q:w - 1 - q + W]", "y[p:p + H, q:q + W]")),
        slip("valid-keeps-one-side", "forward", "valid cuts the border off at the top left only.",
             ("y[h - 1:H, w - 1:W]", "y[h - 1:, w - 1:]")),
    ],
    ("convolve2d", "four-loops"): [
        slip("kernel-not-flipped", "forward", "It correlates: the kernel is not flipped.",
             ("x[i, j] * k[p, q]", "x[i, j] * k[h - 1 - p, w - 1 - q]")),
        slip("flipped-one-way", "forward", "Only the kernel's rows are flipped, not its columns.",
             ("x[i, j] * k[p, q]", "x[i, j] * k[p, w - 1 - q]")),
        slip("same-centre-of-correlation", "forward",
             "In same it cuts where a correlation would, one off for even kernels.",
             ("(h - 1) // 2, (w - 1) // 2", "h // 2, w // 2")),
        slip("image-changed", "forward", "The image is scaled in place on the way.",
             ("    H, W = x.shape\n", "    x /= k.sum()\n    k = k * k.sum()\n    H, W = x.shape\n")),
    ],
    ("convolve2d", "rotate-then-slide"): [
        slip("transposed-not-rotated", "forward", "The kernel is turned by a quarter instead of a half.",
             ("np.rot90(k, 2)", "np.rot90(k)")),
        slip("transpose-for-flip", "forward", "The kernel is transposed instead of flipped.",
             ("np.rot90(k, 2)", "k.T")),
        slip("same-one-off", "forward", "In same the larger half of the border is on the wrong side.",
             ("(h // 2, (h - 1) // 2, w // 2, (w - 1) // 2)", "((h - 1) // 2, h // 2, (w - 1) // 2, w // 2)")),
    ],
    ("convolve2d", "paint-the-kernel"): [
        slip("painted-over", "forward", "Each pixel paints over its neighbours instead of adding.",
             ("+= pixel * k", "= pixel * k")),
        slip("valid-is-the-centre", "forward", "valid is cut from the middle as large as same.",
             ("canvas[h - 1:x.shape[0], w - 1:x.shape[1]]",
              "canvas[(h - 1) // 2:, (w - 1) // 2:][:x.shape[0], :x.shape[1]]")),
        slip("full-and-same-exchanged", "forward", "same gives full, and full gives same.",
             ('mode == "same"', 'mode == "full"')),
    ],
    ("convolve2d", "rows-of-1d"): [
        slip("rows-not-flipped", "forward", "Columns are convolved, rows correlated.",
             ("y[r + p] += np.convolve(x[r], k[p])", "y[r + p] += np.convolve(x[r], k[h - 1 - p])")),
        slip("crop-minus-h", "forward", "valid is cut by one row and column too many.",
             ("h - 1:y.shape[0] - h + 1, w - 1:y.shape[1] - w + 1", "h - 1:y.shape[0] - h, w - 1:y.shape[1] - w")),
    ],
}
