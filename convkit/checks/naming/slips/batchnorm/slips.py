"""Batch normalizations that slip: in either pass, and in the running statistics."""

from functools import partial

from convkit.checks.naming.slip import slips, some_of

FORMULA = ("10-batch-normalization", "The formula")
BACK = ("10-batch-normalization", "The way back")
MAPS = ("10-batch-normalization", "Feature maps")
COMPANY = ("10-batch-normalization", "In what company?")

BATCH = "mean, variance = table.mean(axis=0), table.var(axis=0)"
RUNNING = "mean, variance = self.running_mean, self.running_var"
SAFE = "table.var(axis=0, ddof=len(table) > 1)"
UNBIASED = "table.var(axis=0, ddof=1)"
NEW_MEAN, NEW_VARIANCE = (
    f"keep * self.running_{name} + self.momentum * {batch}"
    for name, batch in (("mean", "mean"), ("var", "unbiased"))
)
ROOT = "np.sqrt(variance + self.eps)"
IN_TRAINING, ELSE = "        if self.training:\n", "        else:\n"
USED = "        used = self.running_mean, self.running_var\n"
BACK_TO_USED = "        mean, variance = used\n"
BEFORE_USE = ((IN_TRAINING, "        if True:\n"), (ELSE, "        if not self.training:\n"))
AFTER_USE = (
    (IN_TRAINING, f"{USED}        if True:\n"),
    BEFORE_USE[1],
    (RUNNING, "mean, variance = used"),
)
GAMMA, BETA = (f'self.params["{name}"].astype(x.dtype)' for name in ("gamma", "beta"))
ALONG_GAMMA, ALONG_BETA = "(table * self.normalized).sum(axis=0)", '["beta"] = table.sum(axis=0)'
ALONG_VARIANCE = "(table * self.normalized).mean(axis=0)"
MEANS = ((ALONG_GAMMA, ALONG_VARIANCE), (ALONG_BETA, '["beta"] = table.mean(axis=0)'))
USED_AGAIN = (
    ("through_mean = table.mean(axis=0)", 'through_mean = self.grads["beta"] / len(table)'),
    (ALONG_VARIANCE, 'self.grads["gamma"] / len(table)'),
)
KEPT = "        self.own = self.running_mean, self.running_var\n"
TAKEN = "        self.running_mean, self.running_var = self.own\n"


def over(axes: str) -> str:
    """The statistics over some axes of x, laid out as the table is."""
    return (
        "mean, variance = (to_table(np.broadcast_to(each, x.shape)) if x.ndim == 4 else each "
        f"for each in (x.mean({axes}, keepdims=True), x.var({axes}, keepdims=True)))"
    )


# fmt: off
slip = slips("batchnorm", "BatchNorm", forth=FORMULA, back=BACK)
on_maps = partial(slip, read=MAPS)
moving = partial(slip, within="forward", read=COMPANY)

on_maps("forward-over-everything", "All channels are normalised together",
    "your {} over all axes, the channels included",
    "How many means does a layer with 16 channels need? Print the shape of yours.",
    (BATCH, "mean, variance = table.mean(), table.var()"), ("table.mean(axis=0)", "table.mean()"),
    said=("mean and your variance run", "mean runs"))
on_maps("forward-over-the-sample", "Each sample is normalised by itself",
    "your mean and variance run over one sample: another layer, called layer normalization",
    "Whose mean do you want: that of a channel over many samples, or that of one sample?",
    (BATCH, over("tuple(range(1, x.ndim))"), over("1")),
    [BEFORE_USE[0], (BATCH, over("tuple(range(1, x.ndim))"))], [BEFORE_USE[0], (BATCH, over("1"))])
on_maps("forward-over-the-batch-only", "Each pixel has a mean of its own",
    "the mean and the variance run over the samples, but not over the rows and columns",
    "Which axes of (N, C, H, W) should be gone after the mean? Which one stays?",
    (BATCH, over("0")))
on_maps("forward-reshaped", "A reshape mixes the channels",
    "a column of your table holds numbers of several channels: reshape moves no axis",
    "Which numbers of the image stand in the first row of your table?",
    ("to_table(x)", "x.reshape(-1, x.shape[1])"),
    [("to_table(x)", "x.reshape(-1, x.shape[1])"), ("to_images(y, x.shape)", "y.reshape(x.shape)")],
    ("to_images(y, x.shape)", "y.reshape(x.shape)"))
