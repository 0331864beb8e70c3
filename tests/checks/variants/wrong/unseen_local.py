# ruff: noqa: E501
# fmt: off
"""Slips that were held out until all checks and the catalogue stood (local)."""

from ..slips import slip

SLIPS = {
    ("LocallyConnected2d", "unseen-einsum"): [
        slip("bias-gradient-per-map", "backward", "The gradient of the bias is summed over the places too, as if a map shared one bias: its shape is (out_channels,).",
             ('self.grads["bias"] = grad_y.sum(0)', 'self.grads["bias"] = grad_y.sum((0, 2, 3))'), names="locallyconnected2d-backward-bias-shared"),
        slip("kernels-flipped-in-backward", "backward", "backward flips every unit's kernel for grad_x, as if the gradient to the patch were a full convolution.",
             ('d_patches = np.einsum("nohw,ohwipq->nihwpq", grad_y, self.W, optimize=True)', 'd_patches = np.einsum("nohw,ohwipq->nihwpq", grad_y, self.W[..., ::-1, ::-1], optimize=True)'), names="locallyconnected2d-backward-flipped"),
        slip("weight-gradient-shared", "backward", "The gradient of the weights is summed over all places and given to each, as if the kernel were shared like in a convolution.",
             ('        self.grads["weight"] = np.einsum("nohw,nihwpq->ohwipq", grad_y, self.patches, optimize=True)\n', '        kernel = np.einsum("nohw,nihwpq->oipq", grad_y, self.patches, optimize=True)\n        self.grads["weight"] = np.zeros_like(self.W) + kernel[:, None, None]\n'), names="locallyconnected2d-backward-weight-shared"),
    ],
    ("LocallyConnected2d", "unseen-rows"): [
        slip("input-size-reversed", "forward at least", "input_size is taken as (width, height), so for images that are not square the weights get the wrong places.",
             ("self.H, self.W = pair(input_size)", "self.W, self.H = pair(input_size)"), names="locallyconnected2d-parameters-places; locallyconnected2d-forward-error-index"),
        slip("patch-order-and-last-bias", "both", "Two mistakes. forward: the patch is flattened with the channels last while the weights are flattened with the channels first. backward: the gradient of the bias is set per sample, so only the last sample counts.",
             ("row = x[:, :, r:r + self.kh, c:c + self.kw].reshape(N, -1)\n                self.rows[i, j] = row\n", "patch = x[:, :, r:r + self.kh, c:c + self.kw]\n                self.rows[i, j] = patch.reshape(N, -1)\n                row = patch.transpose(0, 2, 3, 1).reshape(N, -1)\n"),
             ("db[:, i, j] += g[n]", "db[:, i, j] = g[n]"), names="locallyconnected2d-forward-order, locallyconnected2d-grads-one-sample"),
    ],
    ("LocallyConnected2d", "unseen-loops"): [
        slip("patches-overwrite", "backward", "backward assigns each unit's contribution to its patch of grad_x instead of adding, so overlapping patches lose gradient.",
             ("b * sh:b * sh + w] += np.einsum", "b * sh:b * sh + w] = np.einsum"), names="locallyconnected2d-backward-assigned"),
        slip("stride-not-used", "forward", "The patch of unit (a, b) starts at pixel (a, b): the stride only changes how many units there are, not where they look.",
             ("        maps, out_h, out_w, _, h, w = weight.shape\n        sv, sh = self.stride\n        y", "        maps, out_h, out_w, _, h, w = weight.shape\n        y"),
             ("                patch = x[:, :, a * sv:a * sv + h, b * sh:b * sh + w]\n                y[", "                patch = x[:, :, a:a + h, b:b + w]\n                y["),
             ("        maps, out_h, out_w, _, h, w = weight.shape\n        sv, sh = self.stride\n        grad_x", "        maps, out_h, out_w, _, h, w = weight.shape\n        grad_x"),
             ("                patch = x[:, :, a * sv:a * sv + h, b * sh:b * sh + w]\n                grad_weight", "                patch = x[:, :, a:a + h, b:b + w]\n                grad_weight"),
             ("grad_x[:, :, a * sv:a * sv + h, b * sh:b * sh + w] +=", "grad_x[:, :, a:a + h, b:b + w] +="), names="locallyconnected2d-forward-stride-ignored"),
    ],
}
