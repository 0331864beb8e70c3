# ruff: noqa: E501
# fmt: off
"""Slips that were held out until all checks and the catalogue stood (convolution)."""

from ..slips import slip

SLIPS = {
    ("Conv2d", "unseen-loops"): [
        slip("ceil-ragged", "forward", "The output size is rounded up: the ragged rest at the bottom and right is filled with zeros and gets an output of its own, instead of being dropped.",
             ("        oh = (H + 2 * ph - kh) // sh + 1\n        ow = (Wd + 2 * pw - kw) // sw + 1\n", "        oh = int(np.ceil((H + 2 * ph - kh) / sh)) + 1\n        ow = int(np.ceil((Wd + 2 * pw - kw) / sw)) + 1\n"),
             ("        xp = np.zeros((n, c, H + 2 * ph, Wd + 2 * pw), dtype=x.dtype)\n        xp[:, :, ph:ph + H, pw:pw + Wd] = x\n", ""),
             ("        y = np.zeros((n, self.cout, oh, ow)", "        # room for every window\n        xp = np.zeros((n, c, (oh - 1) * sh + kh, (ow - 1) * sw + kw), dtype=x.dtype)\n        xp[:, :, ph:ph + H, pw:pw + Wd] = x\n        y = np.zeros((n, self.cout, oh, ow)")),
        slip("grads-pile-up", "backward", "The gradients are allocated once in the constructor and added to in every backward, so they pile up over calls instead of being set.",
             ('        self.params["bias"] = np.zeros(out_channels)\n', '        self.params["bias"] = np.zeros(out_channels)\n        self.grads["weight"] = np.zeros(self.params["weight"].shape)\n        self.grads["bias"] = np.zeros(out_channels)\n'),
             ("        gw = np.zeros_like(W)\n", ""),
             ("                gw += np.tensordot", '                self.grads["weight"] += np.tensordot'),
             ('        self.grads["weight"] = gw\n        self.grads["bias"] = grad_y', '        self.grads["bias"] += grad_y')),
        slip("crop-to-minus-zero", "backward", "backward crops the padding with [p:-p], which is empty where the padding is 0: grad_x has no rows or columns.",
             ("return gx[:, :, ph:ph + H, pw:pw + Wd]", "return gx[:, :, ph:-ph, pw:-pw]"),
             ("        n, c, H, Wd = self.xshape\n", ""),
             ("        self.xshape = x.shape\n", "")),
    ],
    ("Conv2d", "unseen-full"): [
        slip("ragged-rest-on-the-wrong-side", "backward", "In backward the dilated gradient is made up to the input's size by putting the ragged rest in front (top, left) instead of at the end, so grad_x and grad of weight are shifted when the stride does not fit.",
             ("        dilated = np.zeros((n, w.shape[0], hp - kh + 1, wp - kw + 1), grad_y.dtype)\n        dilated[:, :, ::self.stride[0], ::self.stride[1]] = grad_y\n", "        sh, sw = self.stride\n        oh, ow = grad_y.shape[2:]\n        dilated = np.zeros((n, w.shape[0], (oh - 1) * sh + 1, (ow - 1) * sw + 1), grad_y.dtype)\n        dilated[:, :, ::sh, ::sw] = grad_y\n        # with a ragged edge this is too small: fill up\n        rest_h = hp - kh + 1 - dilated.shape[2]\n        rest_w = wp - kw + 1 - dilated.shape[3]\n        dilated = np.pad(dilated, ((0, 0), (0, 0), (rest_h, 0), (rest_w, 0)))\n")),
        slip("half-a-flip", "backward", "backward flips the kernel for the full convolution in the horizontal direction only, not in both.",
             ("flipped = w.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]", "flipped = w.transpose(1, 0, 2, 3)[..., ::-1]")),
        slip("reshape-for-transpose", "backward", "In backward the two channel axes of the weight are exchanged by reshape instead of transpose, which mixes up the kernels.",
             ("flipped = w.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]", "flipped = w.reshape(c, w.shape[0], kh, kw)[:, :, ::-1, ::-1]")),
    ],
    ("Conv2d", "unseen-im2col"): [
        slip("padding-pair-swapped", "both", "The padding pair is unpacked as (horizontal, vertical), so rows get the columns' padding and the other way round.",
             ("    def forward(self, x):\n        N = x.shape[0]\n        ph, pw = self.padding", "    def forward(self, x):\n        N = x.shape[0]\n        pw, ph = self.padding"),
             ("x_shape, pad_shape, col, w, oh, ow = self.cache\n        ph, pw = self.padding", "x_shape, pad_shape, col, w, oh, ow = self.cache\n        pw, ph = self.padding")),
        slip("im2col-order", "forward", "im2col lays a patch out as (kh, kw, C) while the weights are flattened as (C, kh, kw), so channels and offsets are mixed up.",
             ("return col.transpose(0, 4, 5, 1, 2, 3).reshape(N * oh * ow, -1), oh, ow", "return col.transpose(0, 4, 5, 2, 3, 1).reshape(N * oh * ow, -1), oh, ow"),
             ("    col = col.reshape(N, oh, ow, C, kh, kw).transpose(0, 3, 4, 5, 1, 2)", "    col = col.reshape(N, oh, ow, kh, kw, C).transpose(0, 5, 3, 4, 1, 2)")),
        slip("weight-matrix-cached", "forward at least", 'The weight matrix is flattened once in the constructor and kept, so setting params["weight"] later has no effect.',
             ('        self.params["bias"] = np.zeros(out_channels)\n', '        self.params["bias"] = np.zeros(out_channels)\n        self.w_rows = self.params["weight"].reshape(out_channels, -1)\n'),
             ('w = self.params["weight"].astype(x.dtype).reshape(self.out_channels, -1)', "w = self.w_rows.astype(x.dtype)")),
    ],
    ("Conv2d", "unseen-einsum"): [
        slip("padding-cropped-at-the-end-only", "backward", "backward removes the padding by keeping the first H rows and W columns, instead of cropping it on both sides.",
             ("return spread[:, :, top:top + height, left:left + width]", "return spread[:, :, :height, :width]")),
        slip("pads-after-and-averages", "both", "Two mistakes. forward: all the padding (twice as much) is put at the bottom and right instead of half on each side. backward: the gradient of the weight is divided by the batch size.",
             ("padded = np.pad(x, ((0, 0), (0, 0), (top, top), (left, left)))", "padded = np.pad(x, ((0, 0), (0, 0), (0, 2 * top), (0, 2 * left)))"),
             ("return spread[:, :, top:top + height, left:left + width]", "return spread[:, :, :height, :width]"),
             ("grad_y, self.windows, optimize=True)", "grad_y, self.windows, optimize=True) / n")),
    ],
    ("Conv2d", "unseen-naive"): [
        slip("one-stride-for-both", "both", "The vertical stride is used in both directions: the horizontal one is ignored.",
             ("out_w = (width + 2 * self.pw - self.kw) // self.sw + 1", "out_w = (width + 2 * self.pw - self.kw) // self.sh + 1"),
             ("                        r0, c0 = r * self.sh, c * self.sw\n                        total", "                        r0, c0 = r * self.sh, c * self.sh\n                        total"),
             ("                    r0, c0 = r * self.sh, c * self.sw\n                    for o", "                    r0, c0 = r * self.sh, c * self.sh\n                    for o")),
        slip("bias-once-per-input-channel-and-mean", "both", "Two mistakes. forward: the bias is added inside the loop over the input channels, so it counts once for every input channel. backward: the gradient of the bias is the mean over the places of a map instead of the sum.",
             ("                        total = b[o]\n", "                        total = 0\n"),
             ("* w[o, i])\n", "* w[o, i]) + b[o]\n"),
             ('self.grads["bias"] = db', 'self.grads["bias"] = db / (out_h * out_w)')),
        slip("last-image-only", "backward", "backward uses the padded image of the last sample of the batch for every sample's weight gradient, because forward's loop keeps only one image.",
             ("            img = self.padded[n]\n            for o", "            self.img = img = self.padded[n]\n            for o"),
             ("            img = self.padded[n]\n            for r", "            img = self.img\n            for r")),
    ],
}