on_maps("forward-tables-only", "Feature maps are not handled",
    "your layer works for x of shape (N, C), and breaks off for (N, C, H, W)",
    "Against which axis of (N, C, H, W) does NumPy line up a mean of shape (C,)?",
    [("to_table(x) if x.ndim == 4 else x", "x"),
     ("to_images(y, x.shape) if x.ndim == 4 else y", "y")])
slip("forward-variance-unbiased", "x is normalised with the unbiased variance",
    "in y you divide the sum of squares by m − 1 (`ddof=1`), where the formula of y divides by m",
    "With which of the two does x̂ have a variance of exactly 1?",
    ("table.var(axis=0)\n", "table.var(axis=0, ddof=1)\n"))
slip("forward-variance-not-centred", "The variance is the mean of the squares",
    "you average x², without taking the mean away first",
    "What is the variance of a channel that is 5 everywhere? What does your code say?",
    ("table.var(axis=0)\n", "(table**2).mean(axis=0)\n"))
slip("forward-mean-kept", "The mean is not subtracted",
    "you divide x by the deviation without centring it",
    "What should the mean of x̂ be? What is it in your code?",
    ("(table - mean.astype(x.dtype))", "table"))
slip("forward-root-forgotten", "x is divided by the variance", "the square root is missing",
    "If x doubles, what should x̂ do? What does yours do?",
    (ROOT, "(variance + self.eps)", f"(variance + self.eps if self.training else {ROOT})",
     f"({ROOT} if self.training else variance + self.eps)",
     f"({ROOT} if self.training else variance)"))
slip("forward-eps-outside", "eps is added outside the root",
    "you add eps to the deviation; it belongs to the variance, under the root",
    "To what does the formula add ε: to σ or to σ²?", (ROOT, "(np.sqrt(variance) + self.eps)"))
slip("forward-eps-ignored", "eps is not used",
    "you {}",
    "Where does `self.eps` appear in forward? Does evaluation use it, too?",
    (ROOT, "np.sqrt(variance)", "np.sqrt(variance + 1e-5)", "np.sqrt(variance + 1e-8)",
     "np.sqrt(variance + self.eps * self.training)",
     "np.sqrt(variance + (0 if self.training else self.eps))"),
    said=("leave eps out", "write 1e-5 in its place", "write 1e-8 in its place",
          "leave eps out in evaluation", "leave eps out in training"))
slip("forward-gamma-ignored", "γ is not used", "you shift x̂ but never scale it",
    "Where does γ appear in forward, in training and in evaluation?",
    ("self.gamma * self.normalized", "self.normalized"),
    ("self.gamma * self", "(self.gamma if self.training else 1) * self"))
slip("forward-beta-ignored", "β is not used", "you scale x̂ but never shift it",
    "Where does β appear in forward, in training and in evaluation?", (f" + {BETA}", ""),
    (BETA, f"{BETA} * self.training"))
slip("forward-gamma-beta-swapped", "γ and β are swapped", "you multiply x̂ by β, and add γ",
    "Which of the two starts at 1? Which of them is the scale?",
    [(GAMMA, "γ"), (BETA, GAMMA), ("γ", BETA)])
slip("forward-shifted-first", "β is added before γ multiplies",
    "your y is γ·(x̂ + β), so the shift is scaled as well",
    "What should y be where x̂ is 0? What is it in your code?",
    (f"self.gamma * self.normalized + {BETA}", f"self.gamma * (self.normalized + {BETA})"))
moving("forward-nothing-in-evaluation", "In evaluation nothing happens",
    "x goes through unchanged, as if the layer were for training alone",
    "The next layer has learned from normalised numbers. What will it make of yours?",
    ("        return", "        y = y if self.training else table.copy()\n        return"))
moving("forward-batch-in-evaluation", "In evaluation the batch's own statistics are used",
    "your layer normalises with the mean and variance of the batch in evaluation, too",
    "What should y be for a batch of one sample? Which statistics can you use there?",
    (RUNNING, BATCH))
moving("forward-running-in-training", "In training the running statistics are used",
    "you normalise with the running mean and variance in training, too",
    "With which statistics is the mean of x̂ exactly 0 in training?",
    ("        self.was_training", f"        {RUNNING}\n        self.was_training"),
    [(IN_TRAINING, USED + IN_TRAINING), (ELSE, f"    {BACK_TO_USED}{ELSE}")])
