"""Wrong backward passes of `SoftmaxCrossEntropy`, and memories that last too long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convkit.checks.misconceptions.classifier.loss import LOGITS
from convkit.checks.misconceptions.common import one_image
from convkit.checks.misconceptions.tables import Table, enter_table
from convkit.layers import Array, SoftmaxCrossEntropy, softmax

Gradient = Callable[["Remembering", Array], Any]
"""Is given the loss, with `p`, `labels` and `one_hot`, and the right gradient."""


class Remembering(SoftmaxCrossEntropy):
    """The right loss, which keeps what it was given."""

    def forward(self, logits: Array, labels: Array) -> float:
        loss = super().forward(logits, labels)
        self.logits, self.labels = logits.copy(), labels.copy()
        self.p = softmax(logits)
        self.one_hot = np.eye(logits.shape[1], dtype=logits.dtype)[labels]
        return loss


def with_gradient(wrong: Gradient) -> type[SoftmaxCrossEntropy]:
    def backward(self: Remembering) -> Any:
        return wrong(self, SoftmaxCrossEntropy.backward(self))

    return type("Wrong", (Remembering,), {"backward": backward})


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
    "backward-jacobian-twice": (
        "The gradient goes through softmax a second time",
        "softmax's slopes, all of them, are applied to a gradient that is along the logits already",
        "Along what is p − 1 the gradient: along p, or along the logits?",
        lambda loss, right: loss.p * (right - (loss.p * right).sum(axis=1, keepdims=True)),
    ),
    "backward-label-entry-left-out": (
        "The right class's logit gets no gradient",
        "the wrong classes get p/N, as they should, and the right one 0",
        "If the logit of the right class grows, what does the loss do?",
        lambda loss, right: right * (1 - loss.one_hot),
    ),
    "backward-log-p": (
        "log p stands in place of p",
        "the gradient is made of the logarithm of the probabilities, or of the logits themselves",
        "What does forward keep: p, log p or the logits? Which of them does backward need?",
        lambda loss, right: (np.log(np.maximum(loss.p, 1e-30)) - loss.one_hot) / len(right),
        lambda loss, right: (loss.logits - loss.one_hot) / len(right),
    ),
    "backward-diagonal": (
        "Only the right class's logit gets a gradient",
        "(p − 1)/N stands at the right class and the others stay 0: each probability is taken to "
        "depend on its own logit alone",
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
        "the first row is right, or the last, and the others are never written",
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

enter_table("SoftmaxCrossEntropy", LOGITS, _BACKWARD, with_gradient)
enter_table("SoftmaxCrossEntropy", LOGITS, _STATE)
