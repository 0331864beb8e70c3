# ruff: noqa: E501
# fmt: off
"""Slips that were held out until all checks and the catalogue stood (normalization)."""

from ..slips import slip

SLIPS = {
    ("BatchNorm", "unseen-table"): [
        slip("biased-running-variance", "forward", "The running variance takes the biased variance of the batch instead of the unbiased one.",
             ("self.momentum * var * m / (m - 1)", "self.momentum * var"),
             names="batchnorm-running-variance-biased"),
        slip("table-without-transpose", "forward", "Images are made a table by reshape(-1, C) without moving the channel axis last, so the columns mix channels.",
             ("return x.transpose(0, 2, 3, 1).reshape(-1, self.channels)", "return x.reshape(-1, self.channels)"),
             ("        n, c, h, w = shape\n        return t.reshape(n, h, w, c).transpose(0, 3, 1, 2)", "        return t.reshape(shape)"),
             names="batchnorm-forward-reshaped"),
        slip("variance-held-constant", "backward", "backward in training differentiates through the mean but treats the variance as a constant: the term with xhat is missing.",
             ("(gh - gh.mean(axis=0) - self.xhat * (gh * self.xhat).mean(axis=0)) / self.std", "(gh - gh.mean(axis=0)) / self.std"),
             names="batchnorm-backward-variance-missing"),
    ],
    ("BatchNorm", "unseen-axes"): [
        slip("eval-backward-as-in-training", "backward", "backward in evaluation mode still differentiates through mean and variance, though they are constants there.",
             ("        if not self.mode:\n            return (dxhat * self.ivar).astype(grad_y.dtype)\n", ""),
             ("        self.mode = self.training\n", ""),
             names="batchnorm-backward-formula-of-training"),
        slip("eps-outside-root", "both", "eps is added to the standard deviation, outside the square root, instead of to the variance.",
             ("self.ivar = 1 / np.sqrt(var.reshape(shape) + self.eps)", "self.ivar = 1 / (np.sqrt(var.reshape(shape)) + self.eps)"),
             names="batchnorm-forward-eps-outside"),
        slip("eval-moves-statistics-and-m-minus-one", "both", "Two mistakes. forward: the running statistics are updated in evaluation mode too. backward: the term through the variance is divided by m − 1 instead of m.",
             ("        if self.training:\n            mu = x.mean(axis=self.axes)\n            var = x.var(axis=self.axes)\n            unbiased = x.var(axis=self.axes, ddof=1)\n            self.running_mean = self.running_mean * (1 - self.momentum) + mu * self.momentum\n            self.running_var = self.running_var * (1 - self.momentum) + unbiased * self.momentum\n        else:\n            mu, var = self.running_mean, self.running_var\n", "        mu = x.mean(axis=self.axes)\n        var = x.var(axis=self.axes)\n        if not self.training:\n            mu, var = self.running_mean, self.running_var\n        if self.m > 1:\n            self.running_mean = self.running_mean * (1 - self.momentum) + x.mean(axis=self.axes) * self.momentum\n            self.running_var = self.running_var * (1 - self.momentum) + x.var(axis=self.axes, ddof=1) * self.momentum\n"),
             ("dvar * 2 * self.xc / m", "dvar * 2 * self.xc / (m - 1)"),
             names="batchnorm-running-moved-in-evaluation, batchnorm-backward-variance-unbiased; batchnorm-forward-remembers"),
    ],
    ("LocalContrastNorm2d", "unseen-pad"): [
        slip("blur-for-its-adjoint", "backward", "backward uses the blur itself for its adjoint: it divides by the border's weights after the Gaussian instead of before.",
             ("return smooth(img / self.norm, self.w)", "return smooth(img, self.w) / self.norm"),
             names="localcontrastnorm2d-backward-blur-not-transposed"),
        slip("nan-where-flat", "backward", "backward divides by the deviation also where it is 0 and masks by multiplying afterwards, so a flat image gets nan.",
             ("        dstd = np.where(above, dscale, 0)\n        dvar = dstd / (2 * np.where(above, self.std, 1))\n", "        dvar = above * dscale / (2 * self.std)\n"),
             names="localcontrastnorm2d-backward-not-a-number"),
    ],
    ("LocalContrastNorm2d", "unseen-matrix"): [
        slip("border-not-renormalised", "forward", "At the border the window's weights are not renormalised over the pixels inside the image: outside counts as zeros.",
             ("        M = np.zeros((size, size))\n", "        M = np.zeros((size, size))\n        total = np.exp(-0.5 * (np.arange(-r, r + 1) / self.sigma) ** 2).sum()\n"),
             ("return M / M.sum(axis=1, keepdims=True)", "return M / total"),
             names="localcontrastnorm2d-window-not-renormalised"),
        slip("sigma-a-sixth", "forward", "sigma defaults to a sixth of the kernel's size instead of a quarter.",
             ("kernel_size / 4 if", "kernel_size / 6 if"),
             names="localcontrastnorm2d-forward-only-sigma-left-out"),
        slip("channels-not-averaged-back", "backward", "backward through the subtraction forgets the 1/C of the mean over the channels.",
             ("shared = grad_v.sum(axis=1, keepdims=True) / self.C", "shared = grad_v.sum(axis=1, keepdims=True)"),
             names="localcontrastnorm2d-backward-channels-not-averaged"),
        slip("lopsided-window-and-square", "both", "Two mistakes. forward: the window's last row and column are missing (range stops one early), so it is lopsided. backward: the term through the deviation has σ² where σ³ belongs.",
             ("min(size, i + r + 1)):", "min(size, i + r)):"),
             ("np.maximum(sigma, self.c) ** 3", "np.maximum(sigma, self.c) ** 2"),
             names="localcontrastnorm2d-window-last-row-missing, localcontrastnorm2d-backward-power"),
    ],
}