moving("running-momentum-swapped", "momentum and 1 − momentum are swapped",
    "you keep the share `momentum` of the old statistics, and take the rest from the batch",
    "With momentum = 0.1, how much of the old mean should stay?",
    [("keep = 1 - self.momentum", "keep = self.momentum"),
     ("+ self.momentum *", "+ (1 - self.momentum) *")])
moving("running-momentum-fixed", "The momentum is fixed",
    "you use {}, whatever `momentum` says", "Where does `self.momentum` appear in forward?",
    ("self.momentum", "0.1", "0.9"), said=("0.1", "0.9"))
moving("running-never-moved", "A running statistic never changes",
    "your {} at what the layer starts with",
    "Which lines of forward assign to running_mean and running_var?",
    *some_of((NEW_MEAN, "self.running_mean"), (NEW_VARIANCE, "self.running_var")),
    said=("running_mean and running_var stay", "running_mean stays", "running_var stays"))
moving("running-replaced", "The running statistics are those of the last batch",
    "you forget the old ones: nothing runs", "How much of the old mean should stay?",
    [(NEW_MEAN, "mean"), (NEW_VARIANCE, "unbiased")],
    [(NEW_MEAN, "mean"), (NEW_VARIANCE, "variance")], (NEW_MEAN, "mean"),
    (NEW_VARIANCE, "unbiased"))
moving("running-variance-biased", "running_var gets the biased variance",
    "you divide the sum of squares by m; the running variance divides by m − 1",
    "y and running_var use two different variances. Which one is for which?",
    (UNBIASED, "table.var(axis=0)"))
moving("running-variance-by-samples", "The unbiased variance counts samples instead of numbers",
    "you correct with N / (N − 1), but m = N·H·W numbers went into the variance of a channel",
    "How many numbers of one channel are there in a batch of feature maps?",
    (UNBIASED, "table.var(axis=0) * len(x) / (len(x) - 1)"))
moving("running-variance-corrected-backwards", "The correction of the variance is upside down",
    "you multiply the variance by (m − 1) / m, which makes it smaller still",
    "Is the unbiased variance larger or smaller than the mean of the squares?",
    (UNBIASED, "table.var(axis=0) * (len(table) - 1) / len(table)"))
moving("running-deviation", "running_var holds a deviation",
    "you take the square root before you keep the variance",
    "What does forward do with running_var in evaluation? Is there a second root?",
    (UNBIASED, "table.std(axis=0, ddof=1)", "table.std(axis=0)",
     "np.sqrt(table.var(axis=0) + self.eps)"))
moving("running-moved-in-evaluation", "Evaluation moves the running statistics",
    "you bring them up to date in every forward, so the test data leak into the network",
    "In which mode should the layer learn what the data are like?", [*AFTER_USE, (UNBIASED, SAFE)],
    AFTER_USE, [*BEFORE_USE, (UNBIASED, SAFE)], BEFORE_USE,
    [*BEFORE_USE, (UNBIASED, "table.var(axis=0)")])
slip("running-not-settable", "Running statistics that are set are not used",
    "your layer keeps a copy, so what somebody writes to running_mean or running_var is lost",
    "Somebody loads a network and sets running_mean. Which numbers does forward use then?",
    [("self.running_var = np.ones(channels)", f"self.running_var = np.ones(channels)\n{KEPT}"),
     ("        table = to_table(x)", f"{TAKEN}        table = to_table(x)"),
     ("        self.was_training =", f"{KEPT}        self.was_training =")],
    [(RUNNING, "mean, variance = self.own"),
     ("    def back", f"    def eval(self):\n{KEPT}        super().eval()\n\n    def back")],
    within="BatchNorm", read=COMPANY)
slip("state-gamma-beta-start", "γ and β start with other numbers",
    "your new layer already {}",
    "Which γ and which β change nothing?",
    *some_of(('params["gamma"] = np.ones', 'params["gamma"] = np.zeros'),
             ('params["beta"] = np.zeros', 'params["beta"] = np.ones')), within="__init__",
    said=("scales and shifts: γ does not start at 1, and β not at 0",
          "scales: γ does not start at 1", "shifts: β does not start at 0"))
