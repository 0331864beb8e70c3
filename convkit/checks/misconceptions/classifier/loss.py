"""Wrong `SoftmaxCrossEntropy` losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions.common import one_image
from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array, SoftmaxCrossEntropy, softmax

LOGITS = ("06-classification", "Logits, probabilities, loss, gradient")

Loss = Callable[[Array, Array, float], Any]
"""Is given logits, labels and the right loss."""

Gradient = Callable[["_Remembering", Array], Any]
"""Is given the loss, with `p`, `labels` and `one_hot`, and the right gradient."""


class _Remembering(SoftmaxCrossEntropy):
    """The right loss, which keeps what it was given."""

    def forward(self, logits: Array, labels: Array) -> float:
        loss = super().forward(logits, labels)
        self.logits, self.labels = logits.copy(), labels.copy()
        self.p = softmax(logits)
        self.one_hot = np.eye(logits.shape[1], dtype=logits.dtype)[labels]
        return loss


def _with_loss(wrong: Loss) -> type[SoftmaxCrossEntropy]:
    def forward(self: SoftmaxCrossEntropy, logits: Array, labels: Array) -> Any:
        return wrong(logits, labels, SoftmaxCrossEntropy.forward(self, logits, labels))

    return type("Wrong", (SoftmaxCrossEntropy,), {"forward": forward})


def _with_gradient(wrong: Gradient) -> type[SoftmaxCrossEntropy]:
    def backward(self: _Remembering) -> Any:
        return wrong(self, SoftmaxCrossEntropy.backward(self))

    return type("Wrong", (_Remembering,), {"backward": backward})


def _log_p(logits: Array) -> Array:
    shifted = logits - logits.max(axis=1, keepdims=True)
    logarithms: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logarithms


def _right(values: Array, labels: Array) -> Array:
    """The numbers of the right classes, (N,)."""
    chosen: Array = values[np.arange(len(labels)), labels]
    return chosen


def _quietly(loss: Loss) -> Loss:
    """Zero and infinity are what the mistake is about."""

    def wrong(logits: Array, labels: Array, right: float) -> Any:
        with np.errstate(all="ignore"):
            return loss(logits, labels, right)

    return wrong


def _overwriting_logits(logits: Array, labels: Array, loss: float) -> float:
    logits -= logits.max(axis=1, keepdims=True)
    return loss


def _overwriting_labels(logits: Array, labels: Array, loss: float) -> float:
    labels[:] = 0
    return loss


_FORWARD: Table = {
    "forward-summed": (
        "The loss is summed over the samples",
        "the losses of the samples are added and not averaged, so the loss grows with the batch",
        "What happens to the loss if every sample appears twice in the batch?",
        lambda logits, labels, loss: loss * len(labels),
    ),
    "forward-averaged-over-classes": (
        "The loss is averaged over the classes as well",
        "a mean over all N·classes entries is taken, of which most are zero",
        "By how many numbers does your mean divide? How many samples are there?",
        lambda logits, labels, loss: loss / logits.shape[1],
    ),
    "forward-negated": (
        "The loss has the wrong sign",
        "the minus in front of the logarithm is missing: a better network has a larger “loss”",
        "Which sign has log p for a probability? Which sign should a loss have?",
        lambda logits, labels, loss: -loss,
    ),
    "forward-logarithm-of-zero": (
        "The logarithm of 0 is taken",
        "log is taken of the probability, which vanishes where the right class is very unlikely",
        "log(e^a / Σ e^a) can be simplified before anything is computed. To what?",
        _quietly(lambda logits, labels, loss: -np.log(_right(softmax(logits), labels)).mean()),
    ),
    "forward-logarithm-floored": (
        "A small number stands in for a vanished probability",
        "something like 1e-12 is added to p, or p is clipped there, before the logarithm: however "
        "wrong the network is, the loss stops growing",
        "What is the loss for the logits 0 and 10,000 if the first class is right?",
        lambda logits, labels, loss: -np.log(_right(softmax(logits), labels) + 1e-12).mean(),
        lambda logits, labels, loss: -np.log(_right(softmax(logits), labels) + 1e-10).mean(),
        lambda logits, labels, loss: -np.log(_right(softmax(logits), labels) + 1e-15).mean(),
        lambda logits, labels, loss: (
            -np.log(np.clip(_right(softmax(logits), labels), 1e-12, 1)).mean()
        ),
        lambda logits, labels, loss: (
            -np.log(np.clip(_right(softmax(logits), labels), 1e-15, 1)).mean()
        ),
    ),
    "forward-overflow": (
        "Large logits overflow",
        "e^a is taken of the logits as they are: from 710 on it is infinity",
        "Subtracting the same number from all logits of a row changes nothing. Which would help?",
        _quietly(
            lambda logits, labels, loss: (
                np.log(np.exp(logits).sum(axis=1)) - _right(logits, labels)
            ).mean()
        ),
        _quietly(
            lambda logits, labels, loss: (
                -np.log(
                    _right(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), labels)
                ).mean()
            )
        ),
    ),
    "forward-shift-once": (
        "The shift is used in one place only",
        "the largest logit is subtracted inside the sum of powers, but not from the right class's "
        "logit, or not added back",
        "What is log Σ e^a in terms of Σ e^(a − m)?",
        lambda logits, labels, loss: loss - logits.max(axis=1).mean(),
    ),
    "forward-no-logarithm": (
        "The logarithm is missing",
        "the loss is the mean of −p, or of 1 − p, of the right class",
        "How large is the loss when the right class gets almost no probability?",
        lambda logits, labels, loss: -_right(softmax(logits), labels).mean(),
        lambda logits, labels, loss: (1 - _right(softmax(logits), labels)).mean(),
    ),
    "forward-other-logarithm": (
        "The logarithm is to another base than e",
        "log2 or log10 is taken: the loss is right up to a factor",
        "Which logarithm undoes e^a?",
        lambda logits, labels, loss: loss / np.log(2),
        lambda logits, labels, loss: loss / np.log(10),
    ),
    "forward-no-softmax": (
        "The logits are taken for probabilities",
        "softmax is missing: the loss is made of the logits themselves",
        "May −log p be negative? Is yours?",
        lambda logits, labels, loss: -_right(logits, labels).mean(),
        _quietly(lambda logits, labels, loss: -np.log(_right(logits, labels)).mean()),
    ),
    "forward-softmax-twice": (
        "softmax is applied twice",
        "the probabilities are taken for logits, and go through softmax once more",
        "How small can your loss become when the right class has probability 1?",
        lambda logits, labels, loss: -_right(_log_p(softmax(logits)), labels).mean(),
    ),
    "forward-all-classes": (
        "All classes count, and not the right one alone",
        "−log p is summed over all classes, whatever the label",
        "What part do the labels play in your loss?",
        lambda logits, labels, loss: -_log_p(logits).sum() / len(labels),
        lambda logits, labels, loss: -_log_p(logits).mean(),
    ),
    "forward-likeliest-class": (
        "The likeliest class is taken for the right one",
        "−log p is that of the largest probability: the network is always right",
        "What part do the labels play in your loss?",
        lambda logits, labels, loss: -_log_p(logits).max(axis=1).mean(),
    ),
    "forward-every-label-in-every-row": (
        "Every sample is held against all samples' labels",
        "p[:, labels] picks a whole table, N × N, where one number for each sample is due",
        "What is the shape of p[:, labels]? How do you pick one number from each row?",
        lambda logits, labels, loss: -_log_p(logits)[:, labels].mean(),
        lambda logits, labels, loss: -_log_p(logits)[:, labels].sum() / len(labels),
    ),
    "forward-two-way": (
        "Each class is asked yes or no",
        "log(1 − p) of the wrong classes is added, as if every class were a question of its own",
        "Which probabilities appear in the formula of the loss?",
        _quietly(
            lambda logits, labels, loss: (
                loss
                - (np.log1p(-softmax(logits)) * (1 - np.eye(logits.shape[1])[labels])).sum()
                / len(labels)
            )
        ),
    ),
    "forward-squared-error": (
        "The loss is a squared error",
        "the squared differences of p and the labels are summed: another loss",
        "Where is the logarithm?",
        lambda logits, labels, loss: (
            ((softmax(logits) - np.eye(logits.shape[1])[labels]) ** 2).sum() / len(labels)
        ),
        lambda logits, labels, loss: (
            (softmax(logits) - np.eye(logits.shape[1])[labels]) ** 2
        ).mean(),
    ),
    "forward-over-the-batch": (
        "The probabilities sum to 1 over the samples",
        "softmax runs over the batch's axis: for each class the samples compete with one another",
        "Which sum must be 1: that of a row, or that of a column?",
        lambda logits, labels, loss: -_right(_log_p(logits.T).T, labels).mean(),
    ),
    "forward-not-averaged": (
        "There is a loss for each sample",
        "forward returns N numbers, where one is due",
        "What is the shape of what you return?",
        lambda logits, labels, loss: -_right(_log_p(logits), labels),
    ),
    "forward-one-sample": (
        "Only one sample counts",
        "the loss is that of the first sample, or of the last",
        "Is the `return` inside the loop? Does the loop add, or overwrite?",
        lambda logits, labels, loss: -_right(_log_p(logits), labels)[0],
        lambda logits, labels, loss: -_right(_log_p(logits), labels)[-1],
    ),
    "forward-changes-logits": (
        "forward writes into the logits",
        "the logits are used as a place to work in: the layer that made them finds others there",
        "An assignment with `-=`, `[...]` or `out=` changes the array itself. Which is it here?",
        _overwriting_logits,
    ),
    "forward-changes-labels": (
        "forward writes into the labels",
        "the labels are used as a place to work in: in the next epoch they are others",
        "An assignment with `[...]` changes the array itself. Which is it here?",
        _overwriting_labels,
    ),
}


def _added_up(loss: Any, right: Array) -> Array:
    before = getattr(loss, "before", None)
    if before is not None and before.shape == right.shape:
        right = right + before
    loss.before = right
    return right


def _columns_lowered(loss: Any, right: Array) -> Array:
    gradient: Array = loss.p.copy()
    gradient[:, loss.labels] -= 1
    return gradient / len(gradient)


_BACKWARD: Table = {
    "backward-not-averaged": (
        "The gradient is not divided by the number of samples",
        "the loss is a mean, but its gradient is that of the sum",
        "By how much does a *mean* over N samples change, if one sample's loss grows by 1?",
        lambda loss, right: right * len(right),
    ),
    "backward-averaged-over-classes": (
        "The gradient is divided by the number of classes as well",
        "the gradient is divided by N·classes, where the loss is a mean over N samples",
        "By how many numbers does the mean in the loss divide?",
        lambda loss, right: right / right.shape[1],
        lambda loss, right: right * len(right) / right.shape[1],
    ),
    "backward-averaged-twice": (
        "The gradient is divided by the number of samples twice",
        "there are two divisions by N on the way",
        "How often does N appear in the formula?",
        lambda loss, right: right / len(right),
    ),
    "backward-negated": (
        "The gradient has the wrong sign",
        "the gradient is (label − p) / N, which points downhill",
        "Does the loss grow or fall when the right class's logit grows? Which sign is that?",
        lambda loss, right: -right,
    ),
    "backward-labels-forgotten": (
        "The right class plays no part",
        "the gradient is p / N: nothing is subtracted for the right class",
        "What must the gradient be when the right class has probability 1?",
        lambda loss, right: loss.p / len(right),
    ),
    "backward-labels-only": (
        "The probabilities play no part",
        "the gradient is −1/N at the right class and 0 elsewhere",
        "What must the gradient be when the right class has probability 1?",
        lambda loss, right: -loss.one_hot / len(right),
    ),
    "backward-one-everywhere": (
        "1 is subtracted from all classes",
        "the gradient is (p − 1) / N for every class, not for the right one alone",
        "What do the numbers of a row of the gradient sum to?",
        lambda loss, right: (loss.p - 1) / len(right),
    ),
    "backward-columns": (
        "1 is subtracted in whole columns",
        "p[:, labels] -= 1 reaches every sample, where one number in each row is meant",
        "Which entries does p[:, labels] pick? How do you pick one from each row?",
        _columns_lowered,
    ),
    "backward-half-averaged": (
        "Only a part of the gradient is divided by N",
        "the probabilities are divided by N and the 1 is not, or the other way round",
        "(p − 1) / N: to what does the division belong?",
        lambda loss, right: loss.p / len(right) - loss.one_hot,
        lambda loss, right: loss.p - loss.one_hot / len(right),
    ),
    "backward-label-as-number": (
        "The label's number is subtracted",
        "the gradient is (p − label) / N: the class's number is taken for a target",
        "Label 3 names a class. Is it three times as much as label 1?",
        lambda loss, right: (
            (loss.p - loss.labels[:, np.newaxis]).astype(right.dtype) / right.dtype.type(len(right))
        ),
    ),
    "backward-likeliest-class": (
        "1 is subtracted at the likeliest class",
        "the gradient takes the largest probability for the right class",
        "What part do the labels play in your gradient?",
        lambda loss, right: (
            (loss.p - (loss.p == loss.p.max(axis=1, keepdims=True))) / right.dtype.type(len(right))
        ),
    ),
    "backward-slope-of-softmax-twice": (
        "The slope of softmax is multiplied in once more",
        "p − 1 is already the gradient along the logits, and p (1 − p) comes on top of it",
        "Along what is p − 1 the gradient: along p, or along the logits?",
        lambda loss, right: right * loss.p * (1 - loss.p),
    ),
    "backward-stops-at-p": (
        "The gradient is that along the probabilities",
        "−1/p at the right class is the gradient along p: softmax's own part is missing",
        "There are two steps from the logits to the loss. Through how many does yours go back?",
        lambda loss, right: _along_p(loss) / right.dtype.type(len(right)),
    ),
    "backward-diagonal": (
        "Of softmax's slopes only the diagonal is taken",
        "each probability is taken to depend on its own logit alone",
        "If one logit grows, what happens to the *other* probabilities?",
        lambda loss, right: -loss.one_hot * (1 - loss.p) / right.dtype.type(len(right)),
    ),
    "backward-transposed": (
        "The gradient is transposed",
        "the gradient has the classes in its rows and the samples in its columns",
        "What is the shape of the logits?",
        lambda loss, right: right.T,
    ),
    "backward-zeros": (
        "The gradient is never filled",
        "the gradient is made of zeros, and nothing finds its way into it",
        "Where is it written to, after np.zeros?",
        lambda loss, right: np.zeros_like(right),
    ),
    "backward-one-sample": (
        "Only one sample gets a gradient",
        "the first row is right, or the last, and the others stay as they were made",
        "Is the `return` inside the loop?",
        lambda loss, right: one_image(right, 0),
        lambda loss, right: one_image(right, -1),
    ),
    "backward-always-double": (
        "The gradient is float64, whatever the logits are",
        "an array made without a dtype, such as np.eye(n), is float64, and so is all that it meets",
        "Which dtype does np.zeros or np.eye give, if you do not ask for one?",
        lambda loss, right: right.astype(np.float64),
    ),
    "backward-always-single": (
        "The gradient is float32, whatever the logits are",
        "the gradient is rounded to float32 on the way, which loses half of its digits",
        "Which dtype should it have? Do you have to name one yourself?",
        lambda loss, right: right.astype(np.float32),
    ),
    "backward-adds-up": (
        "The gradient is added to that of the last call",
        "backward adds into an array that is never made anew, so that old gradients stay in it",
        "Where is the gradient made, in __init__, in forward or in backward?",
        _added_up,
    ),
}


def _along_p(loss: Any) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        gradient: Array = -loss.one_hot / loss.p
    return gradient


class _FirstLabels(SoftmaxCrossEntropy):
    """Keeps the labels of its first call, as far as they reach."""

    def forward(self, logits: Array, labels: Array) -> float:
        if not hasattr(self, "first"):
            self.first = labels.copy()
        return super().forward(logits, self.first[: len(labels)])


class _FirstCall(SoftmaxCrossEntropy):
    """backward belongs to the first forward for ever."""

    def forward(self, logits: Array, labels: Array) -> float:
        loss = super().forward(logits, labels)
        if not hasattr(self, "first"):
            self.first = self._memory
        self._memory = self.first
        return loss


class _Shared(SoftmaxCrossEntropy):
    latest: SoftmaxCrossEntropy | None = None

    def forward(self, logits: Array, labels: Array) -> float:
        type(self).latest = self
        return super().forward(logits, labels)

    def backward(self) -> Array:
        latest = type(self).latest
        assert latest is not None
        return SoftmaxCrossEntropy.backward(latest)


_STATE: Table = {
    "state-first-labels": (
        "The first labels are kept for ever",
        "the labels are stored on the first call only, and belong to other samples later on",
        "Every call brings its own labels. When are yours stored?",
        _FirstLabels,
    ),
    "state-first-call": (
        "backward belongs to the first call for ever",
        "what backward needs is stored on the first forward only",
        "backward belongs to the *latest* forward. When is what it needs stored?",
        _FirstCall,
    ),
    "state-shared": (
        "The loss remembers in a place that all losses share",
        "what backward needs is kept in a global or in the class, and the next loss overwrites it",
        "Where does each loss keep what is its own?",
        _Shared,
    ),
}

enter_table("SoftmaxCrossEntropy", LOGITS, _FORWARD, _with_loss)
enter_table("SoftmaxCrossEntropy", LOGITS, _BACKWARD, _with_gradient)
enter_table("SoftmaxCrossEntropy", LOGITS, _STATE)
