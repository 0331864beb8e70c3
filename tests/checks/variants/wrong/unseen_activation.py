# ruff: noqa: E501
# fmt: off
"""Slips that were held out until all checks and the catalogue stood (activation)."""

from ..slips import slip

SLIPS = {
    ("Sigmoid", "unseen-x"): [
        slip("derivative-at-y", "backward", "backward applies the sigmoid to the output again: the derivative is taken at y instead of at x.",
             ("        self.x = x\n        return sigm(x)\n", "        self.y = sigm(x)\n        return self.y.copy()\n"),
             ("s = sigm(self.x)", "s = sigm(self.y)"),
             names="sigmoid-backward-twice"),
    ],
    ("Tanh", "unseen-y"): [
        slip("derivative-from-x", "backward", "backward uses 1 − x² instead of 1 − tanh(x)².",
             ("        y = np.tanh(self.x)\n        return (1 - y ** 2) * grad_y", "        return (1 - self.x ** 2) * grad_y"),
             names="tanh-backward-of-x"),
    ],
    ("ReLU", "unseen-mask"): [
        slip("input-cut-in-place", "forward", "The negative entries are set to 0 in the input itself, so the caller's array changes.",
             ("        return np.where(self.mask, x, np.zeros_like(x))\n\n", "        x[~self.mask] = 0\n        return x\n\n"),
             names="relu-forward-changes-input"),
    ],
    ("ReLU", "unseen-max"): [
        slip("gradient-rectified", "backward", "backward looks at the sign of grad_y instead of x: it rectifies the gradient.",
             ("        grad_x[self.x <= 0] = 0\n", "        grad_x[grad_y <= 0] = 0\n"),
             names="relu-backward-of-the-gradient"),
    ],
    ("Abs", "unseen-where"): [
        slip("x-over-abs-x", "backward", "The slope is written as x / |x|, which is nan where x is 0.",
             ("np.sign(self.x) * grad_y", "self.x / self.y * grad_y"),
             names="abs-backward-nan-at-zero; abs-backward-not-a-number"),
        slip("sign-of-the-output", "backward", "backward takes the sign of the output, which is never negative, so negative inputs get the gradient without its change of sign.",
             ("np.sign(self.x) * grad_y", "np.sign(self.y) * grad_y"),
             names="abs-backward-unchanged; abs-backward-signs"),
    ],
    ("Gain", "unseen-axes"): [
        slip("gradient-from-output", "backward", "The gradient of the gain uses the output y instead of the input x, so it is g times too large (right only for a gain of 1).",
             ("(self.x * grad_y).sum", "(self.y * grad_y).sum"),
             names="gain-backward-gain-with-y"),
    ],
    ("Gain", "unseen-loop"): [
        slip("input-scaled-in-place", "forward", "forward multiplies the channels of the input itself (no copy), so the caller's array changes.",
             ("        y = np.array(x)\n        self.x = x.copy()\n", "        y = np.asarray(x)\n        self.x = x.copy()\n"),
             names="gain-forward-changes-input"),
        slip("gradient-passes-unscaled", "backward", "grad_x is grad_y itself: the factor gain is missing (right only for a gain of 1).",
             ('        gain = self.params["gain"]\n        dgain', "        dgain"),
             ("grad_x[:, c] = gain[c] * grad_y[:, c]", "grad_x[:, c] = grad_y[:, c]"),
             names="gain-backward-unchanged"),
    ],
}