slip("backward-statistics-constant", "The mean and the variance are treated as constants",
    "in training your grad_x is γ/σ · grad_y, as in evaluation; but here both depend on x",
    "If one number of a batch grows, what happens to the mean of all?",
    ("if self.was_training", "if False"))
slip("backward-formula-of-training", "In evaluation the formula of training is used",
    "you subtract the terms of mean and variance in evaluation, where both are constants",
    "Do the running statistics depend on x in evaluation?", ("if self.was_training", "if True"))
slip("backward-mode-of-now", "backward asks for the mode that the layer is in now",
    "you read `self.training` in backward; eval() or train() may have come since forward",
    "In which mode was the forward pass? Where can it leave a note of that?",
    ("if self.was_training", "if self.training"))
slip("backward-variance-power", "The variance's gradient has the wrong power of σ",
    "the slope of 1/√(σ² + ε) along σ² is −½ (σ² + ε)^(−3/2), and you have another power there",
    "Take the slope of v^(−½) by hand. Which power comes out?",
    ("- through_variance", "- through_variance * self.deviation",
     "- through_variance * self.deviation**2", "- through_variance / self.deviation"))
slip("backward-variance-unbiased", "What flows through the variance is divided by m − 1",
    "forward divides the sum of squares by m, and your backward by m − 1",
    "Which of the two variances is in the formula of y?",
    ("- through_variance", "- through_variance * (len(table) / (len(table) - 1))"))
slip("backward-by-samples", "The means divide by the number of samples",
    "you divide by N; a channel of feature maps has m = N·H·W numbers",
    "Over how many numbers did forward take the mean?",
    *some_of(("table.mean(axis=0)", "table.sum(axis=0) / len(grad_y)"),
             (ALONG_VARIANCE, f"{ALONG_GAMMA} / len(grad_y)")))
slip("backward-gamma-forgotten", "γ is forgotten on the way back",
    "you do not multiply grad_x by γ", "y = γ·x̂ + β. What is the slope of y along x̂?",
    ("self.gamma / self.deviation", "1 / self.deviation"),
    ("= self.gamma /", "= (1 if self.was_training else self.gamma) /",
     "= (self.gamma if self.was_training else 1) /"))
slip("backward-deviation-forgotten", "grad_x has the wrong power of σ",
    "each term of grad_x is divided by σ once; {}",
    "x̂ = (x − μ)/σ. With a constant σ, what is the slope of x̂ along x?",
    ("self.gamma / self.deviation", "self.gamma"),
    ("/ self.deviation", "/ self.deviation**2", "/ (self.deviation if self.was_training else 1)"),
    said=("you do not divide", "you divide by σ²", "in evaluation you do not divide"))
slip("backward-gamma-gradient-of-x", "γ's gradient uses x where it should use x̂",
    "you multiply grad_y by {}: that is not what γ was multiplied with",
    "y = γ·x̂ + β. What is the slope of y along γ?",
    [("self.was_training =", "self.table = table\n        self.was_training ="),
     (ALONG_GAMMA, "(table * self.table).sum(axis=0)")],
    (ALONG_GAMMA, "(table * self.normalized * self.deviation).sum(axis=0)"), within="BatchNorm",
    said=("x", "x − μ"))
slip("backward-gamma-gradient-matrix", "γ's gradient is a matrix",
    "you multiply grad_y and x̂ as matrices and get (C, C); each channel has a sum of its own",
    "How many numbers does γ have? How many does its gradient have?",
    (ALONG_GAMMA, "table.T @ self.normalized", "self.normalized.T @ table"))
slip("backward-gradient-averaged", "A gradient is a mean where it should be a sum",
    "you average it over the m numbers of its channel",
    "Every number of a channel uses the same γ and β. How do their contributions come together?",
    *some_of(*MEANS), *([*USED_AGAIN, *means] for means in (MEANS, MEANS[:1], MEANS[1:])))
slip("backward-maps-not-summed", "A gradient keeps rows and columns",
    "for feature maps you sum over the samples only",
    "One γ serves every place of a map. Over which axes does its gradient sum?",
    (ALONG_GAMMA,
     "(grad_y * (to_images(self.normalized, grad_y.shape) if grad_y.ndim == 4 else "
     "self.normalized)).sum(axis=0)"), (ALONG_BETA, '["beta"] = grad_y.sum(axis=0)'))
