# ruff: noqa: E501
# fmt: off
"""Parameter counts and locally connected layers that slip."""

from ..slips import slip

SLIPS = {
    ("dense_parameters", "product"): [
        slip("sides-added", "forward", "The sides of the image are added, not multiplied.",
             ("math.prod(input_shape)", "sum(input_shape)"), names="dense-parameters-sum-of-sizes"),
        slip("biases-counted", "forward", "The biases are counted too.",
             ("* units", "* units + units"), names="dense-parameters-biases"),
    ],
    ("dense_parameters", "loop"): [
        slip("channels-forgotten", "forward", "Only the last two sizes count, so channels are lost.",
             ("in input_shape:", "in input_shape[-2:]:"), names="dense-parameters-two-axes"),
        slip("square-assumed", "forward", "The first side is squared.",
             ("total *= size", "total *= input_shape[0]"), names="dense-parameters-two-axes"),
        slip("units-forgotten", "forward", "It counts the inputs of one unit.",
             ("total = units", "total = 1"), names="dense-parameters-one-of-them"),
    ],
    ("local_parameters", "pairs"): [
        slip("channels-forgotten", "forward", "The channels are left out.",
             ("units * input_channels * h * w", "units * h * w"), names="local-parameters-channels-forgotten"),
        slip("biases-counted", "forward", "The biases are counted too.",
             ("units * input_channels * h * w", "units * (input_channels * h * w + 1)"), names="local-parameters-biases"),
        slip("one-side-only", "forward", "The kernel's size is counted once, not squared.",
             ("* h * w", "* h"), names="local-parameters-square; local-parameters-not-squared"),
        slip("shared-after-all", "forward", "It counts one patch, as if all units shared it.",
             ("units * input_channels * h * w", "input_channels * h * w"), names="local-parameters-one-of-them"),
    ],
    ("local_parameters", "broadcast"): [
        slip("pair-multiplied-twice", "forward", "A pair is squared once more.",
             (".prod())", ".prod() ** (1 + isinstance(kernel_size, tuple)))"), names="-"),
        slip("sides-added", "forward", "The kernel's sides are added.", (".prod()", ".sum()"), names="local-parameters-sides-added"),
    ],
    ("conv_parameters", "pairs"): [
        slip("channels-forgotten", "forward", "The input channels are left out.",
             ("feature_maps * input_channels * kh", "feature_maps * kh"), names="conv-parameters-channels-forgotten"),
        slip("biases-counted", "forward", "One bias for each map is counted too.",
             ("* kh * kw", "* kh * kw + feature_maps"), names="conv-parameters-biases"),
        slip("height-squared", "forward", "The kernel's height is squared.", ("* kh * kw", "* kh * kh"), names="conv-parameters-square"),
    ],
    ("conv_parameters", "weight-size"): [
        slip("maps-added", "forward", "Channels and maps are added, not multiplied.",
             ("(feature_maps, input_channels, *kernel)", "(feature_maps + input_channels, *kernel)"), names="-"),
        slip("pairs-refused", "forward", "A pair is not understood.",
             ("kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size, kernel_size)",
              "[int(kernel_size)] * 2"), names="conv-parameters-error-pair"),
    ],
    ("LocallyConnected2d", "unit-loops"): [
        slip("bias-shared-by-map", "forward", "All units of a map share the bias of the first.",
             ("+ b[j, a, c]", "+ b[j, 0, 0]"), names="locallyconnected2d-forward-bias-other"),
        slip("weights-shared-by-map", "forward", "All units of a map share the weights of the first.",
             ("np.sum(patch * W[j, a, c])", "np.sum(patch * W[j, 0, 0])"), names="locallyconnected2d-forward-shared"),
        slip("overlap-overwritten", "backward", "Overlapping patches overwrite each other's gradient.",
             ("left:left + self.kw] += g * W", "left:left + self.kw] = g * W"), names="locallyconnected2d-backward-assigned"),
        slip("weight-gradient-of-last-sample", "backward", "The weight gradient is the last sample's.",
             ("dW[j, a, c] += g", "dW[j, a, c] = g"), names="locallyconnected2d-grads-one-sample"),
        slip("bias-gradient-by-map", "backward", "The bias gradient is summed over places, as in Conv2d.",
             ("grad_y.sum(axis=0)", "grad_y.sum(axis=(0, 2, 3))"), names="locallyconnected2d-backward-bias-shared"),
        slip("width-from-height", "both", "The number of columns comes from the image's height.",
             ("self.B = (self.W - self.kw)", "self.B = (self.H - self.kw)"), names="locallyconnected2d-parameters-places; locallyconnected2d-forward-error-index"),
        slip("stride-forgotten-backward", "backward", "The backward pass steps by one pixel.",
             ("        dW = np.zeros(W.shape)", "        dW = np.zeros(W.shape)\n        self.sh = self.sw = 1"), names="locallyconnected2d-backward-stride-ignored, locallyconnected2d-forward-remembers"),
        slip("bias-forgotten", "forward", "The bias is never added.", (" + b[j, a, c]", ""), names="locallyconnected2d-forward-bias-forgotten, locallyconnected2d-forward-bias-missing; locallyconnected2d-forward-something-added"),
    ],
    ("LocallyConnected2d", "einsum"): [
        slip("places-transposed", "forward at least", "Rows and columns of places are exchanged in the weights.",
             ('"niabpq,jabipq->njab"', '"niabpq,jbaipq->njab"'), names="locallyconnected2d-forward-place-transposed; locallyconnected2d-forward-error-shapes"),
        slip("bias-gradient-averaged", "backward", "The bias gradient is a mean over samples.",
             ('np.einsum("njab->jab", grad_y)', "grad_y.mean(axis=0)"), names="locallyconnected2d-grads-averaged; locallyconnected2d-backward-scaled"),
        slip("spread-without-stride", "backward", "Gradients go to neighbouring pixels, whatever the stride.",
             ("p:p + sh * oh:sh, q:q + sw * ow:sw", "p:p + oh, q:q + ow"), names="locallyconnected2d-backward-stride-ignored"),
        slip("weight-gradient-shared", "backward", "The weight gradient is summed over places.",
             ('np.einsum("njab,niabpq->jabipq", grad_y, self.patches)',
              'np.einsum("njab,niabpq->jipq", grad_y, self.patches)'), names="locallyconnected2d-backward-weight-shared"),
        slip("float64-whatever-comes", "forward", "float32 comes out as float64.",
             ('self.w = self.params["weight"].astype(x.dtype)', 'self.w = self.params["weight"]'),
             ('self.params["bias"].astype(x.dtype)', 'self.params["bias"]'), names="locallyconnected2d-forward-always-double"),
    ],
    ("LocallyConnected2d", "one-place-at-a-time"): [
        slip("places-exchanged", "forward at least", "The unit of row a and column b uses the weights of b, a.",
             ("weight[:, a, b]", "weight[:, b, a]"), names="locallyconnected2d-forward-place-transposed"),
        slip("patch-order", "forward", "The patch is flattened by columns, the weights by rows.",
             ("            for b, cols in enumerate(self.cols):\n"
              "                flat = x[:, :, rows, cols].reshape(len(x), -1)\n                y",
              "            for b, cols in enumerate(self.cols):\n"
              "                flat = x[:, :, rows, cols].transpose(0, 1, 3, 2).reshape(len(x), -1)\n                y"), names="locallyconnected2d-forward-order"),
        slip("gradient-of-last-place", "backward", "A later patch overwrites the gradient of an earlier.",
             ("dx[:, :, rows, cols] += back", "dx[:, :, rows, cols] = back"), names="locallyconnected2d-backward-assigned"),
    ],
}
