# ruff: noqa: E501
# fmt: off
"""Softmax and losses that slip."""

from ..slips import slip

SLIPS = {
    ("softmax", "shifted"): [
        slip("no-shift", "forward", "Nothing is subtracted first, so large logits overflow.",
             ("shifted = logits - np.max(logits, axis=1, keepdims=True)", "shifted = logits")),
        slip("over-the-batch", "forward", "It normalises over the samples instead of the classes.",
             ("axis=1", "axis=0")),
        slip("over-everything", "forward", "It normalises over all samples and classes together.",
             ("np.sum(e, axis=1, keepdims=True)", "np.sum(e)")),
        slip("one-shift-for-all", "forward", "The largest logit of the whole batch is subtracted, so other rows vanish.",
             ("np.max(logits, axis=1, keepdims=True)", "np.max(logits)")),
        slip("keepdims-forgotten", "forward", "The sums are a row where a column is due.",
             ("np.sum(e, axis=1, keepdims=True)", "np.sum(e, axis=1)")),
        slip("shift-by-mean", "forward", "The mean is subtracted instead of the largest, and large logits overflow.",
             ("np.max(logits, axis=1, keepdims=True)", "np.mean(logits, axis=1, keepdims=True)")),
        slip("logits-changed", "forward", "The largest logit is subtracted in place.",
             ("shifted = logits - np.max(logits, axis=1, keepdims=True)",
              "logits -= np.max(logits, axis=1, keepdims=True)\n    shifted = logits")),
    ],
    ("softmax", "loops"): [
        slip("shift-by-first", "forward", "The first logit is subtracted instead of the largest.",
             ("top = max(row)", "top = row[0]")),
        slip("divided-by-largest", "forward", "It divides by the largest term instead of the sum.",
             ("sum(terms)", "max(terms)")),
    ],
    ("softmax", "logaddexp"): [
        slip("logarithms", "forward", "It returns log p.",
             ("np.exp(logits - np.logaddexp.reduce(logits, axis=-1)[:, np.newaxis])",
              "logits - np.logaddexp.reduce(logits, axis=-1)[:, np.newaxis]")),
    ],
    ("softmax", "pairwise-differences"): [
        slip("softmin", "forward", "The sign of the differences is wrong: the smallest logit wins.",
             ("logits[:, None, :] - logits[:, :, None]", "logits[:, :, None] - logits[:, None, :]")),
    ],
    ("SoftmaxCrossEntropy", "log-sum-exp"): [
        slip("gradient-not-averaged", "backward", "The gradient is not divided by N although the loss is a mean.",
             ("return grad / N", "return grad")),
        slip("sum-throughout", "forward", "The loss is a sum, and so is its gradient.",
             ("labels].mean()", "labels].sum()"), ("return grad / N", "return grad")),
        slip("sum-forward", "forward", "The loss is a sum, its gradient a mean's.",
             ("labels].mean()", "labels].sum()")),
        slip("gradient-sign", "backward", "The gradient has the wrong sign.",
             ("return grad / N", "return -grad / N")),
        slip("label-not-subtracted", "backward", "The gradient is the softmax alone.",
             ("        grad[np.arange(N), self.labels] -= 1\n", "")),
        slip("whole-columns", "backward", "One is subtracted from a label's whole column, in every sample.",
             ("grad[np.arange(N), self.labels] -= 1", "grad[:, self.labels] -= 1")),
        slip("sign-of-log", "forward", "The minus before the logarithm is missing.",
             ("float(-log_p", "float(log_p")),
        slip("losses-not-averaged", "forward", "It returns each sample's loss.",
             ("float(-log_p[np.arange(len(labels)), labels].mean())", "-log_p[np.arange(len(labels)), labels]")),
        slip("log-of-shifted-p", "forward", "A small number keeps log p finite, and the loss of a sure mistake is too small.",
             ("        self.p,", "        log_p = np.log(np.exp(log_p) + 1e-12)\n        self.p,")),
        slip("base-two", "forward", "The logarithm has base 2.", ("labels].mean()", "labels].mean() / np.log(2)")),
        slip("prediction-for-label", "forward", "The loss is that of the most probable class, not of the label's.",
             ("float(-log_p[np.arange(len(labels)), labels].mean())", "float(-log_p.max(axis=1).mean())")),
    ],
    ("SoftmaxCrossEntropy", "one-hot"): [
        slip("mean-over-classes-too", "forward", "The loss is averaged over classes as well, and so is its gradient.",
             ("right = (self.one_hot * logits).sum(axis=1)\n        return np.mean(self.log_sums - right)",
              "right = (self.one_hot * logits).sum(axis=1)\n"
              "        return np.mean(self.log_sums - right) / logits.shape[1]"),
             ("/ len(self.logits)", "/ self.logits.size")),
        slip("overflows", "both", "Logarithm, sum and exponential one by one: large logits overflow.",
             ("np.logaddexp.reduce(logits, axis=1)", "np.log(np.exp(logits).sum(axis=1))")),
        slip("float32-gradient-grows", "backward", "The gradient is float64 where the logits are float32.",
             ("np.eye(logits.shape[1], dtype=logits.dtype)", "np.eye(logits.shape[1])")),
        slip("labels-from-one", "forward", "Labels are taken to count from 1.",
             ("[labels]", "[labels - 1]")),
        slip("jacobian-twice", "backward", "The gradient goes through the softmax a second time.",
             ("return (p - self.one_hot) / len(self.logits)",
              "g = (p - self.one_hot) / len(self.logits)\n"
              "        return p * (g - (p * g).sum(axis=1, keepdims=True))")),
    ],
    ("SoftmaxCrossEntropy", "sample-by-sample"): [
        slip("divided-by-classes", "forward", "The loss is divided by the number of classes instead of samples.",
             ("return total / N", "return total / K")),
        slip("last-sample", "forward", "The loss is the last sample's over N: = where += is due.",
             ("total += math", "total = math")),
        slip("gradient-for-p-of-label", "backward", "Only the label's own entry gets a gradient.",
             ("            for c in range(K):", "            for c in [labels[n]]:")),
    ],
    ("SoftmaxCrossEntropy", "soft-plus-differences"): [
        slip("averaged-twice", "backward", "The gradient is divided by N twice.",
             ("grad *= 1 / len(labels)", "grad /= len(labels) ** 2")),
        slip("shift-not-added-back", "forward", "What was subtracted before the exponential is not added back.",
             ("losses = top + np.log", "losses = np.log")),
    ],
}
