# ruff: noqa: E501
# fmt: off
"""Slips that were held out until all checks and the catalogue stood (classifier)."""

from ..slips import slip

SLIPS = {
    ("Linear", "unseen-matmul"): [
        slip("bias-gradient-keeps-axis", "backward", "The gradient of the bias keeps the batch axis: its shape is (1, out_features) instead of (out_features,).",
             ("grad_y.sum(axis=0)", "grad_y.sum(axis=0, keepdims=True)")),
        slip("weight-gradient-adds-up", "backward", "The gradient of the weight is added to the one of the calls before instead of being set.",
             ('self.grads["weight"] = grad_y.T @ self.x', 'self.grads["weight"] = self.grads.get("weight", 0) + grad_y.T @ self.x')),
        slip("input-kept-from-first-call", "backward", "The input is kept only when its shape is new, so backward of a later batch of the same size uses the first batch's input.",
             ("        self.x = x\n", '        if getattr(self, "x", None) is None or self.x.shape != x.shape:\n            self.x = x.copy()\n')),
        slip("reshape-not-transpose", "backward", "grad_x is computed as weightᵀ·grad_yᵀ and brought into shape by reshape instead of a transpose, so samples and features are mixed.",
             ("return grad_y @ self.w", "return (self.w.T @ grad_y.T).reshape(self.x.shape)")),
    ],
    ("Linear", "unseen-samples"): [
        slip("last-sample-only", "backward", "The gradient of the weight is set in the loop over the samples instead of added to, so only the last sample counts.",
             ("dw += np.outer", "dw = np.outer")),
        slip("bias-minus-and-mean", "both", "Two mistakes. forward: the bias is subtracted instead of added. backward: the gradient of the weight is divided by the batch size.",
             ("y[n] = w @ sample + b", "y[n] = w @ sample - b"),
             ('self.grads["weight"] = dw', 'self.grads["weight"] = dw / len(grad_y)')),
    ],
    ("Linear", "unseen-einsum"): [
        slip("batch-axis-squeezed", "forward", "The output is squeezed, so a batch of one loses its batch axis (and one output unit its feature axis).",
             ("return y.astype(x.dtype)", "return y.squeeze().astype(x.dtype)"),
             ("        x, W = self.cache\n", "        x, W = self.cache\n        grad_y = grad_y.reshape(len(x), -1)\n")),
    ],
    ("Flatten", "unseen-reshape"): [
        slip("fortran-order", "forward", "The image is flattened in Fortran order (columns first) instead of C order; backward undoes it consistently.",
             ("x.reshape(x.shape[0], -1)", 'x.reshape(x.shape[0], -1, order="F")'),
             ("grad_y.reshape(self.shape)", 'grad_y.reshape(self.shape, order="F")')),
        slip("channels-last-back", "backward", "backward reshapes as if the channels had been laid out last: to (N, H, W, C) and then moves the channels to the front.",
             ("        return grad_y.reshape(self.shape)\n", "        n, c, h, w = self.shape\n        return grad_y.reshape(n, h, w, c).transpose(0, 3, 1, 2)\n")),
    ],
    ("Flatten", "unseen-unpack"): [
        slip("height-and-width-exchanged", "backward", "backward reshapes to (N, C, W, H): height and width are exchanged, which shows only for images that are not square.",
             ("grad_y.reshape(self.n, self.c, self.h, self.w).copy()", "grad_y.reshape(self.n, self.c, self.w, self.h).copy()")),
    ],
    ("softmax", "unseen-short"): [
        slip("one-maximum-for-all", "forward", "The maximum of the whole batch is subtracted instead of each row's own, so a row far below it underflows to 0/0.",
             ("logits.max(axis=1, keepdims=True)", "logits.max()")),
        slip("normalised-over-batch", "forward", "The exponentials are divided by their sum over the batch instead of over the classes.",
             ("e.sum(axis=1, keepdims=True)", "e.sum(axis=0, keepdims=True)")),
        slip("logits-changed", "forward", "The maximum is subtracted in place, so the caller's logits change.",
             ("    shifted = logits - logits.max(axis=1, keepdims=True)\n    e = np.exp(shifted)\n", "    logits -= logits.max(axis=1, keepdims=True)\n    e = np.exp(logits)\n")),
    ],
    ("softmax", "unseen-rows"): [
        slip("clipped", "forward", "Against overflow the logits are clipped to ±50 instead of having the maximum subtracted, so large logits that differ become equal.",
             ("        e = np.exp(row - np.max(row))\n", "        e = np.exp(np.clip(row, -50, 50))\n")),
    ],
    ("SoftmaxCrossEntropy", "unseen-onehot"): [
        slip("gradient-not-averaged", "backward", "backward forgets to divide by the batch size although forward is the mean.",
             ("return (self.prob - self.targets) / self.batch", "return self.prob - self.targets")),
        slip("classes-from-labels", "both", "The number of classes is taken from the largest label in the batch, so a batch without the last class raises (or, with only class 0, broadcasts to nonsense).",
             ("np.eye(self.classes, dtype=logits.dtype)[labels]", "np.eye(labels.max() + 1, dtype=logits.dtype)[labels]")),
        slip("mean-of-everything-and-target-first", "both", "Two mistakes. forward: the mean is over samples and classes, so the loss is too small by the number of classes. backward: the sign is wrong, target minus probability.",
             ("float(-np.sum(self.targets * logp) / self.batch)", "float(-np.mean(self.targets * logp))"),
             ("(self.prob - self.targets)", "(self.targets - self.prob)")),
    ],
    ("SoftmaxCrossEntropy", "unseen-fancy"): [
        slip("epsilon-in-log", "forward", "The loss is the logarithm of p + 1e-12, so a confident mistake costs at most 27.6 whatever the logits are.",
             ("        log_z = np.log(np.exp(shifted).sum(axis=1))\n        log_p = shifted - log_z[:, None]\n        self.p = np.exp(log_p)\n", "        e = np.exp(shifted)\n        self.p = e / e.sum(axis=1, keepdims=True)\n        log_p = np.log(self.p + 1e-12)\n")),
        slip("all-labels-for-each-row", "forward", "The loss indexes log_p[:, labels], which takes every label's column for every row, instead of each row's own label.",
             ("log_p[np.arange(n), labels].mean()", "log_p[:, labels].mean()")),
    ],
    ("SoftmaxCrossEntropy", "unseen-loop"): [
        slip("divided-by-classes", "backward", "backward divides by the number of classes instead of the number of samples.",
             ("return grad / len(self.labels)", "return grad / grad.shape[1]")),
    ],
    ("SGD", "unseen-verbose"): [
        slip("parameters-remembered", "forward", "The parameters are looked up once in the constructor, so an entry that is set in network.params afterwards is ignored: the next step goes on from the value that the optimizer remembers.",
             ("        self.velocity = {}\n\n", "        self.velocity = {}\n        self.params = {name: network.params[name] for name in network.params}\n\n"),
             ("for name in list(self.network.params.keys()):\n            param = self.network.params[name]", "for name in self.params:\n            param = self.params[name]"),
             ("self.network.params[name] = param + self.velocity[name]", "self.params[name] = self.network.params[name] = param + self.velocity[name]")),
        slip("learning-rate-on-velocity-too", "forward", "The momentum is multiplied by the learning rate too: v = lr·(momentum·v − grad).",
             ("self.momentum * self.velocity[name] - self.lr * grad", "self.lr * (self.momentum * self.velocity[name] - grad)")),
        slip("velocity-starts-with-gradient", "forward", "The velocity starts as the first gradient instead of 0, so with momentum the first step contains momentum·grad uphill.",
             ("self.velocity[name] = np.zeros_like(param)", "self.velocity[name] = grad.copy()")),
    ],
    ("SGD", "unseen-dict"): [
        slip("moving-average", "forward", "The gradient is weighted with 1 − momentum, as in a moving average, so with momentum the steps are too small.",
             ("v = self.momentum * v - self.lr * grads[name]", "v = self.momentum * v - (1 - self.momentum) * self.lr * grads[name]")),
        slip("nesterov", "forward", "The parameter moves by Nesterov's look-ahead, momentum·v − lr·grad with the new v, instead of by v.",
             ("params[name] = params[name] + v", "params[name] = params[name] + self.momentum * v - self.lr * grads[name]")),
        slip("velocity-by-shape", "forward", "The velocities are kept by the parameter's shape, so parameters of the same shape share one velocity.",
             ("v = self.velocity.get(name, 0.0)", "v = self.velocity.get(params[name].shape, 0.0)"),
             ("self.velocity[name] = v", "self.velocity[params[name].shape] = v")),
    ],
}
